//! The nearest origin pattern to a text that is none, for help texts. It decides nothing.

use crate::origin::{self, SerialisedIpv6};
use crate::pattern_fault::{is_pattern, split};
use crate::punycode::label_to_ascii;
use std::net::{Ipv4Addr, Ipv6Addr};

/// How many origins of one string a suggestion spells out.
const MOST_LISTED: usize = 8;

/// What to write instead, if it can be told: one pattern, or a list of patterns in brackets.
pub(crate) fn suggest(text: &str) -> Option<String> {
    let parts: Vec<&str> =
        text.split(|c: char| c == ',' || c.is_whitespace()).filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        [] => None,
        [one] => suggest_one(one),
        many if many.len() <= MOST_LISTED => {
            let patterns: Option<Vec<String>> =
                many.iter().map(|part| suggest_one(part).map(|better| format!("\"{better}\""))).collect();
            Some(format!("[{}]", patterns?.join(", ")))
        }
        _ => None,
    }
}

fn suggest_one(text: &str) -> Option<String> {
    if text.eq_ignore_ascii_case("null") {
        return Some("null".into());
    }
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) => (page_scheme(&scheme.to_ascii_lowercase()), rest),
        None => (String::new(), text.trim_start_matches('/')),
    };
    let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
    let authority = rest.get(..end)?;
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let (host, port) = split(authority);
    let web = scheme.is_empty() || origin::default_port(scheme.as_bytes()).is_some();
    let host = if web { web_host(host)? } else { host.to_owned() };
    let scheme = if !scheme.is_empty() {
        scheme
    } else if origin::is_loopback(host.as_bytes()) {
        "http".into()
    } else {
        "https".into()
    };
    let port = port.map_or(String::new(), |port| port_part(&scheme, port));
    let better = format!("{scheme}://{host}{port}");
    is_pattern(&better).then_some(better)
}

/// The scheme of the pages that open such connections.
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
    if short.is_empty() || Some(short.as_bytes()) == origin::default_port(scheme.as_bytes()) {
        return String::new();
    }
    format!(":{short}")
}

fn web_host(host: &str) -> Option<String> {
    let lower = host.to_lowercase();
    if let Some(address) = lower.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        let address: Ipv6Addr = address.parse().ok()?;
        let text = SerialisedIpv6::new(&address);
        return Some(format!("[{}]", std::str::from_utf8(text.as_bytes()).ok()?));
    }
    if let Ok(address) = lower.parse::<Ipv6Addr>() {
        return web_host(&format!("[{address}]"));
    }
    let name = lower.trim_end_matches('.');
    if origin::ends_in_number(name.as_bytes()) {
        return parse_ipv4(name).map(|address| address.to_string());
    }
    let labels: Option<Vec<String>> = lower.split('.').map(label_to_ascii).collect();
    Some(labels?.join("."))
}

/// The URL standard's IPv4 parser: fewer parts, hexadecimal and octal numbers are read as browsers read them.
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
            ("http://0x7f.1", "http://127.0.0.1"),
            ("http://[0:0:0:0:0:0:0:1]", "http://[::1]"),
            ("http://[::ffff:1.2.3.4]", "http://[::ffff:102:304]"),
            ("wss://app.example.com", "https://app.example.com"),
            ("https://a.example, https://b.example", "[\"https://a.example\", \"https://b.example\"]"),
            (" https://a.example\n", "https://a.example"),
            ("NULL", "null"),
        ] {
            assert_eq!(suggest(text).as_deref(), Some(better), "{text}");
        }
        for text in ["", "https://", "file:///tmp", "https://*.*.example.com", "http://1.2.3.4.5"] {
            assert_eq!(suggest(text), None, "{text}");
        }
    }
}
