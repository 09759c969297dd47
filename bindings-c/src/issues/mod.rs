//! What is wrong with a policy, or unwise in it, in the form in which C reads it.

pub mod error;
pub mod issue;

pub(crate) mod terminated_text;
