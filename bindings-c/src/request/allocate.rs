//! `corsac_allocate`: the caller's function that allocates memory.

use std::ffi::c_void;

/// Allocates memory for a repeated header or for a copied value: `size` bytes with any alignment. The memory has to
/// stay valid as long as the request's other slices, so most hosts take it from the request's pool. The function
/// returns NULL if there is no memory, and must not throw or `longjmp`. `user` is the pointer that was passed together
/// with this function.
pub type corsac_allocate = Option<unsafe extern "C" fn(size: usize, user: *mut c_void) -> *mut c_void>;
