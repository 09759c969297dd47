//! The parts of a WSGI environ that a policy needs.

use crate::http::known_str::is_str;
use crate::http::octets::Octets;
use crate::http::request_target::RequestTarget;
use corsac::Request;
use corsac::binding::{Needs, RequestHeader};
use pyo3::exceptions::PyKeyError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyString};

/// The request of an environ, kept alive while a policy decides on it.
#[derive(Debug)]
pub(crate) struct EnvironRequest<'py> {
    method: Octets<'py>,
    headers: Vec<(RequestHeader, Octets<'py>)>,
    target: Option<RequestTarget<'py>>,
    is_secure: bool,
}

impl<'py> EnvironRequest<'py> {
    pub(crate) fn read(environ: &Bound<'py, PyDict>, needs: Needs) -> PyResult<Self> {
        let method = environ
            .get_item(intern!(environ.py(), "REQUEST_METHOD"))?
            .ok_or_else(|| PyKeyError::new_err("the environ has no `REQUEST_METHOD`"))?;
        let method = Octets::read(&method, "the method")?;
        let mut headers = Vec::new();
        for (key, header) in header_keys(environ.py()) {
            if needs.reads(*header)
                && let Some(value) = environ.get_item(key)?
            {
                headers.push((*header, Octets::read(&value, "a header's value")?));
            }
        }
        Ok(EnvironRequest {
            method,
            headers,
            target: if needs.path { read_target(environ)? } else { None },
            is_secure: needs.protection && is_secure(environ)?,
        })
    }

    /// The request for core.
    pub(crate) fn request(&self) -> Request<'_> {
        let mut request = Request::new(self.method.as_slice());
        // The server has joined the values of repeated headers.
        for (header, value) in &self.headers {
            request.set(*header, value.as_slice());
        }
        if let Some(target) = &self.target {
            target.set_path(&mut request);
        }
        request.secure = self.is_secure;
        request
    }
}

/// The keys of request headers, as CGI names them (RFC 3875, section 4.1.18). Pseudo-headers have none.
fn header_keys(py: Python<'_>) -> &[(Py<PyString>, RequestHeader)] {
    static KEYS: PyOnceLock<Vec<(Py<PyString>, RequestHeader)>> = PyOnceLock::new();
    KEYS.get_or_init(py, || {
        let headers = RequestHeader::ALL.iter().filter(|header| !header.as_str().starts_with(':'));
        let key = |header: &RequestHeader| format!("HTTP_{}", header.as_str().to_ascii_uppercase().replace('-', "_"));
        headers.map(|header| (PyString::intern(py, &key(header)).unbind(), *header)).collect()
    })
}

/// The keys under which servers keep the target as it was sent. Some use Apache's name for it, and gunicorn its
/// own.
const RAW_TARGET_KEYS: [&str; 2] = ["REQUEST_URI", "RAW_URI"];

/// The path that the client requested.
fn read_target<'py>(environ: &Bound<'py, PyDict>) -> PyResult<Option<RequestTarget<'py>>> {
    let octets = |key: &str| environ.get_item(key)?.map(|value| Octets::read(&value, key)).transpose();
    let (prefix, path) = (octets("SCRIPT_NAME")?, octets("PATH_INFO")?);
    let prefix = prefix.as_ref().map_or(&b""[..], Octets::as_slice);
    let mut raw = None;
    for key in RAW_TARGET_KEYS {
        if raw.is_none() {
            raw = octets(key)?;
        }
    }
    Ok(match (raw, path) {
        (Some(raw), path) => {
            let target = RequestTarget::raw(raw);
            // A proxy has removed the prefix, and the server or a middleware has put it into the environ.
            let lacks_prefix = path.is_some_and(|path| target.is_path(path.as_slice()));
            Some(if lacks_prefix { target.with_prefix(prefix) } else { target })
        }
        // PATH_INFO never has the prefix, and is empty for the root of a mount.
        (None, Some(path)) if path.as_slice().is_empty() => Some(RequestTarget::mount_root(prefix)),
        (None, Some(path)) => Some(RequestTarget::decoded(path).with_prefix(prefix)),
        (None, None) => None,
    })
}

fn is_secure(environ: &Bound<'_, PyDict>) -> PyResult<bool> {
    let py = environ.py();
    let scheme = environ.get_item(intern!(py, "wsgi.url_scheme"))?;
    Ok(scheme.is_some_and(|scheme| is_str!(&scheme, "https")))
}
