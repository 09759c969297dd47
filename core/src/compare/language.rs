//! Languages of origins, and whether one is within others: their automata are walked side by side.

use crate::origins::automata_walk::{self, Dfa};
use crate::origins::regex::matches;

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
    /// The walk was too long, or the text that it found is not an origin.
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
    let (mut found, mut is_unsure) = (None, false);
    let walked = automata_walk::walk(&automata.dfas, needed.matches, MOST_VISITED, |matches, text| {
        if !has(&Matches(matches)) {
            return false;
        }
        let text = text();
        if confirm(&text) {
            found = Some(text);
        } else {
            is_unsure = true;
        }
        found.is_some()
    });
    match found {
        Some(origin) => Found::Origin(origin),
        None if walked == Some(false) && !is_unsure => Found::Nothing,
        None => Found::Unknown,
    }
}
