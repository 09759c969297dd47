//! `corsac_request`: what a decision looks at.

use crate::guard;
use crate::slice::corsac_slice;
use crate::status::corsac_status;
use engine::Request;
use std::mem::{offset_of, size_of};
use std::ptr::addr_of;

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
    /// The target as it was sent: the path undecoded, with or without its query. Only policies with `routes` look at it.
    pub path: corsac_slice,
    /// `Origin`.
    pub origin: corsac_slice,
    /// `Access-Control-Request-Method`.
    pub acrm: corsac_slice,
    /// `Access-Control-Request-Headers`.
    pub acrh: corsac_slice,
    /// `Access-Control-Request-Private-Network`.
    pub acrpn: corsac_slice,
    /// `Host`. This, and all that follows but for `path_decoded`, is looked at by policies with `protection` alone.
    pub host: corsac_slice,
    /// `Sec-Fetch-Site`.
    pub sec_fetch_site: corsac_slice,
    /// The library's own: which of the slices `corsac_request_add_header` has joined. Left zero.
    pub joined: usize,
    /// `:authority`, or the authority of an absolute target. It stands in where there is no `Host`.
    pub authority: corsac_slice,
    /// `Upgrade`.
    pub upgrade: corsac_slice,
    /// `Sec-WebSocket-Key`.
    pub sec_websocket_key: corsac_slice,
    /// The server has decoded `path` already, and keeps no other. Then its `%` and `?` are data. Leave it false where
    /// the target can be had as it was sent: more paths are unambiguous then.
    pub path_decoded: bool,
    /// The client's connection is known to be TLS. False: it is not, or that is not known.
    pub secure: bool,
    /// The server knows that this is a WebSocket handshake, whatever the headers say: extended CONNECT (RFC 8441).
    pub websocket: bool,
}

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
    unsafe { guard::check_size(request, FIRST)? };
    // SAFETY: not NULL, and large enough for every field that is read; each slice holds by this function's contract. No
    // reference is made: an older caller's struct ends before ours.
    unsafe {
        seen.method = (*request).method.bytes()?.ok_or(corsac_status::CORSAC_NULL)?;
        seen.path = (*request).path.bytes()?;
        seen.path_decoded = (*request).size >= SECOND && flag(addr_of!((*request).path_decoded));
        seen.origin = (*request).origin.bytes()?;
        seen.access_control_request_method = (*request).acrm.bytes()?;
        seen.access_control_request_headers = (*request).acrh.bytes()?;
        seen.access_control_request_private_network = (*request).acrpn.bytes()?;
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
            seen.secure = flag(addr_of!((*request).secure));
            seen.websocket = flag(addr_of!((*request).websocket));
        }
    }
    Ok(())
}

/// A caller's flag, as a byte: memory that was never set need not hold a `bool`.
///
/// # Safety
///
/// It points to a readable byte.
#[inline]
pub(crate) unsafe fn flag(pointer: *const bool) -> bool {
    // SAFETY: by this function's own contract.
    unsafe { pointer.cast::<u8>().read() != 0 }
}

/// Whether a request comes from a page of the host that it is for, as far as its headers tell: by `Sec-Fetch-Site`, else by
/// `Origin` and `Host`. A browser sends `Origin` with such a page's own writes, and no policy need allow it: where the
/// decision is `CORSAC_CONTINUE`, there is no refusal to log. It is for logs alone, since any client can send these headers.
///
/// Parameters: `request` is the request; its `size` and `method` are set.
///
/// Returns: whether it does; false where that cannot be told, and for a request that `corsac_policy_evaluate` would not take.
///
/// Threads: any.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn corsac_request_is_same_origin(request: *const corsac_request) -> bool {
    guard::value(false, || {
        let mut seen = Request::default();
        // SAFETY: NULL or a request, whose slices hold during the call, by the caller's contract.
        unsafe { read(request, true, &mut seen) }.is_ok() && seen.is_same_origin()
    })
}
