//! Languages of origins. To find out whether one contains an origin that others do not, their automata are walked
//! together.

use crate::origins::automata_walk;
use crate::origins::automaton::Dfa;

/// The most states that a walk visits. If it has not ended by then, its result is unknown.
const MOST_VISITED: usize = 20_000;

/// The origins that one automaton matches and another does not.
#[derive(Debug)]
pub(crate) struct Language {
    pub(crate) matches: Dfa,
    pub(crate) without: Option<Dfa>,
}

impl Language {
    pub(crate) fn of(matches: Dfa) -> Self {
        Language { matches, without: None }
    }

    /// Whether a text is in the language.
    pub(crate) fn takes(&self, text: &[u8]) -> bool {
        self.matches.matches(text) && !self.without.as_ref().is_some_and(|without| without.matches(text))
    }
}

/// A language whose automata are walked, as their indexes in [`Automata`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Term {
    matches: usize,
    without: Option<usize>,
}

/// Automata that are walked together.
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

/// The result of a walk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// There is no such origin.
    Nothing,
    /// This origin was found.
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

/// Looks for an origin with a property, and tries shorter texts first. A text that the automaton `needed` can no
/// longer match is not continued. The walk accepts some texts that are not origins, so `confirm` says whether a
/// text with the property really is such an origin.
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
