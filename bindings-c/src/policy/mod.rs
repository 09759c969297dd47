//! `corsac_policy`: built, counted by reference, linted.

pub mod build;
pub mod counted;
pub mod lints;
pub mod nobody;
pub mod options;

pub(crate) mod out_parameters;
