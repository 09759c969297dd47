//! No panic leaves the library, because every exported function runs its body in a function of this file.

use crate::status::corsac_status;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs the body of a function that returns a status.
#[inline]
pub(crate) fn status(body: impl FnOnce() -> Result<(), corsac_status>) -> corsac_status {
    value(corsac_status::CORSAC_PANIC, || body().err().unwrap_or(corsac_status::CORSAC_OK))
}

/// Runs the body of a function that returns something else; a panic gives the fallback.
#[inline]
pub(crate) fn value<T>(fallback: T, body: impl FnOnce() -> T) -> T {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(value) => value,
        Err(payload) => {
            // Dropping the payload could panic again, outside `catch_unwind`.
            std::mem::forget(payload);
            fallback
        }
    }
}
