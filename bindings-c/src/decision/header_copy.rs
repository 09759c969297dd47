//! `corsac_header_copy` and `corsac_header_own`: copies of values, for servers that need a NUL or their own memory.

use crate::decision::header::corsac_header;
use crate::panic_boundary;
use crate::pointer;
use crate::request::allocate::corsac_allocate;
use crate::status::corsac_status;
use std::ffi::{c_char, c_void};
use std::ptr::null_mut;

/// Copies a header's value, and adds a NUL.
///
/// Parameters:
/// - `header` is a header of a decision that is still valid.
/// - `buffer`, `capacity`: where the value is stored; `buffer` may be NULL if `capacity` is 0.
/// - `length`: where the value's length is stored, without the NUL.
///
/// Returns: `CORSAC_OK`; `CORSAC_NULL`; `CORSAC_BAD_SIZE` if `capacity` is not greater than the length. Then
/// `*length` is set, and the buffer has an empty text.
///
/// Ownership: everything belongs to the caller.
///
/// Threads: any.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn corsac_header_copy(
    header: *const corsac_header,
    buffer: *mut c_char,
    capacity: usize,
    length: *mut usize,
) -> corsac_status {
    panic_boundary::status(|| {
        if length.is_null() || (buffer.is_null() && capacity > 0) {
            return Err(corsac_status::CORSAC_NULL);
        }
        // SAFETY: not NULL; writable by the caller's contract.
        unsafe { length.write(0) };
        if capacity > 0 {
            // SAFETY: not NULL, checked above, and at least one byte is writable by the caller's contract.
            unsafe { buffer.write(0) };
        }
        // SAFETY: NULL or a header, whose value is valid, by the caller's contract.
        let value = unsafe { pointer::reference(header)?.value.bytes()? }.ok_or(corsac_status::CORSAC_NULL)?;
        // SAFETY: as above.
        unsafe { length.write(value.len()) };
        if capacity <= value.len() {
            return Err(corsac_status::CORSAC_BAD_SIZE);
        }
        // SAFETY: the buffer has room for the value and the NUL; the caller's buffer does not overlap the value.
        unsafe { terminate(value, buffer) };
        Ok(())
    })
}

/// Copies a header's value into the host's memory, and adds a NUL.
///
/// Parameters:
/// - `header` is a header of a decision that is still valid.
/// - `allocate` is called once, with `user`, which may be NULL.
///
/// Returns: the value; NULL if there is no memory, or a pointer is NULL.
///
/// Ownership: the copy belongs to the caller, who frees it in the way that `allocate` requires.
///
/// Threads: any.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn corsac_header_own(
    header: *const corsac_header,
    allocate: corsac_allocate,
    user: *mut c_void,
) -> *mut c_char {
    panic_boundary::value(null_mut(), || {
        let Some(allocate) = allocate else { return null_mut() };
        // SAFETY: NULL or a header, whose value is valid, by the caller's contract.
        let value = unsafe { pointer::reference(header).and_then(|header| header.value.bytes()) };
        let Ok(Some(value)) = value else { return null_mut() };
        // SAFETY: the caller vouches for the function.
        let memory = unsafe { allocate(value.len() + 1, user) }.cast::<c_char>();
        if !memory.is_null() {
            // SAFETY: the memory is new, and has room for the value and the NUL.
            unsafe { terminate(value, memory) };
        }
        memory
    })
}

/// # Safety
///
/// `to` has room for the value and a NUL, and does not overlap with the value.
unsafe fn terminate(value: &[u8], to: *mut c_char) {
    // SAFETY: by this function's own contract.
    unsafe {
        value.as_ptr().cast::<c_char>().copy_to_nonoverlapping(to, value.len());
        to.add(value.len()).write(0);
    }
}
