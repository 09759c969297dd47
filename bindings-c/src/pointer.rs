//! A caller's pointers. A NULL pointer is never followed, and no struct is read or written past its size.

use crate::status::corsac_status;

/// Follows a pointer, unless it is NULL.
///
/// # Safety
///
/// Unless NULL, `pointer` points to a valid `T` that nobody changes throughout `'a`.
#[inline]
pub(crate) unsafe fn reference<'a, T>(pointer: *const T) -> Result<&'a T, corsac_status> {
    // SAFETY: the caller's contract is this function's own.
    unsafe { pointer.as_ref() }.ok_or(corsac_status::CORSAC_NULL)
}

/// Checks that a struct that begins with its size has at least `least` bytes. More bytes are fine, because
/// the caller may have been compiled with a newer header.
///
/// # Safety
///
/// Unless NULL, `pointer` points to a readable `size_t`.
#[inline]
pub(crate) unsafe fn check_size<T>(pointer: *const T, least: usize) -> Result<(), corsac_status> {
    // SAFETY: the caller's contract is this function's own; such structs begin with their size.
    let size = unsafe { reference(pointer.cast::<usize>())? };
    if *size < least { Err(corsac_status::CORSAC_BAD_SIZE) } else { Ok(()) }
}

/// Reads a caller's flag as a byte, because memory that was never set may not contain a valid `bool`.
///
/// # Safety
///
/// It points to a readable byte.
#[inline]
pub(crate) unsafe fn flag(pointer: *const bool) -> bool {
    // SAFETY: by this function's own contract.
    unsafe { pointer.cast::<u8>().read() != 0 }
}
