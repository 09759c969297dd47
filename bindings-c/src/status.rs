//! `corsac_status`: how a call ended.

use crate::panic_boundary;
use std::ffi::c_char;

/// How a call ended. Numbers are never reused.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum corsac_status {
    /// The call succeeded.
    CORSAC_OK = 0,
    /// A required pointer is NULL, or there is no element at this index.
    CORSAC_NULL = 1,
    /// The `size` of a struct was not set, a length or a number is out of bounds, or a buffer is too
    /// small.
    CORSAC_BAD_SIZE = 2,
    /// The policy has errors; `corsac_error` lists them.
    CORSAC_CONFIG = 3,
    /// The policy file could not be read, or cannot be watched. If the call returns a `corsac_error`, it says why.
    CORSAC_IO = 4,
    /// There is a bug in corsac. If the call makes a decision, it is a refusal. If the call changes a response, the
    /// response may be half changed. Any other call had no effect.
    CORSAC_PANIC = 5,
    /// The host's allocator could not provide memory.
    CORSAC_MEMORY = 6,
    /// A callback that the host provides failed.
    CORSAC_CALLBACK = 7,
    /// The decision cannot be applied: it is `CORSAC_ASK`, or it contains a value that this library never writes.
    CORSAC_INVALID = 8,
    /// The exchange cannot be read; `corsac_error` lists its problems.
    CORSAC_EXCHANGE = 9,
}

/// A status as C passes it, which can be any number.
pub type status_number = i32;

/// The name of a status, for logs.
///
/// Parameters: `status` is any number.
///
/// Returns: a NUL-terminated text; `unknown` for a number that is not a status. Never NULL.
///
/// Lifetime: static; never freed.
///
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn corsac_status_name(status: status_number) -> *const c_char {
    use corsac_status::{CORSAC_BAD_SIZE, CORSAC_CALLBACK, CORSAC_CONFIG, CORSAC_EXCHANGE, CORSAC_INVALID, CORSAC_IO};
    use corsac_status::{CORSAC_MEMORY, CORSAC_NULL, CORSAC_OK, CORSAC_PANIC};
    const NAMES: [(corsac_status, &std::ffi::CStr); 10] = [
        (CORSAC_OK, c"ok"),
        (CORSAC_NULL, c"null"),
        (CORSAC_BAD_SIZE, c"bad-size"),
        (CORSAC_CONFIG, c"config"),
        (CORSAC_IO, c"io"),
        (CORSAC_PANIC, c"panic"),
        (CORSAC_MEMORY, c"memory"),
        (CORSAC_CALLBACK, c"callback"),
        (CORSAC_INVALID, c"invalid"),
        (CORSAC_EXCHANGE, c"exchange"),
    ];
    panic_boundary::value(c"unknown".as_ptr(), || {
        let known = NAMES.iter().find(|(known, _)| *known as status_number == status);
        known.map_or(c"unknown", |(_, name)| name).as_ptr()
    })
}
