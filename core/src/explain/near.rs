//! Near misses: configured origins that differ from the page's in one thing.

use crate::browser::url::Url;
use crate::origins::extension::ExtensionScheme;
use crate::origins::origin::{Origin, is_loopback};
use crate::origins::public_suffix::registrable_domain;
use crate::origins::set::ConfiguredPattern;

/// The difference between two origins. More likely mistakes come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Difference {
    Case,
    Slash,
    Scheme,
    Port,
    SchemeAndPort,
    Loopback,
    Www,
    Typing,
    /// One is a subdomain of the other.
    Subdomain,
    /// Both are subdomains of one registrable domain.
    Sibling,
}

impl Difference {
    /// The word for the difference in an explanation.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Difference::Case => "case",
            Difference::Slash => "trailing-slash",
            Difference::Scheme => "scheme",
            Difference::Port => "port",
            Difference::SchemeAndPort => "scheme-and-port",
            Difference::Loopback => "localhost",
            Difference::Www => "www",
            Difference::Typing => "typing",
            Difference::Subdomain | Difference::Sibling => "subdomain",
        }
    }

    pub(crate) const fn sentence(self) -> &'static str {
        match self {
            Difference::Case => "they differ in upper and lower case",
            Difference::Slash => "there is a slash at the end, and origins have none",
            Difference::Scheme => "one is http and the other https",
            Difference::Port => "the ports differ",
            Difference::SchemeAndPort => "scheme and port differ",
            Difference::Loopback => "`localhost`, `127.0.0.1` and `[::1]` are different origins",
            Difference::Www => "only one of them begins with `www.`",
            Difference::Typing => "they differ in one character",
            Difference::Subdomain => "one is a subdomain of the other",
            Difference::Sibling => "they are different subdomains",
        }
    }
}

/// The difference between a configured value, as it is in a header, and an origin. `None` if they have little in
/// common.
pub(crate) fn difference(configured: &str, origin: &str) -> Option<Difference> {
    if configured == origin {
        return None;
    }
    if configured.eq_ignore_ascii_case(origin) {
        return Some(Difference::Case);
    }
    let trimmed = configured.trim_end_matches('/').to_ascii_lowercase();
    if trimmed == origin {
        return Some(Difference::Slash);
    }
    // If the values differ only in a default port that is written out, the difference is in the port.
    let written = Url::parse(&trimmed, None).filter(Url::is_http).map_or(trimmed, |url| url.origin());
    if written == origin {
        return Some(Difference::Port);
    }
    exact(Split::of(written.as_bytes())?, Split::of(origin.as_bytes())?, true)
}

/// The pattern that differs least from the origin, and the difference.
pub(crate) fn nearest<'s>(
    patterns: impl Iterator<Item = ConfiguredPattern<'s>>,
    origin: &str,
) -> Option<(Difference, String)> {
    Origin::parse(origin.as_bytes())?;
    let own = Split::of(origin.as_bytes())?;
    let mut nearest: Option<(Difference, ConfiguredPattern<'s>)> = None;
    for pattern in patterns {
        // Once a near pattern is found, siblings are no longer looked for: every pattern of a long list can be one, and
        // each costs a look-up of its public suffix.
        let Some(difference) = of_pattern(pattern, own, nearest.is_none()) else { continue };
        if nearest.as_ref().is_none_or(|(least, _)| difference < *least) {
            nearest = Some((difference, pattern));
        }
    }
    nearest.map(|(difference, pattern)| (difference, pattern.written()))
}

fn of_pattern(pattern: ConfiguredPattern<'_>, own: Split<'_>, with_siblings: bool) -> Option<Difference> {
    match pattern {
        ConfiguredPattern::Exact { origin, any_port } => {
            let mut configured = Split::of(origin)?;
            if any_port {
                configured.port = own.port;
            }
            exact(configured, own, with_siblings)
        }
        ConfiguredPattern::Below { scheme, after, any_port } => {
            let (after, port) = split_port(after);
            let port = if any_port { own.port } else { port };
            let bare = after.strip_prefix(b".")?;
            if own.host.len() > after.len() && own.host.ends_with(after) {
                return scheme_or_port(scheme.as_bytes() == own.scheme, port == own.port);
            }
            let same = scheme.as_bytes() == own.scheme && port == own.port;
            if own.host == bare {
                return same.then_some(Difference::Subdomain);
            }
            let labels = bare.iter().filter(|byte| **byte == b'.').count() + 1;
            let tail = last_labels(own.host, labels)?;
            (same && tail.len() < own.host.len() && is_one_apart(tail, bare)).then_some(Difference::Typing)
        }
        ConfiguredPattern::Glob { before, after, any_port } => {
            let (after, port) = split_port(after);
            let port = if any_port { own.port } else { port };
            let colon = before.windows(3).position(|window| window == b"://")?;
            let (scheme, before) = (before.get(..colon)?, before.get(colon + 3..)?);
            let middle = own.host.strip_prefix(before)?.strip_suffix(after)?;
            if middle.is_empty() {
                return None;
            }
            let same = scheme == own.scheme && port == own.port;
            if middle.contains(&b'.') {
                return same.then_some(Difference::Subdomain);
            }
            scheme_or_port(scheme == own.scheme, port == own.port)
        }
        ConfiguredPattern::Extension(scheme) if scheme.as_str().as_bytes() == own.scheme => Some(Difference::Port),
        ConfiguredPattern::Extension(_) => ExtensionScheme::of_scheme(own.scheme).map(|_| Difference::Scheme),
    }
}

fn scheme_or_port(scheme: bool, port: bool) -> Option<Difference> {
    match (scheme, port) {
        (true, true) => None,
        (false, true) => Some(Difference::Scheme),
        (true, false) => Some(Difference::Port),
        (false, false) => Some(Difference::SchemeAndPort),
    }
}

/// Scheme, host and port of an origin; the port is empty if it is the scheme's default.
#[derive(Clone, Copy, Debug)]
struct Split<'s> {
    scheme: &'s [u8],
    host: &'s [u8],
    port: &'s [u8],
}

impl<'s> Split<'s> {
    fn of(text: &'s [u8]) -> Option<Self> {
        let colon = text.windows(3).position(|window| window == b"://")?;
        let (host, port) = split_port(text.get(colon + 3..)?);
        Some(Split { scheme: text.get(..colon)?, host, port })
    }
}

fn split_port(authority: &[u8]) -> (&[u8], &[u8]) {
    let colon = authority.iter().rposition(|byte| *byte == b':');
    match colon.and_then(|colon| authority.split_at_checked(colon)) {
        Some((host, port)) if !port.contains(&b']') => (host, port.get(1..).unwrap_or_default()),
        _ => (authority, &[]),
    }
}

fn exact(configured: Split<'_>, own: Split<'_>, with_siblings: bool) -> Option<Difference> {
    let same = configured.scheme == own.scheme && configured.port == own.port;
    if configured.host == own.host {
        return scheme_or_port(configured.scheme == own.scheme, configured.port == own.port);
    }
    if !same {
        return None;
    }
    if is_loopback(configured.host) && is_loopback(own.host) {
        return Some(Difference::Loopback);
    }
    let www = |longer: &[u8], shorter: &[u8]| longer.strip_prefix(b"www.") == Some(shorter);
    if www(configured.host, own.host) || www(own.host, configured.host) {
        return Some(Difference::Www);
    }
    if is_one_apart(configured.host, own.host) {
        return Some(Difference::Typing);
    }
    let below = |longer: &[u8], shorter: &[u8]| {
        longer.strip_suffix(shorter).is_some_and(|rest| rest.ends_with(b".")) && shorter.contains(&b'.')
    };
    if below(configured.host, own.host) || below(own.host, configured.host) {
        return Some(Difference::Subdomain);
    }
    if !with_siblings {
        return None;
    }
    // The public suffix is looked up only if the last two labels are equal. In most origins they are not.
    let shares_end = last_labels(configured.host, 2).is_some_and(|tail| last_labels(own.host, 2) == Some(tail));
    (shares_end && site(configured.host).is_some_and(|site_of| site(own.host) == Some(site_of)))
        .then_some(Difference::Sibling)
}

/// The registrable domain.
fn site(host: &[u8]) -> Option<&str> {
    registrable_domain(std::str::from_utf8(host).ok()?)
}

/// The last `count` labels of a host.
fn last_labels(host: &[u8], count: usize) -> Option<&[u8]> {
    let mut dots = host.iter().enumerate().rev().filter(|(_, byte)| **byte == b'.').map(|(index, _)| index);
    match dots.nth(count.checked_sub(1)?) {
        Some(dot) => host.get(dot + 1..),
        None => Some(host),
    }
}

/// Whether one character was added, left out, replaced, or exchanged with the next.
fn is_one_apart(a: &[u8], b: &[u8]) -> bool {
    if a == b || a.len().abs_diff(b.len()) > 1 {
        return false;
    }
    let before = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let after = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    let longest = a.len().max(b.len());
    if before + after + 1 >= longest {
        return true;
    }
    let pair = |text: &[u8]| text.get(before..before + 2).map(<[u8]>::to_vec);
    a.len() == b.len()
        && before + after + 2 == longest
        && pair(a).is_some_and(|mut pair_of| {
            pair_of.reverse();
            pair(b) == Some(pair_of)
        })
}

#[cfg(test)]
mod tests {
    use super::{Difference, difference, nearest};
    use crate::Policy;

    #[test]
    fn what_differs_in_a_header() {
        for (configured, origin, expected) in [
            ("https://app.example.com/", "https://app.example.com", Some(Difference::Slash)),
            ("https://APP.example.com", "https://app.example.com", Some(Difference::Case)),
            ("http://app.example.com", "https://app.example.com", Some(Difference::Scheme)),
            ("https://app.example.com:8443", "https://app.example.com", Some(Difference::Port)),
            ("https://app.example.com:443", "https://app.example.com", Some(Difference::Port)),
            ("http://app.example.com:3000", "https://app.example.com", Some(Difference::SchemeAndPort)),
            ("https://www.example.com", "https://example.com", Some(Difference::Www)),
            ("http://localhost:3000", "http://127.0.0.1:3000", Some(Difference::Loopback)),
            ("https://app.exmaple.com", "https://app.example.com", Some(Difference::Typing)),
            ("https://ap.example.com", "https://app.example.com", Some(Difference::Typing)),
            ("https://example.com", "https://app.example.com", Some(Difference::Subdomain)),
            ("https://admin.example.com", "https://app.example.com", Some(Difference::Sibling)),
            ("https://admin.github.io", "https://app.github.io", None),
            ("https://elsewhere.example", "https://app.example.com", None),
            ("https://app.example.com", "https://app.example.com", None),
            ("*", "https://app.example.com", None),
        ] {
            assert_eq!(difference(configured, origin), expected, "{configured} {origin}");
        }
    }

    #[test]
    fn what_differs_from_patterns() {
        let policy = Policy::from_toml(
            "allow_origins = ['https://*.example.com', 'https://pr-*.example.org', 'http://localhost:*']",
        )
        .unwrap();
        for (origin, expected) in [
            ("https://example.com", Some((Difference::Subdomain, "https://*.example.com"))),
            ("http://a.example.com", Some((Difference::Scheme, "https://*.example.com"))),
            ("https://a.example.com:8443", Some((Difference::Port, "https://*.example.com"))),
            ("https://a.exampel.com", Some((Difference::Typing, "https://*.example.com"))),
            ("https://pr-1.a.example.org", Some((Difference::Subdomain, "https://pr-*.example.org"))),
            ("http://pr-1.example.org", Some((Difference::Scheme, "https://pr-*.example.org"))),
            ("http://127.0.0.1:5173", Some((Difference::Loopback, "http://localhost:*"))),
            ("https://elsewhere.test", None),
        ] {
            let found = nearest(policy.rules.origins.patterns(), origin);
            assert_eq!(found, expected.map(|(difference, text)| (difference, text.to_owned())), "{origin}");
        }
    }
}
