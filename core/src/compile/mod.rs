//! Settings become a policy.

pub(crate) mod compiler;
pub(crate) mod lists;
pub(crate) mod origins;
