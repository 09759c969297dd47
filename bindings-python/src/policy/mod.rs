//! A policy as Python sees it: its classes, its predicates, its file, and how a middleware decides with it.

pub(crate) mod debugger;
pub(crate) mod decider;
pub(crate) mod decision_class;
pub(crate) mod issue_class;
pub(crate) mod load_error;
pub(crate) mod policy_class;
pub(crate) mod policy_file;
pub(crate) mod predicate;
pub(crate) mod predicate_answer;
pub(crate) mod predicate_cache;
mod predicate_options;
mod predicates;
mod refusal_log;
pub(crate) mod swappable_policy;
