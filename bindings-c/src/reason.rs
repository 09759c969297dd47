//! `corsac_reason`: the engine's numbers. The header's enum is made from the engine's list of them.

use crate::guard;
use engine::Reason;
use std::ffi::c_char;

/// A reason as it crosses the border: the engine's number, or none.
pub type reason_number = i32;

/// No decision was made.
pub(crate) const NONE: reason_number = -1;

pub(crate) fn number(reason: Option<Reason>) -> reason_number {
    reason.map_or(NONE, |reason| reason_number::from(reason as u8))
}

/// The name of a reason: stable, kebab-case, the same in every language.
///
/// Parameters: `reason` is any number.
///
/// Returns: a NUL-terminated text; `none` for `CORSAC_REASON_NONE`, `unknown` for a number that is no reason.
/// Never NULL.
///
/// Lifetime: static; never freed.
///
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn corsac_reason_name(reason: reason_number) -> *const c_char {
    guard::value(c"unknown".as_ptr(), || {
        if reason == NONE {
            return c"none".as_ptr();
        }
        let known = Reason::ALL.iter().find(|known| number(Some(**known)) == reason);
        known.map_or(c"unknown", |reason| reason.as_c_str()).as_ptr()
    })
}
