//! Settings become a policy, in one pass: they are checked, then become rules, then templates of responses.

mod checked;
pub(crate) mod checker;
pub(crate) mod compiler;
mod contradiction;
mod lists;
mod named_dangers;
mod origins;
mod routes;
