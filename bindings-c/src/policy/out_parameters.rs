//! The out parameters of functions that make something: one pointer for the result, such as a policy, and one for the
//! error.

use crate::issues::error::corsac_error;
use crate::panic_boundary;
use crate::status::corsac_status;
use engine::{ConfigError, LoadError};
use std::path::{Path, PathBuf};
use std::ptr::null_mut;

/// The reason why there is no result.
pub(crate) type Refusal = (corsac_status, corsac_error);

pub(crate) fn refused(error: &ConfigError) -> Refusal {
    (corsac_status::CORSAC_CONFIG, error.into())
}

pub(crate) fn unread(path: &Path, error: &LoadError) -> Refusal {
    match error {
        LoadError::Config(error) => refused(error),
        LoadError::Io(error) => (corsac_status::CORSAC_IO, corsac_error::unreadable(path, error)),
        error => (corsac_status::CORSAC_IO, corsac_error::unreadable(path, error)),
    }
}

/// Builds the result, and writes it or the error to the caller's out parameters.
///
/// # Safety
///
/// Unless NULL, `out` and `err` point to writable pointers, which nobody else uses now.
pub(crate) unsafe fn hand_over<T>(
    out: *mut *mut T,
    err: *mut *mut corsac_error,
    make: impl FnOnce() -> Result<Result<*mut T, Refusal>, corsac_status>,
) -> corsac_status {
    panic_boundary::status(|| {
        if !err.is_null() {
            // SAFETY: not NULL; writable by the caller's contract.
            unsafe { err.write(null_mut()) };
        }
        if out.is_null() {
            return Err(corsac_status::CORSAC_NULL);
        }
        // SAFETY: not NULL; writable by the caller's contract.
        unsafe { out.write(null_mut()) };
        match make()? {
            Ok(made) => {
                // SAFETY: as above.
                unsafe { out.write(made) };
                Ok(())
            }
            Err(refusal) => {
                // SAFETY: the caller's contract is this function's own.
                Err(unsafe { give_error(refusal, err) })
            }
        }
    })
}

/// Writes an error to the caller's out parameter, and returns its status.
///
/// # Safety
///
/// Unless NULL, `err` points to a writable pointer.
pub(crate) unsafe fn give_error((status, error): Refusal, err: *mut *mut corsac_error) -> corsac_status {
    if !err.is_null() {
        // SAFETY: not NULL; writable by this function's own contract.
        unsafe { err.write(Box::into_raw(Box::new(error))) };
    }
    status
}

#[cfg(unix)]
pub(crate) fn path_of(bytes: &[u8]) -> PathBuf {
    <std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(bytes).into()
}

#[cfg(not(unix))]
pub(crate) fn path_of(bytes: &[u8]) -> PathBuf {
    String::from_utf8_lossy(bytes).into_owned().into()
}
