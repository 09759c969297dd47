//! `corsac_request`: the parts of a request on which a decision depends, and how header lines are collected.

pub mod allocate;
pub mod fields;
pub mod header_lines;
pub mod same_origin;

pub(crate) mod read;
