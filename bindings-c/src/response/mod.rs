//! The headers that a decision puts on a response.

pub mod apply;
pub mod headers;
pub mod vary;

pub(crate) mod host_headers;
