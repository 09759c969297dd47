//! The middleware for ASGI.

pub(crate) mod headers;
mod mapping;
pub(crate) mod middleware;
pub(crate) mod request;
mod response;
mod send;
