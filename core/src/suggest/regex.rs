//! What to write instead of a regex. Every suggestion is tried before it is made: it is built into a set of origins as
//! any other configuration is, under the same settings, and has to allow what the writer spelled out and nothing that
//! the original does not allow. Where no candidate passes there is no suggestion.

use crate::compile::origins::{Stakes, compile_origins};
use crate::config::settings::{At, Entry, List};
use crate::issues::issue::{Issues, printable};
use crate::limits::ORIGIN_BYTES;
use crate::origins::origin::{self, Origin};
use crate::origins::pattern::{HostPattern, OriginPattern, PortPattern, TuplePattern};
use crate::origins::public_suffix;
use crate::origins::regex::{Regex, check_regexp, matches};
use crate::origins::regex_host_end::{self, End};
use crate::origins::regex_language::{self, Dfa};
use crate::origins::set::{OriginSet, Verdict};
use crate::suggest::patterns;
use crate::suggest::regex_fault;
use crate::suggest::regex_repair::{Body, Repairs, repaired};
use crate::suggest::regex_samples::spelled;

/// Longer regexes are not repaired: what comes out would not be read.
const LONGEST: usize = 256;
/// How many patterns one regex may become.
const MOST_PATTERNS: usize = 4;
/// How many ends of hosts patterns are made of.
const MOST_ENDS: usize = 8;

/// The syntax in which a regex is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Syntax {
    /// A string.
    Text,
    /// A regular expression object among the origins of the `cors` dialect.
    RegExp,
}

/// A regex where it was written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Written<'t> {
    /// As the engine reads it: the flags of an object are written around its source.
    pub(crate) text: &'t str,
    pub(crate) syntax: Syntax,
    /// Whether its own language looks for it anywhere in an origin.
    pub(crate) anywhere: bool,
    pub(crate) stakes: Stakes,
}

/// What to write instead.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Suggestion {
    /// Origins and patterns that say the same.
    Patterns(Vec<String>),
    /// A regex, in the syntax of the original.
    Regex(String),
}

/// From the least change to the greatest.
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

/// The first candidate that passes, as patterns if they say the same.
pub(crate) fn suggest(written: &Written<'_>) -> Option<Suggestion> {
    if written.text.len() > LONGEST || is_unclear(written.text) {
        return None;
    }
    if let Some(pattern) = pattern_meant(written.text, written.stakes) {
        return Some(Suggestion::Patterns(vec![pattern]));
    }
    let original = Original::new(written)?;
    let mut tried: Vec<Body> = Vec::new();
    for repairs in LADDER {
        let Some(body) = repaired(written.text, written.anywhere, repairs) else { continue };
        if tried.contains(&body) {
            continue;
        }
        let candidate = Candidate::new(&body, written.syntax);
        let loses_port = written.text.contains('|') && ports(&candidate.text) < ports(written.text);
        if loses_port || (repairs.tail && ends_in_part_of_a_host(written.text)) {
            continue;
        }
        if let Some(regex) = original.passes(&candidate) {
            let patterns = original.as_patterns(&regex, &candidate.text);
            return Some(patterns.map_or(Suggestion::Regex(candidate.shown), Suggestion::Patterns));
        }
        tried.push(body);
    }
    None
}

/// Whether a regex could as well mean more than its repair would allow.
fn is_unclear(text: &str) -> bool {
    // A group of any characters, a path or a port, a `*` that was meant as a pattern's, any scheme of loopback.
    let marks = ["(.)*", "(.)+", "[/:]", "[:/]", "-*.", "-*\\.", ":(443|", "|443)"];
    marks.into_iter().any(|mark| text.contains(mark)) || (text.contains(".*localhost") && !text.contains("http"))
}

/// How many ports a regex spells out, or leaves open: a repair that takes one away loses origins.
fn ports(text: &str) -> usize {
    let begins_port = |rest: &str| {
        rest.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '(' | '[' | '*')) || rest.starts_with("\\d")
    };
    text.match_indices(':').filter(|(colon, _)| text.get(colon + 1..).is_some_and(begins_port)).count()
}

/// Whether `.*` follows what may be the beginning of a longer host or port: `example\.co.*`, `localhost:3.*`.
fn ends_in_part_of_a_host(text: &str) -> bool {
    let text = text.trim_end_matches(['$', ')', '/']);
    let Some(before) = text.strip_suffix(".*").or_else(|| text.strip_suffix(".+")) else { return false };
    let last = before.rsplit(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    let is_part = last.len() < 3 || last.bytes().any(|byte| byte.is_ascii_digit());
    !last.is_empty() && (is_part || !public_suffix::is_listed(last)) && last != "localhost"
}

/// The pattern that was meant by who wrote its `*` into a regex: `^https://*.example.com$`, `*.example.com`.
pub(crate) fn pattern_meant(source: &str, stakes: Stakes) -> Option<String> {
    let text = source.trim_start_matches('^').trim_end_matches('$').replace("\\/", "/").replace("\\.", ".");
    if !(text.starts_with("*.") || text.contains("://*") || (text.ends_with(":*") && text.contains("://"))) {
        return None;
    }
    let pattern = <[String; 1]>::try_from(patterns::suggest(&text)?).ok().map(|[one]| one)?;
    if !pattern.contains('*') {
        return None;
    }
    let is_one = matches!(OriginPattern::parse_strict(&pattern), Some(OriginPattern::Tuple(_)));
    (is_one && build(&[&pattern], &[], stakes).is_some()).then_some(pattern)
}

/// Builds a set of origins as a configuration with the same settings would, if nothing is to be said of it.
fn build(patterns: &[&str], regexes: &[&str], stakes: Stakes) -> Option<OriginSet> {
    let list = |texts: &[&str]| List {
        field: String::new(),
        entries: texts.iter().map(|text| Entry { at: At::Whole, text: (*text).to_owned() }).collect(),
    };
    let mut issues = Issues::of_trial();
    let set = compile_origins(&list(patterns), &list(regexes), false, stakes, &mut issues);
    issues.is_clean().then_some(set)
}

fn is_secure_only(stakes: Stakes) -> bool {
    stakes.credentials && !stakes.dangers.insecure_origins
}

/// A regex to be tried: as the engine reads it, and as it would be written.
struct Candidate {
    text: String,
    shown: String,
    /// What its own language has to read alike.
    source: Option<String>,
}

impl Candidate {
    fn new(body: &Body, syntax: Syntax) -> Self {
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
                Candidate { shown: text.clone(), text, source: None }
            }
            Syntax::RegExp => {
                let text = with_slashes_escaped(text);
                let source = if body.branches > 1 { format!("^({text})$") } else { format!("^{text}$") };
                let text = if flags.is_empty() { source.clone() } else { format!("(?{flags}:{source})") };
                Candidate { text, shown: format!("/{source}/{flags}"), source: Some(source) }
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

/// What the original allows, and what its writer spelled out.
struct Original {
    stakes: Stakes,
    language: Dfa,
    /// It matches no origin at all, so that there is nothing to stay within.
    is_empty: bool,
    meant: Vec<Vec<String>>,
}

impl Original {
    fn new(written: &Written<'_>) -> Option<Self> {
        let regex = Regex::parse(written.text).ok()?;
        let language = regex.compile_for_help(written.anywhere)?;
        let is_empty = regex_language::is_empty(&language);
        let counts = |origin: &String| is_empty || matches(&language, origin.as_bytes());
        let groups = spelled(&regex.hir).into_iter().map(|group| group.into_iter().filter(counts).collect());
        let meant: Vec<Vec<String>> = groups.filter(|group: &Vec<String>| !group.is_empty()).collect();
        // Where nothing is known that was meant, nothing can be tried.
        (is_empty || !meant.is_empty()).then_some(Original { stakes: written.stakes, language, is_empty, meant })
    }

    /// Puts a candidate to the test.
    fn passes(&self, candidate: &Candidate) -> Option<Regex> {
        let shown = &candidate.shown;
        if shown.len() > ORIGIN_BYTES || shown.contains('`') || printable(shown) != *shown {
            return None;
        }
        let regex = Regex::parse(&candidate.text).ok()?;
        if regex.finding.as_ref().is_some_and(|finding| regex_fault::counts(finding, self.stakes)) {
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
        // With credentials plain http is for loopback alone.
        let ends = regex_host_end::literal_ends(&regex.hir);
        let is_local = ends.iter().flatten().any(|end| origin::is_loopback(end.host.as_bytes()));
        if is_secure_only(self.stakes) && !is_local && candidate.text.trim_start_matches('^').starts_with("http:") {
            return None;
        }
        let set = build(&[], &[&candidate.text], self.stakes)?;
        self.is_meant(&set, &regex).then_some(regex)
    }

    /// Whether a set allows what was meant, and none of the usual hosts of attackers.
    fn is_meant(&self, set: &OriginSet, regex: &Regex) -> bool {
        let secure_only = is_secure_only(self.stakes);
        let allows = |origin: &str| set.check(origin.as_bytes(), secure_only) == Verdict::Allowed;
        // With credentials plain http is refused whatever matches it.
        let is_insecure = |origin: &String| Origin::parse(origin.as_bytes()).is_some_and(|origin| !origin.is_secure());
        let out_of_reach = |group: &[String]| secure_only && group.iter().all(is_insecure);
        let kept = self.meant.iter().all(|group| group.iter().any(|origin| allows(origin)) || out_of_reach(group));
        let kept = kept && (self.meant.is_empty() || !self.meant.iter().all(|group| out_of_reach(group)));
        let ends = regex_host_end::literal_ends(&regex.hir);
        kept && ends.iter().flatten().all(is_likely)
            && ends.iter().flatten().flat_map(hostile).all(|origin| !allows(&origin))
    }

    /// Patterns that allow the same origins.
    fn as_patterns(&self, regex: &Regex, text: &str) -> Option<Vec<String>> {
        let secure_only = is_secure_only(self.stakes);
        let language = regex.compile_for_help(false)?;
        let covers = |pattern: &TuplePattern| {
            pattern.unlike_examples().all(|origin| matches(&language, origin.as_bytes()))
                && !(secure_only && pattern.is_insecure())
        };
        let mut patterns: Vec<(String, TuplePattern)> = Vec::new();
        for text in possible_patterns(&regex_host_end::literal_ends(&regex.hir), text) {
            let Some(OriginPattern::Tuple(tuple)) = OriginPattern::parse_strict(&text) else { continue };
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
        let same = regex_language::is_within(&language, &union, secure_only)
            && regex_language::is_within(&union, &language, secure_only);
        let texts: Vec<&str> = patterns.iter().map(|(text, _)| &**text).collect();
        let set = build(&texts, &[], self.stakes).filter(|_| same)?;
        let texts = texts.into_iter().map(str::to_owned).collect();
        self.is_meant(&set, regex).then_some(texts)
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

/// Origins that look like those of a host, and are somebody else's.
fn hostile(end: &End) -> impl Iterator<Item = String> {
    let host = &end.host;
    let texts = [format!("evil{host}"), format!("evil-{host}"), format!("{host}.evil.com"), format!("{host}evil.com")];
    texts.into_iter().map(|host| format!("https://{host}"))
}

/// The patterns that a regex with these ends could stand for, those with any port first.
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
