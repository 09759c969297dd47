//! Whether a regex fixes the end of the host: what keeps `https://trusted.example.evil.com` out.

use crate::catalog::Code;
use crate::error::{Fault, printable};
use crate::{origin, suffix};
use regex_syntax::hir::literal::{ExtractKind, Extractor, Seq};
use regex_syntax::hir::{Class, Hir, HirKind};

/// How many different ends the matches may have.
const MOST_ENDS: usize = 64;
/// Longer than any host: an end that was cut short would be taken for a shorter one.
const LONGEST_END: usize = 300;

/// Whether all matches, without an optional port at the end, end in `/D` or `.D` with D loopback, an IP
/// address or a name that has a registrable domain.
pub(crate) fn is_bounded(hir: &Hir) -> bool {
    let mut extractor = Extractor::new();
    extractor.kind(ExtractKind::Suffix).limit_total(MOST_ENDS).limit_literal_len(LONGEST_END);
    let ends: Seq = extractor.extract(&without_port(hir));
    ends.literals().is_some_and(|ends| !ends.is_empty() && ends.iter().all(|end| is_fixed_host(end.as_bytes())))
}

pub(crate) fn fault(source: &str) -> Fault {
    let message = format!("`{}` does not fix the end of the host", printable(source));
    let help = "end it in a literal domain that you control, such as `\\.example\\.com`, with at most an optional port \
                after it (`(:[0-9]+)?`), or write origin patterns such as `https://*.example.com` in `allow_origins`";
    Fault::new(Code::RegexUnboundedHost, message, help)
}

/// Whether the text ends in `/D` or `.D` for a D that is somebody's own.
fn is_fixed_host(end: &[u8]) -> bool {
    let Ok(end) = std::str::from_utf8(end) else { return false };
    let end = end.trim_end_matches(|c: char| c.is_ascii_digit()).strip_suffix(':').unwrap_or(end);
    end.match_indices(['/', '.']).any(|(index, before)| {
        let Some(host) = end.get(index + 1..) else { return false };
        let ip = host.starts_with('[') || origin::is_ipv4(host.as_bytes());
        let registered =
            if before == "/" { suffix::has_registrable_domain(host) } else { suffix::owns_names_below(host) };
        origin::check_web_host(host.as_bytes()).is_ok() && (ip || origin::is_loopback(host.as_bytes()) || registered)
    })
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
            // What is left may end in a group that holds the port and the anchor itself.
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

/// `:[0-9]+` written without a group: digits behind a literal that ends in a colon.
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
    use super::Code;
    use crate::regexes::Regex;

    fn bounded(source: &str) -> bool {
        let regex = Regex::parse(source).unwrap();
        regex.finding.is_none_or(|fault| fault.code != Code::RegexUnboundedHost)
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
        ] {
            assert!(bounded(source), "{source}");
        }
        for source in [
            r"https://example\.com.*",
            r"https://.*",
            r"https://.*example\.com",
            r"https://.*\.com",
            r"https://.*\.co\.uk",
            r"https://.*\.github\.io",
            r"https://.*\.example\.[a-z]+",
            r"https://.*\.example\.com(:\d+)*",
            r"https://.*\.example\.com(:.*)?",
            r"https://[a-z]+",
            r"https://.*\.example\.com|https://.*",
            r"https://.*\.0\.0\.1",
            r"",
        ] {
            assert!(!bounded(source), "{source}");
        }
    }
}
