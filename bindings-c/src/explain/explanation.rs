//! `corsac_explanation`: how a browser handles an exchange, written in one format.

use crate::issues::terminated_text::TerminatedText;
use crate::panic_boundary;
use crate::slice::corsac_slice;

/// How a browser handles an exchange, written in the format that was requested. It is opaque and immutable, and
/// any number of threads may use it at the same time. Free it with `corsac_explanation_free`.
pub struct corsac_explanation {
    written: TerminatedText,
}

impl corsac_explanation {
    pub(crate) fn new(written: &str) -> Self {
        corsac_explanation { written: TerminatedText::new(written) }
    }
}

const _: () = {
    const fn any_thread<T: Send + Sync>() {}
    any_thread::<corsac_explanation>();
};

/// The explanation itself, as JSON or as text for people.
///
/// Parameters: `explanation` is an explanation, or NULL.
///
/// Returns: a text in UTF-8, followed by a NUL; an absent slice for NULL.
///
/// Lifetime: the text is valid until `corsac_explanation_free`.
///
/// Threads: any.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn corsac_explanation_content(explanation: *const corsac_explanation) -> corsac_slice {
    panic_boundary::value(corsac_slice::ABSENT, || {
        // SAFETY: NULL or an explanation of ours, by the caller's contract.
        unsafe { explanation.as_ref() }.map_or(corsac_slice::ABSENT, |explanation| explanation.written.slice())
    })
}

/// Frees an explanation and its text.
///
/// Parameters: `explanation` is an explanation that has not been freed yet, or NULL, which does nothing.
///
/// Ownership: the library takes it. Do not use the pointer again.
///
/// Threads: any.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn corsac_explanation_free(explanation: *mut corsac_explanation) {
    panic_boundary::value((), || {
        if !explanation.is_null() {
            // SAFETY: it came from `Box::into_raw` and has not been freed yet, by the caller's contract.
            drop(unsafe { Box::from_raw(explanation) });
        }
    });
}
