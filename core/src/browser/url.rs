//! The parts of URLs on which Fetch depends: the server of a request, and whether the URL is on the page's origin.
//!
//! The parser follows the URL standard for http, https, ws, wss and ftp. For other schemes, only the scheme matters.
//! Host names beyond ASCII are lower-cased and encoded label by label, without the mapping tables of UTS 46.

use crate::limits::URL_BYTES;
use crate::origins::host_name::ends_in_number;
use crate::origins::origin::{SerialisedIpv6, default_port, is_loopback};
use crate::origins::public_suffix::registrable_domain;
use crate::origins::punycode::label_to_ascii;
use std::fmt::Write;
use std::net::Ipv6Addr;

/// A URL, parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Url {
    pub(crate) scheme: String,
    /// User name and password, if there are any: `user:pass`.
    pub(crate) user: String,
    /// Empty for schemes other than those above.
    pub(crate) host: String,
    /// None if it is the default port of the scheme.
    pub(crate) port: Option<u16>,
    /// Path and query. For other schemes, all that follows the colon.
    pub(crate) path: String,
    /// The part after `#`.
    pub(crate) fragment: Option<String>,
}

impl Url {
    /// Parses a URL, which may be relative to another. None if the standard calls it a failure, or if the URL is too
    /// long.
    pub(crate) fn parse(text: &str, base: Option<&Url>) -> Option<Url> {
        if text.len() > URL_BYTES {
            return None;
        }
        let trimmed = text.trim_matches(|c: char| c <= ' ');
        let input: String = trimmed.chars().filter(|c| !matches!(c, '\t' | '\n' | '\r')).collect();
        let (input, fragment) = match input.split_once('#') {
            Some((before, fragment)) => (before, Some(encode(fragment, "\"<>` "))),
            None => (input.as_str(), None),
        };
        match split_scheme(input) {
            Some((scheme, rest)) if is_special(&scheme) => {
                let base = base.filter(|base| base.scheme == scheme && !rest.starts_with(['/', '\\']));
                match base {
                    Some(base) => base.relative(rest, fragment),
                    None => Self::absolute(scheme, rest.trim_start_matches(['/', '\\']), fragment),
                }
            }
            Some((scheme, rest)) => Some(Url {
                scheme,
                user: String::new(),
                host: String::new(),
                port: None,
                path: encode(rest, ""),
                fragment,
            }),
            None => base.filter(|base| is_special(&base.scheme))?.relative(input, fragment),
        }
    }

    fn relative(&self, input: &str, fragment: Option<String>) -> Option<Url> {
        let slash = |c: char| matches!(c, '/' | '\\');
        let mut chars = input.chars();
        let (first, second) = (chars.next(), chars.next());
        if first.is_some_and(slash) && second.is_some_and(slash) {
            return Self::absolute(self.scheme.clone(), input.trim_start_matches(['/', '\\']), fragment);
        }
        let (own_path, _) = self.path.split_once('?').unwrap_or((&self.path, ""));
        let path = match first {
            None => self.path.clone(),
            Some('?') => format!("{own_path}{}", encode(input, QUERY)),
            Some(c) if slash(c) => path_and_query(input),
            Some(_) => {
                let folder = own_path.rfind('/').and_then(|end| own_path.get(..=end)).unwrap_or("/");
                path_and_query(&format!("{folder}{input}"))
            }
        };
        (path.len() <= URL_BYTES * 3).then(|| Url { path, fragment, ..self.clone() })
    }

    /// Parses what follows the slashes of a special scheme.
    fn absolute(scheme: String, rest: &str, fragment: Option<String>) -> Option<Url> {
        let end = rest.find(['/', '\\', '?']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at_checked(end)?;
        let (user, host_port) = authority.rsplit_once('@').unwrap_or(("", authority));
        let port_at = match host_port.rfind(':') {
            Some(colon) if host_port.get(colon..).is_some_and(|rest| !rest.contains(']')) => colon,
            _ => host_port.len(),
        };
        let (host, port) = host_port.split_at_checked(port_at)?;
        let port = match port.strip_prefix(':').unwrap_or_default() {
            "" => None,
            digits if digits.bytes().all(|byte| byte.is_ascii_digit()) => Some(digits.parse::<u16>().ok()?),
            _ => return None,
        };
        Some(Url {
            port: port.filter(|port| Some(*port) != scheme_port(&scheme)),
            host: parse_host(host)?,
            user: encode(user.trim_end_matches(':'), "\"<>`?{}/;=@[\\]^| "),
            path: path_and_query(path),
            scheme,
            fragment,
        })
    }

    pub(crate) fn is_http(&self) -> bool {
        matches!(self.scheme.as_str(), "http" | "https")
    }

    /// The serialised origin; `null` for schemes that have none.
    pub(crate) fn origin(&self) -> String {
        if !is_special(&self.scheme) {
            return "null".to_owned();
        }
        let mut out = format!("{}://{}", self.scheme, self.host);
        if let Some(port) = self.port {
            let _ = write!(out, ":{port}");
        }
        out
    }

    /// The URL that is requested, as text: without its fragment, user name and password.
    pub(crate) fn asked_for(&self) -> String {
        if is_special(&self.scheme) { format!("{}{}", self.origin(), self.path) } else { self.text() }
    }

    /// The URL as text, without its fragment.
    pub(crate) fn text(&self) -> String {
        match (is_special(&self.scheme), self.user.as_str()) {
            (false, _) => format!("{}:{}", self.scheme, self.path),
            (true, "") => self.asked_for(),
            (true, user) => {
                let port = self.port.map(|port| format!(":{port}")).unwrap_or_default();
                format!("{}://{user}@{}{port}{}", self.scheme, self.host, self.path)
            }
        }
    }

    /// Whether nobody on the network path can read or change what is sent (Secure Contexts, "potentially
    /// trustworthy URL").
    pub(crate) fn is_trustworthy(&self) -> bool {
        match self.scheme.as_str() {
            "https" | "wss" | "data" | "about" | "blob" | "file" => true,
            "http" | "ws" => self.is_loopback(),
            _ => false,
        }
    }

    pub(crate) fn is_loopback(&self) -> bool {
        is_loopback(self.host.as_bytes())
    }

    /// Whether the host is an address and not a name.
    pub(crate) fn has_address(&self) -> bool {
        self.host.starts_with('[') || ends_in_number(self.host.as_bytes())
    }

    /// Whether two URLs have the same registrable domain, or the same host if there is none (HTML, "schemelessly
    /// same site").
    pub(crate) fn is_schemelessly_same_site(&self, other: &Url) -> bool {
        self.host == other.host && !self.host.is_empty()
            || !self.has_address()
                && registrable_domain(&self.host).is_some_and(|own| registrable_domain(&other.host) == Some(own))
    }
}

fn is_special(scheme: &str) -> bool {
    matches!(scheme, "http" | "https" | "ws" | "wss" | "ftp")
}

fn scheme_port(scheme: &str) -> Option<u16> {
    match scheme {
        "ws" => Some(80),
        "wss" => Some(443),
        "ftp" => Some(21),
        _ => default_port(scheme.as_bytes()).and_then(|port| std::str::from_utf8(port).ok()?.parse().ok()),
    }
}

/// The scheme in lower case, and what follows the colon.
fn split_scheme(input: &str) -> Option<(String, &str)> {
    let (scheme, rest) = input.split_once(':')?;
    let fits = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    fits.then(|| (scheme.to_ascii_lowercase(), rest))
}

/// URL standard, "host parsing".
fn parse_host(text: &str) -> Option<String> {
    if let Some(address) = text.strip_prefix('[') {
        let address: Ipv6Addr = address.strip_suffix(']')?.parse().ok()?;
        let serialised = SerialisedIpv6::new(&address);
        return Some(format!("[{}]", std::str::from_utf8(serialised.as_bytes()).ok()?));
    }
    let decoded = percent_decode(text)?;
    let labels: Option<Vec<String>> = decoded
        .replace(['\u{3002}', '\u{ff0e}', '\u{ff61}'], ".")
        .split('.')
        // `str::to_lowercase` would convert a capital sigma at the end of a label to a different letter than elsewhere.
        .map(|label| label_to_ascii(&label.chars().flat_map(char::to_lowercase).collect::<String>()))
        .collect();
    let host = labels?.join(".");
    let forbidden = |c: char| c <= ' ' || c == '\u{7f}' || "#/:<>?@[\\]^|%".contains(c);
    if host.is_empty() || host.len() > URL_BYTES || host.contains(forbidden) || decoded.contains('\u{fffd}') {
        return None;
    }
    let name = host.strip_suffix('.').unwrap_or(&host);
    if ends_in_number(name.as_bytes()) { parse_ipv4(name) } else { Some(host) }
}

/// URL standard, "IPv4 parser": up to four numbers, decimal, octal or hexadecimal.
fn parse_ipv4(name: &str) -> Option<String> {
    let pieces: Vec<&str> = name.split('.').collect();
    let count = u32::try_from(pieces.len()).ok().filter(|count| (1..=4).contains(count))?;
    let mut address: u64 = 0;
    for (index, piece) in pieces.iter().enumerate() {
        let number = match (piece.strip_prefix("0x"), piece.strip_prefix('0')) {
            (Some(""), _) => 0,
            (Some(digits), _) => u64::from_str_radix(digits, 16).ok()?,
            (None, Some(digits)) if !digits.is_empty() => u64::from_str_radix(digits, 8).ok()?,
            _ => piece.parse::<u64>().ok()?,
        };
        let left = u32::try_from(index).ok()?;
        let is_last = left + 1 == count;
        let most = if is_last { 256u64.pow(5 - count) } else { 256 };
        if number >= most {
            return None;
        }
        address += if is_last { number } else { number * 256u64.pow(3 - left) };
    }
    u32::try_from(address).ok().map(|address| std::net::Ipv4Addr::from(address).to_string())
}

/// Decodes escapes as UTF-8. Bytes that are not UTF-8 become U+FFFD, which no host contains.
fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escape = (*first == b'%')
            .then(|| after.get(..2))
            .flatten()
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match escape {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(2..)?;
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// The characters that are escaped in a query, besides control characters and everything beyond ASCII.
const QUERY: &str = "\"#<>' ";
const PATH: &str = "\"#<>`{}^ ";

/// The path with its dots resolved, and the query, both escaped.
fn path_and_query(text: &str) -> String {
    let (path, query) = text.split_once('?').map_or((text, None), |(path, query)| (path, Some(query)));
    let mut segments: Vec<&str> = Vec::new();
    let mut pieces = path.split(['/', '\\']).peekable();
    if path.starts_with(['/', '\\']) {
        pieces.next();
    }
    while let Some(piece) = pieces.next() {
        let dots = piece.to_ascii_lowercase().replace("%2e", ".");
        match (dots.as_str(), pieces.peek().is_none()) {
            ("..", last) => {
                segments.pop();
                if last {
                    segments.push("");
                }
            }
            (".", true) => segments.push(""),
            (".", false) => {}
            _ => segments.push(piece),
        }
    }
    let mut out = String::with_capacity(text.len() + 1);
    for segment in &segments {
        out.push('/');
        out.push_str(&encode(segment, PATH));
    }
    if out.is_empty() {
        out.push('/');
    }
    if let Some(query) = query {
        out.push('?');
        out.push_str(&encode(query, QUERY));
    }
    out
}

fn encode(text: &str, also: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c <= '\x1f' || c > '~' || also.contains(c) {
            for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                let _ = write!(out, "%{byte:02X}");
            }
        } else {
            out.push(c);
        }
    }
    out
}

/// Ports to which browsers send no requests (Fetch, "bad port").
pub(crate) fn is_bad_port(port: u16) -> bool {
    const BAD: [u16; 83] = [
        0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104,
        109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526,
        530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045,
        4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
    ];
    BAD.contains(&port)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(url: &str) -> Option<String> {
        Url::parse(url, None).map(|url| url.text())
    }

    #[test]
    fn absolute_urls() {
        for (url, expected) in [
            ("http://a.example", "http://a.example/"),
            ("HTTP:/A.Example:80/x/../y?q#f", "http://a.example/y?q"),
            ("https:\\\\a\\b", "https://a/b"),
            ("https://user:pa@ss@h:8443/", "https://user:pa%40ss@h:8443/"),
            ("http://[0:0::1]:1/", "http://[::1]:1/"),
            ("http://0x7f.1/", "http://127.0.0.1/"),
            ("http://a/b c\u{fc}?d'e", "http://a/b%20c%C3%BC?d%27e"),
            ("http://b\u{fc}cher.example", "http://xn--bcher-kva.example/"),
            ("http://*", "http://*/"),
            ("data:text/plain,hi", "data:text/plain,hi"),
        ] {
            assert_eq!(text(url).as_deref(), Some(expected), "{url}");
        }
        for url in [
            "",
            "x",
            "//a",
            "http://",
            "http://a:b",
            "http://a:99999",
            "http://a b",
            "http://[::g]",
            "http://256.1.1.1",
            "1a:b",
        ] {
            assert_eq!(text(url), None, "{url}");
        }
    }

    #[test]
    fn relative_urls() {
        let base = Url::parse("https://a.example/b/c?d", None).unwrap();
        for (url, expected) in [
            ("", "https://a.example/b/c?d"),
            ("e", "https://a.example/b/e"),
            ("../e/./f/", "https://a.example/e/f/"),
            ("?e", "https://a.example/b/c?e"),
            ("//x.example/", "https://x.example/"),
            ("/..//x", "https://a.example//x"),
            ("https:e", "https://a.example/b/e"),
        ] {
            assert_eq!(Url::parse(url, Some(&base)).unwrap().text(), expected, "{url}");
        }
    }

    #[test]
    fn sites() {
        let url = |host: &str| Url::parse(&format!("http://{host}/"), None).unwrap();
        let same = |one: &str, other: &str| url(one).is_schemelessly_same_site(&url(other));
        assert!(same("a.example.com", "b.example.com") && same("localhost", "localhost"));
        assert!(same("a.b.example.co.uk", "example.co.uk"));
        assert!(
            !same("a.github.io", "b.github.io") && !same("localhost", "127.0.0.1") && !same("10.0.0.1", "10.0.0.2")
        );
    }
}
