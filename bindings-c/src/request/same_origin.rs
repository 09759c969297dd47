//! `corsac_request_is_same_origin`: whether a request comes from a page of its own host.

use crate::panic_boundary;
use crate::request::fields::corsac_request;
use crate::request::read::read;
use engine::Request;

/// Whether the headers of a request show that it comes from a page of the same host: `Sec-Fetch-Site` or, without it,
/// `Origin` and `Host`. A browser sends `Origin` with the writes of such a page, and no policy has to allow that
/// origin. So if the decision is `CORSAC_CONTINUE`, there is no refusal to log. Use this only for logs, since any
/// client can send these headers.
///
/// Parameters: `request` is the request, with its `size` and `method` set.
///
/// Returns: true if the headers show it; false otherwise, and for a request that `corsac_policy_evaluate` would not
/// accept.
///
/// Threads: any.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn corsac_request_is_same_origin(request: *const corsac_request) -> bool {
    panic_boundary::value(false, || {
        let mut seen = Request::default();
        // SAFETY: NULL or a request, whose slices are valid during the call, by the caller's contract.
        unsafe { read(request, true, &mut seen) }.is_ok() && seen.is_same_origin()
    })
}
