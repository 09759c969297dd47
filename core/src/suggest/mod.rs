//! Suggestions. Each is tried before it is printed.

pub(crate) mod guess;
pub(crate) mod lists;
pub(crate) mod paths;
pub(crate) mod pattern_fault;
pub(crate) mod patterns;
pub(crate) mod placeholder;
pub(crate) mod regex;
pub(crate) mod regex_fault;
pub(crate) mod regex_for_pattern;
pub(crate) mod regex_marks;
pub(crate) mod regex_patterns;
pub(crate) mod regex_pieces;
pub(crate) mod regex_reason;
pub(crate) mod regex_repair;
pub(crate) mod regex_samples;
pub(crate) mod regex_syntax_fault;
pub(crate) mod regex_tail;
pub(crate) mod trial;
