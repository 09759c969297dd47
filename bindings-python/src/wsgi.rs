//! The WSGI middleware: one object around `start_response`.

use crate::decide::{Decider, Outcome};
use crate::merge::Text;
use crate::octets::Octets;
use crate::policy::Policy;
use crate::predicate::cannot_wait;
use crate::rendered::Lines;
use crate::scope::is_text;
use crate::send::Head;
use crate::target::Target;
use corsac::{Action, RequestHeaders};
use pyo3::exceptions::{PyKeyError, PyRuntimeError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};
use pyo3::{PyTraverseError, PyVisit};
use std::sync::OnceLock;

/// The request headers that are read, as the environ has them and by their own names.
const READ: &[(&str, &[u8])] = &[
    ("HTTP_ORIGIN", b"origin"),
    ("HTTP_ACCESS_CONTROL_REQUEST_METHOD", b"access-control-request-method"),
    ("HTTP_ACCESS_CONTROL_REQUEST_HEADERS", b"access-control-request-headers"),
    ("HTTP_ACCESS_CONTROL_REQUEST_PRIVATE_NETWORK", b"access-control-request-private-network"),
];

/// Those that protection reads beside them.
const READ_BY_PROTECTION: &[(&str, &[u8])] = &[
    ("HTTP_HOST", b"host"),
    ("HTTP_SEC_FETCH_SITE", b"sec-fetch-site"),
    ("HTTP_UPGRADE", b"upgrade"),
    ("HTTP_SEC_WEBSOCKET_KEY", b"sec-websocket-key"),
];

/// The compiled part of ``corsac.wsgi.CORSMiddleware``.
#[pyclass(frozen, subclass, module = "corsac._corsac")]
#[derive(Debug, Default)]
pub(crate) struct WsgiMiddleware {
    /// Set by `_setup`, once.
    layer: OnceLock<Layer>,
}

#[derive(Debug)]
struct Layer {
    app: Py<PyAny>,
    decider: Decider,
    /// The function that answers without the application.
    respond: Py<PyAny>,
}

#[pymethods]
impl WsgiMiddleware {
    #[new]
    #[pyo3(signature = (*_args, **_kwargs))]
    fn new(_args: &Bound<'_, PyTuple>, _kwargs: Option<&Bound<'_, PyDict>>) -> Self {
        WsgiMiddleware::default()
    }

    fn _setup(
        &self,
        py: Python<'_>,
        app: Py<PyAny>,
        policy: &Bound<'_, PyAny>,
        on_decision: Option<Py<PyAny>>,
        respond: Py<PyAny>,
    ) -> PyResult<()> {
        let decider = Decider::new(policy, Text::Latin1, on_decision, PyString::new(py, "PATH_INFO"))?;
        let layer = Layer { app, decider, respond };
        self.layer.set(layer).map_err(|_| PyRuntimeError::new_err("the middleware is set up already"))
    }

    /// The application inside.
    #[getter]
    fn app(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        Ok(self.layer()?.app.clone_ref(py))
    }

    /// The policy that decides now: immutable.
    #[getter]
    fn policy(&self, py: Python<'_>) -> PyResult<Py<Policy>> {
        Ok(self.layer()?.decider.policy().clone_ref(py))
    }

    fn __call__<'py>(
        &self,
        environ: &Bound<'py, PyDict>,
        start_response: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.layer()?.run(environ, start_response)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        let Some(layer) = self.layer.get() else { return Ok(()) };
        visit.call(&layer.app)?;
        layer.decider.traverse(&visit)?;
        visit.call(&layer.respond)
    }
}

impl WsgiMiddleware {
    fn layer(&self) -> PyResult<&Layer> {
        self.layer
            .get()
            .ok_or_else(|| PyRuntimeError::new_err("CORSMiddleware.__init__ was not called: call super().__init__"))
    }
}

impl Layer {
    fn run<'py>(
        &self,
        environ: &Bound<'py, PyDict>,
        start_response: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = environ.py();
        let method = environ
            .get_item("REQUEST_METHOD")?
            .ok_or_else(|| PyKeyError::new_err("the environ has no `REQUEST_METHOD`"))?;
        let method = Octets::read(&method, "the method")?;
        let snapshot = self.decider.policy();
        let policy = snapshot.get();
        let reads = policy.reads();
        let mut lines = Vec::new();
        let of_protection = if reads.protection { READ_BY_PROTECTION } else { &[] };
        for (key, name) in READ.iter().chain(of_protection) {
            if let Some(value) = environ.get_item(key)? {
                lines.push((*name, Octets::read(&value, "a header's value")?));
            }
        }
        let picked: RequestHeaders<'_> = lines.iter().map(|(name, value)| (*name, value.as_slice())).collect();
        let target = if reads.path { target(environ)? } else { None };
        let mut request = picked.request(method.as_slice(), target.as_ref().map(Target::as_slice));
        request.path_decoded = target.as_ref().is_some_and(|target| target.decoded);
        request.secure = reads.protection && is_secure(environ)?;
        let decision = match self.decider.decide(policy, environ, &request, None)? {
            Outcome::Decided(decision) => decision,
            Outcome::Later(later) => return Err(cannot_wait(&later)),
        };
        let shape = self.decider.rendered(policy).shape(py, &decision)?;
        let lines = shape.lines(py, &decision)?;
        if shape.action == Action::Respond {
            let headers = lines.get().copy(py);
            return self.respond.bind(py).call1((start_response, shape.status.bind(py), headers, shape.body.bind(py)));
        }
        let start = StartResponse {
            start_response: start_response.clone().unbind(),
            head: shape.head.clone_ref(py),
            lines: lines.unbind(),
        };
        self.app.bind(py).call1((environ, Bound::new(py, start)?))
    }
}

/// Where servers keep the target as it was sent: some under the name of CGI, gunicorn under its own.
const RAW: [&str; 2] = ["REQUEST_URI", "RAW_URI"];

/// The path that the client asked for.
fn target(environ: &Bound<'_, PyDict>) -> PyResult<Option<Target>> {
    let octets = |key| environ.get_item(key)?.map(|text| Octets::read(&text, key)).transpose();
    let (prefix, path) = (octets("SCRIPT_NAME")?, octets("PATH_INFO")?);
    let prefix = prefix.as_ref().map_or(&b""[..], Octets::as_slice);
    let mut raw = None;
    for key in RAW {
        if raw.is_none() {
            raw = octets(key)?;
        }
    }
    Ok(match (raw, path) {
        (Some(raw), path) => {
            let target = Target::raw(raw);
            // A proxy has taken the prefix off, and something inside has put it in the environ.
            let is_stripped = path.is_some_and(|path| target.is(path.as_slice()));
            Some(if is_stripped { target.under(prefix) } else { target })
        }
        // PATH_INFO never has the prefix, and is empty for a mount's own root.
        (None, Some(path)) if path.as_slice().is_empty() => Some(Target::prefix(prefix)),
        (None, Some(path)) => Some(Target::decoded(path).under(prefix)),
        (None, None) => None,
    })
}

fn is_secure(environ: &Bound<'_, PyDict>) -> PyResult<bool> {
    let py = environ.py();
    Ok(environ.get_item("wsgi.url_scheme")?.is_some_and(|scheme| is_text(&scheme, intern!(py, "https"))))
}

/// The server's ``start_response``, with the policy's headers put on. It never changes once made.
#[pyclass(frozen, module = "corsac._corsac")]
#[derive(Debug)]
struct StartResponse {
    start_response: Py<PyAny>,
    head: Py<Head>,
    lines: Py<Lines>,
}

#[pymethods]
impl StartResponse {
    #[pyo3(signature = (status, headers, *exc_info))]
    fn __call__<'py>(
        &self,
        status: &Bound<'py, PyAny>,
        headers: &Bound<'py, PyAny>,
        exc_info: &Bound<'py, PyTuple>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = status.py();
        let headers = self.head.get().merge(Some(headers), self.lines.get().list(py))?;
        let mut arguments = vec![status.clone(), headers];
        arguments.extend(exc_info.iter());
        self.start_response.bind(py).call1(PyTuple::new(py, arguments)?)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.start_response)?;
        visit.call(&self.lines)
    }
}
