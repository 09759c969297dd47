//! `corsac_decision_apply`: puts a decision's headers on the host's response.

use crate::decision::fields::corsac_decision;
use crate::decision::reader::ReadDecision;
use crate::panic_boundary;
use crate::response::headers::corsac_response_headers;
use crate::response::host_headers::HostHeaders;
use crate::status::corsac_status;
use engine::binding::{Precedence, apply_headers};

/// Puts a decision's headers on a response: it removes the CORS headers that the application has set, sets those of the
/// decision, and merges `Vary`. Call it last, after everything else that sets headers, and for every response,
/// including errors and the responses that corsac itself makes.
///
/// The callbacks are called on the same thread, before this function returns. Nothing is kept.
///
/// Parameters:
/// - `decision` is a decision that `corsac_policy_evaluate` or a similar function has filled, and that is still valid.
/// - `response` is the response, with its `size` and all its callbacks set.
///
/// Returns: `CORSAC_OK`; `CORSAC_NULL`, also for a callback that is NULL; `CORSAC_BAD_SIZE`; `CORSAC_INVALID` for a
/// decision that is `CORSAC_ASK`, or whose headers are not the library's; `CORSAC_CALLBACK` if a callback has failed or
/// passed an invalid value, after which no other callback is called; `CORSAC_PANIC`.
///
/// After `CORSAC_CALLBACK` or `CORSAC_PANIC`, the response is half changed. After any other failure, it is unchanged
/// and has the application's own CORS headers. In both cases, do not send it, but answer with an error that has none of
/// these headers.
///
/// If there is no memory for the lines of a response, the process ends, as usual in Rust.
///
/// Threads: any, one at a time with the same response.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn corsac_decision_apply(
    decision: *const corsac_decision,
    response: *const corsac_response_headers,
) -> corsac_status {
    panic_boundary::status(|| {
        let mut changes = ReadDecision::NONE;
        // SAFETY: the decision is the caller's struct, and is valid, by the caller's contract.
        unsafe { changes.read(decision)? };
        // SAFETY: the caller's struct and callbacks, by the caller's contract.
        let mut response = unsafe { HostHeaders::read(response)? };
        let precedence = Precedence::of_host(response.keep_app_headers, changes.action);
        apply_headers(changes.removed(), changes.headers(), precedence, &mut response)
    })
}
