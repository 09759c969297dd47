//! `corsac_decision`: what to do with one request, and the functions that make it.

pub mod action;
pub mod evaluate;
pub mod fields;
pub mod header;
pub mod header_copy;
pub mod reason;
pub mod reason_to_log;

pub(crate) mod prepared;
pub(crate) mod reader;
pub(crate) mod writer;
