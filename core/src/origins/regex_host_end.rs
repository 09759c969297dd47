//! Whether a regex fixes the end of the host, so that it does not match `https://trusted.example.evil.com`.

use crate::origins::origin;
use crate::origins::public_suffix;
use regex_syntax::hir::literal::{ExtractKind, Extractor, Seq};
use regex_syntax::hir::{Capture, Class, ClassBytes, ClassBytesRange, Hir, HirKind, Repetition};

/// How many different ends the matches may have.
const MOST_ENDS: usize = 64;
/// This is longer than any host, because an end that was cut could be mistaken for a shorter one.
const LONGEST_END: usize = 300;

/// The ends of the hosts that a regex matches, without an optional port.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Ends {
    /// Each host ends in one of these names, and each name has one owner.
    Fixed(Vec<End>),
    /// Some hosts end in names that anyone can register directly below this one.
    PublicSuffix(String),
    /// The regex leaves the end open.
    Open,
}

/// The literal end of a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct End {
    /// The host, or what follows the dot.
    pub(crate) host: String,
    /// Whether it is the whole host; otherwise there is a dot before it.
    pub(crate) whole: bool,
}

/// Checks the ends of all matches. Each has to be `/D`, where D is the whole host, or `.D`, where D is loopback, an
/// IP address or a name below which everything belongs to the same owner.
pub(crate) fn ends(hir: &Hir) -> Ends {
    let ends = literal_ends(hir);
    if ends.is_empty() {
        return Ends::Open;
    }
    let count = ends.len();
    let mut fixed = Vec::with_capacity(count);
    let mut public_suffix = None;
    for end in ends {
        let Some(end) = end else { return Ends::Open };
        if end.whole || origin::is_loopback(end.host.as_bytes()) || public_suffix::owns_names_below(&end.host) {
            fixed.push(end);
        } else {
            public_suffix.get_or_insert(end.host);
        }
    }
    match public_suffix {
        None => Ends::Fixed(fixed),
        // If there are too many ends, the extractor shortens them, so the name is not the one in the regex. A
        // higher limit then leads to a different number of ends.
        Some(_) if extract(hir, 2 * MOST_ENDS).len() != count => Ends::Open,
        Some(name) => Ends::PublicSuffix(name),
    }
}

/// The hosts in the literal ends of all matches. `None` if an end has no valid host, or if it is not certain that the
/// host begins at the start of a label. The list is empty if not every match has a literal end.
pub(crate) fn literal_ends(hir: &Hir) -> Vec<Option<End>> {
    extract(hir, MOST_ENDS)
}

fn extract(hir: &Hir, most: usize) -> Vec<Option<End>> {
    let mut extractor = Extractor::new();
    extractor.kind(ExtractKind::Suffix).limit_total(most).limit_literal_len(LONGEST_END);
    let ends: Seq = extractor.extract(&without_port(&in_lower_case(hir)));
    ends.literals().unwrap_or_default().iter().map(|end| host_in(end.as_bytes())).collect()
}

/// The longest host in the end of a match, after a `/` or a dot.
fn host_in(end: &[u8]) -> Option<End> {
    let end = std::str::from_utf8(end).ok()?;
    let end = end.trim_end_matches(|c: char| c.is_ascii_digit()).strip_suffix(':').unwrap_or(end);
    // In origins, a slash occurs only before the host.
    let (host, whole) = match end.rfind('/') {
        Some(slash) => (end.get(slash + 1..)?, true),
        None => (end.strip_prefix('.').or_else(|| below_first_label(end))?, false),
    };
    origin::check_web_host(host.as_bytes()).ok()?;
    Some(End { host: host.to_owned(), whole })
}

/// The certain part of an end whose first label may have more text before it: a domain with one owner, or a name
/// below which anyone can register. In the second case, a hyphen has to show that the label has more before it:
/// `--site.netlify.app`.
fn below_first_label(end: &str) -> Option<&str> {
    let below = end.split_once('.').map(|(_, below)| below)?;
    let is_owned = origin::is_loopback(below.as_bytes()) || public_suffix::owns_names_below(below);
    (is_owned || end.starts_with('-')).then_some(below)
}

/// The regex for texts in lower case only, as origins of the web are: `[Aa]` becomes `a`.
fn in_lower_case(hir: &Hir) -> Hir {
    match hir.kind() {
        HirKind::Class(class) => {
            let bytes = match class {
                Class::Bytes(class) => Some(class.clone()),
                Class::Unicode(class) => class.to_byte_class(),
            };
            let lower = bytes.map(|mut class| {
                class.difference(&upper_case());
                class
            });
            // A class that has only upper case stays, because it matches no host anyway.
            match lower {
                Some(lower) if !lower.ranges().is_empty() => Hir::class(Class::Bytes(lower)),
                _ => hir.clone(),
            }
        }
        HirKind::Repetition(repetition) => {
            let sub = Box::new(in_lower_case(&repetition.sub));
            Hir::repetition(Repetition { sub, ..repetition.clone() })
        }
        HirKind::Capture(capture) => {
            let sub = Box::new(in_lower_case(&capture.sub));
            Hir::capture(Capture { sub, ..capture.clone() })
        }
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(in_lower_case).collect()),
        HirKind::Alternation(branches) => Hir::alternation(branches.iter().map(in_lower_case).collect()),
        HirKind::Empty | HirKind::Literal(_) | HirKind::Look(_) => hir.clone(),
    }
}

fn upper_case() -> ClassBytes {
    ClassBytes::new([ClassBytesRange::new(b'A', b'Z')])
}

/// The regex without anchors and without the port at its end.
fn without_port(hir: &Hir) -> Hir {
    match hir.kind() {
        HirKind::Capture(capture) => without_port(&capture.sub),
        HirKind::Alternation(branches) => Hir::alternation(branches.iter().map(without_port).collect()),
        HirKind::Concat(parts) => {
            let mut parts: Vec<Hir> = parts.clone();
            while parts.last().is_some_and(|last| matches!(last.kind(), HirKind::Look(_))) {
                parts.pop();
            }
            if parts.last().is_some_and(is_optional_port) {
                parts.pop();
            } else {
                drop_port(&mut parts);
            }
            // The rest may end in a group that contains the port and the anchor.
            if let Some(last) = parts.pop() {
                parts.push(without_nested_port(&last));
            }
            Hir::concat(parts)
        }
        _ => hir.clone(),
    }
}

fn without_nested_port(hir: &Hir) -> Hir {
    match hir.kind() {
        HirKind::Capture(_) | HirKind::Alternation(_) => without_port(hir),
        _ => hir.clone(),
    }
}

/// `(:8443)?`, `(?::[0-9]+)?`, `(:3000|:8080)?`: at most once, and nothing but a port.
fn is_optional_port(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Capture(capture) => is_optional_port(&capture.sub),
        HirKind::Repetition(repetition) => repetition.min == 0 && repetition.max == Some(1) && is_port(&repetition.sub),
        _ => false,
    }
}

fn is_port(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Capture(capture) => is_port(&capture.sub),
        HirKind::Alternation(branches) => branches.iter().all(is_port),
        HirKind::Concat(parts) => {
            matches!(parts.split_first(), Some((first, rest)) if is_port(first) && rest.iter().all(is_digits))
        }
        HirKind::Literal(literal) => {
            literal.0.strip_prefix(b":").is_some_and(|digits| digits.iter().all(u8::is_ascii_digit))
        }
        _ => false,
    }
}

fn is_digits(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Empty => true,
        HirKind::Literal(literal) => literal.0.iter().all(u8::is_ascii_digit),
        HirKind::Class(Class::Bytes(class)) => {
            class.iter().all(|range| range.start().is_ascii_digit() && range.end().is_ascii_digit())
        }
        HirKind::Class(Class::Unicode(class)) => {
            class.iter().all(|range| range.start().is_ascii_digit() && range.end().is_ascii_digit())
        }
        HirKind::Repetition(repetition) => is_digits(&repetition.sub),
        HirKind::Capture(capture) => is_digits(&capture.sub),
        HirKind::Alternation(branches) | HirKind::Concat(branches) => branches.iter().all(is_digits),
        HirKind::Look(_) => false,
    }
}

/// `:[0-9]+` without a group: digits after a literal that ends in a colon.
fn drop_port(parts: &mut Vec<Hir>) {
    let digits = parts.iter().rev().take_while(|part| is_digits(part)).count();
    let Some(host) = parts.len().checked_sub(digits + 1) else { return };
    let Some(HirKind::Literal(literal)) = parts.get(host).map(Hir::kind) else { return };
    let Some(name) = literal.0.strip_suffix(b":").map(<[u8]>::to_vec) else { return };
    parts.truncate(host);
    parts.push(Hir::literal(name));
}

#[cfg(test)]
mod tests {
    use super::{Ends, ends};
    use crate::origins::regex::Regex;

    fn of(source: &str) -> Ends {
        ends(&Regex::parse(source).unwrap().hir)
    }

    #[test]
    fn fixed_ends() {
        for source in [
            r"https://[a-z0-9-]+\.example\.com",
            r"^https://[a-z0-9-]+\.example\.com$",
            r"https://.*\.example\.com(:\d+)?",
            r"https://(a|b)\.example\.com(?::[0-9]{1,5})?",
            r"^https://.*\.example\.com:\d+$",
            r"https://.*\.example\.com:8443",
            r"https://example\.(com|org)",
            r"http://localhost(:\d+)?",
            r"https?://127\.0\.0\.1(:3000|:8080)?",
            r"^(https://a\.example\.com|https://b\.example\.org(:\d+)?)$",
            r"http://\[::1\](:\d+)?",
            r"https://(.+\.)?example\.co\.uk",
            r"(https://.*\.example\.com)",
            r"(?i)https://.*\.example\.com",
            r"(?i:^https://.*\.Example\.com(:\d+)?$)",
            r"(?i)https://(.+\.)?example\.(com|org)",
            r"(?i)https?://localhost(:\d+)?",
            r"https://github\.io",
            r"https?://intranet(:\d+)?",
            r"https://[a-z]*-app\.example\.com",
        ] {
            assert!(matches!(of(source), Ends::Fixed(_)), "{source}");
        }
    }

    #[test]
    fn open_ends() {
        for source in [
            r"https://example\.com.*",
            r"https://.*",
            r"https://.*example\.com",
            r"(?i)https://.*example\.com",
            r"(?i)https://.*",
            r"https://.*example\.github\.io",
            r"https://.*\.example\.[a-z]+",
            r"https://.*\.example\.com(:\d+)*",
            r"https://.*\.example\.com(:.*)?",
            r"https://[a-z]+",
            r"https://.*\.example\.com|https://.*",
            r"https://.*\.0\.0\.1",
            r"https://[a-z]*localhost",
            r"",
        ] {
            assert_eq!(of(source), Ends::Open, "{source}");
        }
    }

    #[test]
    fn ends_that_anyone_can_register() {
        for (source, name) in [
            (r"https://.*\.com", "com"),
            (r"https://.*\.co\.uk", "co.uk"),
            (r"https://.*\.github\.io", "github.io"),
            (r"(?i)https://[a-z]+\.GitHub\.io(:\d+)?", "github.io"),
            (r"https://(.*\.example\.com|.*\.vercel\.app)", "vercel.app"),
            (r"https://.*\.amazonaws\.com", "amazonaws.com"),
            (r"https://[a-z]+--site\.netlify\.app", "netlify.app"),
        ] {
            assert_eq!(of(source), Ends::PublicSuffix(name.to_owned()), "{source}");
        }
        assert_eq!(of(r"https://(.*\.github\.io|.*)"), Ends::Open);
    }
}
