//! What a decision does to a response.

pub mod apply;
pub mod headers;
pub mod vary;

pub(crate) mod host_headers;
