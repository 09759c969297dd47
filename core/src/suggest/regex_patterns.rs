//! Origin patterns that match the same as a regex. If there are any, they are suggested.

use crate::origins::pattern::{HostPattern, OriginPattern, PortPattern, TuplePattern};
use crate::origins::regex::Regex;
use crate::origins::regex_host_end::End;
use crate::origins::regex_language;
use crate::suggest::regex::{Original, Passed, build};

/// The most patterns that one regex may become.
const MOST_PATTERNS: usize = 4;
/// The most ends of hosts from which patterns are made.
const MOST_ENDS: usize = 8;

impl Original {
    /// Patterns that allow the same origins.
    pub(crate) fn as_patterns(&self, found: &Passed, text: &str) -> Option<Vec<String>> {
        let secure_only = self.stakes.is_secure_only();
        let Passed { language, ends } = found;
        let covers = |pattern: &TuplePattern| {
            pattern.unlike_examples().all(|origin| language.matches(origin.as_bytes()))
                && !(secure_only && pattern.is_insecure())
        };
        let mut patterns: Vec<(String, TuplePattern)> = Vec::new();
        for text in possible_patterns(ends, text) {
            let Some(OriginPattern::Tuple(tuple)) = OriginPattern::parse(&text) else { continue };
            let is_known = patterns.iter().any(|(_, wider)| {
                let same_port = wider.port == PortPattern::Any || wider.port == tuple.port;
                same_port && wider.host == tuple.host && wider.scheme == tuple.scheme
            });
            if !is_known && covers(&tuple) {
                patterns.push((text, tuple));
            }
        }
        if patterns.is_empty() || patterns.len() > MOST_PATTERNS {
            return None;
        }
        let union: Vec<String> = patterns.iter().map(|(_, pattern)| as_regex(pattern)).collect();
        let union = Regex::parse(&union.join("|")).ok()?.compile_for_help(false)?;
        let same = regex_language::is_within(language, &union, secure_only)
            && regex_language::is_within(&union, language, secure_only);
        let texts: Vec<&str> = patterns.iter().map(|(text, _)| &**text).collect();
        let set = build(&texts, &[], self.stakes).filter(|_| same)?;
        let texts = texts.into_iter().map(str::to_owned).collect();
        self.is_meant(&set, ends).then_some(texts)
    }
}

/// The patterns that a regex with these ends could mean, those with any port first.
fn possible_patterns(ends: &[Option<End>], text: &str) -> Vec<String> {
    let mut ports = vec![":*".to_owned(), String::new()];
    for (colon, _) in text.match_indices(':').take(MOST_ENDS) {
        let digits = text.get(colon + 1..).unwrap_or_default();
        let digits = digits.get(..digits.bytes().take_while(u8::is_ascii_digit).count()).unwrap_or_default();
        ports.push(format!(":{digits}"));
    }
    let mut patterns = Vec::new();
    for scheme in ["https", "http"] {
        for end in ends.iter().flatten().take(MOST_ENDS) {
            for wild in ["", "*."].into_iter().filter(|wild| !end.whole || wild.is_empty()) {
                patterns.extend(ports.iter().map(|port| format!("{scheme}://{wild}{}{port}", end.host)));
            }
        }
    }
    patterns
}

/// A pattern as a regex over well-formed origins.
fn as_regex(pattern: &TuplePattern) -> String {
    let host = match &pattern.host {
        HostPattern::Exact(host) => regex_syntax::escape(host),
        HostPattern::Below(after) => format!(".*{}", regex_syntax::escape(after)),
        HostPattern::Glob { before, after } => {
            format!("{}[a-z0-9-]+{}", regex_syntax::escape(before), regex_syntax::escape(after))
        }
    };
    let port = match &pattern.port {
        PortPattern::Default => String::new(),
        PortPattern::Exact(port) => format!(":{port}"),
        PortPattern::Any => "(:[0-9]+)?".into(),
    };
    format!("{}://{host}{port}", pattern.scheme)
}
