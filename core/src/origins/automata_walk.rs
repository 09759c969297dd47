//! Walking several automata together over all possible origins.
//!
//! The automata are walked together with the grammar of origins. A walk is limited. If it ends early, the result is not
//! known.

use crate::origins::automaton::{Dfa, State};
use crate::origins::origin_automaton::{ALPHABET, Place};
use foldhash::fast::RandomState;
use hashbrown::HashTable;
use std::hash::BuildHasher;

/// One state of a walk, and how it was reached.
struct Visit {
    place: Place,
    from: usize,
    byte: u8,
}

/// The visited states of a walk. The states of all automata at the visit `index` are the chunk `index` of `states`.
struct Visits {
    width: usize,
    states: Vec<State>,
    visits: Vec<Visit>,
    known: HashTable<usize>,
    hasher: RandomState,
}

impl Visits {
    fn new(width: usize) -> Self {
        let hasher = RandomState::default();
        Visits { width, states: Vec::new(), visits: Vec::new(), known: HashTable::new(), hasher }
    }

    fn states(&self, index: usize) -> &[State] {
        let start = index * self.width;
        self.states.get(start..start + self.width).unwrap_or_default()
    }

    fn place(&self, index: usize) -> Option<Place> {
        self.visits.get(index).map(|visit| visit.place)
    }

    fn is_known(&self, states: &[State], place: Place) -> bool {
        let is_same = |index: &usize| self.place(*index) == Some(place) && self.states(*index) == states;
        self.known.find(self.hasher.hash_one((states, place)), is_same).is_some()
    }

    fn add(&mut self, states: &[State], visit: Visit) {
        let hash = self.hasher.hash_one((states, visit.place));
        let index = self.visits.len();
        self.states.extend_from_slice(states);
        self.visits.push(visit);
        let Visits { width, states, visits, known, hasher } = self;
        let rehash = |index: &usize| {
            let states = states.get(index * *width..(index + 1) * *width).unwrap_or_default();
            hasher.hash_one((states, visits.get(*index).map_or(Place::START, |visit| visit.place)))
        };
        known.insert_unique(hash, index, rehash);
    }

    /// The text that leads to a visit.
    fn text(&self, mut index: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        while let Some(visit) = self.visits.get(index).filter(|_| index > 0) {
            bytes.push(visit.byte);
            index = visit.from;
        }
        bytes.reverse();
        bytes
    }
}

/// Whether any origin has the property, trying shorter origins first; `None` if more than `most` states would be
/// visited.
///
/// `has` is called for each origin, with the automata that match it and with a function that writes it. A text that the
/// automaton `needed` can no longer match is not continued.
pub(crate) fn walk(
    dfas: &[&Dfa],
    needed: usize,
    most: usize,
    mut has: impl FnMut(&[bool], &dyn Fn() -> Vec<u8>) -> bool,
) -> Option<bool> {
    let start: Vec<State> = dfas.iter().map(|dfa| dfa.start()).collect();
    let bytes = distinct_bytes(dfas);
    let mut visits = Visits::new(dfas.len());
    visits.add(&start, Visit { place: Place::START, from: 0, byte: 0 });
    let (mut states, mut next, mut matches) = (Vec::new(), Vec::new(), Vec::new());
    let mut index = 0;
    while let Some(place) = visits.place(index) {
        states.clear();
        states.extend_from_slice(visits.states(index));
        let both = || dfas.iter().zip(&states);
        if place.is_end() {
            matches.clear();
            matches.extend(both().map(|(dfa, state)| dfa.is_match(*state)));
            if has(&matches, &|| visits.text(index)) {
                return Some(true);
            }
        }
        for byte in &bytes {
            let Some(place) = place.next(*byte) else { continue };
            next.clear();
            next.extend(both().map(|(dfa, state)| dfa.next(*state, *byte)));
            let lost = next.get(needed).is_some_and(|state| state.is_dead());
            if lost || visits.is_known(&next, place) {
                continue;
            }
            if visits.visits.len() == most {
                return None;
            }
            visits.add(&next, Visit { place, from: index, byte: *byte });
        }
        index += 1;
    }
    Some(false)
}

/// The bytes of origins. If the automata and the grammar of origins treat several bytes alike, only one of them is
/// taken.
fn distinct_bytes(dfas: &[&Dfa]) -> Vec<u8> {
    let is_same = |one: u8, other: u8| {
        Place::class(one) == Place::class(other) && dfas.iter().all(|dfa| dfa.class(one) == dfa.class(other))
    };
    let mut distinct: Vec<u8> = Vec::new();
    for byte in ALPHABET {
        if !distinct.iter().any(|known| is_same(*known, *byte)) {
            distinct.push(*byte);
        }
    }
    distinct
}
