//! The headers of responses.

pub(crate) mod apply;
#[cfg(feature = "http")]
pub(crate) mod header_map;
pub(crate) mod header_name;
pub(crate) mod outcome;
pub(crate) mod render;
pub(crate) mod server_timing;
pub(crate) mod template;
pub(crate) mod vary;
