//! Why a regex matches nothing, or more than it seems to. If there are several reasons, this is the one that shows the
//! author what to change.

use crate::issues::messages::regexes::{MatchesNothing, OpenHost};
use crate::origins::automaton::Dfa;
use crate::origins::regex::Regex;
use crate::origins::regex_language;
use crate::suggest::regex::{Written, pattern_meant};
use crate::suggest::regex_marks::{Mark, first_mark};
use crate::suggest::regex_repair::{Repairs, has_optional_scheme, repaired};

impl Written<'_> {
    pub(crate) fn why_open(&self) -> OpenHost {
        let compiled = |source: &str| Regex::parse(source).ok()?.compile_for_help(false);
        let language = Regex::parse(self.text).ok().and_then(|regex| regex.compile_for_help(self.anywhere));
        let covers =
            |dfa: &Dfa, source: &str| compiled(source).is_some_and(|all| regex_language::is_within(&all, dfa, false));
        match language {
            Some(dfa) if covers(&dfa, "https://.*") || covers(&dfa, "http://.*") => OpenHost::AnyHost,
            Some(_) if has_optional_scheme(self.text) => OpenHost::Scheme,
            Some(_) if self.has_path() => OpenHost::Path,
            _ => OpenHost::End,
        }
    }

    /// Whether a path is the only reason that the end of the host is not fixed.
    fn has_path(&self) -> bool {
        let behind_scheme = self.text.replace('\\', "").split("://").last().is_some_and(|rest| rest.contains('/'));
        let tail = Repairs { tail: true, ..Repairs::default() };
        let without = || repaired(self.text, self.anywhere, tail).and_then(|body| Regex::parse(&body.text).ok());
        behind_scheme && without().is_some_and(|regex| regex.finding.is_none())
    }

    /// The repair that makes it match shows what is missing.
    pub(crate) fn why_nothing(&self) -> MatchesNothing {
        if !self.place.regexes {
            return MatchesNothing::Unknown;
        }
        match self.text {
            "" | "^" | "$" | "^$" => return MatchesNothing::Empty,
            "null" | "^null$" => return MatchesNothing::Null,
            text if !text.is_ascii() => return MatchesNothing::NonAscii,
            text if text.contains("\\*") => return MatchesNothing::EscapedStar,
            _ => {}
        }
        if pattern_meant(self.text, self.place.stakes).is_some() {
            return MatchesNothing::BareStar;
        }
        let end = self.text.trim_end_matches(['$', ')']).replace('\\', "");
        if end.ends_with("://") {
            return MatchesNothing::NoHost;
        }
        let matches = |repairs: Repairs| {
            repaired(self.text, false, repairs)
                .and_then(|body| Regex::parse(&body.text).ok()?.compile_for_help(false))
                .is_some_and(|dfa| !regex_language::is_empty(&dfa))
        };
        let none = Repairs::default();
        if matches(Repairs { marks: true, ..none }) {
            return match first_mark(self.text) {
                Some(Mark::Slashes) => MatchesNothing::Slashes,
                Some(Mark::Tilde) => MatchesNothing::Tilde,
                Some(Mark::Quotes) => MatchesNothing::Quotes,
                Some(Mark::Space) => MatchesNothing::Space,
                Some(Mark::Backslashes) => MatchesNothing::Backslashes,
                None => MatchesNothing::Unknown,
            };
        }
        let reasons = [
            (Repairs { case: true, ..none }, MatchesNothing::UpperCase),
            (Repairs { default_port: true, ..none }, MatchesNothing::DefaultPort),
        ];
        if let Some((_, why)) = reasons.into_iter().find(|(repairs, _)| matches(*repairs)) {
            return why;
        }
        if matches(Repairs { tail: true, ..none }) {
            return if end.ends_with(':') { MatchesNothing::NoPort } else { MatchesNothing::Path };
        }
        if matches(Repairs { scheme: true, ..none }) {
            return MatchesNothing::NoScheme;
        }
        MatchesNothing::Unknown
    }
}
