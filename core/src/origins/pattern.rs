//! Origin patterns: the entries of `allow_origins`.
//!
//! `https://app.example.com` · `https://*.example.com` · `https://preview-*.example.app` ·
//! `http://localhost:*` · `app://.` · `moz-extension://*` · `null` · `*`

use crate::origins::extension::ExtensionScheme;
use crate::origins::origin::{self, Origin};

/// One parsed pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum OriginPattern {
    /// `*`
    Any,
    /// `null`
    Null,
    /// `chrome-extension://*`
    Extension(ExtensionScheme),
    /// A scheme, a host and a port, with at most one wildcard in the host.
    Tuple(TuplePattern),
}

/// A pattern of a tuple origin, cut so that compiling it needs no more parsing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TuplePattern {
    pub(crate) scheme: String,
    pub(crate) host: HostPattern,
    pub(crate) port: PortPattern,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum HostPattern {
    /// Only this host.
    Exact(String),
    /// One or more labels before this, which begins with a dot.
    Below(String),
    /// One `*` inside a label, with the parts of the host before and after it.
    Glob { before: String, after: String },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PortPattern {
    /// The scheme's default port, which is never written.
    Default,
    /// This port.
    Exact(String),
    /// `:*`: any port, or none.
    Any,
}

impl OriginPattern {
    /// Parses a pattern. If a text is not a pattern, `suggest::pattern_fault` finds out why.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text {
            "*" => return Some(OriginPattern::Any),
            "null" => return Some(OriginPattern::Null),
            _ => {}
        }
        if let Some(scheme) = ExtensionScheme::of_pattern(text) {
            return Some(OriginPattern::Extension(scheme));
        }
        let (scheme, authority) = text.split_once("://")?;
        let (host, port) = match (authority.strip_suffix(":*"), split_port(authority)) {
            (Some(host), _) if split_port(host).1 == PortPattern::Default => (host, PortPattern::Any),
            (Some(_), _) => return None,
            (None, split) => split,
        };
        let host = parse_host(host)?;
        let pattern = TuplePattern { scheme: scheme.to_owned(), host, port };
        // A pattern is well-formed if an origin that it matches is. In this way, the grammar is needed only
        // once.
        Origin::parse(pattern.example().as_bytes())?;
        let wild = !matches!(pattern.host, HostPattern::Exact(_)) || pattern.port == PortPattern::Any;
        if wild && (origin::default_port(scheme.as_bytes()).is_none() || !pattern.has_lawful_wildcard()) {
            return None;
        }
        Some(OriginPattern::Tuple(pattern))
    }

    /// Whether it has a wildcard, differs from the other pattern, and matches every origin that the other matches.
    pub(crate) fn covers(&self, other: &OriginPattern) -> bool {
        match (self, other) {
            (OriginPattern::Tuple(own), OriginPattern::Tuple(tuple)) => own != tuple && own.covers(tuple),
            (OriginPattern::Extension(own), OriginPattern::Tuple(TuplePattern { scheme, port, .. })) => {
                own.as_str() == scheme && *port == PortPattern::Default
            }
            _ => false,
        }
    }
}

fn split_port(authority: &str) -> (&str, PortPattern) {
    match authority.rsplit_once(':') {
        // In an address in brackets, the last colon belongs to the address unless it follows the bracket.
        Some((host, port)) if !port.ends_with(']') => (host, PortPattern::Exact(port.to_owned())),
        _ => (authority, PortPattern::Default),
    }
}

fn parse_host(host: &str) -> Option<HostPattern> {
    let Some((before, after)) = host.split_once('*') else {
        return Some(HostPattern::Exact(host.to_owned()));
    };
    if after.contains('*') {
        return None;
    }
    if before.is_empty() && after.starts_with('.') {
        return Some(HostPattern::Below(after.to_owned()));
    }
    Some(HostPattern::Glob { before: before.to_owned(), after: after.to_owned() })
}

impl TuplePattern {
    /// An origin that the pattern matches, if the pattern is well-formed at all.
    fn example(&self) -> String {
        // The filler must not turn a label into something else (`x` before `n--`, or a digit that makes an
        // address).
        self.filled("w", "")
    }

    /// Very different origins that the pattern matches. Another pattern that matches all of them matches everything
    /// that this one matches.
    pub(crate) fn unlike_examples(&self) -> impl Iterator<Item = String> {
        [("w-0-q", ":1"), ("x7", ":65535"), ("3", "")].into_iter().map(|(filler, port)| self.filled(filler, port))
    }

    fn filled(&self, filler: &str, any_port: &str) -> String {
        let host = match &self.host {
            HostPattern::Exact(host) => host.clone(),
            HostPattern::Below(after) => format!("{filler}{after}"),
            HostPattern::Glob { before, after } => format!("{before}{filler}{after}"),
        };
        match &self.port {
            PortPattern::Exact(port) => format!("{}://{host}:{port}", self.scheme),
            PortPattern::Default => format!("{}://{host}", self.scheme),
            PortPattern::Any => format!("{}://{host}{any_port}", self.scheme),
        }
    }

    /// Whether the wildcard, if there is one, is where it may be. There has to be a name after `*.`. The `*` of a glob
    /// has to share its label with other characters. That label must not be punycode, and has to be to the left of the
    /// public suffix.
    fn has_lawful_wildcard(&self) -> bool {
        match &self.host {
            HostPattern::Exact(_) => true,
            HostPattern::Below(after) => after != ".",
            HostPattern::Glob { before, after } => {
                let (left, right) = label_around(before, after);
                (!left.is_empty() || !right.is_empty())
                    && !format!("{left}{right}").starts_with("xn--")
                    && labels_right_of(after) >= suffix_labels_of(before, after)
            }
        }
    }

    /// Whether the wildcard matches names that anyone can register, directly below or inside a public suffix.
    pub(crate) fn reaches_public_suffix(&self) -> bool {
        match &self.host {
            HostPattern::Exact(_) => false,
            HostPattern::Below(after) => {
                let base = after.strip_prefix('.').unwrap_or(after);
                !is_loopback_name(base) && !crate::origins::public_suffix::owns_names_below(base)
            }
            HostPattern::Glob { before, after } => {
                let base = after.split_once('.').map_or("", |(_, base)| base);
                let lowest = labels_right_of(after) <= suffix_labels_of(before, after);
                !is_loopback_name(base) && (lowest || crate::origins::public_suffix::has_suffix_below(base))
            }
        }
    }

    /// Whether every origin that the other matches is matched by this pattern too.
    fn covers(&self, other: &TuplePattern) -> bool {
        self.scheme == other.scheme
            && (self.port == PortPattern::Any || self.port == other.port)
            && self.host.covers(&other.host)
    }

    /// Whether plain http to another machine is among the origins.
    pub(crate) fn is_insecure(&self) -> bool {
        self.scheme == "http" && !self.is_loopback()
    }

    /// Whether all origins are this machine's.
    pub(crate) fn is_loopback(&self) -> bool {
        match &self.host {
            HostPattern::Exact(host) => origin::is_loopback(host.as_bytes()),
            HostPattern::Below(after) => is_loopback_name(after.strip_prefix('.').unwrap_or(after)),
            HostPattern::Glob { after, .. } => after.split_once('.').is_some_and(|(_, base)| is_loopback_name(base)),
        }
    }
}

impl HostPattern {
    fn covers(&self, other: &HostPattern) -> bool {
        match (self, other) {
            (HostPattern::Exact(own), HostPattern::Exact(host)) => own == host,
            (HostPattern::Exact(_), _) | (HostPattern::Glob { .. }, HostPattern::Below(_)) => false,
            (HostPattern::Below(own), HostPattern::Exact(host)) => {
                host.len() > own.len() && host.ends_with(own.as_str())
            }
            (HostPattern::Below(own), HostPattern::Below(after) | HostPattern::Glob { after, .. }) => {
                after.ends_with(own.as_str())
            }
            (HostPattern::Glob { before, after }, HostPattern::Exact(host)) => {
                let middle = host.strip_prefix(before.as_str()).and_then(|rest| rest.strip_suffix(after.as_str()));
                let label = host.get(before.len() - label_around(before, after).0.len()..).unwrap_or_default();
                middle.is_some_and(|middle| !middle.is_empty() && is_glob_text(middle)) && !label.starts_with("xn--")
            }
            (HostPattern::Glob { before, after }, HostPattern::Glob { before: left, after: right }) => {
                let more = left.strip_prefix(before.as_str()).zip(right.strip_suffix(after.as_str()));
                more.is_some_and(|(left, right)| is_glob_text(left) && is_glob_text(right))
            }
        }
    }
}

/// Whether the `*` of a label glob matches these characters.
fn is_glob_text(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}

fn is_loopback_name(name: &str) -> bool {
    name == "localhost" || name.ends_with(".localhost")
}

/// The two parts of the label that has a glob's `*`.
fn label_around<'a>(before: &'a str, after: &'a str) -> (&'a str, &'a str) {
    (before.rsplit('.').next().unwrap_or(before), after.split('.').next().unwrap_or(after))
}

fn labels_right_of(after: &str) -> usize {
    after.strip_suffix('.').unwrap_or(after).matches('.').count()
}

/// The number of labels in the public suffix of the names that a glob matches.
fn suffix_labels_of(before: &str, after: &str) -> usize {
    crate::origins::public_suffix::suffix_labels(&format!("{before}w{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tuple(text: &str) -> TuplePattern {
        match OriginPattern::parse(text) {
            Some(OriginPattern::Tuple(pattern)) => pattern,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn wildcards_on_public_suffixes() {
        for text in
            ["https://*.com", "https://*.co.uk", "https://*.github.io", "https://*.internal", "https://pr-*.vercel.app"]
        {
            assert!(tuple(text).reaches_public_suffix(), "{text}");
        }
        for text in
            ["https://*.example.com", "https://pr-*.team.vercel.app", "http://*.localhost", "http://pr-*.localhost"]
        {
            assert!(!tuple(text).reaches_public_suffix(), "{text}");
        }
    }

    #[test]
    fn globs_are_left_of_the_public_suffix() {
        for text in [
            "https://example.c*m",
            "http://local*",
            "https://*",
            "https://a.*.example.com",
            "https://xn--*.example.com",
        ] {
            assert_eq!(OriginPattern::parse(text), None, "{text}");
        }
    }
}
