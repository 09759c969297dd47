//! The clock by which answers age.

use std::time::Duration;

/// A clock: the time since a moment that is always the same.
pub type Clock = fn() -> Duration;

/// The system's clock, which is never set back. The moment is that of the first call.
#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
pub(crate) fn system() -> Duration {
    static START: std::sync::LazyLock<std::time::Instant> = std::sync::LazyLock::new(std::time::Instant::now);
    START.elapsed()
}
