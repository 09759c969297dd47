//! The ASGI middleware: what it costs a request is a look at the scope and one object around `send`.

use crate::decide::{Decider, Outcome};
use crate::merge::Text;
use crate::policy::Policy;
use crate::predicate::answer;
use crate::raw;
use crate::rendered::Rendered;
use crate::scope::{ScopeRequest, get, is_text, not_asgi};
use crate::send::Head;
use corsac::{Action, Answer};
use pyo3::exceptions::PyRuntimeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};
use pyo3::{PyTraverseError, PyVisit};
use std::sync::OnceLock;

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
    decider: Decider,
    /// For each shape, what is given to `send`.
    heads: Vec<Py<Head>>,
    /// The `async def` that answers without the application.
    respond: Py<PyAny>,
    /// The `async def` that awaits the predicate.
    ask: Py<PyAny>,
}

#[pymethods]
impl AsgiMiddleware {
    #[new]
    #[pyo3(signature = (*_args, **_kwargs))]
    fn new(_args: &Bound<'_, PyTuple>, _kwargs: Option<&Bound<'_, PyDict>>) -> Self {
        AsgiMiddleware::default()
    }

    fn _setup(
        &self,
        py: Python<'_>,
        app: Py<PyAny>,
        policy: &Bound<'_, Policy>,
        on_decision: Option<Py<PyAny>>,
        respond: Py<PyAny>,
        ask: Py<PyAny>,
    ) -> PyResult<()> {
        let rendered = Rendered::new(py, policy.get().core(), Text::Bytes)?;
        let decider = Decider::new(policy, rendered, on_decision, PyString::new(py, "path"));
        let heads = Head::all(py, &decider.rendered)?;
        let layer = Layer { app, decider, heads, respond, ask };
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
        slf: &Bound<'py, Self>,
        scope: &Bound<'py, PyAny>,
        receive: &Bound<'py, PyAny>,
        send: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = scope.py();
        let layer = slf.get().layer()?;
        let kind = get(scope, intern!(py, "type"))?.ok_or_else(|| not_asgi("the scope has no `type`"))?;
        if !is_text(&kind, intern!(py, "http")) {
            return raw::call(layer.app.bind(py), [scope, receive, send]);
        }
        match layer.http(scope, receive, send, None)? {
            Step::Run(awaitable) => Ok(awaitable),
            Step::Ask(later) => layer.ask.bind(py).call1((slf, later, scope, receive, send)),
        }
    }

    /// Goes on with what the predicate has said once it was awaited.
    fn _answered<'py>(
        &self,
        scope: &Bound<'py, PyAny>,
        receive: &Bound<'py, PyAny>,
        send: &Bound<'py, PyAny>,
        said: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let told = answer(said).or_else(|error| self._failed(scope).and(Err(error)))?;
        match self.layer()?.http(scope, receive, send, Some(told))? {
            Step::Run(awaitable) => Ok(awaitable),
            Step::Ask(_) => Err(PyRuntimeError::new_err("the predicate was asked twice")),
        }
    }

    /// Reports that the predicate failed; the caller raises what it raised.
    fn _failed(&self, scope: &Bound<'_, PyAny>) -> PyResult<()> {
        let read = ScopeRequest::read(scope)?;
        let picked = read.pick();
        self.layer()?.decider.decide(scope, &picked.request(read.method(), None), Some(Answer::Failed)).map(drop)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        let Some(layer) = self.layer.get() else { return Ok(()) };
        visit.call(&layer.app)?;
        layer.decider.traverse(&visit)?;
        visit.call(&layer.respond)?;
        visit.call(&layer.ask)
    }
}

impl AsgiMiddleware {
    fn layer(&self) -> PyResult<&Layer> {
        self.layer
            .get()
            .ok_or_else(|| PyRuntimeError::new_err("CORSMiddleware.__init__ was not called: call super().__init__"))
    }
}

/// How a request goes on.
enum Step<'py> {
    /// By awaiting this.
    Run(Bound<'py, PyAny>),
    /// By awaiting this, the predicate's answer.
    Ask(Bound<'py, PyAny>),
}

impl Layer {
    fn http<'py>(
        &self,
        scope: &Bound<'py, PyAny>,
        receive: &Bound<'py, PyAny>,
        send: &Bound<'py, PyAny>,
        told: Option<Answer>,
    ) -> PyResult<Step<'py>> {
        let py = scope.py();
        let read = ScopeRequest::read(scope)?;
        let picked = read.pick();
        let decision = match self.decider.decide(scope, &picked.request(read.method(), None), told)? {
            Outcome::Decided(decision) => decision,
            Outcome::Later(later) => return Ok(Step::Ask(later)),
        };
        let shape = self.decider.rendered.shape(&decision)?;
        let lines = shape.lines(py, &decision)?;
        if shape.action == Action::Respond {
            let headers = lines.get_slice(0, lines.len());
            let arguments = [send, shape.status.bind(py), headers.as_any(), shape.body.bind(py).as_any()];
            return raw::call(self.respond.bind(py), arguments).map(Step::Run);
        }
        let head = self.heads.get(decision.shape().index() as usize);
        let head = head.ok_or_else(|| PyRuntimeError::new_err("a decision without a head"))?;
        let send = Head::send(head.bind(py), send, lines)?;
        raw::call(self.app.bind(py), [scope, receive, &send]).map(Step::Run)
    }
}
