//! One decision for a door: the predicate is asked, refusals are logged, the hook hears of it.

use crate::decision::Decision;
use crate::policy::Policy;
use crate::predicate::Said;
use crate::refusals::Refusals;
use crate::rendered::Rendered;
use crate::warn::logger;
use corsac::{Answer, Evaluation, Request};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};
use pyo3::{PyTraverseError, PyVisit};
use std::sync::Arc;

/// What a middleware decides with.
#[derive(Debug)]
pub(crate) struct Decider {
    pub(crate) policy: Py<Policy>,
    pub(crate) rendered: Arc<Rendered>,
    on_decision: Option<Py<PyAny>>,
    refusals: Refusals,
    /// Where the host's own request has its path.
    path: Py<PyString>,
}

/// A decision, or what it waits for.
#[derive(Debug)]
pub(crate) enum Outcome<'a, 'py> {
    Decided(corsac::Decision<'a>),
    Later(Bound<'py, PyAny>),
}

impl Decider {
    pub(crate) fn new(
        policy: &Bound<'_, Policy>,
        rendered: Rendered,
        on_decision: Option<Py<PyAny>>,
        path: Bound<'_, PyString>,
    ) -> Self {
        Decider {
            policy: policy.clone().unbind(),
            rendered: Arc::new(rendered),
            on_decision,
            refusals: Refusals::default(),
            path: path.unbind(),
        }
    }

    /// Decides. `about` is the host's own request; `told` what the predicate has said already.
    pub(crate) fn decide<'a, 'py>(
        &'a self,
        about: &Bound<'py, PyAny>,
        request: &Request<'a>,
        told: Option<Answer>,
    ) -> PyResult<Outcome<'a, 'py>> {
        let decision = match (self.rendered.policy.evaluate(request), told) {
            (Evaluation::Decided(decision), _) => decision,
            (Evaluation::Ask(pending), Some(told)) => pending.resolve(told),
            (Evaluation::Ask(pending), None) => {
                let predicate = self.policy.get().predicate();
                match predicate.map(|predicate| predicate.ask(pending.origin(), about)).transpose() {
                    Ok(Some(Said::Now(answer))) => pending.resolve(answer),
                    Ok(Some(Said::Later(later))) => return Ok(Outcome::Later(later)),
                    Ok(None) => pending.resolve(Answer::Failed),
                    Err(error) => {
                        self.report(about, request, &pending.resolve(Answer::Failed))?;
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
        if decision.reason().is_refusal() {
            let path = || about.get_item(self.path.bind(py)).ok()?.extract().ok();
            self.refusals.log(py, decision.reason(), request, path)?;
        }
        match &self.on_decision {
            Some(hook) => tell(hook.bind(py), *decision, about),
            None => Ok(()),
        }
    }

    pub(crate) fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.policy)?;
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
