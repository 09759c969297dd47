//! The languages of origin patterns: automata that match the same origins.

use crate::compare::language::Language;
use crate::origins::automaton::Dfa;
use crate::origins::regex::Regex;
use crate::origins::set::ConfiguredPattern;
use regex_syntax::escape;

/// A regex for `:*`. It also matches the default port, which the grammar of origins excludes.
const ANY_PORT: &str = "(:[0-9]+)?";

/// The origins that a pattern matches, among those that are well-formed.
pub(crate) fn language(pattern: ConfiguredPattern<'_>) -> Option<Language> {
    let text = |bytes: &[u8]| escape(&String::from_utf8_lossy(bytes));
    let port = |any: bool| if any { ANY_PORT } else { "" };
    match pattern {
        ConfiguredPattern::Exact { origin, any_port } => {
            Some(Language::of(dfa(&format!("{}{}", text(origin), port(any_port)))?))
        }
        ConfiguredPattern::Below { scheme, after, any_port } => {
            Some(Language::of(dfa(&format!("{scheme}://[a-z0-9_.-]+{}{}", text(after), port(any_port)))?))
        }
        ConfiguredPattern::Glob { before, after, any_port } => {
            let matches = dfa(&format!("{}[a-z0-9-]+{}{}", text(before), text(after), port(any_port)))?;
            // A glob never matches a label of punycode.
            let label = before.iter().rposition(|byte| matches!(byte, b'.' | b'/')).map_or(0, |index| index + 1);
            let without = dfa(&format!("{}xn--.*", text(before.get(..label).unwrap_or_default())))?;
            Some(Language { matches, without: Some(without) })
        }
        // Extensions have no port.
        ConfiguredPattern::Extension(scheme) => {
            Some(Language::of(dfa(&format!("{}://[A-Za-z0-9._-]+", scheme.as_str()))?))
        }
    }
}

/// Origins that a pattern matches and that are unlikely to be listed.
pub(crate) fn examples(pattern: ConfiguredPattern<'_>) -> impl Iterator<Item = Vec<u8>> {
    [("app", ""), ("app", ":8443"), ("w-0-q", ""), ("x7", ":1")].into_iter().map(move |(filler, any_port)| {
        let port = |any: bool| if any { any_port } else { "" };
        let (start, end, port) = match pattern {
            ConfiguredPattern::Exact { origin, any_port } => (origin.to_vec(), &b""[..], port(any_port)),
            ConfiguredPattern::Below { scheme, after, any_port } => {
                (format!("{scheme}://{filler}").into_bytes(), after, port(any_port))
            }
            ConfiguredPattern::Glob { before, after, any_port } => {
                ([before, filler.as_bytes()].concat(), after, port(any_port))
            }
            ConfiguredPattern::Extension(scheme) => {
                (format!("{}://{filler}", scheme.as_str()).into_bytes(), &b""[..], "")
            }
        };
        [&start, end, port.as_bytes()].concat()
    })
}

/// Exactly these origins.
pub(crate) fn exact(origins: &[&[u8]]) -> Option<Dfa> {
    let texts: Vec<_> = origins.iter().map(|origin| escape(&String::from_utf8_lossy(origin))).collect();
    dfa(&texts.join("|"))
}

/// Every origin except `null`.
pub(crate) fn any() -> Option<Dfa> {
    dfa(".*")
}

/// Origins with plain http on the user's own machine, which nobody on the network can impersonate.
pub(crate) fn loopback() -> Option<Dfa> {
    dfa(r"http://(([a-z0-9_.-]+\.)?localhost|127\.[0-9.]+|\[::1\])(:[0-9]+)?")
}

/// Origins with plain http.
pub(crate) fn plain_http() -> Option<Dfa> {
    dfa("http://.*")
}

fn dfa(source: &str) -> Option<Dfa> {
    Regex::parse(source).ok()?.compile().ok()
}
