//! Problems with a policy: their codes, and what is said of each.

pub(crate) mod code;
pub(crate) mod issue;
