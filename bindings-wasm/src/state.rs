//! The state of one instance of the module.

use crate::input::Input;
use crate::policies::Policies;
use std::cell::RefCell;

/// All state of an instance.
#[derive(Default)]
pub(crate) struct State {
    pub(crate) input: Vec<u8>,
    pub(crate) output: String,
    pub(crate) policies: Policies,
}

thread_local! {
    static STATE: RefCell<State> = RefCell::default();
}

/// Runs a call. No call runs inside another, because the module calls JavaScript only to get the time, and
/// before it traps.
#[inline]
pub(crate) fn with<R>(run: impl FnOnce(&mut State) -> R) -> R {
    STATE.with_borrow_mut(run)
}

impl State {
    /// The data that JavaScript has written into the buffer, and the policies.
    pub(crate) fn parts(&mut self) -> (Input<'_>, &mut Policies) {
        (Input::new(&mut self.input), &mut self.policies)
    }

    /// Keeps the text of a result for JavaScript. Returns whether the call succeeded; if not, the
    /// text is a message.
    pub(crate) fn finish(&mut self, result: corsac_javascript::Result<String>) -> i32 {
        let is_result = result.is_ok();
        self.output = result.unwrap_or_else(|misuse| misuse.to_string());
        i32::from(is_result)
    }
}
