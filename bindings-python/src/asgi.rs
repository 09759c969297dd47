//! The ASGI middleware: what it costs a request is a look at the scope and one object around `send`.

use crate::policy::Policy;
use crate::rendered::Rendered;
use crate::scope::{ScopeRequest, get, is_text, not_asgi};
use crate::send::Send;
use corsac::{Action, Answer, Evaluation};
use pyo3::exceptions::PyRuntimeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use pyo3::{PyTraverseError, PyVisit};
use std::sync::{Arc, OnceLock};

/// The compiled part of ``corsac.CORSMiddleware``.
#[pyclass(frozen, subclass, module = "corsac._corsac")]
#[derive(Debug, Default)]
pub(crate) struct AsgiMiddleware {
    /// Set by `_setup`, once: subclasses may have an `__init__` with other arguments than `__new__` would take.
    layer: OnceLock<Layer>,
}

#[derive(Debug)]
struct Layer {
    app: Py<PyAny>,
    policy: Py<Policy>,
    rendered: Arc<Rendered>,
    /// The `async def` that answers without the application.
    respond: Py<PyAny>,
}

#[pymethods]
impl AsgiMiddleware {
    #[new]
    #[pyo3(signature = (*_args, **_kwargs))]
    fn new(_args: &Bound<'_, PyTuple>, _kwargs: Option<&Bound<'_, PyDict>>) -> Self {
        AsgiMiddleware::default()
    }

    fn _setup(&self, py: Python<'_>, app: Py<PyAny>, policy: &Bound<'_, Policy>, respond: Py<PyAny>) -> PyResult<()> {
        let rendered = Arc::new(Rendered::new(py, policy.get().core())?);
        let layer = Layer { app, policy: policy.clone().unbind(), rendered, respond };
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
        Ok(self.layer()?.policy.clone_ref(py))
    }

    fn __call__<'py>(
        &self,
        scope: &Bound<'py, PyAny>,
        receive: &Bound<'py, PyAny>,
        send: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = scope.py();
        let layer = self.layer()?;
        let kind = get(scope, intern!(py, "type"))?.ok_or_else(|| not_asgi("the scope has no `type`"))?;
        if !is_text(&kind, intern!(py, "http")) {
            return layer.app.bind(py).call1((scope, receive, send));
        }
        layer.http(scope, receive, send)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        let Some(layer) = self.layer.get() else { return Ok(()) };
        visit.call(&layer.app)?;
        visit.call(&layer.policy)?;
        visit.call(&layer.respond)
    }
}

impl AsgiMiddleware {
    fn layer(&self) -> PyResult<&Layer> {
        self.layer
            .get()
            .ok_or_else(|| PyRuntimeError::new_err("CORSMiddleware.__init__ was not called: call super().__init__"))
    }
}

impl Layer {
    fn http<'py>(
        &self,
        scope: &Bound<'py, PyAny>,
        receive: &Bound<'py, PyAny>,
        send: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = scope.py();
        let read = ScopeRequest::read(scope)?;
        let picked = read.pick();
        let request = picked.request(read.method(), None);
        let decision = match self.rendered.policy.evaluate(&request) {
            Evaluation::Decided(decision) => decision,
            Evaluation::Ask(pending) => pending.resolve(Answer::Failed),
        };
        let index = decision.shape().index();
        let Some(shape) = self.rendered.shape(index) else {
            return Err(PyRuntimeError::new_err("a decision without a shape"));
        };
        let lines = shape.lines(py, &decision)?;
        if shape.action == Action::Respond {
            let headers = lines.get_slice(0, lines.len());
            return self.respond.bind(py).call1((send, shape.status, headers, shape.body.bind(py)));
        }
        let send = Send::new(send.clone().unbind(), Arc::clone(&self.rendered), index, lines.unbind());
        self.app.bind(py).call1((scope, receive, Bound::new(py, send)?))
    }
}
