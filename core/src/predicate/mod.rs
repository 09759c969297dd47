//! Predicates: functions of the host that decide on an origin.

pub(crate) mod cache;
