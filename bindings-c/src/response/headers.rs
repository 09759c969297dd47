//! `corsac_response_headers`: the host's callbacks for the headers of its response.

use crate::slice::corsac_slice;
use std::ffi::c_void;

/// A `bool` that a callback of the host returns. It is read as a byte, because a foreign function can return any byte.
pub type callback_bool = u8;

/// Passes one value to `corsac_decision_apply`, which copies it. `to` is the pointer that the callback `values` of
/// `corsac_response_headers` got. Call this function only from within that callback, on its thread. An absent value is
/// ignored.
pub type corsac_take_value = Option<unsafe extern "C" fn(value: corsac_slice, to: *mut c_void)>;

/// The headers of a response, as four callbacks that the host provides and `corsac_decision_apply` calls. First set
/// all of the struct to zero, then set `size` and all four callbacks.
///
/// Each callback gets `user` and the name of a header, which is in lower case, static and NUL-terminated. Compare it
/// with the response's names without regard to case. A value is followed by a NUL, and is valid until the
/// callback returns.
///
/// A callback returns true, or false if it failed: memory ran out, or the response has been sent already. It may call
/// any function of this library. It must not throw, `longjmp`, or free the policy or anything else from which the
/// decision borrows.
#[repr(C)]
pub struct corsac_response_headers {
    /// `sizeof(corsac_response_headers)`.
    pub size: usize,
    /// The pointer that the callbacks get. In most hosts, it points to the response. It may be NULL.
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
    /// Replaces all lines of this name by one line with this value. If there is no line, it adds one.
    pub set: Option<unsafe extern "C" fn(name: corsac_slice, value: corsac_slice, user: *mut c_void) -> callback_bool>,
    /// Adds a line of this name after those that exist.
    pub append:
        Option<unsafe extern "C" fn(name: corsac_slice, value: corsac_slice, user: *mut c_void) -> callback_bool>,
    /// Whether the application's CORS headers stay, as if the policy had `keep_app_headers`. This is for hosts with a
    /// setting of their own. A response that corsac makes itself (`CORSAC_RESPOND`) never has these headers.
    pub keep_app_headers: bool,
}
