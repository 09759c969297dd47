//! `corsac_action`: whether the application runs.

use engine::Action;

/// Whether the application runs. Numbers are never reused.
#[repr(i32)]
#[derive(Clone, Copy)]
pub enum corsac_action {
    /// Answer now with `status`, `headers` and `body`; the application does not run.
    CORSAC_RESPOND = 0,
    /// Run the application, and put the headers on its response, whatever it is.
    CORSAC_CONTINUE = 1,
    /// Ask the predicate about the request's origin, then call `corsac_policy_resolve`. Only policies built with
    /// `has_predicate` ask.
    CORSAC_ASK = 2,
}

/// An action as C passes it, which can be any number.
pub type action_number = i32;

// The engine's numbers are passed on as they are.
const _: () = {
    assert!(Action::Respond as action_number == corsac_action::CORSAC_RESPOND as action_number);
    assert!(Action::Continue as action_number == corsac_action::CORSAC_CONTINUE as action_number);
};
