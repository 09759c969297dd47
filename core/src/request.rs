//! What a decision looks at in a request: byte slices, borrowed from the host.

use std::borrow::Cow;

/// One request, as far as CORS is concerned. A header that is absent is `None`; one that is empty is `Some`.
///
/// Several lines of one header are joined by `, ` before they get here ([`RequestHeaders`] does so).
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Request<'r> {
    /// The method, as sent: methods are case-sensitive.
    pub method: &'r [u8],
    /// The request's target, undecoded; its query is cut off. Only policies with routes read it.
    pub path: Option<&'r [u8]>,
    /// The host has decoded the path already, and keeps no other.
    pub path_decoded: bool,
    /// `Origin`
    pub origin: Option<&'r [u8]>,
    /// `Access-Control-Request-Method`
    pub access_control_request_method: Option<&'r [u8]>,
    /// `Access-Control-Request-Headers`
    pub access_control_request_headers: Option<&'r [u8]>,
    /// `Access-Control-Request-Private-Network`
    pub access_control_request_private_network: Option<&'r [u8]>,
    /// `Host`, else `:authority`. This and what follows is read only where a policy has `protection`.
    pub host: Option<&'r [u8]>,
    /// `Sec-Fetch-Site`
    pub sec_fetch_site: Option<&'r [u8]>,
    /// `Upgrade`
    pub upgrade: Option<&'r [u8]>,
    /// `Sec-WebSocket-Key`
    pub sec_websocket_key: Option<&'r [u8]>,
    /// The connection is known to be TLS.
    pub secure: bool,
    /// The host knows that this is a WebSocket handshake, whatever the headers say: extended CONNECT (RFC 8441).
    pub websocket: bool,
}

impl<'r> Request<'r> {
    /// A request with this method, without headers.
    #[must_use]
    pub fn new(method: &'r [u8]) -> Self {
        Request { method, ..Request::default() }
    }

    /// With this `Origin`.
    #[must_use]
    pub fn origin(self, origin: &'r [u8]) -> Self {
        Request { origin: Some(origin), ..self }
    }

    /// With this path.
    #[must_use]
    pub fn path(self, path: &'r [u8]) -> Self {
        Request { path: Some(path), ..self }
    }

    /// A preflight for this method.
    #[must_use]
    pub fn access_control_request_method(self, method: &'r [u8]) -> Self {
        Request { access_control_request_method: Some(method), ..self }
    }

    /// A preflight for these headers.
    #[must_use]
    pub fn access_control_request_headers(self, headers: &'r [u8]) -> Self {
        Request { access_control_request_headers: Some(headers), ..self }
    }
}

/// The headers of a request that a policy reads, picked out of all of them, repeated lines joined.
#[derive(Clone, Debug, Default)]
pub struct RequestHeaders<'r> {
    origin: Option<Cow<'r, [u8]>>,
    request_method: Option<Cow<'r, [u8]>>,
    request_headers: Option<Cow<'r, [u8]>>,
    private_network: Option<Cow<'r, [u8]>>,
    host: Option<Cow<'r, [u8]>>,
    authority: Option<Cow<'r, [u8]>>,
    sec_fetch_site: Option<Cow<'r, [u8]>>,
    upgrade: Option<Cow<'r, [u8]>>,
    sec_websocket_key: Option<Cow<'r, [u8]>>,
}

/// A joined value longer than this is malformed whatever follows, so the rest is not copied.
const ENOUGH: usize = 8 * 1024;

impl<'r> RequestHeaders<'r> {
    /// Whether header lines of this name, in any case, are read by any policy. Doors need not convert the others;
    /// [`Policy::reads`](crate::Policy::reads) tells what one policy reads.
    #[must_use]
    #[inline]
    pub fn reads(name: &[u8]) -> bool {
        RequestHeaders::default().slot(name).is_some()
    }

    /// Takes a header line, if it is one that a policy reads. Names are compared without regard to case.
    pub fn push(&mut self, name: &[u8], value: &'r [u8]) {
        let Some(slot) = self.slot(name) else { return };
        match slot {
            None => *slot = Some(Cow::Borrowed(value)),
            Some(joined) if joined.len() > ENOUGH => {}
            Some(joined) => {
                let joined = joined.to_mut();
                joined.extend_from_slice(b", ");
                joined.extend_from_slice(value.get(..ENOUGH).unwrap_or(value));
            }
        }
    }

    #[inline]
    fn slot(&mut self, name: &[u8]) -> Option<&mut Option<Cow<'r, [u8]>>> {
        // By length first: most headers of a request are none of these.
        let (text, slot) = match name.len() {
            6 => ("origin", &mut self.origin),
            29 => ("access-control-request-method", &mut self.request_method),
            30 => ("access-control-request-headers", &mut self.request_headers),
            38 => ("access-control-request-private-network", &mut self.private_network),
            4 => ("host", &mut self.host),
            7 => ("upgrade", &mut self.upgrade),
            10 => (":authority", &mut self.authority),
            14 => ("sec-fetch-site", &mut self.sec_fetch_site),
            17 => ("sec-websocket-key", &mut self.sec_websocket_key),
            _ => return None,
        };
        (name == text.as_bytes() || name.eq_ignore_ascii_case(text.as_bytes())).then_some(slot)
    }

    /// The request with these headers.
    #[must_use]
    pub fn request<'a>(&'a self, method: &'a [u8], path: Option<&'a [u8]>) -> Request<'a> {
        Request {
            method,
            path,
            origin: self.origin.as_deref(),
            access_control_request_method: self.request_method.as_deref(),
            access_control_request_headers: self.request_headers.as_deref(),
            access_control_request_private_network: self.private_network.as_deref(),
            host: self.host.as_deref().or(self.authority.as_deref()),
            sec_fetch_site: self.sec_fetch_site.as_deref(),
            upgrade: self.upgrade.as_deref(),
            sec_websocket_key: self.sec_websocket_key.as_deref(),
            ..Request::default()
        }
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
