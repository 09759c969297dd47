//! `corsac_reason`: reasons by the engine's numbers. The enum in the header is generated from the engine's list.

use crate::panic_boundary;
use engine::Reason;
use std::ffi::c_char;

/// A reason as C passes it: the engine's number, or `NONE`.
pub type reason_number = i32;

/// Nothing has been decided.
pub(crate) const NONE: reason_number = -1;

pub(crate) fn number(reason: Option<Reason>) -> reason_number {
    reason.map_or(NONE, |reason| reason_number::from(reason as u8))
}

/// The engine's reason; none for `NONE` and for a number that is not a reason.
pub(crate) fn of(number: reason_number) -> Option<Reason> {
    Reason::ALL.iter().copied().find(|reason| self::number(Some(*reason)) == number)
}

/// Whether a reason means that `protection` refused the request itself, whatever its CORS decision would have been.
///
/// Parameters: `reason` is any number.
///
/// Returns: true if it does; false for all other numbers, including `CORSAC_REASON_NONE`.
///
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn corsac_reason_is_protection_refusal(reason: reason_number) -> bool {
    panic_boundary::value(false, || of(reason).is_some_and(Reason::is_protection_refusal))
}

/// The stable name of a reason in kebab-case. It is the same in every language.
///
/// Parameters: `reason` is any number.
///
/// Returns: a NUL-terminated text; `none` for `CORSAC_REASON_NONE`, `unknown` for a number that is not a reason.
/// Never NULL.
///
/// Lifetime: static; never freed.
///
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn corsac_reason_name(reason: reason_number) -> *const c_char {
    panic_boundary::value(c"unknown".as_ptr(), || {
        if reason == NONE {
            return c"none".as_ptr();
        }
        of(reason).map_or(c"unknown", Reason::as_c_str).as_ptr()
    })
}

/// The texts of `corsac_reason_help`, one after another, each with a NUL at its end.
static HELP: [u8; help_length()] = help_texts();

const fn help_length() -> usize {
    let (mut length, mut reasons) = (0, Reason::ALL);
    while let [reason, rest @ ..] = reasons {
        length += reason.help().len() + 1;
        reasons = rest;
    }
    length
}

const fn help_texts() -> [u8; help_length()] {
    let mut texts = [0; help_length()];
    let mut reasons = Reason::ALL;
    let mut to: &mut [u8] = &mut texts;
    while let [reason, rest @ ..] = reasons {
        let text = reason.help().as_bytes();
        let (here, after) = to.split_at_mut(text.len() + 1);
        here.split_at_mut(text.len()).0.copy_from_slice(text);
        (to, reasons) = (after, rest);
    }
    texts
}

/// What to change if a refusal was not intended, in one sentence for the server's log.
///
/// Parameters: `reason` is any number.
///
/// Returns: a NUL-terminated text, which is empty unless the reason is a refusal. Never NULL.
///
/// Lifetime: static; never freed.
///
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn corsac_reason_help(reason: reason_number) -> *const c_char {
    panic_boundary::value(c"".as_ptr(), || {
        let mut texts = HELP.split_inclusive(|byte| *byte == 0);
        let text = Reason::ALL.iter().zip(&mut texts).find(|(known, _)| number(Some(**known)) == reason);
        text.map_or(c"".as_ptr(), |(_, text)| text.as_ptr().cast())
    })
}
