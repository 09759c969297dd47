//! The parts of an ASGI scope that a policy needs.

use crate::asgi::headers::ScopeHeaders;
use crate::asgi::mapping::get;
use crate::http::known_str::is_str;
use crate::http::octets::Octets;
use crate::http::request_target::RequestTarget;
use corsac::binding::Needs;
use corsac::{Request, RequestHeaders};
use pyo3::exceptions::PyKeyError;
use pyo3::intern;
use pyo3::prelude::*;

/// What a method is called in an error.
const METHOD: &str = "the scope's method";

/// The request of a scope, kept alive while a policy decides on it.
#[derive(Debug)]
pub(crate) struct ScopeRequest {
    method: Octets,
    headers: ScopeHeaders,
    target: Option<RequestTarget>,
    is_secure: bool,
    is_websocket: bool,
}

impl ScopeRequest {
    pub(crate) fn read_http(scope: &Bound<'_, PyAny>, needs: Needs) -> PyResult<Self> {
        let mut read = ScopeRequest::of_http(scope)?;
        read.read(scope, needs)?;
        Ok(read)
    }

    /// Makes a request that has only its method yet. This is [`read_http`](Self::read_http) without moving the whole
    /// request.
    #[inline]
    pub(crate) fn of_http(scope: &Bound<'_, PyAny>) -> PyResult<Self> {
        let method = get(scope, intern!(scope.py(), "method"))?
            .ok_or_else(|| PyKeyError::new_err("the scope has no `method`"))?;
        Ok(ScopeRequest::new(Octets::read(&method, METHOD)?))
    }

    /// Makes a request from the scope of a WebSocket handshake. The scope has no method, so its type is used
    /// instead.
    pub(crate) fn read_websocket(scope: &Bound<'_, PyAny>, needs: Needs, kind: &Bound<'_, PyAny>) -> PyResult<Self> {
        let mut read = ScopeRequest { is_websocket: true, ..ScopeRequest::new(Octets::read(kind, METHOD)?) };
        read.read(scope, needs)?;
        Ok(read)
    }

    #[inline]
    fn new(method: Octets) -> Self {
        ScopeRequest { method, headers: ScopeHeaders::default(), target: None, is_secure: false, is_websocket: false }
    }

    /// Reads everything that the policy needs, except for the method.
    #[inline]
    pub(crate) fn read(&mut self, scope: &Bound<'_, PyAny>, needs: Needs) -> PyResult<()> {
        if needs.path {
            self.target = read_target(scope)?;
        }
        self.is_secure = needs.protection && is_secure(scope)?;
        self.headers.read(scope, needs)
    }

    /// The headers with their values joined, if any is present more than once.
    #[inline]
    pub(crate) fn joined_headers(&self) -> Option<RequestHeaders<'_>> {
        self.headers.joined()
    }

    /// The request for core. `joined` is the result of [`joined_headers`](Self::joined_headers).
    #[inline]
    pub(crate) fn request<'a>(&'a self, joined: &'a Option<RequestHeaders<'_>>) -> Request<'a> {
        let method = self.method.as_slice();
        let mut request = match joined {
            Some(joined) => joined.request(method, None),
            None => Request::new(method),
        };
        if joined.is_none() {
            self.headers.set_on(&mut request);
        }
        if let Some(target) = &self.target {
            target.set_path(&mut request);
        }
        request.secure = self.is_secure;
        request.websocket = self.is_websocket;
        request
    }
}

/// The path that the client requested. Some servers put the root path before it. Others leave the root path out,
/// like the proxy that removed it. A mount leaves its prefix in the path.
fn read_target(scope: &Bound<'_, PyAny>) -> PyResult<Option<RequestTarget>> {
    let py = scope.py();
    let raw = get(scope, intern!(py, "raw_path"))?.filter(|raw| !raw.is_none());
    let target = match (raw, get(scope, intern!(py, "path"))?) {
        (Some(raw), _) => RequestTarget::raw(Octets::read(&raw, "the scope's raw_path")?),
        (None, Some(path)) => RequestTarget::decoded(Octets::read_utf8(&path, "the scope's path")?),
        (None, None) => return Ok(None),
    };
    let Some(root) = get(scope, intern!(py, "root_path"))?.filter(|root| !root.is_none()) else {
        return Ok(Some(target));
    };
    let root = Octets::read_utf8(&root, "the scope's root_path")?;
    Ok(Some(if target.has_prefix(root.as_slice()) { target } else { target.with_prefix(root.as_slice()) }))
}

fn is_secure(scope: &Bound<'_, PyAny>) -> PyResult<bool> {
    let py = scope.py();
    let scheme = get(scope, intern!(py, "scheme"))?;
    Ok(scheme.is_some_and(|scheme| is_str!(&scheme, "https") || is_str!(&scheme, "wss")))
}
