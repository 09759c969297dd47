//! How a middleware decides: the predicate is asked, refusals are logged, and the hook is called.

use crate::http::octets::Octets;
use crate::logger::logger;
use crate::policy::debugger::{DebuggedResponse, Debugger};
use crate::policy::decision_class::Decision;
use crate::policy::policy_class::Policy;
use crate::policy::predicate::PredicateCall;
use crate::policy::refusal_log::{LoggedRefusal, RefusalLog};
use crate::policy::swappable_policy::SwappablePolicy;
use corsac::binding::Needs;
use corsac::{Evaluation, PredicateAnswer, Request};
use pyo3::exceptions::{PyException, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};
use pyo3::{PyTraverseError, PyVisit};
use std::ops::Deref;
use std::sync::Arc;

/// The observers of decisions: the application's hook, and the debugger.
pub(crate) type Observers = (Option<Py<PyAny>>, Option<Py<PyAny>>);

/// Everything that one middleware needs to decide.
#[derive(Debug)]
pub(crate) struct Decider {
    policy: GivenPolicy,
    on_decision: Option<Py<PyAny>>,
    refused: RefusalLog,
    reported: RefusalLog,
    debugger: Option<Debugger>,
    path: PathForPeople,
}

/// Where the server's object for a request has the path, and how to read it, for logs.
#[derive(Debug)]
pub(crate) struct PathForPeople {
    /// The attribute or key.
    pub(crate) key: Py<PyString>,
    /// Reads the bytes of the path, which servers decode in different ways.
    pub(crate) read: for<'py> fn(&Bound<'py, PyAny>, &str) -> PyResult<Octets<'py>>,
}

impl PathForPeople {
    /// None if the request has no path. Bytes that are not UTF-8 are replaced.
    fn of(&self, server_request: &Bound<'_, PyAny>) -> Option<String> {
        let key = self.key.bind(server_request.py());
        let path = server_request.get_item(key).or_else(|_| server_request.getattr(key)).ok()?;
        let path = (self.read)(&path, "the path").ok()?;
        Some(String::from_utf8_lossy(path.as_slice()).into_owned())
    }
}

/// The object that a middleware was given as its policy.
#[derive(Debug)]
enum GivenPolicy {
    Fixed(Py<Policy>),
    Swappable(Py<SwappablePolicy>),
}

/// The policy of one request.
#[derive(Debug)]
pub(crate) enum RequestPolicy<'a> {
    Fixed(&'a Py<Policy>),
    Loaded(Arc<Py<Policy>>),
}

impl Deref for RequestPolicy<'_> {
    type Target = Py<Policy>;

    #[inline]
    fn deref(&self) -> &Py<Policy> {
        match self {
            RequestPolicy::Fixed(policy) => policy,
            RequestPolicy::Loaded(policy) => policy,
        }
    }
}

/// A decision, or an answer that the decision waits for.
#[derive(Debug)]
pub(crate) enum Evaluated<'a, 'py> {
    Decision(corsac::Decision<'a>),
    /// The predicate's answer has to be awaited first.
    Awaitable(Bound<'py, PyAny>),
}

impl Decider {
    /// `policy` is a [`Policy`] or a [`SwappablePolicy`].
    pub(crate) fn new(
        policy: &Bound<'_, PyAny>,
        (on_decision, debugger): Observers,
        path: PathForPeople,
    ) -> PyResult<Self> {
        let policy = match (policy.cast::<Policy>(), policy.cast::<SwappablePolicy>()) {
            (Ok(policy), _) => GivenPolicy::Fixed(policy.clone().unbind()),
            (_, Ok(policy)) => GivenPolicy::Swappable(policy.clone().unbind()),
            _ => {
                let name = policy.get_type().name()?;
                return Err(PyTypeError::new_err(format!(
                    "policy must be a corsac.Policy or a corsac.Reloadable, not {name}"
                )));
            }
        };
        let refused = RefusalLog::new(LoggedRefusal::Refused);
        let reported = RefusalLog::new(LoggedRefusal::ReportedOnly);
        let debugger = debugger.map(Debugger::new);
        Ok(Decider { policy, on_decision, refused, reported, debugger, path })
    }

    /// The policy that is in force. A request keeps it to its end.
    #[inline]
    pub(crate) fn policy(&self) -> RequestPolicy<'_> {
        match &self.policy {
            GivenPolicy::Fixed(policy) => RequestPolicy::Fixed(policy),
            GivenPolicy::Swappable(policy) => RequestPolicy::Loaded(policy.get().load()),
        }
    }

    /// The parts of a request that have to be read. The debugger also needs those that show whether a request comes
    /// from the site's own pages, whose origin does not have to be listed.
    #[inline]
    pub(crate) fn needs(&self, policy: &Policy) -> Needs {
        let needs = policy.needs();
        Needs { protection: needs.protection || self.debugger.is_some(), ..needs }
    }

    /// Whether nobody but the middleware uses the decision on a request, and the decision depends only on CORS headers.
    /// Then the middleware may remember it.
    #[inline]
    pub(crate) fn may_remember(&self, policy: &Policy) -> bool {
        self.on_decision.is_none() && self.needs(policy).only_cors()
    }

    /// Decides on a request. `server_request` is the server's own object for it: the scope or the environ.
    /// `predicate_answer` is given if it has already been awaited.
    pub(crate) fn decide<'a, 'py>(
        &self,
        policy: &'a Policy,
        server_request: &Bound<'py, PyAny>,
        request: &Request<'a>,
        predicate_answer: Option<PredicateAnswer>,
    ) -> PyResult<Evaluated<'a, 'py>> {
        let decision = match (policy.core().evaluate(request), predicate_answer) {
            (Evaluation::Decided(decision), _) => decision,
            (Evaluation::Ask(pending), Some(answer)) => pending.resolve(answer),
            (Evaluation::Ask(pending), None) => match policy.ask(&pending, server_request) {
                Ok(PredicateCall::Answered(answer)) => pending.resolve(answer),
                Ok(PredicateCall::Awaitable(awaitable)) => return Ok(Evaluated::Awaitable(awaitable)),
                Err(error) => {
                    self.report(policy, server_request, request, &pending.resolve(PredicateAnswer::Failed))?;
                    return Err(error);
                }
            },
        };
        self.report(policy, server_request, request, &decision)?;
        Ok(Evaluated::Decision(decision))
    }

    #[inline]
    fn report(
        &self,
        policy: &Policy,
        server_request: &Bound<'_, PyAny>,
        request: &Request<'_>,
        decision: &corsac::Decision<'_>,
    ) -> PyResult<()> {
        let py = server_request.py();
        let path = || self.path.of(server_request);
        if decision.reason().is_refusal() {
            self.refused.log(py, decision.reason(), request, path)?;
        }
        if let Some(reason) = decision.reported() {
            self.reported.log(py, reason, request, path)?;
        }
        if let Some(debugger) = &self.debugger {
            debugger.decided(py, policy, request, &path().unwrap_or_default(), decision.template())?;
        }
        match &self.on_decision {
            Some(hook) => call_hook(hook.bind(py), *decision, server_request),
            None => Ok(()),
        }
    }

    /// The server's `send` or `start_response`. If the middleware is in debug mode, it is wrapped so that the
    /// response is inspected.
    #[inline]
    pub(crate) fn debugged<'py>(
        &self,
        send: &Bound<'py, PyAny>,
        policy: &Policy,
        server_request: &Bound<'py, PyAny>,
        request: &Request<'_>,
        decision: &corsac::Decision<'_>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let Some(debugger) = &self.debugger else { return Ok(None) };
        let path = self.path.of(server_request).unwrap_or_default();
        let response = DebuggedResponse::new(policy, decision.template(), request, path);
        debugger.around(send, response).map(Some)
    }

    /// Passes a call to the debugger, if there is one.
    #[inline]
    pub(crate) fn called(&self, middleware: &Bound<'_, PyAny>, call: &Bound<'_, PyAny>) -> PyResult<()> {
        self.debugger.as_ref().map_or(Ok(()), |debugger| debugger.called(middleware, call))
    }

    pub(crate) fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        match &self.policy {
            GivenPolicy::Fixed(policy) => visit.call(policy)?,
            GivenPolicy::Swappable(policy) => visit.call(policy)?,
        }
        if let Some(debugger) = &self.debugger {
            visit.call(debugger.object())?;
        }
        visit.call(&self.on_decision)
    }
}

/// Calls the hook. If the hook fails, the request must not fail.
fn call_hook(
    hook: &Bound<'_, PyAny>,
    decision: corsac::Decision<'_>,
    server_request: &Bound<'_, PyAny>,
) -> PyResult<()> {
    let Err(error) = hook.call1((Decision::from(decision), server_request)) else { return Ok(()) };
    let py = hook.py();
    if !error.is_instance_of::<PyException>(py) {
        return Err(error);
    }
    let exc_info = PyDict::new(py);
    exc_info.set_item("exc_info", error)?;
    logger(py)?.call_method("error", ("the on_decision function failed",), Some(&exc_info))?;
    Ok(())
}
