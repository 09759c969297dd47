//! `corsac_decision_reason_to_log`: which decisions a server's log tells of.

use crate::decision::fields::corsac_decision;
use crate::decision::reader::read_reasons;
use crate::decision::reason::{self, NONE, reason_number};
use crate::panic_boundary;
use crate::request::fields::corsac_request;
use crate::request::read::read;
use engine::Request;
use engine::binding::reason_to_log;

/// The reason that a server's log should tell for a decision: that of a refusal, or of one that was only reported
/// (`decision->reported` is not `CORSAC_REASON_NONE` then). A site's own pages are left out, where the application answers
/// them: browsers send `Origin` with their writes too, and nothing is refused them.
///
/// Log it with its `corsac_reason_help`, at a level that is off by default. What the client sent has to be escaped.
///
/// Parameters:
/// - `decision` is a decision; one that was not made is not logged.
/// - `request` is the request that it is about. Where it cannot be read, no page is taken for the site's own.
///
/// Returns: the reason; `CORSAC_REASON_NONE` where there is nothing to log, and where `decision` is NULL or too small.
///
/// Threads: any.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn corsac_decision_reason_to_log(
    decision: *const corsac_decision,
    request: *const corsac_request,
) -> reason_number {
    panic_boundary::value(NONE, || {
        // SAFETY: NULL or the caller's struct, by the caller's contract.
        let Ok(Some((action, reason, reported))) = (unsafe { read_reasons(decision) }) else { return NONE };
        let mut seen = Request::default();
        // SAFETY: NULL or a request, whose slices hold during the call, by the caller's contract.
        if unsafe { read(request, true, &mut seen) }.is_err() {
            seen = Request::default();
        }
        reason::number(reason_to_log(action, reason, reported, &seen))
    })
}
