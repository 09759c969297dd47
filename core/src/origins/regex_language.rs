//! Questions about the origins that a regex matches, and about those that two regexes have in common. The answers
//! are given only if they are certain.

use crate::origins::automata_walk;
use crate::origins::automaton::Dfa;
use crate::origins::origin::Origin;

/// The most states that a walk visits.
const MOST_VISITED: usize = 4096;

/// Whether it is certain that no well-formed origin matches.
pub(crate) fn is_empty(dfa: &Dfa) -> bool {
    walk(&[dfa], |matches, _| matches == [true]) == Some(false)
}

/// Whether it is certain that every origin that one regex matches is matched by the other too. With `secure_only`,
/// origins that a policy with credentials always refuses are left out.
pub(crate) fn is_within(one: &Dfa, other: &Dfa, secure_only: bool) -> bool {
    let differs = |matches: &[bool], origin: &dyn Fn() -> Vec<u8>| {
        let counts = || !secure_only || Origin::parse(&origin()).is_none_or(|origin| origin.is_secure());
        matches == [true, false] && counts()
    };
    walk(&[one, other], differs) == Some(false)
}

/// Whether it is certain that a policy with credentials refuses every origin that matches.
pub(crate) fn is_insecure(dfa: &Dfa) -> bool {
    let is_secure = |origin: &[u8]| Origin::parse(origin).is_some_and(|origin| origin.is_secure());
    walk(&[dfa], |matches, origin| matches == [true] && is_secure(&origin())) == Some(false)
}

/// Whether it is certain that some origin that matches is plain http to another machine.
pub(crate) fn has_insecure(dfa: &Dfa) -> bool {
    let is_insecure = |origin: &[u8]| Origin::parse(origin).is_some_and(|origin| !origin.is_secure());
    walk(&[dfa], |matches, origin| matches == [true] && is_insecure(&origin())) == Some(true)
}

/// Whether any origin that matches the first automaton has the property; `None` if the walk was too long.
fn walk(dfas: &[&Dfa], has: impl Fn(&[bool], &dyn Fn() -> Vec<u8>) -> bool) -> Option<bool> {
    automata_walk::walk(dfas, 0, MOST_VISITED, has)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::origins::regex::Regex;

    fn dfa(source: &str) -> Dfa {
        Regex::parse(source).unwrap().compile().unwrap()
    }

    #[test]
    fn regexes_that_no_origin_matches() {
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
    fn regexes_that_match_no_more_than_another() {
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
