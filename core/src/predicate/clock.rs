//! The clock that measures the age of answers.

use std::time::Duration;

/// A clock: the time since a fixed moment.
pub type Clock = fn() -> Duration;

/// The system's clock, which never goes back. It counts from the first call.
#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
pub(crate) fn system() -> Duration {
    static START: std::sync::LazyLock<std::time::Instant> = std::sync::LazyLock::new(std::time::Instant::now);
    START.elapsed()
}
