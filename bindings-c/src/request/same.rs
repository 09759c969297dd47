//! `corsac_policy_decides_same`: whether two requests are equal in everything that a policy reads.

use crate::panic_boundary;
use crate::pointer;
use crate::policy::counted::corsac_policy;
use crate::request::fields::corsac_request;
use crate::request::read;
use crate::slice::corsac_slice;
use crate::status::corsac_status;
use std::mem::size_of;
use std::ptr::addr_of;

/// Whether two requests are byte for byte the same in everything that the policy reads, so that it decides the same on
/// both. A host that serves similar requests one after another may then use its last decision again. Keep the earlier
/// request with `corsac_request_copy`. The answers of a predicate can differ between two requests that are the same.
///
/// Parameters: `policy` is a policy; `one` and `other` are requests, each with its `size` and `method` set.
///
/// Returns: true if they are the same; false otherwise, and also for a request whose struct has fewer fields than this
/// version of `corsac.h` defines, or that `corsac_policy_evaluate` would not accept.
///
/// Threads: any.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn corsac_policy_decides_same(
    policy: *const corsac_policy,
    one: *const corsac_request,
    other: *const corsac_request,
) -> bool {
    panic_boundary::value(false, || {
        // SAFETY: NULL, or a policy and requests that are valid during the call, by the caller's contract.
        unsafe { same(policy, one, other) }.unwrap_or(false)
    })
}

/// # Safety
///
/// The contract is that of `corsac_policy_decides_same`.
#[inline(always)]
unsafe fn same(
    policy: *const corsac_policy,
    one: *const corsac_request,
    other: *const corsac_request,
) -> Result<bool, corsac_status> {
    // SAFETY: the caller's contract is this function's own.
    let policy = unsafe {
        pointer::check_size(one, read::SECOND)?;
        pointer::check_size(other, read::SECOND)?;
        pointer::reference(policy)?
    };
    // SAFETY: both have all fields, and each slice is valid by this function's contract.
    unsafe {
        // What differs most often comes first.
        if policy.by_path
            && !(is_same((*one).path, (*other).path)
                && is_same_flag(addr_of!((*one).path_decoded), addr_of!((*other).path_decoded)))
        {
            return Ok(false);
        }
        // `corsac_policy_evaluate` accepts no path that is too long, whether the policy reads it or not.
        let same_cors = !(*one).method.ptr.is_null()
            && !(*one).path.is_too_long()
            && !(*other).path.is_too_long()
            && is_same((*one).origin, (*other).origin)
            && is_same((*one).method, (*other).method)
            && is_same((*one).access_control_request_method, (*other).access_control_request_method)
            && is_same((*one).access_control_request_headers, (*other).access_control_request_headers)
            && is_same((*one).access_control_request_private_network, (*other).access_control_request_private_network);
        if !same_cors || !policy.protected {
            return Ok(same_cors);
        }
        Ok(is_same((*one).host, (*other).host)
            && is_same((*one).sec_fetch_site, (*other).sec_fetch_site)
            && is_same((*one).authority, (*other).authority)
            && is_same((*one).upgrade, (*other).upgrade)
            && is_same((*one).sec_websocket_key, (*other).sec_websocket_key)
            && is_same_flag(addr_of!((*one).secure), addr_of!((*other).secure))
            && is_same_flag(addr_of!((*one).websocket), addr_of!((*other).websocket)))
    }
}

/// # Safety
///
/// Both point to a readable byte.
#[inline(always)]
unsafe fn is_same_flag(a: *const bool, b: *const bool) -> bool {
    // SAFETY: by this function's own contract.
    unsafe { pointer::flag(a) == pointer::flag(b) }
}

/// # Safety
///
/// Both slices are valid.
#[inline(always)]
unsafe fn is_same(a: corsac_slice, b: corsac_slice) -> bool {
    if a.ptr.is_null() || b.ptr.is_null() {
        return a.ptr.is_null() && b.ptr.is_null();
    }
    if a.len != b.len || a.is_too_long() {
        return false;
    }
    // SAFETY: not NULL, and of a possible length; the rest is this function's own contract.
    unsafe { a.bytes_of_checked_length() == b.bytes_of_checked_length() }
}

const _: () = assert!(read::SECOND == size_of::<corsac_request>());
