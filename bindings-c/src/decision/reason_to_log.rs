//! `corsac_decision_reason_to_log`: which decisions a server should log.

use crate::decision::fields::corsac_decision;
use crate::decision::reader::read_reasons;
use crate::decision::reason::{self, NONE, reason_number};
use crate::panic_boundary;
use crate::request::fields::corsac_request;
use crate::request::read::read;
use engine::Request;
use engine::binding::reason_to_log;

/// The reason that a server should log for a decision: the reason of a refusal, or of a refusal that was only
/// reported (then `decision->reported` is not `CORSAC_REASON_NONE`). Requests of a site's own pages that the
/// application answers are left out: browsers send `Origin` with the writes of such pages too, and these requests are
/// not refused.
///
/// Log the reason with its `corsac_reason_help`, at a level that is off by default. Escape all data that the client
/// sent.
///
/// Parameters:
/// - `decision` is a decision. If nothing has been decided, nothing is logged.
/// - `request` is the request of the decision. If it cannot be read, its page does not count as the site's own.
///
/// Returns: the reason; `CORSAC_REASON_NONE` if there is nothing to log, or if `decision` is NULL or too small.
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
        // SAFETY: NULL or a request, whose slices are valid during the call, by the caller's contract.
        if unsafe { read(request, true, &mut seen) }.is_err() {
            seen = Request::default();
        }
        reason::number(reason_to_log(action, reason, reported, &seen))
    })
}
