//! `corsac_error` and `corsac_issue`: what is wrong with a policy, or unwise in it.

use crate::guard;
use crate::slice::corsac_slice;
use crate::status::corsac_status;
use engine::binding::printable;
use engine::{ConfigError, Issue};
use std::mem::{offset_of, size_of};
use std::path::Path;
use std::ptr::addr_of_mut;

/// Why a policy could not be built. Opaque; freed with `corsac_error_free`.
pub struct corsac_error {
    message: Text,
    issues: Vec<IssueTexts>,
}

/// One thing that is wrong, or unwise, in a policy. Set `size` to `sizeof(corsac_issue)` before the call.
///
/// All texts are UTF-8, NUL-terminated past their length, and belong to the error or the policy.
#[repr(C)]
pub struct corsac_issue {
    /// `sizeof(corsac_issue)`.
    pub size: usize,
    /// What kind of problem it is: stable, kebab-case, the same in every language.
    pub code: corsac_slice,
    /// Where: the setting in snake_case with its index (`allow_origins[2]`); empty for the whole.
    pub field: corsac_slice,
    /// The offending value, escaped and shortened.
    pub value: corsac_slice,
    /// What is wrong.
    pub message: corsac_slice,
    /// What to write instead.
    pub help: corsac_slice,
    /// The line of the text or file in which the value stands, from 1; 0 where that is not known.
    pub line: usize,
}

/// The size that the first version of the header had. Later fields are written only where `size` reaches them.
const FIRST: usize = offset_of!(corsac_issue, help) + size_of::<corsac_slice>();

/// A text with a NUL past its end.
struct Text(Box<[u8]>);

impl Text {
    fn new(text: &str) -> Self {
        Text(text.bytes().chain([0]).collect())
    }

    fn slice(&self) -> corsac_slice {
        corsac_slice::of(self.0.split_last().map_or(&[], |(_, text)| text))
    }
}

/// An issue in the form in which C reads it.
pub(crate) struct IssueTexts {
    code: Text,
    field: Text,
    value: Text,
    message: Text,
    help: Text,
    line: usize,
}

impl From<&Issue> for IssueTexts {
    fn from(issue: &Issue) -> Self {
        IssueTexts {
            code: Text::new(issue.code.as_str()),
            field: Text::new(&issue.field),
            value: Text::new(&issue.value),
            message: Text::new(&issue.message),
            help: Text::new(&issue.help),
            line: issue.line.unwrap_or(0) as usize,
        }
    }
}

impl From<&ConfigError> for corsac_error {
    fn from(error: &ConfigError) -> Self {
        corsac_error {
            message: Text::new(&error.to_string()),
            issues: error.issues().iter().map(IssueTexts::from).collect(),
        }
    }
}

impl corsac_error {
    /// A file that could not be read.
    pub(crate) fn unreadable(path: &Path, cause: &dyn std::error::Error) -> Self {
        let path = printable(&path.display().to_string());
        let message = format!("{path}: {cause}");
        let issue = IssueTexts {
            code: Text::new("io"),
            field: Text::new(""),
            value: Text::new(&path),
            message: Text::new(&message),
            help: Text::new("name a file that this process may read"),
            line: 0,
        };
        corsac_error { message: Text::new(&message), issues: vec![issue] }
    }

    /// A policy that came from no file, and cannot be read again.
    pub(crate) fn no_file() -> (corsac_status, Self) {
        let message = "the policy came from no file";
        let issue = IssueTexts {
            code: Text::new("io"),
            field: Text::new(""),
            value: Text::new(""),
            message: Text::new(message),
            help: Text::new("swap another policy in, or make the holder from a file"),
            line: 0,
        };
        (corsac_status::CORSAC_IO, corsac_error { message: Text::new(message), issues: vec![issue] })
    }
}

/// Writes one of several issues to the caller's struct.
///
/// # Safety
///
/// Unless NULL, `out` points to a writable struct of the size that it says, which nobody else uses now.
pub(crate) unsafe fn write_issue(
    issues: &[IssueTexts],
    index: usize,
    out: *mut corsac_issue,
) -> Result<(), corsac_status> {
    // SAFETY: the caller's contract is this function's own.
    unsafe { guard::check_size(out, FIRST)? };
    let issue = issues.get(index);
    let slice = |text: fn(&IssueTexts) -> &Text| issue.map_or(corsac_slice::ABSENT, |issue| text(issue).slice());
    // SAFETY: not NULL, and large enough for all fields that are written.
    unsafe {
        addr_of_mut!((*out).code).write(slice(|issue| &issue.code));
        addr_of_mut!((*out).field).write(slice(|issue| &issue.field));
        addr_of_mut!((*out).value).write(slice(|issue| &issue.value));
        addr_of_mut!((*out).message).write(slice(|issue| &issue.message));
        addr_of_mut!((*out).help).write(slice(|issue| &issue.help));
        if guard::check_size(out, size_of::<corsac_issue>()).is_ok() {
            addr_of_mut!((*out).line).write(issue.map_or(0, |issue| issue.line));
        }
    }
    issue.map(|_| ()).ok_or(corsac_status::CORSAC_NULL)
}

/// The whole error as one text of several lines, for people.
///
/// Parameters: `error` is an error of this library, or NULL.
///
/// Returns: a text in UTF-8, NUL-terminated past its length; an absent one for NULL.
///
/// Lifetime: the text holds until `corsac_error_free`.
///
/// Threads: any.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn corsac_error_message(error: *const corsac_error) -> corsac_slice {
    guard::value(corsac_slice::ABSENT, || {
        // SAFETY: NULL or an error of ours, by the caller's contract.
        unsafe { error.as_ref() }.map_or(corsac_slice::ABSENT, |error| error.message.slice())
    })
}

/// How many issues an error has.
///
/// Parameters: `error` is an error of this library, or NULL.
///
/// Returns: their number, at least 1; 0 for NULL.
///
/// Threads: any.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn corsac_error_count(error: *const corsac_error) -> usize {
    guard::value(0, || {
        // SAFETY: NULL or an error of ours, by the caller's contract.
        unsafe { error.as_ref() }.map_or(0, |error| error.issues.len())
    })
}

/// One issue of an error.
///
/// Parameters:
/// - `error` is an error of this library.
/// - `index` is below `corsac_error_count(error)`.
/// - `out` is where the issue goes; its `size` is set.
///
/// Returns: `CORSAC_OK`; `CORSAC_NULL` if a pointer is NULL or there is no such issue; `CORSAC_BAD_SIZE`. Where
/// there is no such issue, the slices of `out` are absent.
///
/// Lifetime: the texts hold until `corsac_error_free`.
///
/// Threads: any.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn corsac_error_issue(
    error: *const corsac_error,
    index: usize,
    out: *mut corsac_issue,
) -> corsac_status {
    guard::status(|| {
        // SAFETY: NULL or an error of ours, by the caller's contract.
        let error = unsafe { guard::reference(error)? };
        // SAFETY: `out` is the caller's struct, by the caller's contract.
        unsafe { write_issue(&error.issues, index, out) }
    })
}

/// Frees an error and all its texts.
///
/// Parameters: `error` is an error of this library that was not freed before, or NULL, which does nothing.
///
/// Ownership: taken; the pointer is not to be used again.
///
/// Threads: any.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn corsac_error_free(error: *mut corsac_error) {
    guard::value((), || {
        if !error.is_null() {
            // SAFETY: it came from `Box::into_raw` and was not freed before, by the caller's contract.
            drop(unsafe { Box::from_raw(error) });
        }
    });
}
