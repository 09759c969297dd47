//! `corsac_decision`: what to do with one request.

use crate::decision::action::action_number;
use crate::decision::header::corsac_header;
use crate::decision::reason::reason_number;
use crate::slice::corsac_slice;
use engine::HeaderName;

/// The largest number of headers that a decision can have.
pub const CORSAC_MAX_HEADERS: usize = 16;

// A decision has each header at most once, except for `Access-Control-Allow-Methods`, which can have two lines.
const _: () = assert!(HeaderName::ALL.len() < CORSAC_MAX_HEADERS);

/// What to do with one request. Set `size` to `sizeof(corsac_decision)` before the call.
///
/// Every call first makes it a refusal (`CORSAC_RESPOND`, 403, no headers), so a program that ignores the status of a
/// failed call refuses the request. If `size` is too small, only the fields before `body` are written, and only if
/// `size` includes them.
///
/// The slices of a decision borrow from the policy and from the request's slices, and are valid as long as both are.
#[repr(C)]
pub struct corsac_decision {
    /// `sizeof(corsac_decision)`.
    pub size: usize,
    /// Whether the application runs.
    pub action: action_number,
    /// The HTTP status to answer with; 0 if the application answers.
    pub status: u16,
    /// The reason for the decision; `CORSAC_REASON_NONE` if nothing has been decided yet.
    pub reason: reason_number,
    /// The reason of a refusal that was only reported and not carried out, or `CORSAC_REASON_NONE`.
    pub reported: reason_number,
    /// The body to answer with, in plain text; static and NUL-terminated, and empty in most decisions.
    pub body: corsac_slice,
    /// How many of `headers` are filled.
    pub header_count: usize,
    /// The headers that change on the response: first those to remove, then the others in the order in which they are
    /// sent. Headers past `header_count` are not written.
    pub headers: [corsac_header; CORSAC_MAX_HEADERS],
}
