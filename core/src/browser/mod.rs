//! The browser's side: Fetch's CORS protocol.

pub(crate) mod fetch;
