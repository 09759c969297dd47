//! The middleware for WSGI.

pub(crate) mod environ;
pub(crate) mod middleware;
mod start_response;
