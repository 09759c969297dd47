//! What can happen on the walk, as far as an answer depends on it, and where each answer stands.

use crate::issues::code::Reason;

/// What protection can do to an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Guard {
    pub(crate) refuses: bool,
    pub(crate) reports: bool,
}

/// What happened on the walk, as far as the answer's template depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    /// An actual request; plain OPTIONS differ in `Vary`.
    Actual { reason: Reason, options: bool },
    /// A preflight whose origin is not allowed.
    Refused { reason: Reason },
    /// A preflight whose origin is allowed.
    Preflight { reason: Reason, private_network: bool, echo_method: bool, echo_headers: bool },
    /// An actual request that protection refuses. The page may read the refusal if it could read the answer.
    Blocked { reason: Reason, readable: bool },
    /// A preflight for a request that protection refuses, from an origin that is allowed.
    BlockedPreflight,
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
const REFUSALS: [Reason; 4] =
    [Reason::OriginNotAllowed, Reason::OriginMalformed, Reason::PredicateFailed, Reason::PathAmbiguous];
const PREFLIGHTS: [Reason; 4] = [
    Reason::PreflightAllowed,
    Reason::PreflightMethodNotAllowed,
    Reason::PreflightHeaderNotAllowed,
    Reason::PreflightHeadersMalformed,
];
const GUARDED: [Reason; 2] = [Reason::WriteRefused, Reason::WebsocketRefused];

/// Where the templates of one set of texts stand, and which cases it has.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    pub(crate) base: usize,
    pub(crate) private_network: bool,
    pub(crate) echo_method: bool,
    pub(crate) echo_headers: bool,
    pub(crate) guard: Guard,
}

impl Layout {
    /// Every case, each with what can be reported beside it, in the order of their places.
    pub(crate) fn cases(self) -> Vec<(Case, Option<Reason>)> {
        let mut cases = Vec::new();
        for reason in ACTUAL {
            cases.extend([false, true].map(|options| Case::Actual { reason, options }));
        }
        cases.extend(REFUSALS.map(|reason| Case::Refused { reason }));
        for reason in PREFLIGHTS {
            for private_network in both(self.private_network) {
                for echo_method in both(self.echo_method) {
                    for echo_headers in both(self.echo_headers) {
                        cases.push(Case::Preflight { reason, private_network, echo_method, echo_headers });
                    }
                }
            }
        }
        if self.guard.refuses {
            for reason in GUARDED {
                cases.extend([false, true].map(|readable| Case::Blocked { reason, readable }));
            }
            cases.push(Case::BlockedPreflight);
        }
        let reported: &[Option<Reason>] =
            if self.guard.reports { &[None, Some(GUARDED[0]), Some(GUARDED[1])] } else { &[None] };
        cases.into_iter().flat_map(|case| reported.iter().map(move |reported| (case, *reported))).collect()
    }

    /// The place of a case among all templates of the policy.
    #[inline]
    pub(crate) fn place(self, case: Case, reported: Option<Reason>) -> usize {
        const FIRST_REFUSAL: usize = 2 * ACTUAL.len();
        const FIRST_PREFLIGHT: usize = FIRST_REFUSAL + REFUSALS.len();
        let preflights = || {
            PREFLIGHTS.len() * choices(self.private_network) * choices(self.echo_method) * choices(self.echo_headers)
        };
        let place = match case {
            Case::Actual { reason, options } => 2 * place_in(&ACTUAL, reason) + usize::from(options),
            Case::Refused { reason } => FIRST_REFUSAL + place_in(&REFUSALS, reason),
            Case::Preflight { reason, private_network, echo_method, echo_headers } => {
                let mut place = place_in(&PREFLIGHTS, reason);
                place = place * choices(self.private_network) + usize::from(private_network);
                place = place * choices(self.echo_method) + usize::from(echo_method);
                place = place * choices(self.echo_headers) + usize::from(echo_headers);
                FIRST_PREFLIGHT + place
            }
            Case::Blocked { reason, readable } => {
                FIRST_PREFLIGHT + preflights() + 2 * place_in(&GUARDED, reason) + usize::from(readable)
            }
            Case::BlockedPreflight => FIRST_PREFLIGHT + preflights() + 2 * GUARDED.len(),
        };
        if !self.guard.reports {
            return self.base + place;
        }
        let reported = reported.map_or(0, |reason| 1 + place_in(&GUARDED, reason));
        self.base + (1 + GUARDED.len()) * place + reported
    }
}

#[inline]
fn place_in(reasons: &[Reason], reason: Reason) -> usize {
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
    fn every_case_stands_at_its_place() {
        for bits in 0..32 {
            {
                let layout = Layout {
                    base: 7,
                    private_network: bits & 1 > 0,
                    echo_method: bits & 2 > 0,
                    echo_headers: bits & 4 > 0,
                    guard: Guard { refuses: bits & 8 > 0, reports: bits & 16 > 0 },
                };
                for (place, (case, reported)) in layout.cases().into_iter().enumerate() {
                    assert_eq!(layout.place(case, reported), 7 + place, "{case:?} {layout:?}");
                }
            }
        }
    }
}
