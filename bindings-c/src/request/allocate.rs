//! `corsac_allocate`: the caller's function that gives memory.

use std::ffi::c_void;

/// Gives memory for a header that is repeated, or for a copied value: `size` bytes, which may begin at any address.
/// They stay valid as long as the request's other slices; most hosts take them from the request's pool. It returns
/// NULL if there is no memory, and must not throw or `longjmp`. `user` is the pointer that was passed to the function
/// that calls it.
pub type corsac_allocate = Option<unsafe extern "C" fn(size: usize, user: *mut c_void) -> *mut c_void>;
