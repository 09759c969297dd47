//! `corsac_response_headers`: the headers of the host's response, as far as a decision changes them.

use crate::slice::corsac_slice;
use std::ffi::c_void;

/// A `bool` that a callback of the host's returns, as a byte: nothing keeps a foreign function from returning another.
pub type callback_bool = u8;

/// Takes one value for `corsac_decision_apply`, which copies it. `to` is the pointer that the callback `values` of
/// `corsac_response_headers` got. It may be called only from within that callback, on its thread. An absent value is
/// ignored.
pub type corsac_take_value = Option<unsafe extern "C" fn(value: corsac_slice, to: *mut c_void)>;

/// The headers of a response, as far as a decision changes them: four callbacks that the host provides and
/// `corsac_decision_apply` calls. Set all of it to zero, then `size`, and all four callbacks.
///
/// Each callback gets `user`, and the name of a header: in lower case, static and NUL-terminated. The response's
/// names are compared with it without regard to case. A value has a NUL past its length, and is valid until the
/// callback returns.
///
/// A callback returns true, or false if it failed: memory ran out, or the response has been sent already. It may call
/// any function of this library, but may not free the policy or what the decision borrows from, throw, or `longjmp`.
#[repr(C)]
pub struct corsac_response_headers {
    /// `sizeof(corsac_response_headers)`.
    pub size: usize,
    /// The pointer that the callbacks get: for most hosts, the response. It may be NULL.
    pub user: *mut c_void,
    /// Calls `take` with each value of all lines of this name, in their order, and with `to`.
    pub values: Option<
        unsafe extern "C" fn(
            name: corsac_slice,
            take: corsac_take_value,
            to: *mut c_void,
            user: *mut c_void,
        ) -> callback_bool,
    >,
    /// Removes all lines of this name, if there are any.
    pub remove: Option<unsafe extern "C" fn(name: corsac_slice, user: *mut c_void) -> callback_bool>,
    /// Replaces all lines of this name by one with this value, or adds that line if there is none.
    pub set: Option<unsafe extern "C" fn(name: corsac_slice, value: corsac_slice, user: *mut c_void) -> callback_bool>,
    /// Adds a line of this name after those that exist.
    pub append:
        Option<unsafe extern "C" fn(name: corsac_slice, value: corsac_slice, user: *mut c_void) -> callback_bool>,
    /// The application's CORS headers stay, as if the policy had `keep_app_headers`. This is for hosts with a setting
    /// of their own. A response that corsac makes itself (`CORSAC_RESPOND`) keeps none of them.
    pub keep_app_headers: bool,
}
