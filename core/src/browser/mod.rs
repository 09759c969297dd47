//! The browser's side of the protocol: what a page may read of a response.

mod fetch;

pub use fetch::{Blocked, Fetch, PREFLIGHT_METHOD};
