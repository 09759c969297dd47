//! Which patterns and regexes of one list of origins allow an origin that no other list allows.

use crate::compare::language::{Automata, Found, Language, Matches, Term, find};
use crate::compare::patterns;
use crate::origins::automaton::Dfa;
use crate::origins::origin::Origin;
use crate::origins::set::{ConfiguredPattern, OriginSet, Verdict};
use std::collections::HashSet;

/// A list of origins, and everything else that decides whether an origin is allowed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OriginList<'s> {
    pub(crate) set: &'s OriginSet,
    /// Plain http to another machine is refused, even if an entry matches it.
    pub(crate) secure_only: bool,
    /// A predicate is asked about origins that no entry matches.
    pub(crate) asks: bool,
    /// Origins that no entry matches are allowed.
    pub(crate) takes_all: bool,
    /// The regexes as they were written, if the policy has kept its settings.
    pub(crate) regexes: &'s [&'s str],
}

/// An entry of a list that allows an origin which no other list allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Uncovered {
    pub(crate) entry: String,
    /// Such an origin, if the entry matches more than one.
    pub(crate) example: Option<String>,
    pub(crate) certain: bool,
}

/// The most wildcards or regexes of other lists that are walked together with one entry. Leaving some
/// out can only make the result less certain.
const MOST_WALKED: usize = 48;
/// An origin that hardly any entry except `*` allows.
const ANY_EXAMPLE: &str = "https://any.example";
/// The most origins of other lists that are walked together with an entry that matches them.
const MOST_EXACT: usize = 256;

impl OriginList<'_> {
    fn allows(&self, origin: &[u8]) -> bool {
        match self.set.check(origin, self.secure_only) {
            Verdict::Allowed => true,
            Verdict::Ask => self.takes_all,
            Verdict::NotAllowed | Verdict::Malformed => false,
        }
    }
}

/// The entries of a list that allow an origin which no other list allows.
pub(crate) fn uncovered(list: OriginList<'_>, others: &[OriginList<'_>]) -> Vec<Uncovered> {
    let others = Others::new(others);
    let mut found = Vec::new();
    if list.set.is_any() || list.takes_all {
        let null = list.set.is_any() && !others.allow(b"null");
        found.extend(match others.covers_any(&list) {
            Found::Nothing if null => Some(others.uncovered("*", Some("null".to_owned()), true)),
            found => others.report("*", found),
        });
        return found;
    }
    if list.set.has_null() && !others.allow(b"null") {
        found.push(others.uncovered("null", None, true));
    }
    for pattern in list.set.patterns() {
        match pattern {
            ConfiguredPattern::Exact { origin, any_port: false } => {
                if !others.allow(origin) && list.allows(origin) {
                    found.push(others.uncovered(&pattern.written(), None, true));
                }
            }
            _ => found.extend(others.check_pattern(pattern, &list)),
        }
    }
    for (index, dfa) in list.set.regexes().iter().enumerate() {
        let source = list.regexes.get(index).copied();
        let entry = source.map_or_else(|| format!("regex number {}", index + 1), str::to_owned);
        if !source.is_some_and(|source| others.has_regex(source, list.secure_only)) {
            found.extend(others.check_regex(&entry, dfa, &list));
        }
    }
    if list.asks && !others.lists.iter().any(|other| other.asks || other.takes_all || other.set.is_any()) {
        found.push(Uncovered {
            entry: "the origins that the predicate allows".to_owned(),
            example: None,
            certain: false,
        });
    }
    found
}

/// The lists with which a list is compared.
struct Others<'s> {
    lists: &'s [OriginList<'s>],
    /// The patterns that match more than one origin. The flag is `secure_only` of the pattern's list.
    wild: Vec<(ConfiguredPattern<'s>, bool)>,
    /// The same patterns as they are written, with the same flag.
    written: HashSet<(String, bool)>,
}

impl<'s> Others<'s> {
    fn new(lists: &'s [OriginList<'s>]) -> Self {
        let of_list = |list: &'s OriginList<'s>| {
            let is_wild =
                |pattern: &ConfiguredPattern<'_>| !matches!(pattern, ConfiguredPattern::Exact { any_port: false, .. });
            list.set.patterns().filter(is_wild).map(|pattern| (pattern, list.secure_only))
        };
        let wild: Vec<_> = lists.iter().flat_map(of_list).collect();
        let written = wild.iter().map(|(pattern, secure_only)| (pattern.written(), *secure_only)).collect();
        Others { lists, wild, written }
    }

    fn allow(&self, origin: &[u8]) -> bool {
        self.lists.iter().any(|list| list.allows(origin))
    }

    /// An entry that is not covered. If another list could still allow the origin by its predicate,
    /// `certain` is false in the result.
    fn uncovered(&self, entry: &str, example: Option<String>, certain: bool) -> Uncovered {
        let may_be_asked = entry != "null" && self.lists.iter().any(|list| list.asks);
        Uncovered { entry: entry.to_owned(), example, certain: certain && !may_be_asked }
    }

    fn report(&self, entry: &str, found: Found) -> Option<Uncovered> {
        match found {
            Found::Nothing => None,
            Found::Origin(origin) => {
                Some(self.uncovered(entry, Some(String::from_utf8_lossy(&origin).into_owned()), true))
            }
            Found::Unknown => Some(self.uncovered(entry, None, false)),
        }
    }

    fn covers_any(&self, list: &OriginList<'_>) -> Found {
        if !self.allow(ANY_EXAMPLE.as_bytes()) {
            return Found::Origin(ANY_EXAMPLE.into());
        }
        match patterns::any() {
            Some(any) => self.find(&Language::of(any), list, |_| true, &[]),
            None => Found::Unknown,
        }
    }

    fn check_pattern(&self, pattern: ConfiguredPattern<'_>, list: &OriginList<'_>) -> Option<Uncovered> {
        let entry = pattern.written();
        // Another list has the same pattern, and allows plain http if this list does.
        let has = |secure_only: bool| self.written.contains(&(entry.clone(), secure_only));
        if has(false) || (list.secure_only && has(true)) || (entry.starts_with("https:") && has(true)) {
            return None;
        }
        // Usually one of a few examples shows the difference. Automata are needed only if none does.
        let example = patterns::examples(pattern).find(|origin| list.allows(origin) && !self.allow(origin));
        let found = example.map(Found::Origin).or_else(|| {
            let language = patterns::language(pattern)?;
            let exact = self.exact_in(|origin| language.takes(origin));
            Some(self.find(&language, list, |other| may_meet(other, pattern), &exact))
        });
        self.report(&entry, found.unwrap_or(Found::Unknown))
    }

    fn has_regex(&self, source: &str, secure_only: bool) -> bool {
        self.lists.iter().any(|list| list.regexes.contains(&source) && (!list.secure_only || secure_only))
    }

    /// The origins in other lists that an entry matches, as many as can be walked.
    fn exact_in(&self, takes: impl Fn(&[u8]) -> bool) -> Vec<&[u8]> {
        let patterns = self.lists.iter().flat_map(|other| other.set.patterns());
        let exact = patterns.filter_map(|pattern| match pattern {
            ConfiguredPattern::Exact { origin, any_port: false } => Some(origin),
            _ => None,
        });
        exact.filter(|origin| takes(origin)).take(MOST_EXACT).collect()
    }

    fn check_regex(&self, entry: &str, dfa: &Dfa, list: &OriginList<'_>) -> Option<Uncovered> {
        let exact = self.exact_in(|origin| dfa.matches(origin));
        self.report(entry, self.find(&Language::of(dfa.clone()), list, |_| true, &exact))
    }

    /// Finds an origin of the language that `list` allows and no other list does. `meets` says which
    /// wildcards of the other lists can matter, and `exact` has those of their single origins that can
    /// matter.
    fn find(
        &self,
        language: &Language,
        list: &OriginList<'_>,
        meets: impl Fn(&ConfiguredPattern<'_>) -> bool,
        exact: &[&[u8]],
    ) -> Found {
        if self.lists.iter().any(|other| (other.set.is_any() || other.takes_all) && !other.secure_only) {
            return Found::Nothing;
        }
        let (Some(loopback), Some(plain), Some(any)) = (patterns::loopback(), patterns::plain_http(), patterns::any())
        else {
            return Found::Unknown;
        };
        let wild: Vec<(Language, bool)> = self
            .wild
            .iter()
            .filter(|(pattern, _)| meets(pattern))
            .take(MOST_WALKED)
            .filter_map(|(pattern, secure_only)| Some((patterns::language(*pattern)?, *secure_only)))
            .collect();
        // An origin that is listed itself is allowed whatever its scheme is.
        let exact = if exact.is_empty() { None } else { patterns::exact(exact) };
        let mut automata = Automata::default();
        let needed = automata.add_language(language);
        let (loopback, plain) = (automata.add(&loopback), automata.add(&plain));
        let mut covering: Vec<(Term, bool)> =
            wild.iter().map(|(language, secure_only)| (automata.add_language(language), *secure_only)).collect();
        covering.extend(exact.as_ref().map(|dfa| (automata.add(dfa), false)));
        for other in self.lists {
            let regexes = other.set.regexes().iter().take(MOST_WALKED);
            covering.extend(regexes.map(|dfa| (automata.add(dfa), other.secure_only)));
            if other.set.is_any() || other.takes_all {
                covering.push((automata.add(&any), other.secure_only));
            }
        }
        let is_uncovered = |matches: &Matches<'_>| {
            let is_insecure = matches.has(plain) && !matches.has(loopback);
            let is_covered =
                || covering.iter().any(|(term, secure_only)| matches.has(*term) && !(*secure_only && is_insecure));
            matches.has(needed) && !(list.secure_only && is_insecure) && !is_covered()
        };
        let confirm = |origin: &[u8]| Origin::parse(origin).is_some() && list.allows(origin) && !self.allow(origin);
        find(&automata, needed, is_uncovered, confirm)
    }
}

/// Whether two patterns may match the same origin, judging by the beginning and the end of what they
/// match.
fn may_meet(one: &ConfiguredPattern<'_>, other: ConfiguredPattern<'_>) -> bool {
    let (one, other) = (Ends::of(*one), Ends::of(other));
    let starts = one.start.starts_with(other.start) || other.start.starts_with(one.start);
    starts && (one.end.ends_with(other.end) || other.end.ends_with(one.end))
}

/// The beginning and the end that all origins of a pattern have in common. Ports are left out.
struct Ends<'p> {
    start: &'p [u8],
    end: &'p [u8],
}

impl<'p> Ends<'p> {
    fn of(pattern: ConfiguredPattern<'p>) -> Self {
        match pattern {
            ConfiguredPattern::Exact { origin, .. } => Ends { start: without_port(origin), end: without_port(origin) },
            ConfiguredPattern::Below { scheme, after, .. } => {
                Ends { start: scheme.as_bytes(), end: without_port(after) }
            }
            ConfiguredPattern::Glob { before, after, .. } => Ends { start: before, end: without_port(after) },
            ConfiguredPattern::Extension(scheme) => Ends { start: scheme.as_str().as_bytes(), end: b"" },
        }
    }
}

/// Removes the port and its colon. Colons inside the brackets of an IPv6 address are not those of a
/// port.
fn without_port(text: &[u8]) -> &[u8] {
    let digits = text.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let rest = text.get(..text.len() - digits).unwrap_or_default();
    rest.strip_suffix(b":").filter(|rest| !rest.contains(&b'[') || rest.ends_with(b"]")).unwrap_or(text)
}
