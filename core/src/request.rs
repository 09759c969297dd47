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
    /// The target's path, undecoded and without its query.
    pub path: Option<&'r [u8]>,
    /// `Origin`
    pub origin: Option<&'r [u8]>,
    /// `Access-Control-Request-Method`
    pub access_control_request_method: Option<&'r [u8]>,
    /// `Access-Control-Request-Headers`
    pub access_control_request_headers: Option<&'r [u8]>,
    /// `Access-Control-Request-Private-Network`
    pub access_control_request_private_network: Option<&'r [u8]>,
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
}

/// A joined value longer than this is malformed whatever follows, so the rest is not copied.
const ENOUGH: usize = 8 * 1024;

impl<'r> RequestHeaders<'r> {
    /// Whether header lines of this name are read at all, in any case. Doors need not convert the others.
    #[must_use]
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

    fn slot(&mut self, name: &[u8]) -> Option<&mut Option<Cow<'r, [u8]>>> {
        // By length first: most headers of a request are none of these.
        let (text, slot) = match name.len() {
            6 => ("origin", &mut self.origin),
            29 => ("access-control-request-method", &mut self.request_method),
            30 => ("access-control-request-headers", &mut self.request_headers),
            38 => ("access-control-request-private-network", &mut self.private_network),
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
