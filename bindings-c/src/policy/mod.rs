//! `corsac_policy`: building it, its reference count, and its lints.

pub mod build;
pub mod counted;
pub mod lints;
pub mod nobody;
pub mod options;

pub(crate) mod out_parameters;
