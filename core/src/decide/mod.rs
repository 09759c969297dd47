//! A policy and a request make a decision.

pub(crate) mod decision;
pub(crate) mod evaluate;
pub(crate) mod foreign_write;
pub(crate) mod headers;
pub(crate) mod host_error;
#[cfg(feature = "http")]
pub(crate) mod http_types;
pub(crate) mod methods;
pub(crate) mod policy;
pub(crate) mod protection;
pub(crate) mod reason_to_log;
pub(crate) mod request;
pub(crate) mod served_method;
