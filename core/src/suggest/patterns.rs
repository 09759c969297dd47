//! The origin patterns that were most likely meant by a text that is not one, for help texts. They decide nothing.

use crate::limits::ORIGIN_BYTES;
use crate::origins::host_name::ends_in_number;
use crate::origins::origin::{self, SerialisedIpv6};
use crate::origins::pattern::OriginPattern;
use crate::origins::punycode::label_to_ascii;
use crate::suggest::placeholder::placeholder;
use std::net::{Ipv4Addr, Ipv6Addr};

/// The most origins of one string that a suggestion spells out.
const MOST_LISTED: usize = 8;
/// The longest text whose meaning is guessed.
const LONGEST: usize = MOST_LISTED * ORIGIN_BYTES;

/// Texts that people write if they mean both http and https.
const EITHER: [&str; 7] = ["*", "http*", "https*", "http?", "https?", "http(s)?", "http(s)"];

/// One or several patterns to write instead, if it is clear which were meant.
pub(crate) fn suggest(text: &str) -> Option<Vec<String>> {
    if text.len() > LONGEST || placeholder(text).is_some() {
        return None;
    }
    let mut patterns: Vec<String> = Vec::new();
    // This semicolon is a typing error, and not a separator.
    let text = text.replace(";//", "://");
    for part in parts(&text) {
        for pattern in suggest_one(part)? {
            if !patterns.contains(&pattern) {
                patterns.push(pattern);
            }
        }
        if patterns.len() > MOST_LISTED {
            return None;
        }
    }
    (!patterns.is_empty()).then_some(patterns)
}

/// The parts of one string, if each part means an origin.
fn parts(text: &str) -> Vec<&str> {
    let separated = text.split(|c: char| matches!(c, ',' | ';' | '|') || c.is_whitespace());
    separated.map(unwrapped).filter(|part| !part.is_empty()).flat_map(joined).collect()
}

/// The text without quotation marks and brackets of another notation.
fn unwrapped(text: &str) -> &str {
    let quote = |c: char| matches!(c, '"' | '\'' | '`' | '“' | '”' | '„' | '‘' | '’' | '«' | '»' | '<' | '>');
    let bare = text.trim_matches(quote);
    // Brackets of an IPv6 address belong to it.
    let bare = bare.strip_prefix('[').filter(|rest| rest.contains("://") || rest.starts_with(quote)).unwrap_or(bare);
    let bare = bare.strip_suffix(']').filter(|rest| !rest.contains('[')).unwrap_or(bare);
    bare.trim_matches(quote)
}

/// Origins that were written without a separator. They are separated where the next scheme begins.
fn joined(text: &str) -> Vec<&str> {
    let mut cuts: Vec<usize> = Vec::new();
    // `host` is the beginning of the last host so far, `has_path` says whether a path or a query follows that host, and
    // `known` is the end of the text that was read. So each byte is read once, however often `http` occurs.
    let (mut host, mut has_path, mut known) = (0, false, 0);
    for (at, _) in text.match_indices("http") {
        if let Some(end) = text.get(known..at).and_then(|part| part.rfind("://")) {
            (host, has_path) = (known + end + "://".len(), false);
        }
        let begun = text.get(host.max(known)..at).unwrap_or_default();
        has_path |= begun.contains(|c: char| c.is_whitespace() || matches!(c, '/' | '?' | '#' | '\\'));
        known = at;
        let is_scheme = text.get(at..).is_some_and(|rest| rest.starts_with("http://") || rest.starts_with("https://"));
        if is_scheme && host < at && !has_path {
            cuts.push(at);
        }
    }
    let ends = cuts.iter().copied().chain([text.len()]);
    let starts = [0].into_iter().chain(cuts.iter().copied());
    starts.zip(ends).filter_map(|(start, end)| text.get(start..end)).collect()
}

/// Whether one string contains several origins, either with a separator between them or with the next scheme
/// directly after a host.
pub(crate) fn holds_several(text: &str) -> bool {
    let pieces: Vec<&str> = text.split([';', '|']).map(str::trim).flat_map(joined).collect();
    pieces.len() > 1 && pieces.iter().all(|piece| piece.contains("://"))
}

fn suggest_one(text: &str) -> Option<Vec<String>> {
    if text == "*" {
        return Some(vec!["*".into()]);
    }
    if text.eq_ignore_ascii_case("null") {
        return Some(vec!["null".into()]);
    }
    let (mut scheme, mut rest) = cut_scheme(text)?;
    rest = rest.trim_start_matches('/');
    // The scheme twice.
    while rest.contains("://") && rest.starts_with("http") {
        let (inner, shorter) = cut_scheme(rest)?;
        // A name that only begins like a scheme: `http.a://b`.
        if shorter.len() == rest.len() {
            return None;
        }
        (scheme, rest) = (inner, shorter.trim_start_matches('/'));
    }
    let host = rest.replace("\\.", ".");
    match scheme {
        Scheme::Either => Some(vec![pattern("http", &host)?, pattern("https", &host)?]),
        Scheme::Given(scheme) => Some(vec![pattern(&scheme, &host)?]),
        // A number could also be a port.
        Scheme::Damaged(_) | Scheme::Missing if host.bytes().all(|byte| byte.is_ascii_digit()) => None,
        Scheme::Damaged(scheme) => Some(vec![pattern(&scheme, &host).filter(|better| is_named(better))?]),
        Scheme::Missing if host.contains('@') => None,
        Scheme::Missing => {
            let secure = pattern("https", &host).filter(|better| is_named(better))?;
            Some(vec![if is_local(&secure) { pattern("http", &host)? } else { secure }])
        }
    }
}

enum Scheme {
    /// Http and https.
    Either,
    Given(String),
    /// The scheme is recognised, but `://` does not follow it.
    Damaged(String),
    Missing,
}

fn cut_scheme(text: &str) -> Option<(Scheme, &str)> {
    if let Some((scheme, rest)) = text.split_once("://")
        && !scheme.contains(['/', '.'])
    {
        let lower = scheme.to_ascii_lowercase();
        return Some(match lower.as_str() {
            "" => (Scheme::Missing, rest),
            either if EITHER.contains(&either) => (Scheme::Either, rest),
            _ => (Scheme::Given(page_scheme(&lower)), rest),
        });
    }
    for scheme in ["https", "http", "wss", "ws"] {
        let Some((start, rest)) = text.split_at_checked(scheme.len()) else { continue };
        let host = rest.trim_start_matches([':', ';', '/', '\\']);
        if start.eq_ignore_ascii_case(scheme) && host.len() < rest.len() {
            return Some((Scheme::Damaged(page_scheme(scheme)), host));
        }
    }
    Some((Scheme::Missing, text))
}

/// Whether a pattern's host is certainly a host. A single word is not.
fn is_named(pattern: &str) -> bool {
    let host = pattern.split_once("://").map_or("", |(_, authority)| split(authority).0);
    is_local(pattern) || host.starts_with('[') || host.strip_prefix("*.").unwrap_or(host).contains('.')
}

fn is_local(pattern: &str) -> bool {
    match OriginPattern::parse(pattern) {
        Some(OriginPattern::Tuple(pattern)) => pattern.is_loopback(),
        _ => false,
    }
}

fn pattern(scheme: &str, rest: &str) -> Option<String> {
    let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
    let authority = rest.get(..end)?;
    // A range of addresses, which a list of origins cannot express.
    let is_range = |tail: &str| !tail.is_empty() && tail.bytes().all(|byte| byte.is_ascii_digit());
    if origin::is_ipv4(authority.as_bytes()) && rest.get(end + 1..).is_some_and(is_range) {
        return None;
    }
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let is_bare_ipv6 = authority.parse::<Ipv6Addr>().is_ok();
    let (host, port) = if is_bare_ipv6 { (authority, None) } else { split(authority) };
    let host = if origin::default_port(scheme.as_bytes()).is_some() { web_host(host)? } else { host.to_owned() };
    // A scheme in the position of a host.
    if matches!(host.as_str(), "http" | "https") {
        return None;
    }
    let port = port.map_or(String::new(), |port| port_part(scheme, port));
    let better = format!("{scheme}://{host}{port}");
    is_pattern(&better).then_some(better)
}

/// The scheme of an origin: connections with `ws` and `wss` are opened by pages with `http` and `https`.
fn page_scheme(scheme: &str) -> String {
    match scheme {
        "ws" => "http",
        "wss" => "https",
        other => other,
    }
    .into()
}

fn port_part(scheme: &str, port: &str) -> String {
    let short = port.trim_start_matches('0');
    if port.is_empty() || Some(short.as_bytes()) == origin::default_port(scheme.as_bytes()) {
        return String::new();
    }
    format!(":{short}")
}

fn web_host(host: &str) -> Option<String> {
    let lower: String = host.chars().flat_map(char::to_lowercase).collect();
    if let Some(address) = lower.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        let address: Ipv6Addr = address.parse().ok()?;
        let text = SerialisedIpv6::new(&address);
        return Some(format!("[{}]", std::str::from_utf8(text.as_bytes()).ok()?));
    }
    if let Ok(address) = lower.parse::<Ipv6Addr>() {
        return web_host(&format!("[{address}]"));
    }
    let lower = match lower.strip_prefix("**.").or_else(|| lower.strip_prefix('.')) {
        Some(base) => format!("*.{base}"),
        None => lower,
    };
    let name = lower.trim_end_matches('.');
    if ends_in_number(name.as_bytes()) {
        return parse_ipv4(name).map(|address| address.to_string());
    }
    let labels: Option<Vec<String>> = lower.split('.').map(label_to_ascii).collect();
    Some(labels?.join("."))
}

/// The URL standard's IPv4 parser: addresses with fewer parts, and hexadecimal and octal numbers, are read as browsers
/// read them.
fn parse_ipv4(name: &str) -> Option<Ipv4Addr> {
    let numbers: Option<Vec<u64>> = name.split('.').map(parse_number).collect();
    let numbers = numbers?;
    let (last, first) = numbers.split_last()?;
    if first.len() > 3 || first.iter().any(|number| *number > 255) {
        return None;
    }
    let room = 8 * (4 - u32::try_from(first.len()).ok()?);
    if *last >= 1u64 << room {
        return None;
    }
    let high = first.iter().enumerate().fold(0, |sum, (index, number)| sum | number << (24 - 8 * index));
    u32::try_from(high | last).ok().map(Ipv4Addr::from)
}

fn parse_number(part: &str) -> Option<u64> {
    if let Some(hex) = part.strip_prefix("0x") {
        return if hex.is_empty() { Some(0) } else { u64::from_str_radix(hex, 16).ok() };
    }
    let radix = if part.len() > 1 && part.starts_with('0') { 8 } else { 10 };
    u64::from_str_radix(part, radix).ok()
}

/// Host and port, leniently.
pub(crate) fn split(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    }
}

/// Whether a text is a pattern.
fn is_pattern(text: &str) -> bool {
    OriginPattern::parse(text).is_some()
}

#[cfg(test)]
mod tests {
    use super::suggest;

    #[test]
    fn what_people_write() {
        for (text, better) in [
            ("HTTPS://App.Example.com/", "https://app.example.com"),
            ("https://app.example.com/path?q#f", "https://app.example.com"),
            ("app.example.com", "https://app.example.com"),
            ("localhost:3000", "http://localhost:3000"),
            ("*.example.com", "https://*.example.com"),
            ("https://app.example.com:443", "https://app.example.com"),
            ("http://app.example.com:080", "http://app.example.com"),
            ("https://user:pw@app.example.com", "https://app.example.com"),
            ("https://bücher.example", "https://xn--bcher-kva.example"),
            ("https:/a.example", "https://a.example"),
            ("https//a.example", "https://a.example"),
            ("http:a.example", "http://a.example"),
            ("https:\\\\a.example", "https://a.example"),
            ("https://https://a.example", "https://a.example"),
            ("https:///a.example", "https://a.example"),
            ("://a.example", "https://a.example"),
            (".example.com", "https://*.example.com"),
            ("http*://a.example", "http://a.example https://a.example"),
            ("https://a.examplehttps://b.example", "https://a.example https://b.example"),
            ("https://a.example/?u=https://b.example", "https://a.example"),
            ("[\"https://a.example\", \"https://b.example\"]", "https://a.example https://b.example"),
            ("“https://a.example”", "https://a.example"),
            ("'*'", "*"),
            ("https://a\\.example\\.com", "https://a.example.com"),
            ("http://0x7f.1", "http://127.0.0.1"),
            ("http://::1", "http://[::1]"),
            ("http://[0:0:0:0:0:0:0:1]", "http://[::1]"),
            ("http://[::ffff:1.2.3.4]", "http://[::ffff:102:304]"),
            ("wss://app.example.com", "https://app.example.com"),
            ("https://a.example, https://b.example", "https://a.example https://b.example"),
            (" https://a.example\n", "https://a.example"),
            ("NULL", "null"),
        ] {
            assert_eq!(suggest(text).unwrap_or_default().join(" "), better, "{text}");
        }
        for text in [
            "",
            "https://",
            "https:/",
            "https://https",
            "https:8080",
            "all",
            "backend:3000",
            "me@a.example",
            "${ORIGIN}",
            "http://a.example:0",
            "file:///tmp",
            "https://*.*.example.com",
            "http://1.2.3.4.5",
        ] {
            assert_eq!(suggest(text), None, "{text}");
        }
    }
}
