//! Why a regex matches nothing, or more than it seems to: the one reason that its writer can act on.

use crate::origins::regex::Regex;
use crate::origins::regex_language::{self, Dfa};
use crate::suggest::regex::{Written, pattern_meant};
use crate::suggest::regex_marks::{Mark, first_mark};
use crate::suggest::regex_repair::{Repairs, has_optional_scheme, repaired};

/// Why the end of the host is not fixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WhyOpen {
    /// It says nothing of the host.
    AnyHost,
    /// The scheme may be missing, so that nothing has to stand before the host.
    Scheme,
    /// A slash or a path may stand behind the host.
    Path,
    End,
}

impl WhyOpen {
    pub(crate) fn message(self) -> &'static str {
        match self {
            WhyOpen::AnyHost => "matches every host, so that every site is allowed",
            WhyOpen::Scheme => "does not have to begin with a scheme, so that the start of the host is open",
            WhyOpen::Path => "may end in a slash or a path, which origins never have",
            WhyOpen::End => "does not fix the end of the host",
        }
    }
}

const GENERAL: &str = "no browser sends an origin of this form";

impl Written<'_> {
    pub(crate) fn why_open(&self) -> WhyOpen {
        let compiled = |source: &str| Regex::parse(source).ok()?.compile_for_help(false);
        let language = Regex::parse(self.text).ok().and_then(|regex| regex.compile_for_help(self.anywhere));
        let covers =
            |dfa: &Dfa, source: &str| compiled(source).is_some_and(|all| regex_language::is_within(&all, dfa, false));
        match language {
            Some(dfa) if covers(&dfa, "https://.*") || covers(&dfa, "http://.*") => WhyOpen::AnyHost,
            Some(_) if has_optional_scheme(self.text) => WhyOpen::Scheme,
            Some(_) if self.has_path() => WhyOpen::Path,
            _ => WhyOpen::End,
        }
    }

    /// Whether nothing but a path keeps the end of the host from being fixed.
    fn has_path(&self) -> bool {
        let behind_scheme = self.text.replace('\\', "").split("://").last().is_some_and(|rest| rest.contains('/'));
        let tail = Repairs { tail: true, ..Repairs::default() };
        let without = || repaired(self.text, self.anywhere, tail).and_then(|body| Regex::parse(&body.text).ok());
        behind_scheme && without().is_some_and(|regex| regex.finding.is_none())
    }

    /// The one repair that lets it match shows what it lacks.
    pub(crate) fn why_nothing(&self) -> &'static str {
        if !self.place.regexes {
            return GENERAL;
        }
        match self.text {
            "" | "^" | "$" | "^$" => return "it is empty, and a regex has to match the whole origin",
            "null" | "^null$" => return "no regex is asked about the origin `null`",
            text if !text.is_ascii() => return "it has non-ASCII characters, and browsers send such names as punycode",
            text if text.contains("\\*") => return "an escaped `*` is a star itself, which no origin has",
            _ => {}
        }
        if pattern_meant(self.text, self.place.stakes).is_some() {
            return "`*` repeats what stands before it, and alone stands for nothing";
        }
        let end = self.text.trim_end_matches(['$', ')']).replace('\\', "");
        if end.ends_with("://") {
            return "it ends before the host, and a regex has to match the whole origin";
        }
        let matches = |repairs: Repairs| {
            repaired(self.text, false, repairs)
                .and_then(|body| Regex::parse(&body.text).ok()?.compile_for_help(false))
                .is_some_and(|dfa| !regex_language::is_empty(&dfa))
        };
        let none = Repairs::default();
        if matches(Repairs { marks: true, ..none }) {
            return match first_mark(self.text) {
                Some(Mark::Slashes) => "the slashes of `/…/` are matched like the rest, and no origin begins with one",
                Some(Mark::Tilde) => "`~` marks a regex elsewhere, and here it is matched like the rest",
                Some(Mark::Quotes) => "it has quotation marks of its own, which are matched like the rest",
                Some(Mark::Space) => "it has white space around it, which is matched like the rest",
                Some(Mark::Backslashes) => "its backslashes are doubled, and two of them match a backslash",
                None => GENERAL,
            };
        }
        let reasons = [
            (Repairs { case: true, ..none }, "it has upper case, and browsers send origins in lower case"),
            (Repairs { default_port: true, ..none }, "it has the scheme's default port, which browsers leave out"),
        ];
        if let Some((_, why)) = reasons.into_iter().find(|(repairs, _)| matches(*repairs)) {
            return why;
        }
        if matches(Repairs { tail: true, ..none }) {
            return if end.ends_with(':') {
                "it ends in a colon, and a port has to follow"
            } else {
                "it has a slash or a path after the host, and origins have none"
            };
        }
        if matches(Repairs { scheme: true, ..none }) {
            return "it has no scheme, and an origin begins with one";
        }
        GENERAL
    }
}
