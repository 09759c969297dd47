//! `corsac_request`: what a decision looks at.

use crate::guard;
use crate::slice::corsac_slice;
use crate::status::corsac_status;
use engine::Request;
use std::mem::{offset_of, size_of};

/// One request, as far as CORS is concerned. Set all of it to zero, then `size` to `sizeof(corsac_request)`,
/// `method`, and what the request has of the headers: field by field, or line by line with
/// `corsac_request_add_header`.
///
/// Values are those of the request, byte for byte. Several lines of one header are joined with a comma and a
/// space first. Nothing here is kept beyond the call, but a decision's headers borrow from it.
#[repr(C)]
pub struct corsac_request {
    /// `sizeof(corsac_request)`.
    pub size: usize,
    /// The method, as sent. Required.
    pub method: corsac_slice,
    /// The target's path, undecoded and without its query.
    pub path: corsac_slice,
    /// `Origin`.
    pub origin: corsac_slice,
    /// `Access-Control-Request-Method`.
    pub acrm: corsac_slice,
    /// `Access-Control-Request-Headers`.
    pub acrh: corsac_slice,
    /// `Access-Control-Request-Private-Network`.
    pub acrpn: corsac_slice,
    /// `Host` (or `:authority`). Only policies with `protection` look at it, which this version refuses.
    pub host: corsac_slice,
    /// `Sec-Fetch-Site`. Only policies with `protection` look at it, which this version refuses.
    pub sec_fetch_site: corsac_slice,
    /// The library's own: which of the slices `corsac_request_add_header` has joined. Left zero.
    pub joined: usize,
}

/// The size that the first version of the header had. Later fields are read only where `size` reaches them.
pub(crate) const FIRST: usize = offset_of!(corsac_request, joined) + size_of::<usize>();

/// The engine's view of a request.
///
/// # Safety
///
/// `request` is NULL or points to a readable struct of the size that it says; its slices hold for `'a`.
#[inline]
pub(crate) unsafe fn read<'a>(request: *const corsac_request) -> Result<Request<'a>, corsac_status> {
    // SAFETY: the caller's contract is this function's own.
    unsafe { guard::check_size(request, FIRST)? };
    // SAFETY: not NULL, and large enough for every field of the first version, which are all there are.
    let request = unsafe { &*request };
    // SAFETY: each slice holds by this function's contract.
    unsafe {
        let mut seen = Request::new(request.method.bytes()?.ok_or(corsac_status::CORSAC_NULL)?);
        seen.path = request.path.bytes()?;
        seen.origin = request.origin.bytes()?;
        seen.access_control_request_method = request.acrm.bytes()?;
        seen.access_control_request_headers = request.acrh.bytes()?;
        seen.access_control_request_private_network = request.acrpn.bytes()?;
        Ok(seen)
    }
}
