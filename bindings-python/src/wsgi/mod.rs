//! The middleware for WSGI.

mod environ;
pub(crate) mod middleware;
mod start_response;
