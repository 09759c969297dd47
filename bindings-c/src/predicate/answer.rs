//! `corsac_predicate_answer`: a predicate's answer about an origin.

use engine::PredicateAnswer;

/// A predicate's answer about an origin. Numbers are never reused.
#[repr(i32)]
#[derive(Clone, Copy)]
pub enum corsac_predicate_answer {
    /// The origin is refused.
    CORSAC_PREDICATE_DENY = 0,
    /// The origin may read the response.
    CORSAC_PREDICATE_ALLOW = 1,
    /// The predicate failed. The origin is refused, and the decision's reason says why.
    CORSAC_PREDICATE_FAILED = 2,
}

/// An answer as C passes it, which can be any number.
pub type predicate_answer_number = i32;

/// Converts an answer. A number that is not an answer counts as a failure.
pub(crate) fn answer_of(number: predicate_answer_number) -> PredicateAnswer {
    const DENY: predicate_answer_number = corsac_predicate_answer::CORSAC_PREDICATE_DENY as predicate_answer_number;
    const ALLOW: predicate_answer_number = corsac_predicate_answer::CORSAC_PREDICATE_ALLOW as predicate_answer_number;
    match number {
        DENY => PredicateAnswer::Deny,
        ALLOW => PredicateAnswer::Allow,
        _ => PredicateAnswer::Failed,
    }
}

// The engine's numbers are passed on as they are.
const _: () = {
    assert!(
        PredicateAnswer::Deny as predicate_answer_number
            == corsac_predicate_answer::CORSAC_PREDICATE_DENY as predicate_answer_number
    );
    assert!(
        PredicateAnswer::Allow as predicate_answer_number
            == corsac_predicate_answer::CORSAC_PREDICATE_ALLOW as predicate_answer_number
    );
    assert!(
        PredicateAnswer::Failed as predicate_answer_number
            == corsac_predicate_answer::CORSAC_PREDICATE_FAILED as predicate_answer_number
    );
};
