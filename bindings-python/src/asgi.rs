//! The ASGI middleware: what it costs a request is a look at the scope and one object around `send`.

use crate::decide::{Decider, Outcome};
use crate::merge::Text;
use crate::policy::Policy;
use crate::predicate::answer;
use crate::raw;
use crate::scope::{ScopeRequest, get, is_text, not_asgi};
use crate::send::Head;
use corsac::{Action, PredicateAnswer};
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
    /// Set in place of it where a server starts an application whose settings are refused: what is called instead.
    refused: OnceLock<Py<PyAny>>,
}

#[derive(Debug)]
struct Layer {
    app: Py<PyAny>,
    decider: Decider,
    /// The `async def` that answers without the application.
    respond: Py<PyAny>,
    /// The `async def` that refuses a WebSocket handshake.
    deny: Py<PyAny>,
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
        policy: &Bound<'_, PyAny>,
        on_decision: Option<Py<PyAny>>,
        answers: [Py<PyAny>; 3],
    ) -> PyResult<()> {
        let [respond, deny, ask] = answers;
        let decider = Decider::new(policy, Text::Bytes, on_decision, PyString::new(py, "path"))?;
        let layer = Layer { app, decider, respond, deny, ask };
        self.layer.set(layer).map_err(|_| PyRuntimeError::new_err("the middleware is set up already"))
    }

    /// Stands in for `_setup`: every call goes to this function.
    fn _refuse(&self, instead: Py<PyAny>) -> PyResult<()> {
        self.refused.set(instead).map_err(|_| PyRuntimeError::new_err("the middleware is refused already"))
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
        slf: &Bound<'py, Self>,
        scope: &Bound<'py, PyAny>,
        receive: &Bound<'py, PyAny>,
        send: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = scope.py();
        let Some(layer) = slf.get().layer.get() else { return slf.get().instead(&Call { scope, receive, send }) };
        let kind = get(scope, intern!(py, "type"))?.ok_or_else(|| not_asgi("the scope has no `type`"))?;
        let call = Call { scope, receive, send };
        let policy = layer.decider.policy();
        let step = if is_text(&kind, intern!(py, "http")) {
            layer.http(policy.get(), &call, None)?
        } else if policy.get().reads().websockets && is_text(&kind, intern!(py, "websocket")) {
            layer.websocket(policy.get(), &call, &kind, None)?
        } else {
            Step::Run(layer.run(&call)?)
        };
        match step {
            Step::Run(awaitable) => Ok(awaitable),
            Step::Ask(later) => layer.ask.bind(py).call1((slf, policy.bind(py), later, scope, receive, send)),
        }
    }

    /// Goes on, with the policy that asked, with what the predicate has said once it was awaited.
    fn _answered<'py>(
        &self,
        policy: &Bound<'py, Policy>,
        scope: &Bound<'py, PyAny>,
        receive: &Bound<'py, PyAny>,
        send: &Bound<'py, PyAny>,
        said: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let told = answer(said).or_else(|error| self._failed(policy, scope).and(Err(error)))?;
        let (layer, policy, call) = (self.layer()?, policy.get(), Call { scope, receive, send });
        let step = match websocket(scope)? {
            Some(kind) => layer.websocket(policy, &call, &kind, Some(told))?,
            None => layer.http(policy, &call, Some(told))?,
        };
        match step {
            Step::Run(awaitable) => Ok(awaitable),
            Step::Ask(_) => Err(PyRuntimeError::new_err("the predicate was asked twice")),
        }
    }

    /// Reports that the predicate failed; the caller raises what it raised.
    fn _failed(&self, policy: &Bound<'_, Policy>, scope: &Bound<'_, PyAny>) -> PyResult<()> {
        let policy = policy.get();
        let read = match websocket(scope)? {
            Some(kind) => ScopeRequest::read_websocket(scope, policy.reads(), &kind)?,
            None => ScopeRequest::read(scope, policy.reads())?,
        };
        let picked = read.pick();
        self.layer()?.decider.decide(policy, scope, &read.request(&picked), Some(PredicateAnswer::Failed)).map(drop)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        if let Some(instead) = self.refused.get() {
            visit.call(instead)?;
        }
        let Some(layer) = self.layer.get() else { return Ok(()) };
        visit.call(&layer.app)?;
        layer.decider.traverse(&visit)?;
        visit.call(&layer.respond)?;
        visit.call(&layer.deny)?;
        visit.call(&layer.ask)
    }
}

impl AsgiMiddleware {
    #[cold]
    fn instead<'py>(&self, call: &Call<'_, 'py>) -> PyResult<Bound<'py, PyAny>> {
        match self.refused.get() {
            Some(instead) => raw::call(instead.bind(call.scope.py()), [call.scope, call.receive, call.send]),
            None => Err(self.not_set_up()),
        }
    }

    fn layer(&self) -> PyResult<&Layer> {
        self.layer.get().ok_or_else(|| self.not_set_up())
    }

    fn not_set_up(&self) -> PyErr {
        PyRuntimeError::new_err(match self.refused.get() {
            Some(_) => "the settings of this CORSMiddleware were refused: it has neither an application nor a policy",
            None => "CORSMiddleware.__init__ was not called: call super().__init__",
        })
    }
}

/// How a request goes on.
enum Step<'py> {
    /// By awaiting this.
    Run(Bound<'py, PyAny>),
    /// By awaiting this, the predicate's answer.
    Ask(Bound<'py, PyAny>),
}

/// What the server calls with.
struct Call<'a, 'py> {
    scope: &'a Bound<'py, PyAny>,
    receive: &'a Bound<'py, PyAny>,
    send: &'a Bound<'py, PyAny>,
}

impl Layer {
    fn run<'py>(&self, call: &Call<'_, 'py>) -> PyResult<Bound<'py, PyAny>> {
        raw::call(self.app.bind(call.scope.py()), [call.scope, call.receive, call.send])
    }

    fn http<'py>(&self, policy: &Policy, call: &Call<'_, 'py>, told: Option<PredicateAnswer>) -> PyResult<Step<'py>> {
        let py = call.scope.py();
        let read = ScopeRequest::read(call.scope, policy.reads())?;
        let picked = read.pick();
        let decision = match self.decider.decide(policy, call.scope, &read.request(&picked), told)? {
            Outcome::Decided(decision) => decision,
            Outcome::Later(later) => return Ok(Step::Ask(later)),
        };
        let shape = self.decider.rendered(policy).shape(py, &decision)?;
        let lines = shape.lines(py, &decision)?;
        if shape.action == Action::Respond {
            let headers = lines.get().copy(py);
            let arguments = [call.send, shape.status.bind(py), headers.as_any(), shape.body.bind(py).as_any()];
            return raw::call(self.respond.bind(py), arguments).map(Step::Run);
        }
        let send = Head::send(shape.head.bind(py), call.send, lines)?;
        raw::call(self.app.bind(py), [call.scope, call.receive, &send]).map(Step::Run)
    }

    /// A handshake is let through as it is, or refused before it is accepted: browsers do not apply CORS to them.
    fn websocket<'py>(
        &self,
        policy: &Policy,
        call: &Call<'_, 'py>,
        kind: &Bound<'py, PyAny>,
        told: Option<PredicateAnswer>,
    ) -> PyResult<Step<'py>> {
        let py = call.scope.py();
        let read = ScopeRequest::read_websocket(call.scope, policy.reads(), kind)?;
        let picked = read.pick();
        let decision = match self.decider.decide(policy, call.scope, &read.request(&picked), told)? {
            Outcome::Decided(decision) => decision,
            Outcome::Later(later) => return Ok(Step::Ask(later)),
        };
        let shape = self.decider.rendered(policy).shape(py, &decision)?;
        if shape.action != Action::Respond {
            return self.run(call).map(Step::Run);
        }
        let lines = shape.lines(py, &decision)?;
        let headers = lines.get().copy(py);
        let arguments = (call.scope, call.send, shape.status.bind(py), headers, shape.body.bind(py));
        self.deny.bind(py).call1(arguments).map(Step::Run)
    }
}

/// The type of a scope, where it is one of WebSocket handshakes.
fn websocket<'py>(scope: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
    let py = scope.py();
    Ok(get(scope, intern!(py, "type"))?.filter(|kind| is_text(kind, intern!(py, "websocket"))))
}
