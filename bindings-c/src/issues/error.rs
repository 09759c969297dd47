//! `corsac_error`: why a policy could not be built, or an exchange could not be read.

use crate::issues::issue::{IssueTexts, corsac_issue, write_issue};
use crate::issues::terminated_text::TerminatedText;
use crate::panic_boundary;
use crate::pointer;
use crate::slice::corsac_slice;
use crate::status::corsac_status;
use engine::ConfigError;
use engine::binding::printable;
use engine::browser::{ExchangeError, ExchangeProblem};
use std::path::Path;

/// Says why a policy could not be built, or an exchange could not be read. It is opaque. Free it with
/// `corsac_error_free`.
pub struct corsac_error {
    message: TerminatedText,
    issues: Vec<IssueTexts>,
}

impl From<&ConfigError> for corsac_error {
    fn from(error: &ConfigError) -> Self {
        corsac_error {
            message: TerminatedText::new(&error.to_string()),
            issues: error.issues().iter().map(IssueTexts::from).collect(),
        }
    }
}

impl From<&ExchangeError> for corsac_error {
    fn from(error: &ExchangeError) -> Self {
        let issue = |problem: &ExchangeProblem| IssueTexts {
            code: TerminatedText::new("exchange"),
            field: TerminatedText::new(&problem.path),
            value: TerminatedText::new(""),
            message: TerminatedText::new(&problem.message),
            help: TerminatedText::new(&problem.help),
            line: 0,
        };
        corsac_error {
            message: TerminatedText::new(&error.to_string()),
            issues: error.problems().iter().map(issue).collect(),
        }
    }
}

impl corsac_error {
    /// An error for a file that could not be read.
    pub(crate) fn unreadable(path: &Path, cause: &dyn std::error::Error) -> Self {
        let path = printable(&path.display().to_string());
        let message = format!("{path}: {cause}");
        let issue = IssueTexts {
            code: TerminatedText::new("io"),
            field: TerminatedText::new(""),
            value: TerminatedText::new(&path),
            message: TerminatedText::new(&message),
            help: TerminatedText::new("name a file that this process may read"),
            line: 0,
        };
        corsac_error { message: TerminatedText::new(&message), issues: vec![issue] }
    }

    /// An error for a policy that does not come from a file, and so cannot be read again.
    pub(crate) fn no_file() -> (corsac_status, Self) {
        let message = "the policy does not come from a file";
        let issue = IssueTexts {
            code: TerminatedText::new("io"),
            field: TerminatedText::new(""),
            value: TerminatedText::new(""),
            message: TerminatedText::new(message),
            help: TerminatedText::new(
                "replace the policy with `corsac_reloadable_swap`, or make the holder from a file",
            ),
            line: 0,
        };
        (corsac_status::CORSAC_IO, corsac_error { message: TerminatedText::new(message), issues: vec![issue] })
    }
}

/// The whole error as one text of several lines, for people.
///
/// Parameters: `error` is an error of this library, or NULL.
///
/// Returns: a text in UTF-8, followed by a NUL; an absent slice for NULL.
///
/// Lifetime: the text is valid until `corsac_error_free`.
///
/// Threads: any.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn corsac_error_message(error: *const corsac_error) -> corsac_slice {
    panic_boundary::value(corsac_slice::ABSENT, || {
        // SAFETY: NULL or an error of ours, by the caller's contract.
        unsafe { error.as_ref() }.map_or(corsac_slice::ABSENT, |error| error.message.slice())
    })
}

/// The number of issues that an error has.
///
/// Parameters: `error` is an error of this library, or NULL.
///
/// Returns: the number of issues, which is at least 1; 0 for NULL.
///
/// Threads: any.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn corsac_error_count(error: *const corsac_error) -> usize {
    panic_boundary::value(0, || {
        // SAFETY: NULL or an error of ours, by the caller's contract.
        unsafe { error.as_ref() }.map_or(0, |error| error.issues.len())
    })
}

/// One issue of an error.
///
/// Parameters:
/// - `error` is an error of this library.
/// - `index` is below `corsac_error_count(error)`.
/// - `out` is where the issue is stored. Its `size` has to be set.
///
/// Returns: `CORSAC_OK`; `CORSAC_NULL` if a pointer is NULL or there is no such issue; `CORSAC_BAD_SIZE`. If
/// there is no such issue, the slices of `out` are absent.
///
/// Lifetime: the texts are valid until `corsac_error_free`.
///
/// Threads: any.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn corsac_error_issue(
    error: *const corsac_error,
    index: usize,
    out: *mut corsac_issue,
) -> corsac_status {
    panic_boundary::status(|| {
        // SAFETY: NULL or an error of ours, by the caller's contract.
        let error = unsafe { pointer::reference(error)? };
        // SAFETY: `out` is the caller's struct, by the caller's contract.
        unsafe { write_issue(&error.issues, index, out) }
    })
}

/// Frees an error and all its texts.
///
/// Parameters: `error` is an error of this library that has not been freed yet, or NULL, which does nothing.
///
/// Ownership: the library takes it. Do not use the pointer again.
///
/// Threads: any.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn corsac_error_free(error: *mut corsac_error) {
    panic_boundary::value((), || {
        if !error.is_null() {
            // SAFETY: it came from `Box::into_raw` and has not been freed yet, by the caller's contract.
            drop(unsafe { Box::from_raw(error) });
        }
    });
}
