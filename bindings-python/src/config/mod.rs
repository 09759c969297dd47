//! The settings of a policy, from Python's objects to values of core.

pub(crate) mod keyword_arguments;
pub(crate) mod policy_text;
pub(crate) mod predicate_functions;
mod value_reader;
