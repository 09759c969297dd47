//! The outcomes of a request on which its response depends, and the position of the template for each.

use crate::issues::code::Reason;

/// The possible results of protection for a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct ProtectionOutcomes {
    pub(crate) refuses: bool,
    pub(crate) reports: bool,
}

/// The facts about a decision on which the response's template depends: the rows of specification 4.1, and the refusals
/// of 7.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Rows 1 and 3 to 7: an actual request; plain OPTIONS requests differ in `Vary`.
    Actual { reason: Reason, options: bool },
    /// Rows 2 and 9: a preflight whose origin is not allowed.
    PreflightRefused { reason: Reason },
    /// Row 8: a preflight whose origin is allowed.
    PreflightAnswered { reason: Reason, private_network: bool, echo_method: bool, echo_headers: bool },
    /// Specification 7.2: an actual request that protection refuses. The page may read the refusal if it could read the
    /// response.
    ProtectionRefusal { reason: Reason, readable: bool },
    /// Specification 7.3: a preflight for a request that protection refuses, from an origin that is allowed.
    PreflightProtectionRefusal,
}

const ACTUAL: [Reason; 7] = [
    Reason::AnyOrigin,
    Reason::NoOrigin,
    Reason::OriginAllowed,
    Reason::OriginNotAllowed,
    Reason::OriginMalformed,
    Reason::PredicateFailed,
    Reason::PathAmbiguous,
];
const PREFLIGHT_REFUSALS: [Reason; 4] =
    [Reason::OriginNotAllowed, Reason::OriginMalformed, Reason::PredicateFailed, Reason::PathAmbiguous];
const PREFLIGHT_ANSWERS: [Reason; 4] = [
    Reason::PreflightAllowed,
    Reason::PreflightMethodNotAllowed,
    Reason::PreflightHeaderNotAllowed,
    Reason::PreflightHeadersMalformed,
];
const PROTECTION_REFUSALS: [Reason; 2] = [Reason::WriteRefused, Reason::WebsocketRefused];

/// Where the templates for one set of settings begin, and which outcomes these settings can have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OutcomeLayout {
    pub(crate) base: usize,
    pub(crate) private_network: bool,
    pub(crate) echo_method: bool,
    pub(crate) echo_headers: bool,
    pub(crate) protection: ProtectionOutcomes,
}

impl OutcomeLayout {
    /// Every outcome, each with the refusals that can be reported with it, in the order of their indexes.
    pub(crate) fn outcomes(self) -> Vec<(Outcome, Option<Reason>)> {
        let mut outcomes = Vec::new();
        for reason in ACTUAL {
            outcomes.extend([false, true].map(|options| Outcome::Actual { reason, options }));
        }
        outcomes.extend(PREFLIGHT_REFUSALS.map(|reason| Outcome::PreflightRefused { reason }));
        for reason in PREFLIGHT_ANSWERS {
            for private_network in both(self.private_network) {
                for echo_method in both(self.echo_method) {
                    for echo_headers in both(self.echo_headers) {
                        outcomes.push(Outcome::PreflightAnswered {
                            reason,
                            private_network,
                            echo_method,
                            echo_headers,
                        });
                    }
                }
            }
        }
        if self.protection.refuses {
            for reason in PROTECTION_REFUSALS {
                outcomes.extend([false, true].map(|readable| Outcome::ProtectionRefusal { reason, readable }));
            }
            outcomes.push(Outcome::PreflightProtectionRefusal);
        }
        let reported: &[Option<Reason>] = if self.protection.reports {
            &[None, Some(PROTECTION_REFUSALS[0]), Some(PROTECTION_REFUSALS[1])]
        } else {
            &[None]
        };
        outcomes.into_iter().flat_map(|outcome| reported.iter().map(move |reported| (outcome, *reported))).collect()
    }

    /// The index of an outcome's template among all templates of the policy.
    #[inline(always)]
    pub(crate) fn index(self, outcome: Outcome, reported: Option<Reason>) -> usize {
        const FIRST_PREFLIGHT_REFUSAL: usize = 2 * ACTUAL.len();
        const FIRST_ANSWER: usize = FIRST_PREFLIGHT_REFUSAL + PREFLIGHT_REFUSALS.len();
        let preflights = || {
            PREFLIGHT_ANSWERS.len()
                * choices(self.private_network)
                * choices(self.echo_method)
                * choices(self.echo_headers)
        };
        let index = match outcome {
            Outcome::Actual { reason, options } => 2 * index_in(&ACTUAL, reason) + usize::from(options),
            Outcome::PreflightRefused { reason } => FIRST_PREFLIGHT_REFUSAL + index_in(&PREFLIGHT_REFUSALS, reason),
            Outcome::PreflightAnswered { reason, private_network, echo_method, echo_headers } => {
                let mut index = index_in(&PREFLIGHT_ANSWERS, reason);
                index = index * choices(self.private_network) + usize::from(private_network);
                index = index * choices(self.echo_method) + usize::from(echo_method);
                index = index * choices(self.echo_headers) + usize::from(echo_headers);
                FIRST_ANSWER + index
            }
            Outcome::ProtectionRefusal { reason, readable } => {
                FIRST_ANSWER + preflights() + 2 * index_in(&PROTECTION_REFUSALS, reason) + usize::from(readable)
            }
            Outcome::PreflightProtectionRefusal => FIRST_ANSWER + preflights() + 2 * PROTECTION_REFUSALS.len(),
        };
        if !self.protection.reports {
            return self.base + index;
        }
        let reported = reported.map_or(0, |reason| 1 + index_in(&PROTECTION_REFUSALS, reason));
        self.base + (1 + PROTECTION_REFUSALS.len()) * index + reported
    }
}

#[inline]
fn index_in(reasons: &[Reason], reason: Reason) -> usize {
    reasons.iter().position(|other| *other == reason).unwrap_or(usize::MAX / 64)
}

fn choices(varies: bool) -> usize {
    if varies { 2 } else { 1 }
}

fn both(varies: bool) -> impl Iterator<Item = bool> {
    std::iter::once(false).chain(varies.then_some(true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outcome_is_at_its_index() {
        for bits in 0..32 {
            {
                let layout = OutcomeLayout {
                    base: 7,
                    private_network: bits & 1 > 0,
                    echo_method: bits & 2 > 0,
                    echo_headers: bits & 4 > 0,
                    protection: ProtectionOutcomes { refuses: bits & 8 > 0, reports: bits & 16 > 0 },
                };
                for (index, (outcome, reported)) in layout.outcomes().into_iter().enumerate() {
                    assert_eq!(layout.index(outcome, reported), 7 + index, "{outcome:?} {layout:?}");
                }
            }
        }
    }
}
