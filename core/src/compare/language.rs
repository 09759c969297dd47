//! Languages of origins, and whether one is within others: their automata are walked side by side.

use crate::origins::origin_automaton::{ALPHABET, Place};
use crate::origins::regex::matches;
use crate::origins::regex_language::Dfa;
use regex_automata::Anchored;
use regex_automata::dfa::Automaton;
use regex_automata::util::primitives::StateID;
use regex_automata::util::start;
use std::collections::{HashMap, HashSet};

/// So many places of a walk are visited. Where it is longer, nothing is known.
const MOST_VISITED: usize = 20_000;

/// The origins that one automaton takes and another does not.
#[derive(Debug)]
pub(crate) struct Language {
    pub(crate) matches: Dfa,
    pub(crate) without: Option<Dfa>,
}

impl Language {
    pub(crate) fn of(matches: Dfa) -> Self {
        Language { matches, without: None }
    }

    /// Whether a text is in it.
    pub(crate) fn takes(&self, text: &[u8]) -> bool {
        matches(&self.matches, text) && !self.without.as_ref().is_some_and(|without| matches(without, text))
    }
}

/// One automaton among those that are walked, by its number, and one that it is without.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Term {
    matches: usize,
    without: Option<usize>,
}

/// Automata that are walked together. Each is there once.
#[derive(Debug, Default)]
pub(crate) struct Automata<'d> {
    dfas: Vec<&'d Dfa>,
}

impl<'d> Automata<'d> {
    pub(crate) fn add(&mut self, dfa: &'d Dfa) -> Term {
        self.dfas.push(dfa);
        Term { matches: self.dfas.len() - 1, without: None }
    }

    pub(crate) fn add_language(&mut self, language: &'d Language) -> Term {
        let term = self.add(&language.matches);
        let without = language.without.as_ref().map(|without| self.add(without).matches);
        Term { without, ..term }
    }
}

/// What a walk found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// There is no such origin.
    Nothing,
    /// There is this one.
    Origin(Vec<u8>),
    /// The walk was too long, or what it found is no origin.
    Unknown,
}

/// Which automata match a text.
pub(crate) struct Matches<'m>(&'m [bool]);

impl Matches<'_> {
    pub(crate) fn has(&self, term: Term) -> bool {
        let at = |index: usize| self.0.get(index).copied().unwrap_or(false);
        at(term.matches) && !term.without.is_some_and(at)
    }
}

/// Looks for an origin with a property, shorter ones first. What the automaton `needed` can no longer match is not
/// followed. `confirm` says of a text that has the property whether it really is such an origin: the walk takes a little
/// more than origins.
pub(crate) fn find(
    automata: &Automata<'_>,
    needed: Term,
    has: impl Fn(&Matches<'_>) -> bool,
    confirm: impl Fn(&[u8]) -> bool,
) -> Found {
    let dfas = automata.dfas.as_slice();
    let anchored = start::Config::new().anchored(Anchored::Yes);
    let Ok(start) = dfas.iter().map(|dfa| dfa.start_state(&anchored)).collect::<Result<Box<[StateID]>, _>>() else {
        return Found::Unknown;
    };
    let bytes = distinct_bytes(dfas);
    let mut visits = vec![Visit { states: start.clone(), place: Place::START, from: 0, byte: 0 }];
    let mut seen = HashSet::with_hasher(foldhash::fast::RandomState::default());
    seen.insert((start, Place::START));
    let mut is_unsure = false;
    let mut index = 0;
    while let Some(Visit { states, place, .. }) = visits.get(index) {
        let (states, place) = (states.clone(), *place);
        if place.is_end() {
            let ends: Vec<bool> =
                dfas.iter().zip(&states).map(|(dfa, state)| dfa.is_match_state(dfa.next_eoi_state(*state))).collect();
            if has(&Matches(&ends)) {
                let text = path(&visits, index);
                if confirm(&text) {
                    return Found::Origin(text);
                }
                is_unsure = true;
            }
        }
        for byte in &bytes {
            let Some(place) = place.next(*byte) else { continue };
            let next: Box<[StateID]> =
                dfas.iter().zip(&states).map(|(dfa, state)| dfa.next_state(*state, *byte)).collect();
            let lost = dfas.get(needed.matches).zip(next.get(needed.matches));
            if lost.is_some_and(|(dfa, state)| dfa.is_dead_state(*state)) || !seen.insert((next.clone(), place)) {
                continue;
            }
            if visits.len() == MOST_VISITED {
                return Found::Unknown;
            }
            visits.push(Visit { states: next, place, from: index, byte: *byte });
        }
        index += 1;
    }
    if is_unsure { Found::Unknown } else { Found::Nothing }
}

/// One place of a walk, and how it was reached.
struct Visit {
    states: Box<[StateID]>,
    place: Place,
    from: usize,
    byte: u8,
}

/// The bytes of origins, each once of those that neither the automata nor the grammar of origins tell apart.
fn distinct_bytes(dfas: &[&Dfa]) -> Vec<u8> {
    let mut groups: HashMap<(Vec<u8>, u8), u8> = HashMap::new();
    let mut bytes = Vec::new();
    for byte in ALPHABET {
        let classes = dfas.iter().map(|dfa| dfa.byte_classes().get(*byte)).collect();
        if groups.insert((classes, Place::class(*byte)), *byte).is_none() {
            bytes.push(*byte);
        }
    }
    bytes
}

fn path(visits: &[Visit], mut index: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while let Some(visit) = visits.get(index).filter(|_| index > 0) {
        bytes.push(visit.byte);
        index = visit.from;
    }
    bytes.reverse();
    bytes
}
