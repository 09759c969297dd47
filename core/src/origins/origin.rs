//! Origins as browsers serialise them, and nothing else.
//!
//! The grammar is strict: anything that a browser cannot send is malformed, and never reaches a pattern, a
//! regex or a predicate. It follows the HTML standard's serialisation of an origin and the URL standard's
//! hosts.

use crate::limits::{HOST_BYTES, LABEL_BYTES, ORIGIN_BYTES, SCHEME_BYTES};
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
    /// The origin without its port.
    pub(crate) without_port: &'a [u8],
}

impl<'a> Origin<'a> {
    /// Parses a serialised tuple origin: `scheme "://" host [ ":" port ]`.
    pub(crate) fn parse(text: &'a [u8]) -> Option<Self> {
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
        let without_port = text.get(..text.len() - port.map_or(0, |port| port.len() + 1))?;
        Some(Origin { text, scheme, host, without_port })
    }

    /// Whether nobody on the network path can impersonate the origin. This is so except for plain http to
    /// another machine.
    pub(crate) fn is_secure(&self) -> bool {
        self.scheme != b"http" || is_loopback(self.host)
    }
}

/// The texts before and after `://`.
#[inline]
fn split_scheme(text: &[u8]) -> Option<(&[u8], &[u8])> {
    // Nearly every origin has one of these, which need no search.
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

/// Schemes that no page's tuple origin has: files are opaque, and sockets are opened by http pages.
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

/// Host and port of an authority. Colons inside of an IPv6 address do not separate the port.
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

/// 1 to 65535 without leading zero.
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

/// The bytes of labels of web hosts. This is a table because every byte of an origin that no list has is looked up in
/// it.
#[inline]
// The index is in bounds, because the table has an entry for each byte.
#[allow(clippy::indexing_slicing)]
const fn is_label_byte(byte: u8) -> bool {
    const TABLE: [bool; 256] = {
        let mut table = [false; 256];
        let mut byte = 0u8;
        while byte < 128 {
            table[byte as usize] = matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-');
            byte += 1;
        }
        table
    };
    TABLE[byte as usize]
}

/// The URL standard's "ends in a number" check: such a host is either an IPv4 address or invalid.
pub(crate) fn ends_in_number(name: &[u8]) -> bool {
    is_number(name.rsplit(|byte| *byte == b'.').next().unwrap_or_default())
}

/// Whether the last label of a host is a number: decimal, or hexadecimal after `0x`.
fn is_number(last: &[u8]) -> bool {
    if let Some(hex) = last.strip_prefix(b"0x") {
        return hex.iter().all(u8::is_ascii_hexdigit);
    }
    !last.is_empty() && last.iter().all(u8::is_ascii_digit)
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

    #[test]
    fn parts() {
        let origin = Origin::parse(b"https://a.example:8443").unwrap();
        assert_eq!((origin.scheme, origin.host), (&b"https"[..], &b"a.example"[..]));
        assert_eq!(origin.without_port, b"https://a.example");
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
