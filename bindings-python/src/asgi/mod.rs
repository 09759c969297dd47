//! The middleware for ASGI.

mod headers;
mod mapping;
pub(crate) mod middleware;
mod request;
mod send;
