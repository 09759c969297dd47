//! The WSGI middleware: one object around `start_response`.

use crate::decide::{Decider, Outcome};
use crate::merge::Text;
use crate::octets::Octets;
use crate::policy::Policy;
use crate::predicate::cannot_wait;
use crate::rendered::Rendered;
use corsac::{Action, RequestHeaders};
use pyo3::exceptions::{PyKeyError, PyRuntimeError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyTuple};
use pyo3::{PyTraverseError, PyVisit};
use std::sync::{Arc, OnceLock};

/// The request headers that are read, as the environ has them and by their own names.
const READ: [(&str, &[u8]); 4] = [
    ("HTTP_ORIGIN", b"origin"),
    ("HTTP_ACCESS_CONTROL_REQUEST_METHOD", b"access-control-request-method"),
    ("HTTP_ACCESS_CONTROL_REQUEST_HEADERS", b"access-control-request-headers"),
    ("HTTP_ACCESS_CONTROL_REQUEST_PRIVATE_NETWORK", b"access-control-request-private-network"),
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
        policy: &Bound<'_, Policy>,
        on_decision: Option<Py<PyAny>>,
        respond: Py<PyAny>,
    ) -> PyResult<()> {
        let rendered = Rendered::new(py, policy.get().core(), Text::Latin1)?;
        let decider = Decider::new(policy, rendered, on_decision, PyString::new(py, "PATH_INFO"));
        let layer = Layer { app, decider, respond };
        self.layer.set(layer).map_err(|_| PyRuntimeError::new_err("the middleware is set up already"))
    }

    /// The application inside.
    #[getter]
    fn app(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        Ok(self.layer()?.app.clone_ref(py))
    }

    /// The policy that decides: immutable.
    #[getter]
    fn policy(&self, py: Python<'_>) -> PyResult<Py<Policy>> {
        Ok(self.layer()?.decider.policy.clone_ref(py))
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
        let mut lines = Vec::new();
        for (key, name) in READ {
            if let Some(value) = environ.get_item(key)? {
                lines.push((name, Octets::read(&value, "a header's value")?));
            }
        }
        let picked: RequestHeaders<'_> = lines.iter().map(|(name, value)| (*name, value.as_slice())).collect();
        let decision = match self.decider.decide(environ, &picked.request(method.as_slice(), None), None)? {
            Outcome::Decided(decision) => decision,
            Outcome::Later(later) => return Err(cannot_wait(&later)),
        };
        let rendered = &self.decider.rendered;
        let shape = rendered.shape(&decision)?;
        let lines = shape.lines(py, &decision)?;
        if shape.action == Action::Respond {
            let headers = lines.get_slice(0, lines.len());
            return self.respond.bind(py).call1((start_response, shape.status.bind(py), headers, shape.body.bind(py)));
        }
        let start = StartResponse {
            start_response: start_response.clone().unbind(),
            rendered: Arc::clone(rendered),
            shape: decision.shape().index(),
            lines: lines.unbind(),
        };
        self.app.bind(py).call1((environ, Bound::new(py, start)?))
    }
}

/// The server's ``start_response``, with the policy's headers put on. It never changes once made.
#[pyclass(frozen, module = "corsac._corsac")]
#[derive(Debug)]
struct StartResponse {
    start_response: Py<PyAny>,
    rendered: Arc<Rendered>,
    shape: u32,
    lines: Py<PyList>,
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
        let merger = &self.rendered.at(self.shape)?.merger;
        let headers =
            merger.merge(Some(headers), self.lines.bind(py), |name| self.rendered.reported.taken_off(py, name))?;
        let mut arguments = vec![status.clone(), headers];
        arguments.extend(exc_info.iter());
        self.start_response.bind(py).call1(PyTuple::new(py, arguments)?)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.start_response)?;
        visit.call(&self.lines)
    }
}
