//! The middleware for ASGI.

pub(crate) mod headers;
mod mapping;
pub(crate) mod middleware;
mod request;
mod send;
