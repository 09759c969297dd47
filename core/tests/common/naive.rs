//! The reference matcher: which origins a list of patterns allows. It is as simple as possible, and slow.
//!
//! It shares no code with core, so that a mistake in compiling many patterns into one set shows up as a difference.
//! Patterns have to be valid; origins may be any bytes.

use regex::bytes::{Regex, RegexBuilder};

/// A list of patterns and regexes, and whether plain http is refused, whatever matches.
pub struct Naive {
    patterns: Vec<String>,
    regexes: Vec<Regex>,
    sources: Vec<String>,
    secure_only: bool,
    /// The entries that allow plain http in spite of that.
    insecure_patterns: Vec<String>,
    insecure_regexes: Vec<Regex>,
}

impl Naive {
    /// A matcher of valid patterns and regexes.
    pub fn new(patterns: &[String], regexes: &[String], secure_only: bool) -> Self {
        Naive {
            patterns: patterns.to_vec(),
            regexes: regexes.iter().map(|source| whole(source)).collect(),
            sources: regexes.to_vec(),
            secure_only,
            insecure_patterns: Vec::new(),
            insecure_regexes: Vec::new(),
        }
    }

    /// Allows plain http for the named entries.
    pub fn with_insecure(mut self, named: &[String]) -> Self {
        self.insecure_patterns = self.patterns.iter().filter(|pattern| named.contains(pattern)).cloned().collect();
        let regexes = self.sources.iter().filter(|source| named.contains(source));
        self.insecure_regexes = regexes.map(|source| whole(source)).collect();
        self
    }

    /// Whether the value of an `Origin` header is allowed.
    pub fn allows(&self, origin: &[u8]) -> bool {
        if origin == b"null" {
            return self.patterns.iter().any(|pattern| pattern == "null" || pattern == "*");
        }
        let Some(parts) = parse(origin) else { return false };
        if self.patterns.iter().any(|pattern| pattern == "*") {
            return true;
        }
        if self.is_insecure(&parts) {
            return self.insecure_patterns.iter().any(|pattern| matches(pattern, &parts))
                || self.insecure_regexes.iter().any(|regex| regex.is_match(origin));
        }
        self.patterns.iter().any(|pattern| matches(pattern, &parts))
            || self.regexes.iter().any(|regex| regex.is_match(origin))
    }

    /// Whether an origin is refused for plain http unless a named entry matches it. Other entries and the predicate
    /// cannot allow it.
    pub fn is_insecure(&self, parts: &Parts) -> bool {
        self.secure_only && parts.scheme == "http" && !is_loopback(&parts.host)
    }
}

/// A regex that has to match the whole origin.
fn whole(source: &str) -> Regex {
    RegexBuilder::new(&format!(r"\A(?:{source})\z")).unicode(false).build().expect("a valid regex")
}

/// Scheme, host and port of an origin or of a pattern.
#[derive(Debug, PartialEq)]
pub struct Parts {
    /// The text before `://`.
    pub scheme: String,
    /// The host, with brackets if it has any.
    pub host: String,
    /// The port without its colon; empty if there is none.
    pub port: String,
}

fn split(text: &str) -> Option<Parts> {
    let (scheme, rest) = text.split_once("://")?;
    let host_length = match rest.find(']') {
        Some(end) if rest.starts_with('[') => end + 1,
        _ => rest.find(':').unwrap_or(rest.len()),
    };
    let (host, after) = rest.split_at(host_length);
    let port = match after.strip_prefix(':') {
        Some("") => return None,
        Some(port) => port,
        None if after.is_empty() => "",
        None => return None,
    };
    Some(Parts { scheme: scheme.to_owned(), host: host.to_owned(), port: port.to_owned() })
}

/// The parts of a well-formed serialised origin; none for `null` and for everything else that no browser sends.
pub fn parse(origin: &[u8]) -> Option<Parts> {
    if origin.len() > 512 || !origin.is_ascii() {
        return None;
    }
    let parts = split(std::str::from_utf8(origin).ok()?)?;
    let web = parts.scheme == "http" || parts.scheme == "https";
    let fine = is_scheme(&parts.scheme)
        && is_port(&parts.port, &parts.scheme)
        && if web { is_web_host(&parts.host) } else { is_app_host(&parts.host) };
    fine.then_some(parts)
}

fn is_scheme(scheme: &str) -> bool {
    let letters = "abcdefghijklmnopqrstuvwxyz";
    !scheme.is_empty()
        && scheme.len() <= 64
        && letters.contains(&scheme[..1])
        && scheme.chars().all(|c| letters.contains(c) || "0123456789+.-".contains(c))
        && !["file", "ws", "wss"].contains(&scheme)
}

fn is_port(port: &str, scheme: &str) -> bool {
    if port.is_empty() {
        return true;
    }
    let default = match scheme {
        "http" => 80,
        "https" => 443,
        _ => 0,
    };
    // `parse` accepts a plus sign and leading zeros, but no number is printed with them.
    port.parse::<u16>().is_ok_and(|number| number.to_string() == port && number != 0 && number != default)
}

fn is_app_host(host: &str) -> bool {
    !host.is_empty() && host.len() <= 253 && host.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
}

fn is_web_host(host: &str) -> bool {
    if let Some(inside) = host.strip_prefix('[') {
        return inside.strip_suffix(']').is_some_and(is_ipv6);
    }
    let name = host.strip_suffix('.').unwrap_or(host);
    let labels: Vec<&str> = name.split('.').collect();
    let names = name.len() <= 253 && labels.iter().all(|label| is_label(label));
    let last = labels[labels.len() - 1];
    let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    let hex = |text: &str| text.chars().all(|c| c.is_ascii_hexdigit());
    let numeric = digits(last) || last.strip_prefix("0x").is_some_and(hex);
    names && (!numeric || is_ipv4(host))
}

fn is_label(label: &str) -> bool {
    let allowed = "abcdefghijklmnopqrstuvwxyz0123456789_-";
    !label.is_empty() && label.len() <= 63 && label.chars().all(|c| allowed.contains(c))
}

fn is_ipv4(host: &str) -> bool {
    let numbers: Vec<&str> = host.split('.').collect();
    numbers.len() == 4 && numbers.iter().all(|text| text.parse::<u8>().is_ok_and(|number| number.to_string() == *text))
}

fn is_ipv6(text: &str) -> bool {
    let Ok(address) = text.parse::<std::net::Ipv6Addr>() else { return false };
    let canonical = match address.segments() {
        // The standard library writes these with a dotted quad, but browsers do not.
        [0, 0, 0, 0, 0, 0xffff, high, low] => format!("::ffff:{high:x}:{low:x}"),
        _ => address.to_string(),
    };
    canonical == text
}

fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host.ends_with(".localhost")
        || host == "[::1]"
        || (is_ipv4(host) && host.split('.').next() == Some("127"))
}

fn matches(pattern: &str, origin: &Parts) -> bool {
    if ["chrome-extension://*", "moz-extension://*", "safari-web-extension://*"].contains(&pattern) {
        return format!("{}://*", origin.scheme) == pattern && origin.port.is_empty();
    }
    let Some(wanted) = split(pattern) else { return false };
    wanted.scheme == origin.scheme
        && (wanted.port == "*" || wanted.port == origin.port)
        && host_matches(&wanted.host, &origin.host)
}

fn host_matches(pattern: &str, host: &str) -> bool {
    if !pattern.contains('*') {
        return pattern == host;
    }
    if let Some(parent) = pattern.strip_prefix("*.") {
        // One or more labels, then the parent.
        return host.strip_suffix(parent).and_then(|rest| rest.strip_suffix('.')).is_some_and(|rest| !rest.is_empty());
    }
    let (wanted, given): (Vec<&str>, Vec<&str>) = (pattern.split('.').collect(), host.split('.').collect());
    wanted.len() == given.len() && wanted.iter().zip(&given).all(|(wanted, given)| label_matches(wanted, given))
}

fn label_matches(pattern: &str, label: &str) -> bool {
    let Some((before, after)) = pattern.split_once('*') else { return pattern == label };
    let Some(middle) = label.strip_prefix(before).and_then(|rest| rest.strip_suffix(after)) else { return false };
    let allowed = "abcdefghijklmnopqrstuvwxyz0123456789-";
    !middle.is_empty() && middle.chars().all(|c| allowed.contains(c)) && !label.starts_with("xn--")
}
