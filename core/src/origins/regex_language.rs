//! Which origins a regex matches, and what two regexes have in common.
//!
//! The automaton of a regex is walked together with that of origins. A walk is limited. If it ends early, the result is
//! not known.

use crate::origins::origin::Origin;
use crate::origins::origin_automaton::{ALPHABET, Place};
use regex_automata::Anchored;
use regex_automata::dfa::{Automaton, StartError, dense};
use regex_automata::util::primitives::StateID;
use regex_automata::util::start;
use std::collections::HashSet;

/// A compiled regex, which is matched against the whole of a text.
pub(crate) type Dfa = dense::DFA<Vec<u32>>;

/// How many places of a walk are visited.
const MOST_VISITED: usize = 4096;

/// Whether it is certain that no well-formed origin matches.
pub(crate) fn is_empty(dfa: &Dfa) -> bool {
    let walked = walk([dfa], |[matches], _| matches);
    walked == Some(false)
}

/// Whether it is certain that each origin which matches the one matches the other too; with `secure_only`, each but
/// those that a policy with credentials refuses whatever matched them.
pub(crate) fn is_within(one: &Dfa, other: &Dfa, secure_only: bool) -> bool {
    let differs = |[one, other]: [bool; 2], origin: &dyn Fn() -> Vec<u8>| {
        let counts = || !secure_only || Origin::parse(&origin()).is_none_or(|origin| origin.is_secure());
        one && !other && counts()
    };
    walk([one, other], differs) == Some(false)
}

/// Whether it is certain that each origin which matches is one that a policy with credentials refuses.
pub(crate) fn is_insecure(dfa: &Dfa) -> bool {
    let is_secure = |origin: &[u8]| Origin::parse(origin).is_some_and(|origin| origin.is_secure());
    walk([dfa], |[matches], origin| matches && is_secure(&origin())) == Some(false)
}

/// Whether an origin that matches is certain to be plain http to another machine.
pub(crate) fn has_insecure(dfa: &Dfa) -> bool {
    let is_insecure = |origin: &[u8]| Origin::parse(origin).is_some_and(|origin| !origin.is_secure());
    walk([dfa], |[matches], origin| matches && is_insecure(&origin())) == Some(true)
}

/// One place of a walk, and how it was reached.
struct Visit<const N: usize> {
    states: [StateID; N],
    place: Place,
    from: usize,
    byte: u8,
}

/// Whether any origin has the property, shorter ones first; none where the walk was too long. What no longer can
/// match the first automaton is not followed.
fn walk<const N: usize>(dfas: [&Dfa; N], has: impl Fn([bool; N], &dyn Fn() -> Vec<u8>) -> bool) -> Option<bool> {
    let bytes = distinct_bytes(&dfas);
    let start = try_each(dfas, |dfa| dfa.start_state(&start::Config::new().anchored(Anchored::Yes)))?;
    let mut visits = vec![Visit { states: start, place: Place::START, from: 0, byte: 0 }];
    let mut seen = HashSet::with_hasher(foldhash::fast::RandomState::default());
    seen.insert((start, Place::START));
    let mut index = 0;
    while let Some(Visit { states, place, .. }) = visits.get(index) {
        let (states, place) = (*states, *place);
        if place.is_end() {
            let matches = zip(dfas, states, |dfa, state| dfa.is_match_state(dfa.next_eoi_state(state)));
            if has(matches, &|| path(&visits, index)) {
                return Some(true);
            }
        }
        for byte in &bytes {
            let Some(place) = place.next(*byte) else { continue };
            let states = zip(dfas, states, |dfa, state| dfa.next_state(state, *byte));
            let lost = dfas.first().zip(states.first()).is_some_and(|(dfa, state)| dfa.is_dead_state(*state));
            if lost || !seen.insert((states, place)) {
                continue;
            }
            if visits.len() == MOST_VISITED {
                return None;
            }
            visits.push(Visit { states, place, from: index, byte: *byte });
        }
        index += 1;
    }
    Some(false)
}

fn try_each<const N: usize>(
    dfas: [&Dfa; N],
    start: impl Fn(&Dfa) -> Result<StateID, StartError>,
) -> Option<[StateID; N]> {
    dfas.iter().all(|dfa| start(dfa).is_ok()).then(|| dfas.map(|dfa| start(dfa).unwrap_or_default()))
}

fn zip<const N: usize, T>(dfas: [&Dfa; N], states: [StateID; N], of: impl Fn(&Dfa, StateID) -> T) -> [T; N] {
    let mut states = states.into_iter();
    dfas.map(|dfa| of(dfa, states.next().unwrap_or_default()))
}

/// The bytes of origins, each once of those that neither the automata nor the grammar of origins tell apart.
fn distinct_bytes<const N: usize>(dfas: &[&Dfa; N]) -> Vec<u8> {
    let mut seen = HashSet::new();
    let class = |byte: u8| (dfas.map(|dfa| dfa.byte_classes().get(byte)), Place::class(byte));
    ALPHABET.iter().copied().filter(|byte| seen.insert(class(*byte))).collect()
}

fn path<const N: usize>(visits: &[Visit<N>], mut index: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while let Some(visit) = visits.get(index).filter(|_| index > 0) {
        bytes.push(visit.byte);
        index = visit.from;
    }
    bytes.reverse();
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::origins::regex::Regex;

    fn dfa(source: &str) -> Dfa {
        Regex::parse(source).unwrap().compile().unwrap()
    }

    #[test]
    fn what_no_origin_matches() {
        for source in [
            r"app\.example\.com",
            r"https://app\.example\.com/",
            r"https://app\.example\.com/.*",
            r"HTTPS://app\.example\.com",
            r"https://App\.example\.com",
            r"https://app\.example\.com:443",
            r"http://app\.example\.com:80",
            r"https://\.example\.com",
            r"file://.*",
            r"https://a\.example$b",
            r"~^https://a\.example",
            r"[a&&b]",
            "null",
            "",
        ] {
            assert!(is_empty(&dfa(source)), "{source}");
        }
        for source in [
            r".*",
            r".*\.example\.com",
            r"https://app\.example\.com/?",
            r"(?i)HTTPS://App\.Example\.com",
            r"https://app\.example\.com(:443)?",
            r"https://app\.example\.com:4430",
            r"app://A",
            r"http://\[::1\]",
            r"http://1\.2\.3\.4",
        ] {
            assert!(!is_empty(&dfa(source)), "{source}");
        }
    }

    #[test]
    fn what_matches_no_more_than_another() {
        let within = |one: &str, other: &str, secure_only| is_within(&dfa(one), &dfa(other), secure_only);
        let (any_start, label) = (r"https://.*\.example\.com", r"https://([a-z0-9_-]+\.)+example\.com");
        assert!(within(any_start, label, false) && within(label, any_start, false));
        assert!(within(r"https://[a-z]+\.example\.com", any_start, false));
        assert!(!within(any_start, r"https://[a-z]+\.example\.com", false));
        assert!(!within(r"https?://a\.example", r"https://a\.example", false));
        assert!(within(r"https?://a\.example", r"https://a\.example", true));
        assert!(!within(r"https?://localhost", r"https://localhost", true));
        assert!(within(r"https://a\.example(:443)?", r"https://a\.example", false));
    }
}
