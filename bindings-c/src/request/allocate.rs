//! `corsac_allocate`: the caller's function that gives memory.

use std::ffi::c_void;

/// Where the memory for a repeated header comes from: `size` bytes that hold as long as the request's other slices,
/// mostly from the request's own pool; NULL if there is none. It may not throw or `longjmp`.
pub type corsac_allocate = Option<unsafe extern "C" fn(size: usize, user: *mut c_void) -> *mut c_void>;
