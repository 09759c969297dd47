//! The parts of an ASGI scope that a policy needs.

use crate::asgi::headers::ScopeHeaders;
use crate::asgi::mapping::get;
use crate::http::known_str::is_str;
use crate::http::octets::Octets;
use crate::http::request_target::RequestTarget;
use crate::response::last_requests::RequestKind;
use corsac::binding::{Needs, PREFLIGHT_METHOD, RequestHeader};
use corsac::{Request, RequestHeaders};
use pyo3::exceptions::PyKeyError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyString;

/// What a method is called in an error.
const METHOD: &str = "the scope's method";

/// The request of a scope, kept alive while a policy decides on it.
#[derive(Debug)]
pub(crate) struct ScopeRequest<'py> {
    method: Bound<'py, PyAny>,
    headers: ScopeHeaders<'py>,
    target: Option<RequestTarget<'py>>,
    is_secure: bool,
    is_websocket: bool,
}

impl<'py> ScopeRequest<'py> {
    #[inline(never)]
    pub(crate) fn read_http(scope: &Bound<'py, PyAny>, needs: Needs) -> PyResult<Self> {
        let mut read = ScopeRequest::of_http(scope)?;
        read.read(scope, needs)?;
        Ok(read)
    }

    /// Makes a request that has only its method so far. Followed by [`read`](Self::read), it does the same as
    /// [`read_http`](Self::read_http), but the complete request is not moved.
    #[inline(always)]
    pub(crate) fn of_http(scope: &Bound<'py, PyAny>) -> PyResult<Self> {
        let method = get(scope, intern!(scope.py(), "method"))?
            .ok_or_else(|| PyKeyError::new_err("the scope has no `method`"))?;
        Ok(ScopeRequest::new(method))
    }

    /// Makes a request from the scope of a WebSocket handshake. The scope has no method, so its type is used
    /// instead.
    #[inline(never)]
    pub(crate) fn read_websocket(scope: &Bound<'py, PyAny>, needs: Needs, kind: &Bound<'py, PyAny>) -> PyResult<Self> {
        let mut read = ScopeRequest { is_websocket: true, ..ScopeRequest::new(kind.clone()) };
        read.read(scope, needs)?;
        Ok(read)
    }

    #[inline]
    fn new(method: Bound<'py, PyAny>) -> Self {
        ScopeRequest { method, headers: ScopeHeaders::default(), target: None, is_secure: false, is_websocket: false }
    }

    /// Reads everything that the policy needs, except for the method.
    #[inline(always)]
    pub(crate) fn read(&mut self, scope: &Bound<'py, PyAny>, needs: Needs) -> PyResult<()> {
        if needs.path {
            self.target = read_target(scope)?;
        }
        self.is_secure = needs.protection && is_secure(scope)?;
        self.headers.read(scope, needs)
    }

    /// The kind of this request. None if the method has to be read first.
    #[inline]
    pub(crate) fn kind(&self) -> Option<RequestKind> {
        let method = &self.method;
        if !method.is_exact_instance_of::<PyString>() {
            return None;
        }
        Some(if is_str!(method, PREFLIGHT_METHOD) {
            RequestKind::PreflightMethod
        } else if self.headers.is_empty() {
            RequestKind::NoHeaders
        } else {
            RequestKind::Headers
        })
    }

    pub(crate) fn method(&self) -> PyResult<Octets<'py>> {
        Octets::read(&self.method, METHOD)
    }

    /// The headers that were read, in the order in which the client sent them.
    #[inline]
    pub(crate) fn headers(&self) -> impl Iterator<Item = (RequestHeader, &[u8])> + Clone {
        self.headers.all().map(|(header, value)| (*header, value.as_slice()))
    }

    /// The headers with their values joined, if any is present more than once.
    #[inline]
    pub(crate) fn joined_headers(&self) -> Option<RequestHeaders<'_>> {
        self.headers.joined()
    }

    /// The request for core. `method` and `joined` are the results of [`method`](Self::method) and
    /// [`joined_headers`](Self::joined_headers).
    #[inline]
    pub(crate) fn request<'a>(&'a self, method: &'a Octets<'_>, joined: &'a Option<RequestHeaders<'_>>) -> Request<'a> {
        let method = method.as_slice();
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
fn read_target<'py>(scope: &Bound<'py, PyAny>) -> PyResult<Option<RequestTarget<'py>>> {
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
