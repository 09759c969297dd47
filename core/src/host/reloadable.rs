//! A policy that is swapped while requests run.

use arc_swap::ArcSwap;
use std::sync::Arc;

/// A policy, or an object that a host has made from one, which any thread can swap at any time.
///
/// Readers never block, and see the old value or the new one, never a mix. A request takes its value once, with
/// [`load`](Self::load), and keeps it to its end.
///
/// ```
/// use corsac::{Config, Policy, Reloadable};
///
/// let origins = |origin: &str| Config { allow_origins: vec![origin.into()], ..Config::default() };
/// let policies = Reloadable::new(Policy::new(origins("https://app.example.com"))?);
/// let of_this_request = policies.load();
/// policies.swap(Policy::new(origins("https://app.example.org"))?);
/// assert!(!std::sync::Arc::ptr_eq(&of_this_request, &policies.load()));
/// # Ok::<(), corsac::ConfigError>(())
/// ```
#[derive(Debug)]
pub struct Reloadable<T> {
    current: ArcSwap<T>,
}

impl<T> Reloadable<T> {
    /// Puts a first value in force.
    pub fn new(value: impl Into<Arc<T>>) -> Self {
        Reloadable { current: ArcSwap::new(value.into()) }
    }

    /// The value that is in force now.
    #[must_use]
    pub fn load(&self) -> Arc<T> {
        self.current.load_full()
    }

    /// Puts another value in force and returns the old one. The old value stays valid for all who still use it.
    pub fn swap(&self, value: impl Into<Arc<T>>) -> Arc<T> {
        self.current.swap(value.into())
    }
}
