//! `corsac_slice`: bytes that belong to someone else.

use crate::panic_boundary;
use crate::status::corsac_status;
use std::ffi::{CStr, c_char};

/// Bytes, by pointer and length. They are borrowed: the code that passed them owns and frees them.
///
/// If the request does not have a header, `ptr` is NULL, whatever `len` is. If a header is present and empty,
/// `ptr` is not NULL and `len` is 0.
#[repr(C)]
#[derive(Clone, Copy, PartialEq)]
pub struct corsac_slice {
    /// The first byte; NULL if the slice is absent.
    pub ptr: *const c_char,
    /// The number of bytes, without a terminating NUL.
    pub len: usize,
}

/// The length of the longest object.
pub(crate) const LONGEST: usize = isize::MAX.unsigned_abs();

impl corsac_slice {
    pub(crate) const ABSENT: Self = corsac_slice { ptr: std::ptr::null(), len: 0 };

    pub(crate) const fn of(bytes: &[u8]) -> Self {
        corsac_slice { ptr: bytes.as_ptr().cast(), len: bytes.len() }
    }

    pub(crate) const fn of_c_str(text: &CStr) -> Self {
        Self::of(text.to_bytes())
    }

    /// Whether the length is a mistake, usually -1, because no object is that long. The length of an absent slice can
    /// be any number.
    #[inline]
    pub(crate) fn is_too_long(self) -> bool {
        !self.ptr.is_null() && self.len > LONGEST
    }

    /// The bytes; none if the slice is absent.
    ///
    /// # Safety
    ///
    /// Unless NULL, `ptr` points to `len` readable bytes, unchanged throughout `'a`.
    #[inline]
    pub(crate) unsafe fn bytes<'a>(self) -> Result<Option<&'a [u8]>, corsac_status> {
        if self.is_too_long() {
            return Err(corsac_status::CORSAC_BAD_SIZE);
        }
        // SAFETY: absent, or not too long; the rest is this function's own contract.
        Ok(unsafe { self.bytes_of_checked_length() })
    }

    /// The bytes, if the length has been checked with those of other slices; none if the slice is absent.
    ///
    /// # Safety
    ///
    /// Unless NULL, `ptr` points to `len` readable bytes, unchanged throughout `'a`, and `len` is at most [`LONGEST`].
    #[inline(always)]
    pub(crate) unsafe fn bytes_of_checked_length<'a>(self) -> Option<&'a [u8]> {
        // SAFETY: not NULL; the rest is this function's own contract.
        (!self.ptr.is_null()).then(|| unsafe { std::slice::from_raw_parts(self.ptr.cast(), self.len) })
    }
}

/// A slice of a C string, without its NUL.
///
/// Parameters: `text` is a NUL-terminated string, or NULL.
///
/// Returns: the slice; it is absent if `text` is NULL.
///
/// Lifetime: the slice borrows from `text`.
///
/// Threads: any.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn corsac_slice_from(text: *const c_char) -> corsac_slice {
    panic_boundary::value(corsac_slice::ABSENT, || {
        if text.is_null() {
            return corsac_slice::ABSENT;
        }
        // SAFETY: not NULL; NUL-terminated by the caller's contract.
        corsac_slice::of_c_str(unsafe { CStr::from_ptr(text) })
    })
}
