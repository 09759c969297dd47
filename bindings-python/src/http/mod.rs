//! The parts of an HTTP message in Python, and the functions of core that need only HTTP.

pub(crate) mod known_str;
pub(crate) mod octets;
pub(crate) mod request_headers;
pub(crate) mod request_target;
pub(crate) mod vary;
