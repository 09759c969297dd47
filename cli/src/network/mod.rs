//! Requests over the network: what a page would send, and how it is sent.

pub(crate) mod agent;
pub(crate) mod client;
pub(crate) mod failures;
pub(crate) mod options;
pub(crate) mod page;
