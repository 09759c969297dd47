//! One decision for a binding: the predicate is asked, refusals are logged, the hook hears of it.

use crate::decision::Decision;
use crate::holder::PolicyHolder;
use crate::merge::Text;
use crate::policy::Policy;
use crate::predicate::Said;
use crate::refusals::{Kind, Refusals};
use crate::rendered::Rendered;
use crate::warn::logger;
use corsac::{Evaluation, PredicateAnswer, Request};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};
use pyo3::{PyTraverseError, PyVisit};
use std::ops::Deref;
use std::sync::Arc;

/// What a middleware decides with.
#[derive(Debug)]
pub(crate) struct Decider {
    source: Source,
    text: Text,
    on_decision: Option<Py<PyAny>>,
    refused: Refusals,
    reported: Refusals,
    /// Where the host's own request has its path.
    path: Py<PyString>,
}

/// Where the policy is.
#[derive(Debug)]
enum Source {
    Fixed(Py<Policy>),
    Held(Py<PolicyHolder>),
}

/// The policy of one request.
#[derive(Debug)]
pub(crate) enum Snapshot<'a> {
    Fixed(&'a Py<Policy>),
    Held(Arc<Py<Policy>>),
}

impl Deref for Snapshot<'_> {
    type Target = Py<Policy>;

    #[inline]
    fn deref(&self) -> &Py<Policy> {
        match self {
            Snapshot::Fixed(policy) => policy,
            Snapshot::Held(policy) => policy,
        }
    }
}

/// A decision, or what it waits for.
#[derive(Debug)]
pub(crate) enum Outcome<'a, 'py> {
    Decided(corsac::Decision<'a>),
    Later(Bound<'py, PyAny>),
}

impl Decider {
    /// `policy` is one, or holds one that is swapped.
    pub(crate) fn new(
        policy: &Bound<'_, PyAny>,
        text: Text,
        on_decision: Option<Py<PyAny>>,
        path: Bound<'_, PyString>,
    ) -> PyResult<Self> {
        let source = match (policy.cast::<Policy>(), policy.cast::<PolicyHolder>()) {
            (Ok(policy), _) => Source::Fixed(policy.clone().unbind()),
            (_, Ok(holder)) => Source::Held(holder.clone().unbind()),
            _ => return Err(PyTypeError::new_err("the policy is none")),
        };
        let (refused, reported) = (Refusals::new(Kind::Refused), Refusals::new(Kind::Reported));
        Ok(Decider { source, text, on_decision, refused, reported, path: path.unbind() })
    }

    /// The policy that is in force: a request keeps it to its end.
    #[inline]
    pub(crate) fn policy(&self) -> Snapshot<'_> {
        match &self.source {
            Source::Fixed(policy) => Snapshot::Fixed(policy),
            Source::Held(holder) => Snapshot::Held(holder.get().load()),
        }
    }

    #[inline]
    pub(crate) fn rendered<'a>(&self, policy: &'a Policy) -> &'a Rendered {
        policy.rendered(self.text)
    }

    /// Decides. `about` is the host's own request; `told` what the predicate has said already.
    pub(crate) fn decide<'a, 'py>(
        &self,
        policy: &'a Policy,
        about: &Bound<'py, PyAny>,
        request: &Request<'a>,
        told: Option<PredicateAnswer>,
    ) -> PyResult<Outcome<'a, 'py>> {
        let decision = match (policy.core().evaluate(request), told) {
            (Evaluation::Decided(decision), _) => decision,
            (Evaluation::Ask(pending), Some(told)) => pending.resolve(told),
            (Evaluation::Ask(pending), None) => {
                let predicate = policy.predicates().of(pending.route());
                match predicate.map(|predicate| predicate.ask(pending.origin(), about)).transpose() {
                    Ok(Some(Said::Now(answer))) => pending.resolve(answer),
                    Ok(Some(Said::Later(later))) => return Ok(Outcome::Later(later)),
                    Ok(None) => pending.resolve(PredicateAnswer::Failed),
                    Err(error) => {
                        self.report(about, request, &pending.resolve(PredicateAnswer::Failed))?;
                        return Err(error);
                    }
                }
            }
        };
        self.report(about, request, &decision)?;
        Ok(Outcome::Decided(decision))
    }

    #[inline]
    fn report(&self, about: &Bound<'_, PyAny>, request: &Request<'_>, decision: &corsac::Decision<'_>) -> PyResult<()> {
        let py = about.py();
        let path = || about.get_item(self.path.bind(py)).ok()?.extract().ok();
        if decision.reason().is_refusal() {
            self.refused.log(py, decision.reason(), request, path)?;
        }
        if let Some(reason) = decision.reported() {
            self.reported.log(py, reason, request, path)?;
        }
        match &self.on_decision {
            Some(hook) => tell(hook.bind(py), *decision, about),
            None => Ok(()),
        }
    }

    pub(crate) fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        match &self.source {
            Source::Fixed(policy) => visit.call(policy)?,
            Source::Held(holder) => visit.call(holder)?,
        }
        visit.call(&self.on_decision)
    }
}

/// Tells the hook. One that fails must not take the service with it.
fn tell(hook: &Bound<'_, PyAny>, decision: corsac::Decision<'_>, about: &Bound<'_, PyAny>) -> PyResult<()> {
    let Err(error) = hook.call1((Decision::from(decision), about)) else { return Ok(()) };
    let py = hook.py();
    if !error.is_instance_of::<pyo3::exceptions::PyException>(py) {
        return Err(error);
    }
    let because = PyDict::new(py);
    because.set_item("exc_info", error)?;
    logger(py)?.call_method("error", ("the on_decision function failed",), Some(&because))?;
    Ok(())
}
