//! Things in a policy that are wrong or unwise, in the form in which C reads them.

pub mod error;
pub mod issue;

pub(crate) mod terminated_text;
