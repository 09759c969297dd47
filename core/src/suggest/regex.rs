//! Suggestions to replace a regex. Every suggestion is tried before it is made. It is built into a set of origins
//! like any other configuration, with the same settings. It has to allow what the author spelled out, and must not
//! allow anything that the original does not allow. If no candidate passes, there is no suggestion.

use crate::config::notation::Notation;
use crate::config::settings::{At, Entry, List};
use crate::config::stakes::Stakes;
use crate::limits::ORIGIN_BYTES;
use crate::origins::automaton::Dfa;
use crate::origins::list::OriginList;
use crate::origins::origin::{self, Origin};
use crate::origins::pattern::OriginPattern;
use crate::origins::regex::{Regex, check_regexp};
use crate::origins::regex_host_end::{self, End};
use crate::origins::regex_language;
use crate::origins::set::{OriginSet, Verdict};
use crate::printable::printable;
use crate::suggest::patterns;
use crate::suggest::regex_repair::{Body, Repairs, repaired};
use crate::suggest::regex_samples::spelled;
use crate::suggest::trial::Place;

/// Longer regexes are not repaired, because nobody would read the result.
const LONGEST: usize = 256;

/// The syntax in which a regex is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Syntax {
    /// A string.
    Text,
    /// A regular expression object among the origins of the `cors` dialect.
    RegExp,
}

/// A regex, with the position at which it was written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Written<'t> {
    /// The regex as core reads it. The flags of an object are written around its source.
    pub(crate) text: &'t str,
    pub(crate) syntax: Syntax,
    /// Whether the program's language searches for it anywhere in an origin.
    pub(crate) anywhere: bool,
    /// Its position.
    pub(crate) place: Place<'t>,
}

/// The suggestion.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Suggestion {
    /// Origins and patterns that match the same origins.
    Patterns(Vec<String>),
    /// A regex, in the syntax of the original, as it is written in the policy's own language.
    Regex(String),
}

/// A suggestion, and whether it has https where the original has plain http, which cannot be used there.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Suggested {
    pub(crate) instead: Suggestion,
    pub(crate) secured: bool,
}

/// The repairs, the smallest change first.
const LADDER: [Repairs; 5] = {
    let anchors = Repairs {
        dots: false,
        tail: false,
        scheme: false,
        case: false,
        default_port: false,
        marks: false,
        glue: false,
    };
    let dots = Repairs { dots: true, ..anchors };
    let tail = Repairs { tail: true, ..dots };
    let all = Repairs { scheme: true, case: true, default_port: true, marks: true, ..tail };
    [anchors, dots, tail, all, Repairs { glue: true, ..all }]
};

/// The first candidate that passes. If patterns match the same, it is written as patterns.
pub(crate) fn suggest(written: &Written<'_>) -> Option<Suggested> {
    if written.text.len() > LONGEST {
        return None;
    }
    if let Some(instead) = instead_of(written) {
        return Some(Suggested { instead, secured: false });
    }
    // If plain http is refused because of credentials, https may be suggested instead.
    if !written.place.stakes.is_secure_only() {
        return None;
    }
    let insecure = without_default_port(written).unwrap_or_else(|| written.text.to_owned());
    let secure = insecure.replacen("http:", "https:", 1);
    if secure == insecure || secure.contains("http:") {
        return None;
    }
    let instead = instead_of(&Written { text: &secure, ..*written })?;
    Some(Suggested { instead, secured: true })
}

/// A regex without its scheme's default port.
fn without_default_port(written: &Written<'_>) -> Option<String> {
    let none = Repairs::default();
    let as_it_is = repaired(written.text, written.anywhere, none)?;
    let without = repaired(written.text, written.anywhere, Repairs { default_port: true, ..none })?;
    (without != as_it_is).then_some(without.text)
}

fn instead_of(written: &Written<'_>) -> Option<Suggestion> {
    if let Some(pattern) = pattern_meant(written.text, written.place.stakes) {
        return Some(Suggestion::Patterns(vec![pattern]));
    }
    let original = Original::new(written)?;
    let mut tried: Vec<Body> = Vec::new();
    for repairs in LADDER {
        let Some(body) = repaired(written.text, written.anywhere, repairs) else { continue };
        if tried.contains(&body) {
            continue;
        }
        let candidate = Candidate::new(&body, written.syntax, written.place.notation);
        if let Some(passed) = original.passes(&candidate) {
            let patterns = original.as_patterns(&passed, &candidate.text);
            return Some(patterns.map_or(Suggestion::Regex(candidate.literal), Suggestion::Patterns));
        }
        tried.push(body);
    }
    None
}

/// The pattern that was meant if somebody wrote its `*` into a regex: `^https://*.example.com$`, `*.example.com`.
pub(crate) fn pattern_meant(source: &str, stakes: Stakes) -> Option<String> {
    let text = source
        .trim_start_matches('^')
        .trim_end_matches('$')
        .replace("\\/", "/")
        .replace("\\.", ".")
        .replace("\\*", "*");
    // `-*` repeats a hyphen, which is never intended.
    let in_label = text.contains("-*") && text.contains("://");
    let for_port = text.ends_with(":*") && text.contains("://");
    if !(text.starts_with("*.") || text.contains("://*") || in_label || for_port) {
        return None;
    }
    let pattern = <[String; 1]>::try_from(patterns::suggest(&text)?).ok().map(|[one]| one)?;
    if !pattern.contains('*') {
        return None;
    }
    let is_one = matches!(OriginPattern::parse(&pattern), Some(OriginPattern::Tuple(_)));
    (is_one && build(&[&pattern], &[], stakes).is_some()).then_some(pattern)
}

/// Builds a set of origins like a configuration with the same settings. The result is none if there would be any issue
/// or lint.
pub(crate) fn build(patterns: &[&str], regexes: &[&str], stakes: Stakes) -> Option<OriginSet> {
    let list = |texts: &[&str]| List {
        field: String::new(),
        entries: texts.iter().map(|text| Entry { at: At::Whole, text: (*text).to_owned() }).collect(),
    };
    let read = OriginList::read(&list(patterns), &list(regexes), false);
    read.is_clean(stakes).then_some(read.set)
}

/// A regex to be tried: as core reads it, and as it would be written.
struct Candidate {
    text: String,
    literal: String,
    /// The source that the program's language has to read in the same way.
    source: Option<String>,
}

impl Candidate {
    fn new(body: &Body, syntax: Syntax, notation: Notation) -> Self {
        let Body { text, flags, .. } = body;
        match syntax {
            Syntax::Text => {
                let several = body.branches > 1;
                let text = match (body.anchored, several) {
                    (true, true) => format!("^({text})$"),
                    (true, false) => format!("^{text}$"),
                    (false, _) => text.clone(),
                };
                let text = if flags.is_empty() { text } else { format!("(?{flags}){text}") };
                Candidate { literal: notation.regex(&text), text, source: None }
            }
            Syntax::RegExp => {
                let text = if notation == Notation::JavaScript { with_slashes_escaped(text) } else { text.clone() };
                let source = if body.branches > 1 { format!("^({text})$") } else { format!("^{text}$") };
                let text = if flags.is_empty() { source.clone() } else { format!("(?{flags}:{source})") };
                Candidate { text, literal: notation.regexp(&source, flags), source: Some(source) }
            }
        }
    }
}

/// A slash would end the literal.
fn with_slashes_escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    let mut after_backslash = false;
    for c in text.chars() {
        if c == '/' && !after_backslash {
            escaped.push('\\');
        }
        after_backslash = c == '\\' && !after_backslash;
        escaped.push(c);
    }
    escaped
}

/// A candidate that passed: the origins that it allows, and the ends of their hosts.
pub(crate) struct Passed {
    pub(crate) language: Dfa,
    pub(crate) ends: Vec<Option<End>>,
}

/// The origins that the original allows, and those that its author spelled out.
pub(crate) struct Original {
    pub(crate) stakes: Stakes,
    language: Dfa,
    /// Whether the original matches no origin at all. A candidate may then allow more than the original, because none
    /// can allow less.
    is_empty: bool,
    meant: Vec<Vec<String>>,
}

impl Original {
    fn new(written: &Written<'_>) -> Option<Self> {
        let regex = Regex::parse(written.text).ok()?;
        let language = regex.compile_for_help(written.anywhere)?;
        let is_empty = regex_language::is_empty(&language);
        let counts = |origin: &String| is_empty || language.matches(origin.as_bytes());
        let groups = spelled(&regex.hir).into_iter().filter(|group| !group.is_empty());
        let meant: Vec<Vec<String>> = groups.map(|group| group.into_iter().filter(counts).collect()).collect();
        // Without origins that were meant, nothing can be tried. The same applies if the original does not match an
        // origin that was meant.
        let stakes = written.place.stakes;
        let is_known = (is_empty || !meant.is_empty()) && !meant.iter().any(Vec::is_empty);
        is_known.then_some(Original { stakes, language, is_empty, meant })
    }

    /// Tests a candidate.
    fn passes(&self, candidate: &Candidate) -> Option<Passed> {
        let text = &candidate.text;
        if text.len() > ORIGIN_BYTES || text.contains('`') || printable(text) != *text {
            return None;
        }
        let regex = Regex::parse(text).ok()?;
        if regex.finding.as_ref().is_some_and(|finding| finding.severity(self.stakes).is_some()) {
            return None;
        }
        if let Some(source) = &candidate.source
            && (check_regexp(source).is_err() || !regex.is_anchored())
        {
            return None;
        }
        let language = regex.compile_for_help(false)?;
        let fits = self.is_empty || regex_language::is_within(&language, &self.language, false);
        if !fits || regex_language::is_empty(&language) {
            return None;
        }
        let set = build(&[], &[text], self.stakes)?;
        let ends = regex_host_end::literal_ends(&regex.hir);
        self.is_meant(&set, &ends).then_some(Passed { language, ends })
    }

    /// Whether a set allows what was meant, and none of the usual hosts of attackers.
    pub(crate) fn is_meant(&self, set: &OriginSet, ends: &[Option<End>]) -> bool {
        let secure_only = self.stakes.is_secure_only();
        let allows = |origin: &str| set.check(origin.as_bytes(), secure_only) == Verdict::Allowed;
        // With credentials, plain http is refused, even if an entry matches it.
        let is_insecure = |origin: &String| Origin::parse(origin.as_bytes()).is_some_and(|origin| !origin.is_secure());
        let out_of_reach = |group: &[String]| secure_only && group.iter().all(is_insecure);
        let kept = self.meant.iter().all(|group| group.iter().any(|origin| allows(origin)) || out_of_reach(group));
        let kept = kept && (self.meant.is_empty() || !self.meant.iter().all(|group| out_of_reach(group)));
        kept && ends.iter().flatten().all(is_likely)
            && ends.iter().flatten().flat_map(hostile).all(|origin| !allows(&origin))
    }
}

/// Whether a host is more than the beginning or a part of a name.
fn is_likely(End { host, .. }: &End) -> bool {
    if host.starts_with(['-', '_']) {
        return false;
    }
    let is_address = host.starts_with('[') || origin::is_loopback(host.as_bytes());
    is_address || (host.contains('.') && !host.ends_with('.'))
}

/// Origins that look like those of a host, but belong to somebody else.
fn hostile(end: &End) -> impl Iterator<Item = String> {
    let host = &end.host;
    let texts = [format!("evil{host}"), format!("evil-{host}"), format!("{host}.evil.com"), format!("{host}evil.com")];
    texts.into_iter().map(|host| format!("https://{host}"))
}
