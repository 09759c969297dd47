//! Predicates: functions of the host that decide on an origin.

pub(crate) mod cache;
pub(crate) mod clock;

/// A predicate's answer about an origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum PredicateAnswer {
    /// The origin is refused.
    Deny = 0,
    /// The origin may read the response.
    Allow = 1,
    /// The predicate failed: the origin is refused, and the decision says why.
    Failed = 2,
}
