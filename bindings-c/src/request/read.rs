//! Reading a caller's request, as far as its struct reaches.

use crate::pointer;
use crate::request::fields::corsac_request;
use crate::status::corsac_status;
use engine::Request;
use std::mem::{offset_of, size_of};
use std::ptr::addr_of;

/// The size that the first version of the header had. Later fields are read only where `size` reaches them.
pub(crate) const FIRST: usize = offset_of!(corsac_request, joined) + size_of::<usize>();

/// The size with what routes and protection look at. A field added later starts past this: the padding here is the
/// caller's, and holds anything.
const SECOND: usize = size_of::<corsac_request>();

/// Gives the engine its view of a request. What only protection looks at is read where it is wanted.
///
/// It is written in place: a request is too large to be moved about.
///
/// # Safety
///
/// `request` is NULL or points to a readable struct of the size that it says; its slices hold for `'a`.
#[inline(always)]
pub(crate) unsafe fn read<'a>(
    request: *const corsac_request,
    protected: bool,
    seen: &mut Request<'a>,
) -> Result<(), corsac_status> {
    // SAFETY: the caller's contract is this function's own.
    unsafe { pointer::check_size(request, FIRST)? };
    // SAFETY: not NULL, and large enough for every field that is read; each slice holds by this function's contract. No
    // reference is made: an older caller's struct ends before ours.
    unsafe {
        seen.method = (*request).method.bytes()?.ok_or(corsac_status::CORSAC_NULL)?;
        seen.path = (*request).path.bytes()?;
        seen.path_decoded = (*request).size >= SECOND && pointer::flag(addr_of!((*request).path_decoded));
        seen.origin = (*request).origin.bytes()?;
        seen.access_control_request_method = (*request).access_control_request_method.bytes()?;
        seen.access_control_request_headers = (*request).access_control_request_headers.bytes()?;
        seen.access_control_request_private_network = (*request).access_control_request_private_network.bytes()?;
        if protected { read_for_protection(request, seen) } else { Ok(()) }
    }
}

/// # Safety
///
/// As of `read`, which has checked that `request` is not NULL, and as large as the first version.
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
