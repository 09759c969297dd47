//! Reading a caller's request, without reading past the size of its struct.

use crate::pointer;
use crate::request::fields::corsac_request;
use crate::slice::{LONGEST, corsac_slice};
use crate::status::corsac_status;
use engine::Request;
use std::mem::{offset_of, size_of};
use std::ptr::addr_of;

/// The size in the first version of the header. Later fields are read only if `size` includes them.
pub(crate) const FIRST: usize = offset_of!(corsac_request, joined) + size_of::<usize>();

/// The size with the fields for routes and protection. A field that is added later has to begin after this size,
/// because the caller's padding can contain anything.
pub(crate) const SECOND: usize = size_of::<corsac_request>();

/// Converts a request for the engine. The fields for protection are read only if the policy needs them.
///
/// The result is written in place, because a request is too large to be moved.
///
/// # Safety
///
/// `request` is NULL or points to a readable struct of the size that it says; its slices are valid for `'a`.
#[inline(always)]
pub(crate) unsafe fn read<'a>(
    request: *const corsac_request,
    protected: bool,
    seen: &mut Request<'a>,
) -> Result<(), corsac_status> {
    // SAFETY: the caller's contract is this function's own.
    unsafe { pointer::check_size(request, FIRST)? };
    // SAFETY: not NULL, and large enough for every field that is read; each slice is valid by this function's contract.
    // No reference is made: an older caller's struct ends before ours.
    unsafe {
        let (method, path, origin) = ((*request).method, (*request).path, (*request).origin);
        let asked_method = (*request).access_control_request_method;
        let asked_headers = (*request).access_control_request_headers;
        let private_network = (*request).access_control_request_private_network;
        // All lengths are checked at once: if one is too long, so is the bitwise OR of all.
        let bits = method.len | path.len | origin.len | asked_method.len | asked_headers.len | private_network.len;
        if bits > LONGEST {
            check_each(&[method, path, origin, asked_method, asked_headers, private_network])?;
        }
        seen.method = method.bytes_of_checked_length().ok_or(corsac_status::CORSAC_NULL)?;
        seen.path = path.bytes_of_checked_length();
        seen.path_decoded = (*request).size >= SECOND && pointer::flag(addr_of!((*request).path_decoded));
        seen.origin = origin.bytes_of_checked_length();
        seen.access_control_request_method = asked_method.bytes_of_checked_length();
        seen.access_control_request_headers = asked_headers.bytes_of_checked_length();
        seen.access_control_request_private_network = private_network.bytes_of_checked_length();
        if protected { read_for_protection(request, seen) } else { Ok(()) }
    }
}

#[cold]
#[inline(never)]
fn check_each(slices: &[corsac_slice]) -> Result<(), corsac_status> {
    if slices.iter().any(|slice| slice.is_too_long()) { Err(corsac_status::CORSAC_BAD_SIZE) } else { Ok(()) }
}

/// # Safety
///
/// The same contract as `read`, which has also checked that `request` is not NULL and is as large as the first version.
#[inline(never)]
unsafe fn read_for_protection<'a>(request: *const corsac_request, seen: &mut Request<'a>) -> Result<(), corsac_status> {
    // SAFETY: as in `read`.
    unsafe {
        seen.host = (*request).host.bytes()?;
        seen.sec_fetch_site = (*request).sec_fetch_site.bytes()?;
        if (*request).size >= SECOND {
            seen.host = seen.host.or((*request).authority.bytes()?);
            seen.upgrade = (*request).upgrade.bytes()?;
            seen.sec_websocket_key = (*request).sec_websocket_key.bytes()?;
            seen.secure = pointer::flag(addr_of!((*request).secure));
            seen.websocket = pointer::flag(addr_of!((*request).websocket));
        }
    }
    Ok(())
}
