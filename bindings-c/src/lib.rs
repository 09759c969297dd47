//! The C library of corsac: the header `corsac.h` is made from these files.
//!
//! It has no rules of CORS. Every function checks its pointers, catches panics, and calls core.

// Names here are the same as in the header, so that a search finds both.
#![allow(non_camel_case_types, clippy::enum_variant_names)]
// Each comment has the caller's obligations under "Parameters", since a "Safety" heading means nothing in C.
#![allow(clippy::missing_safety_doc)]

pub mod decision;
pub mod explain;
pub mod issues;
pub mod policy;
pub mod predicate;
pub mod reload;
pub mod request;
pub mod response;
pub mod slice;
pub mod status;
pub mod version;

mod panic_boundary;
mod pointer;
