//! `corsac_issue`: one thing in a policy that is wrong or unwise.

use crate::issues::terminated_text::TerminatedText;
use crate::pointer;
use crate::slice::corsac_slice;
use crate::status::corsac_status;
use engine::Issue;
use std::mem::{offset_of, size_of};
use std::ptr::addr_of_mut;

/// One thing that is wrong or unwise in a policy, or wrong in an exchange. Set `size` to `sizeof(corsac_issue)`
/// before the call.
///
/// All texts are UTF-8, are followed by a NUL, and belong to the error or the policy.
#[repr(C)]
pub struct corsac_issue {
    /// `sizeof(corsac_issue)`.
    pub size: usize,
    /// The stable name of the kind of problem, in kebab-case. It is the same in every language.
    pub code: corsac_slice,
    /// The setting in snake_case with its index (`allow_origins[2]`), or the path in an exchange
    /// (`request.headers[2][0]`). Empty if the issue is about the policy or exchange as a whole.
    pub field: corsac_slice,
    /// The value that is wrong, escaped and shortened. Empty for an exchange, where the message quotes the
    /// value.
    pub value: corsac_slice,
    /// What is wrong.
    pub message: corsac_slice,
    /// What to write instead.
    pub help: corsac_slice,
    /// The line of the text or file that contains the value, from 1; 0 if it is not known.
    pub line: usize,
}

/// The size in the first version of the header. Later fields are written only if `size` includes them.
const FIRST: usize = offset_of!(corsac_issue, help) + size_of::<corsac_slice>();

/// An issue in the form in which C reads it.
pub(crate) struct IssueTexts {
    pub(crate) code: TerminatedText,
    pub(crate) field: TerminatedText,
    pub(crate) value: TerminatedText,
    pub(crate) message: TerminatedText,
    pub(crate) help: TerminatedText,
    pub(crate) line: usize,
}

impl From<&Issue> for IssueTexts {
    fn from(issue: &Issue) -> Self {
        IssueTexts {
            code: TerminatedText::new(issue.code.as_str()),
            field: TerminatedText::new(&issue.field),
            value: TerminatedText::new(&issue.value),
            message: TerminatedText::new(&issue.message),
            help: TerminatedText::new(&issue.help),
            line: issue.line.unwrap_or(0) as usize,
        }
    }
}

/// Writes the issue with this index to the caller's struct.
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
    unsafe { pointer::check_size(out, FIRST)? };
    let issue = issues.get(index);
    let slice =
        |text: fn(&IssueTexts) -> &TerminatedText| issue.map_or(corsac_slice::ABSENT, |issue| text(issue).slice());
    // SAFETY: not NULL, and large enough for all fields that are written.
    unsafe {
        addr_of_mut!((*out).code).write(slice(|issue| &issue.code));
        addr_of_mut!((*out).field).write(slice(|issue| &issue.field));
        addr_of_mut!((*out).value).write(slice(|issue| &issue.value));
        addr_of_mut!((*out).message).write(slice(|issue| &issue.message));
        addr_of_mut!((*out).help).write(slice(|issue| &issue.help));
        if pointer::check_size(out, size_of::<corsac_issue>()).is_ok() {
            addr_of_mut!((*out).line).write(issue.map_or(0, |issue| issue.line));
        }
    }
    issue.map(|_| ()).ok_or(corsac_status::CORSAC_NULL)
}
