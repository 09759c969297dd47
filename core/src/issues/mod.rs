//! Problems with a policy: their codes, and every sentence about them.

pub(crate) mod code;
pub(crate) mod fault;
#[cfg(feature = "explain")]
pub(crate) mod finding_code;
pub(crate) mod issue;
pub(crate) mod messages;
