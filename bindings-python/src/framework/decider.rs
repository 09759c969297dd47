//! Deciding on a request that a framework has in an object of its own.

use crate::asgi::request::ScopeRequest;
use crate::framework::request_decision::{PendingDecision, RequestDecision};
use crate::http::octets::Octets;
use crate::policy::decider::{Decider, Evaluated, Observers, PathForPeople};
use crate::policy::policy_class::Policy;
use crate::policy::predicate_answer::read_predicate_answer;
use crate::response::header_type::HeaderType;
use crate::wsgi::environ::EnvironRequest;
use corsac::binding::Template;
use corsac::{PredicateAnswer, Request};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};
use pyo3::{PyTraverseError, PyVisit};

/// The compiled part of ``corsac.django`` and ``corsac.aiohttp``.
#[pyclass(frozen, module = "corsac._corsac")]
#[derive(Debug)]
pub(crate) struct FrameworkDecider {
    decider: Decider,
}

#[pymethods]
impl FrameworkDecider {
    /// ``policy`` is a Policy or a Reloadable. ``observers`` are the hook and the debugger.
    #[new]
    fn new(policy: &Bound<'_, PyAny>, observers: Observers) -> PyResult<Self> {
        // The requests of both frameworks have this attribute.
        let path = PathForPeople { key: PyString::new(policy.py(), "path").unbind(), read: Octets::read_utf8 };
        Ok(FrameworkDecider { decider: Decider::new(policy, observers, path)? })
    }

    /// The policy that decides now.
    #[getter]
    fn policy(&self, py: Python<'_>) -> Py<Policy> {
        self.decider.policy().clone_ref(py)
    }

    /// Whether WebSocket handshakes are judged.
    #[getter]
    fn judges_handshakes(&self) -> bool {
        self.decider.policy().get().needs().websockets
    }

    /// Whether some responses allow credentials.
    #[getter]
    fn allows_credentials(&self) -> bool {
        let policy = self.decider.policy();
        policy.get().core().templates().iter().any(Template::allows_credentials)
    }

    /// Decides on a request of which the framework has a WSGI environ.
    ///
    /// Returns:
    ///     RequestDecision | PendingDecision: the decision, or the answer that has to be awaited first.
    fn decide_environ<'py>(
        &self,
        environ: &Bound<'py, PyDict>,
        framework_request: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let policy = self.decider.policy();
        let read = EnvironRequest::read(environ, self.decider.needs(policy.get()))?;
        self.decide(&policy, &read.request(), framework_request, None)
    }

    /// Decides on a request of which the framework has an ASGI scope, or a mapping with the same keys.
    ///
    /// Returns:
    ///     RequestDecision | PendingDecision: the decision, or the answer that has to be awaited first.
    fn decide_scope<'py>(
        &self,
        scope: &Bound<'py, PyAny>,
        framework_request: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let policy = self.decider.policy();
        self.decide_scope_with(&policy, scope, framework_request, None)
    }

    /// Decides on a request of the first form after the predicate's answer was awaited. Without an answer, the predicate
    /// has failed.
    #[pyo3(signature = (pending, environ, framework_request, *predicate_answer))]
    fn resume_environ<'py>(
        &self,
        pending: &PendingDecision,
        environ: &Bound<'py, PyDict>,
        framework_request: &Bound<'py, PyAny>,
        predicate_answer: &Bound<'py, PyTuple>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (answer, error) = awaited_answer(predicate_answer);
        let read = EnvironRequest::read(environ, self.decider.needs(pending.policy.get()))?;
        let decision = self.decide(&pending.policy, &read.request(), framework_request, Some(answer))?;
        error.map_or(Ok(decision), Err)
    }

    /// Decides on a request of the second form after the predicate's answer was awaited. Without an answer, the predicate
    /// has failed.
    #[pyo3(signature = (pending, scope, framework_request, *predicate_answer))]
    fn resume_scope<'py>(
        &self,
        pending: &PendingDecision,
        scope: &Bound<'py, PyAny>,
        framework_request: &Bound<'py, PyAny>,
        predicate_answer: &Bound<'py, PyTuple>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (answer, error) = awaited_answer(predicate_answer);
        let decision = self.decide_scope_with(&pending.policy, scope, framework_request, Some(answer))?;
        error.map_or(Ok(decision), Err)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.decider.traverse(&visit)
    }
}

impl FrameworkDecider {
    fn decide_scope_with<'py>(
        &self,
        policy: &Py<Policy>,
        scope: &Bound<'py, PyAny>,
        framework_request: &Bound<'py, PyAny>,
        predicate_answer: Option<PredicateAnswer>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let read = ScopeRequest::read_http(scope, self.decider.needs(policy.get()))?;
        let joined = read.joined_headers();
        self.decide(policy, &read.request(&joined), framework_request, predicate_answer)
    }

    fn decide<'py>(
        &self,
        policy: &Py<Policy>,
        request: &Request<'_>,
        framework_request: &Bound<'py, PyAny>,
        predicate_answer: Option<PredicateAnswer>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = framework_request.py();
        let decision = match self.decider.decide(policy.get(), framework_request, request, predicate_answer)? {
            Evaluated::Decision(decision) => decision,
            Evaluated::Awaitable(awaitable) => {
                let pending = PendingDecision { policy: policy.clone_ref(py), awaitable: awaitable.unbind() };
                return Ok(Bound::new(py, pending)?.into_any());
            }
        };
        let template = policy.get().templates(HeaderType::Str).of(py, &decision)?;
        let headers = template.get().headers(py, &decision)?;
        let debugged =
            self.decider.debugged(py.None().bind(py), policy.get(), framework_request, request, &decision)?;
        let decided = RequestDecision {
            template: template.clone().unbind(),
            headers: headers.unbind(),
            debugged: debugged.map(Bound::unbind),
        };
        Ok(Bound::new(py, decided)?.into_any())
    }
}

/// The answer of a predicate, and the error if it is none.
fn awaited_answer(predicate_answer: &Bound<'_, PyTuple>) -> (PredicateAnswer, Option<PyErr>) {
    match predicate_answer.get_item(0).map(|answer| read_predicate_answer(&answer)) {
        Ok(Ok(answer)) => (answer, None),
        Ok(Err(error)) => (PredicateAnswer::Failed, Some(error)),
        Err(_) => (PredicateAnswer::Failed, None),
    }
}
