//! Deciding on a request that a framework has in an object of its own.

use crate::asgi::request::ScopeRequest;
use crate::config::predicate_functions::PREDICATE_SETTING;
use crate::framework::request_decision::{PendingDecision, RequestDecision};
use crate::http::octets::Octets;
use crate::logger::logger;
use crate::policy::decider::{Decider, Evaluated, Observers, PathForPeople};
use crate::policy::policy_class::Policy;
use crate::policy::predicate_answer::read_predicate_answer;
use crate::response::header_type::HeaderType;
use crate::wsgi::environ::EnvironRequest;
use corsac::binding::Template;
use corsac::{Action, Evaluation, PredicateAnswer, Request};
use pyo3::exceptions::{PyBaseException, PyException};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};
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
        let path = PathForPeople {
            key: PyString::new(policy.py(), "path").unbind(),
            read: |path, name| Octets::read_utf8(path, name),
        };
        Ok(FrameworkDecider { decider: Decider::new(policy, observers, path)? })
    }

    /// The policy that decides now.
    #[getter]
    fn policy(&self, py: Python<'_>) -> Py<Policy> {
        self.decider.policy().clone_ref(py)
    }

    /// Whether WebSocket handshakes are checked.
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

    /// Decides on a request for which the framework has a WSGI environ.
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

    /// Decides on a request for which the framework has an ASGI scope, or a mapping with the same keys.
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

    /// Decides on a request with a WSGI environ after the predicate's answer has been awaited. If there is no answer,
    /// `error` is the exception that was raised instead.
    fn resume_environ<'py>(
        &self,
        pending: &PendingDecision,
        environ: &Bound<'py, PyDict>,
        framework_request: &Bound<'py, PyAny>,
        predicate_answer: &Bound<'py, PyAny>,
        error: Option<Bound<'py, PyBaseException>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let answer = awaited_answer(predicate_answer, error);
        let read = EnvironRequest::read(environ, self.decider.needs(pending.policy.get()))?;
        self.decide(&pending.policy, &read.request(), framework_request, Some(answer))
    }

    /// Decides on a request with an ASGI scope after the predicate's answer has been awaited. If there is no answer,
    /// `error` is the exception that was raised instead.
    fn resume_scope<'py>(
        &self,
        pending: &PendingDecision,
        scope: &Bound<'py, PyAny>,
        framework_request: &Bound<'py, PyAny>,
        predicate_answer: &Bound<'py, PyAny>,
        error: Option<Bound<'py, PyBaseException>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let answer = awaited_answer(predicate_answer, error);
        self.decide_scope_with(&pending.policy, scope, framework_request, Some(answer))
    }

    /// Decides on an error that the framework itself sends in place of a response of corsac's own. The scope is that of
    /// the request.
    fn decide_replaced_response<'py>(&self, scope: &Bound<'py, PyAny>) -> PyResult<RequestDecision> {
        let policy = self.decider.policy();
        let read = ScopeRequest::read_http(scope, self.decider.needs(policy.get()))?;
        let (method, joined) = (read.method()?, read.joined_headers());
        let decision = policy.get().core().decide_replaced_response(&read.request(&method, &joined));
        request_decision(scope.py(), policy.get(), &decision)
    }

    /// Whether the policy's protection objects to writes from an origin, whatever a predicate answers.
    fn objects_to_writes_from(&self, origin: &str) -> bool {
        self.decider.policy().get().core().objects_to_writes_from(origin.as_bytes())
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
        predicate_answer: Option<PyResult<PredicateAnswer>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let read = ScopeRequest::read_http(scope, self.decider.needs(policy.get()))?;
        let (method, joined) = (read.method()?, read.joined_headers());
        self.decide(policy, &read.request(&method, &joined), framework_request, predicate_answer)
    }

    fn decide<'py>(
        &self,
        policy: &Py<Policy>,
        request: &Request<'_>,
        framework_request: &Bound<'py, PyAny>,
        predicate_answer: Option<PyResult<PredicateAnswer>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = framework_request.py();
        let (answer, error) = match predicate_answer {
            Some(Err(error)) => (Some(PredicateAnswer::Failed), Some(error)),
            Some(Ok(answer)) => (Some(answer), None),
            None => (None, None),
        };
        let decided = self.decider.decide(policy.get(), framework_request, request, answer);
        let (decision, error) = match (decided, error) {
            (Ok(Evaluated::Awaitable(awaitable)), _) => {
                let pending = PendingDecision { policy: policy.clone_ref(py), awaitable: awaitable.unbind() };
                return Ok(Bound::new(py, pending)?.into_any());
            }
            (Ok(Evaluated::Decision(decision)), None) => (decision, None),
            (Ok(Evaluated::Decision(_)), Some(error)) | (Err(error), _) => {
                on_exception(py, policy.get(), request, error)?
            }
        };
        let mut decided = request_decision(py, policy.get(), &decision)?;
        let debugged =
            self.decider.debugged(py.None().bind(py), policy.get(), framework_request, request, &decision)?;
        decided.debugged = debugged.map(Bound::unbind);
        decided.error = error.map(|error| error.into_value(py));
        Ok(Bound::new(py, decided)?.into_any())
    }
}

/// The decision on the response to an exception of the predicate, and the exception. If protection refuses the request,
/// the exception is logged and not returned.
fn on_exception<'a>(
    py: Python<'_>,
    policy: &'a Policy,
    request: &Request<'a>,
    error: PyErr,
) -> PyResult<(corsac::Decision<'a>, Option<PyErr>)> {
    let Evaluation::Ask(pending) = policy.core().evaluate(request) else { return Err(error) };
    if !error.is_instance_of::<PyException>(py) {
        return Err(error);
    }
    let decision = pending.resolve_error_response();
    if decision.action() != Action::Respond {
        return Ok((decision, Some(error)));
    }
    let exc_info = PyDict::new(py);
    exc_info.set_item("exc_info", error)?;
    logger(py)?.call_method("error", (format!("the {PREDICATE_SETTING} function failed"),), Some(&exc_info))?;
    Ok((decision, None))
}

fn request_decision(py: Python<'_>, policy: &Policy, decision: &corsac::Decision<'_>) -> PyResult<RequestDecision> {
    let template = policy.templates(HeaderType::Str).of(py, decision)?;
    let headers = template.get().headers(py, decision)?.unbind();
    Ok(RequestDecision { template: template.clone().unbind(), headers, debugged: None, error: None })
}

/// The answer of a predicate, or the error if there is none.
fn awaited_answer(
    predicate_answer: &Bound<'_, PyAny>,
    error: Option<Bound<'_, PyBaseException>>,
) -> PyResult<PredicateAnswer> {
    match error {
        Some(error) => Err(PyErr::from_value(error.into_any())),
        None => read_predicate_answer(predicate_answer),
    }
}
