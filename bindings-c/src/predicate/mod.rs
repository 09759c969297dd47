//! Origin predicates: the caller's function, its answers, and a cache of them.

pub mod answer;
pub mod answer_cache;
pub mod function;
