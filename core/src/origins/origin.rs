//! Origins as browsers serialise them, and nothing else.
//!
//! The grammar is strict: anything that a browser cannot send is malformed, and never reaches a pattern, a
//! regex or a predicate. It follows the HTML standard's serialisation of an origin and the URL standard's
//! hosts.

use crate::limits::{HOST_BYTES, LABEL_BYTES, ORIGIN_BYTES, SCHEME_BYTES};
use crate::origins::host_name::{is_label_byte, is_number, is_plain_name};
use std::fmt::Write;
use std::net::Ipv6Addr;

/// A well-formed tuple origin, borrowed from the request. `null` is not one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Origin<'a> {
    /// The whole origin.
    pub(crate) text: &'a [u8],
    pub(crate) scheme: &'a [u8],
    /// With brackets if it is IPv6.
    pub(crate) host: &'a [u8],
}

impl<'a> Origin<'a> {
    /// Parses a serialised tuple origin: `scheme "://" host [ ":" port ]`.
    #[inline]
    pub(crate) fn parse(text: &'a [u8]) -> Option<Self> {
        // This is nearly every origin that reaches the parser, because listed origins are found before they are parsed.
        if let Some(host) = text.strip_prefix(b"https://")
            && is_plain_name(host)
        {
            return Some(Origin { text, scheme: b"https", host });
        }
        Self::parse_any(text)
    }

    /// Any origin, piece by piece.
    #[inline(never)]
    fn parse_any(text: &'a [u8]) -> Option<Self> {
        if text.len() > ORIGIN_BYTES {
            return None;
        }
        let (scheme, authority) = split_scheme(text)?;
        let web = default_port(scheme);
        if web.is_none() && !is_app_scheme(scheme) {
            return None;
        }
        let (host, port) = split_port(authority)?;
        if let Some(port) = port
            && (!is_port(port) || Some(port) == web)
        {
            return None;
        }
        let fine = if web.is_some() { check_web_host(host).is_ok() } else { is_app_host(host) };
        if !fine {
            return None;
        }
        Some(Origin { text, scheme, host })
    }

    /// The origin without its port.
    #[inline]
    pub(crate) fn without_port(&self) -> &'a [u8] {
        self.text.get(..self.scheme.len() + "://".len() + self.host.len()).unwrap_or(self.text)
    }

    /// Whether nobody on the network path can impersonate the origin. This is the case except for plain http to another
    /// machine.
    pub(crate) fn is_secure(&self) -> bool {
        self.scheme != b"http" || is_loopback(self.host)
    }
}

/// The texts before and after `://`.
#[inline]
fn split_scheme(text: &[u8]) -> Option<(&[u8], &[u8])> {
    // Nearly every origin has one of these schemes, for which no search is needed.
    for web in [&b"https"[..], b"http"] {
        if let Some(authority) = text.strip_prefix(web).and_then(|rest| rest.strip_prefix(b"://")) {
            return Some((web, authority));
        }
    }
    let (scheme, rest) = text.split_at_checked(text.iter().position(|byte| *byte == b':')?)?;
    Some((scheme, rest.strip_prefix(b"://")?))
}

/// The port that browsers leave out, for the schemes of the web; none for every other scheme.
pub(crate) fn default_port(scheme: &[u8]) -> Option<&'static [u8]> {
    match scheme {
        b"https" => Some(b"443"),
        b"http" => Some(b"80"),
        _ => None,
    }
}

/// Schemes that no page's tuple origin has: files have opaque origins, and WebSockets are opened by pages of http or
/// https.
pub(crate) fn is_never_origin_scheme(scheme: &[u8]) -> bool {
    matches!(scheme, b"file" | b"ws" | b"wss")
}

/// RFC 3986, section 3.1, in lower case.
pub(crate) fn is_scheme(scheme: &[u8]) -> bool {
    scheme.len() <= SCHEME_BYTES
        && scheme.first().is_some_and(u8::is_ascii_lowercase)
        && scheme.iter().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'+' | b'.' | b'-'))
}

fn is_app_scheme(scheme: &[u8]) -> bool {
    is_scheme(scheme) && !is_never_origin_scheme(scheme)
}

/// Hosts of extensions and applications: opaque names, compared byte for byte.
pub(crate) fn is_app_host(host: &[u8]) -> bool {
    (1..=HOST_BYTES).contains(&host.len())
        && host.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}

/// Host and port of an authority. Colons inside an IPv6 address do not separate the port.
fn split_port(authority: &[u8]) -> Option<(&[u8], Option<&[u8]>)> {
    let host_end = if authority.first() == Some(&b'[') {
        authority.iter().position(|byte| *byte == b']')? + 1
    } else {
        // The port and its colon are the last six bytes at most. A colon before them is a fault of the host.
        let tail = authority.len().saturating_sub(PORT_DIGITS + 1);
        let colon = authority.get(tail..)?.iter().position(|byte| *byte == b':');
        colon.map_or(authority.len(), |colon| tail + colon)
    };
    let (host, rest) = authority.split_at_checked(host_end)?;
    if rest.is_empty() { Some((host, None)) } else { Some((host, Some(rest.strip_prefix(b":")?))) }
}

/// The digits of the largest port.
const PORT_DIGITS: usize = 5;

/// 1 to 65535, without leading zeros.
pub(crate) fn is_port(port: &[u8]) -> bool {
    port.len() <= PORT_DIGITS
        && port.first().is_some_and(|byte| *byte != b'0')
        && port.iter().all(u8::is_ascii_digit)
        && port.iter().fold(0u32, |sum, byte| sum * 10 + u32::from(byte - b'0')) <= 65535
}

/// The problem of a host of http or https.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HostFault {
    Empty,
    TooLong,
    EmptyLabel,
    LongLabel,
    Byte(u8),
    Ip,
}

/// Checks a host of http or https: a name, a dotted quad or an address in brackets.
pub(crate) fn check_web_host(host: &[u8]) -> Result<(), HostFault> {
    if let Some(address) = host.strip_prefix(b"[") {
        let address = address.strip_suffix(b"]").ok_or(HostFault::Ip)?;
        return if is_canonical_ipv6(address) { Ok(()) } else { Err(HostFault::Ip) };
    }
    let name = host.strip_suffix(b".").unwrap_or(host);
    if name.is_empty() {
        return Err(HostFault::Empty);
    }
    if name.len() > HOST_BYTES {
        return Err(HostFault::TooLong);
    }
    let mut label = 0;
    let mut index = 0;
    while let Some(byte) = name.get(index) {
        if is_label_byte(*byte) {
            index += 1;
            continue;
        }
        check_label_length(index - label)?;
        if *byte != b'.' {
            return Err(HostFault::Byte(*byte));
        }
        if index == label {
            return Err(HostFault::EmptyLabel);
        }
        index += 1;
        label = index;
    }
    check_label_length(name.len() - label)?;
    let last = name.get(label..).unwrap_or_default();
    if last.is_empty() {
        return Err(HostFault::EmptyLabel);
    }
    if is_number(last) && !(is_ipv4(name) && name.len() == host.len()) {
        return Err(HostFault::Ip);
    }
    Ok(())
}

#[inline]
fn check_label_length(length: usize) -> Result<(), HostFault> {
    if length > LABEL_BYTES { Err(HostFault::LongLabel) } else { Ok(()) }
}

/// Four decimal numbers up to 255, without leading zeros.
pub(crate) fn is_ipv4(name: &[u8]) -> bool {
    let mut parts = 0;
    for part in name.split(|byte| *byte == b'.') {
        parts += 1;
        let leading_zero = part.len() > 1 && part.first() == Some(&b'0');
        if part.is_empty() || part.len() > 3 || leading_zero || !part.iter().all(u8::is_ascii_digit) {
            return false;
        }
        if part.iter().fold(0u32, |sum, byte| sum * 10 + u32::from(byte - b'0')) > 255 {
            return false;
        }
    }
    parts == 4
}

fn is_canonical_ipv6(address: &[u8]) -> bool {
    std::str::from_utf8(address)
        .ok()
        .and_then(|text| text.parse::<Ipv6Addr>().ok())
        .is_some_and(|parsed| SerialisedIpv6::new(&parsed).as_bytes() == address)
}

/// An IPv6 address as the URL standard serialises it (RFC 5952 without its dotted quads), on the stack.
pub(crate) struct SerialisedIpv6 {
    bytes: [u8; 39],
    len: usize,
}

impl SerialisedIpv6 {
    pub(crate) fn new(address: &Ipv6Addr) -> Self {
        let segments = address.segments();
        let (start, len) = longest_zeros(&segments);
        let mut out = SerialisedIpv6 { bytes: [0; 39], len: 0 };
        for (index, segment) in segments.iter().enumerate() {
            if len > 1 && (start..start + len).contains(&index) {
                if index == start {
                    out.push(if index == 0 { "::" } else { ":" });
                }
                continue;
            }
            // This cannot fail, because eight groups of four digits and seven colons are 39 bytes.
            let _ = write!(out, "{segment:x}");
            if index < 7 {
                out.push(":");
            }
        }
        out
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }

    fn push(&mut self, text: &str) {
        for byte in text.bytes() {
            if let Some(place) = self.bytes.get_mut(self.len) {
                *place = byte;
                self.len += 1;
            }
        }
    }
}

impl Write for SerialisedIpv6 {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.push(text);
        Ok(())
    }
}

/// The first longest run of zero segments: where it starts and how long it is.
fn longest_zeros(segments: &[u16; 8]) -> (usize, usize) {
    let (mut best, mut run) = ((0, 0), (0, 0));
    for (index, segment) in segments.iter().enumerate() {
        run = match (*segment, run.1) {
            (0, 0) => (index, 1),
            (0, len) => (run.0, len + 1),
            _ => (0, 0),
        };
        if run.1 > best.1 {
            best = run;
        }
    }
    best
}

/// 127.0.0.0/8, `[::1]`, `localhost` and names below it: requests to them never leave the machine.
pub(crate) fn is_loopback(host: &[u8]) -> bool {
    host == b"localhost"
        || host.ends_with(b".localhost")
        || host == b"[::1]"
        || (host.starts_with(b"127.") && is_ipv4(host))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Labels, separators and what attackers put between them.
    const PIECES: [&str; 32] = [
        "a", "b", "z", "0", "9", "-", "_", ".", ".", "..", "com", "example", "xn--a", "0x", "0x1f", "127", ":", ":443",
        ":8443", ":08", ":65536", "@", "%41", "%2e", "[::1]", "/", "A", "é", "\u{212a}", "\0", " ", "`",
    ];

    /// Valid names of all lengths at which a chunk begins or ends, each with one byte changed.
    fn changed_name() -> impl Strategy<Value = Vec<u8>> {
        let name = "[a-z0-9_-]{1,12}(\\.[a-z0-9_-]{1,12}){0,6}|[a-z]{1,70}";
        (name, any::<prop::sample::Index>(), prop_oneof![any::<u8>(), Just(b'.'), Just(b'a')]).prop_map(
            |(name, index, byte)| {
                let mut name = name.into_bytes();
                let changed = index.index(name.len());
                name.splice(changed..=changed, [byte]);
                name
            },
        )
    }

    fn hostile_host() -> impl Strategy<Value = Vec<u8>> {
        prop_oneof![
            changed_name(),
            proptest::collection::vec(prop::sample::select(&PIECES[..]), 0..12).prop_map(|it| it.concat().into_bytes()),
            proptest::collection::vec(any::<u8>(), 0..40),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn a_name_that_passes_the_quick_check_is_valid(host in hostile_host()) {
            prop_assert!(!is_plain_name(&host) || check_web_host(&host).is_ok());
        }

        #[test]
        fn the_quick_parse_agrees_with_the_full_one(host in hostile_host(), scheme in "https://|http://|HTTPS://|app://|https:/|") {
            let text = [scheme.as_bytes(), &host].concat();
            prop_assert_eq!(Origin::parse(&text), Origin::parse_any(&text));
        }
    }

    /// The first and the last byte of each kind, and their neighbours, at every position in a name: no position is
    /// skipped by the chunks.
    #[test]
    fn no_byte_of_a_name_is_overlooked() {
        const BYTES: &[u8] = b"\0,-./09:@AZ[^_`az{\x7f\x80\xff";
        for length in 1..=LABEL_BYTES + 2 {
            let name: Vec<u8> = b"abcdefg.".iter().copied().cycle().take(length - 1).chain([b'm']).collect();
            for (place, byte) in (0..length).flat_map(|place| BYTES.iter().map(move |byte| (place, *byte))) {
                let mut name = name.clone();
                name.splice(place..=place, [byte]);
                let is_plain = is_plain_name(&name);
                assert!(!is_plain || check_web_host(&name).is_ok(), "{name:?}");
                // Most names pass the quick check; otherwise it would gain nothing.
                let is_ordinary = byte.is_ascii_lowercase() && (9..=LABEL_BYTES).contains(&length);
                assert!(is_plain || !is_ordinary, "{name:?}");
            }
        }
    }

    #[test]
    fn parts() {
        let origin = Origin::parse(b"https://a.example:8443").unwrap();
        assert_eq!((origin.scheme, origin.host), (&b"https"[..], &b"a.example"[..]));
        assert_eq!(origin.without_port(), b"https://a.example");
        assert_eq!(Origin::parse(b"http://[::1]:3000").unwrap().host, b"[::1]");
    }

    #[test]
    fn ipv6_is_serialised_as_the_url_standard_does() {
        for (address, text) in [
            ("::", "::"),
            ("::1", "::1"),
            ("1::", "1::"),
            ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
            ("1:0:0:2:0:0:0:3", "1:0:0:2::3"),
            ("1:0:0:2:3:0:0:4", "1::2:3:0:0:4"),
            ("::ffff:1.2.3.4", "::ffff:102:304"),
            ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ] {
            assert_eq!(SerialisedIpv6::new(&address.parse().unwrap()).as_bytes(), text.as_bytes());
        }
    }
}
