//! `corsac_reason`: the engine's numbers. The header's enum is made from the engine's list of them.

use crate::panic_boundary;
use engine::Reason;
use std::ffi::c_char;

/// A reason as it crosses the border: the engine's number, or none.
pub type reason_number = i32;

/// No decision was made.
pub(crate) const NONE: reason_number = -1;

pub(crate) fn number(reason: Option<Reason>) -> reason_number {
    reason.map_or(NONE, |reason| reason_number::from(reason as u8))
}

/// The engine's reason; none for `NONE` and for a number that is no reason.
pub(crate) fn of(number: reason_number) -> Option<Reason> {
    Reason::ALL.iter().copied().find(|reason| self::number(Some(*reason)) == number)
}

/// Whether a reason is that of `protection`: the request itself is refused, whatever CORS says of it.
///
/// Parameters: `reason` is any number.
///
/// Returns: whether it is; false for `CORSAC_REASON_NONE`, and for a number that is no reason.
///
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn corsac_reason_is_protection_refusal(reason: reason_number) -> bool {
    panic_boundary::value(false, || of(reason).is_some_and(Reason::is_protection_refusal))
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
    panic_boundary::value(c"unknown".as_ptr(), || {
        if reason == NONE {
            return c"none".as_ptr();
        }
        of(reason).map_or(c"unknown", Reason::as_c_str).as_ptr()
    })
}

/// The texts of `corsac_reason_help`, one after the other, each with its NUL.
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
/// Returns: a NUL-terminated text; an empty one for what is no refusal, `CORSAC_REASON_NONE`, and a number that is no
/// reason. Never NULL.
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
