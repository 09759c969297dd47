//! `corsac_request`: the parts of a request on which a decision depends, how header lines are
//! collected, and how requests are copied and compared.

pub mod allocate;
pub mod copy;
pub mod fields;
pub mod header_lines;
pub mod same;
pub mod same_origin;

pub(crate) mod read;
