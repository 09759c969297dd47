//! The parts of a request on which a decision depends: byte slices, borrowed from the host.

use crate::limits::JOINED_HEADER_BYTES;
use std::borrow::Cow;

/// The parts of one request that matter for CORS.
///
/// An absent header is `None`, and an empty header is `Some`. Values are the bytes that were sent.
///
/// Join several lines of one header with `, ` before you set them ([`RequestHeaders`] does this).
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Request<'r> {
    /// The method, as sent: methods are case-sensitive.
    pub method: &'r [u8],
    /// The request's target, undecoded. Its query is ignored. Only policies with routes read it.
    pub path: Option<&'r [u8]>,
    /// Whether the path is already decoded, because the host has not kept it as it was sent.
    pub path_decoded: bool,
    /// `Origin`
    pub origin: Option<&'r [u8]>,
    /// `Access-Control-Request-Method`
    pub access_control_request_method: Option<&'r [u8]>,
    /// `Access-Control-Request-Headers`
    pub access_control_request_headers: Option<&'r [u8]>,
    /// `Access-Control-Request-Private-Network`
    pub access_control_request_private_network: Option<&'r [u8]>,
    /// `Host`, or `:authority` if there is no `Host`. This field and those after it are read only if a policy has
    /// `protection`.
    pub host: Option<&'r [u8]>,
    /// `Sec-Fetch-Site`
    pub sec_fetch_site: Option<&'r [u8]>,
    /// `Upgrade`
    pub upgrade: Option<&'r [u8]>,
    /// `Sec-WebSocket-Key`
    pub sec_websocket_key: Option<&'r [u8]>,
    /// Whether the connection is known to be TLS.
    pub secure: bool,
    /// Whether the host knows that this is a WebSocket handshake, whatever the headers say. An example is extended
    /// CONNECT (RFC 8441).
    pub websocket: bool,
}

impl<'r> Request<'r> {
    /// A request with this method, without headers.
    #[must_use]
    pub fn new(method: &'r [u8]) -> Self {
        Request { method, ..Request::default() }
    }

    /// Sets the `Origin`.
    #[must_use]
    pub fn origin(self, origin: &'r [u8]) -> Self {
        Request { origin: Some(origin), ..self }
    }

    /// Sets the path: the target as it was sent.
    #[must_use]
    pub fn path(self, path: &'r [u8]) -> Self {
        Request { path: Some(path), ..self }
    }

    /// Sets the value of a header. If it came in several lines, join them first ([`RequestHeaders`]).
    #[inline]
    pub fn set(&mut self, header: RequestHeader, value: &'r [u8]) {
        let place = match header {
            RequestHeader::Origin => &mut self.origin,
            RequestHeader::RequestMethod => &mut self.access_control_request_method,
            RequestHeader::RequestHeaders => &mut self.access_control_request_headers,
            RequestHeader::PrivateNetwork => &mut self.access_control_request_private_network,
            RequestHeader::Host => &mut self.host,
            RequestHeader::Authority if self.host.is_some() => return,
            RequestHeader::Authority => &mut self.host,
            RequestHeader::SecFetchSite => &mut self.sec_fetch_site,
            RequestHeader::Upgrade => &mut self.upgrade,
            RequestHeader::SecWebSocketKey => &mut self.sec_websocket_key,
        };
        *place = Some(value);
    }

    /// Sets `Access-Control-Request-Method`: a preflight for this method.
    #[must_use]
    pub fn access_control_request_method(self, method: &'r [u8]) -> Self {
        Request { access_control_request_method: Some(method), ..self }
    }

    /// Sets `Access-Control-Request-Headers`: a preflight for these headers.
    #[must_use]
    pub fn access_control_request_headers(self, headers: &'r [u8]) -> Self {
        Request { access_control_request_headers: Some(headers), ..self }
    }
}

/// The method of preflights (Fetch, "CORS-preflight fetch"). A request with another method is never a preflight.
pub const PREFLIGHT_METHOD: &str = "OPTIONS";

/// A request header that policies read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
#[non_exhaustive]
pub enum RequestHeader {
    /// `Origin`
    Origin,
    /// `Access-Control-Request-Method`
    RequestMethod,
    /// `Access-Control-Request-Headers`
    RequestHeaders,
    /// `Access-Control-Request-Private-Network`
    PrivateNetwork,
    /// `Host`
    Host,
    /// `:authority`, a pseudo-header of HTTP/2
    Authority,
    /// `Sec-Fetch-Site`
    SecFetchSite,
    /// `Upgrade`
    Upgrade,
    /// `Sec-WebSocket-Key`
    SecWebSocketKey,
}

const HEADERS: usize = RequestHeader::ALL.len();

impl RequestHeader {
    /// Every header, in the order of their declaration.
    pub const ALL: [RequestHeader; 9] = [
        RequestHeader::Origin,
        RequestHeader::RequestMethod,
        RequestHeader::RequestHeaders,
        RequestHeader::PrivateNetwork,
        RequestHeader::Host,
        RequestHeader::Authority,
        RequestHeader::SecFetchSite,
        RequestHeader::Upgrade,
        RequestHeader::SecWebSocketKey,
    ];

    /// Its name, in lower case.
    #[inline]
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            RequestHeader::Origin => "origin",
            RequestHeader::RequestMethod => "access-control-request-method",
            RequestHeader::RequestHeaders => "access-control-request-headers",
            RequestHeader::PrivateNetwork => "access-control-request-private-network",
            RequestHeader::Host => "host",
            RequestHeader::Authority => ":authority",
            RequestHeader::SecFetchSite => "sec-fetch-site",
            RequestHeader::Upgrade => "upgrade",
            RequestHeader::SecWebSocketKey => "sec-websocket-key",
        }
    }

    /// The header with this name, in upper or lower case. `None` if no policy reads it; a binding then need not convert
    /// its value.
    #[inline]
    #[must_use]
    pub fn of(name: &[u8]) -> Option<Self> {
        match name.len() {
            4 => RequestHeader::Host.if_named(name),
            7 => RequestHeader::Upgrade.if_named(name),
            10 => RequestHeader::Authority.if_named(name),
            14 => RequestHeader::SecFetchSite.if_named(name),
            17 => RequestHeader::SecWebSocketKey.if_named(name),
            _ => RequestHeader::of_cors(name),
        }
    }

    /// The value to use if the lines of a header cannot be kept. No policy allows it; for `Upgrade`, it makes the request a
    /// handshake, which protection checks. Joining other lines to it does not change that.
    #[must_use]
    pub const fn unreadable_value(self) -> &'static [u8] {
        match self {
            // There is no value of `Upgrade` that every policy refuses.
            RequestHeader::Upgrade => b"websocket",
            _ => b"@",
        }
    }

    /// Whether lines of these lengths are too long to be joined. This is checked only for `Upgrade`, because none of its
    /// values counts as malformed, and cutting one could hide a handshake. If the lines are too long, both are replaced
    /// by [`unreadable_value`](Self::unreadable_value).
    #[must_use]
    pub const fn is_unreadable_joined(self, before: usize, line: usize) -> bool {
        matches!(self, RequestHeader::Upgrade) && (before > JOINED_HEADER_BYTES || line > JOINED_HEADER_BYTES)
    }

    /// The header with this name, if a policy without protection reads it.
    #[inline]
    #[must_use]
    pub fn of_cors(name: &[u8]) -> Option<Self> {
        // By length first: most headers of a request are none of these.
        match name.len() {
            6 => RequestHeader::Origin.if_named(name),
            29 => RequestHeader::RequestMethod.if_named(name),
            30 => RequestHeader::RequestHeaders.if_named(name),
            38 => RequestHeader::PrivateNetwork.if_named(name),
            _ => None,
        }
    }

    /// The header that is read if this one is missing.
    #[must_use]
    pub const fn fallback(self) -> Option<RequestHeader> {
        match self {
            RequestHeader::Host => Some(RequestHeader::Authority),
            _ => None,
        }
    }

    #[inline(always)]
    fn if_named(self, name: &[u8]) -> Option<Self> {
        let own = self.as_str().as_bytes();
        (name == own || name.eq_ignore_ascii_case(own)).then_some(self)
    }
}

/// The headers of a request that policies read, with repeated lines joined.
#[derive(Clone, Debug, Default)]
pub struct RequestHeaders<'r> {
    values: [Option<Cow<'r, [u8]>>; HEADERS],
}

impl<'r> RequestHeaders<'r> {
    /// Whether any policy reads the header with this name, in upper or lower case. A binding need not convert other
    /// headers.
    #[must_use]
    #[inline]
    pub fn reads(name: &[u8]) -> bool {
        RequestHeader::of(name).is_some()
    }

    /// Adds a header line, if policies read that header. Names are compared without regard to case.
    pub fn push(&mut self, name: &[u8], value: &'r [u8]) {
        if let Some(header) = RequestHeader::of(name) {
            self.put(header, value);
        }
    }

    /// Adds a line of this header. Further lines of the same header are joined with `, ` (RFC 9110, section 5.3).
    #[inline]
    pub fn put(&mut self, header: RequestHeader, value: &'r [u8]) {
        let Some(line) = self.values.get_mut(header as usize) else { return };
        match line {
            None => *line = Some(Cow::Borrowed(value)),
            Some(joined) if header.is_unreadable_joined(joined.len(), value.len()) => {
                *joined = Cow::Borrowed(header.unreadable_value());
            }
            Some(joined) => join(joined, value),
        }
    }

    fn get(&self, header: RequestHeader) -> Option<&[u8]> {
        self.values.get(header as usize)?.as_deref()
    }

    /// The request with this method, this target as it was sent, and these headers.
    #[must_use]
    pub fn request<'a>(&'a self, method: &'a [u8], path: Option<&'a [u8]>) -> Request<'a> {
        Request {
            method,
            path,
            origin: self.get(RequestHeader::Origin),
            access_control_request_method: self.get(RequestHeader::RequestMethod),
            access_control_request_headers: self.get(RequestHeader::RequestHeaders),
            access_control_request_private_network: self.get(RequestHeader::PrivateNetwork),
            host: self.get(RequestHeader::Host).or_else(|| self.get(RequestHeader::Host.fallback()?)),
            sec_fetch_site: self.get(RequestHeader::SecFetchSite),
            upgrade: self.get(RequestHeader::Upgrade),
            sec_websocket_key: self.get(RequestHeader::SecWebSocketKey),
            ..Request::default()
        }
    }
}

fn join<'r>(joined: &mut Cow<'r, [u8]>, value: &'r [u8]) {
    if joined.len() <= JOINED_HEADER_BYTES {
        let joined = joined.to_mut();
        joined.extend_from_slice(b", ");
        joined.extend_from_slice(value.get(..JOINED_HEADER_BYTES).unwrap_or(value));
    }
}

impl<'r> FromIterator<(&'r [u8], &'r [u8])> for RequestHeaders<'r> {
    fn from_iter<I: IntoIterator<Item = (&'r [u8], &'r [u8])>>(headers: I) -> Self {
        let mut picked = RequestHeaders::default();
        for (name, value) in headers {
            picked.push(name, value);
        }
        picked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upgrade_that_is_too_long_to_join_is_a_handshake() {
        let long = vec![b'x'; JOINED_HEADER_BYTES + 1];
        for lines in [[b"h2c", &*long], [&*long, b"h2c"]] {
            let mut headers = RequestHeaders::default();
            for line in lines {
                headers.put(RequestHeader::Upgrade, line);
            }
            assert_eq!(headers.request(b"GET", None).upgrade, Some(&b"websocket"[..]));
        }
        let mut headers = RequestHeaders::default();
        headers.put(RequestHeader::Upgrade, &long);
        assert_eq!(headers.request(b"GET", None).upgrade, Some(&*long));
    }

    #[test]
    fn every_header_is_found_by_its_name() {
        for (index, header) in RequestHeader::ALL.into_iter().enumerate() {
            assert_eq!(header as usize, index, "its values are at its index");
            assert_eq!(RequestHeader::of(header.as_str().as_bytes()), Some(header));
            assert_eq!(RequestHeader::of(header.as_str().to_ascii_uppercase().as_bytes()), Some(header));
        }
    }
}
