//! `corsac_request`: what a decision looks at, and how its header lines are collected.

pub mod allocate;
pub mod fields;
pub mod header_lines;
pub mod same_origin;

pub(crate) mod read;
