//! A decision in the form in which the middleware of a framework uses it.

use crate::policy::policy_class::Policy;
use crate::response::decision_headers::DecisionHeaders;
use crate::response::prepared_template::PreparedTemplate;
use corsac::Action;
use pyo3::exceptions::PyBaseException;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use pyo3::{PyTraverseError, PyVisit};

/// The decision on one request of a framework.
#[pyclass(frozen, module = "corsac._corsac")]
#[derive(Debug)]
pub(crate) struct RequestDecision {
    pub(crate) template: Py<PreparedTemplate>,
    pub(crate) headers: Py<DecisionHeaders>,
    /// A function of the status and the headers that inspects a response, if the middleware is in debug mode.
    pub(crate) debugged: Option<Py<PyAny>>,
    /// The exception of the predicate, if it failed. The decision is then about the response to the exception.
    #[pyo3(get)]
    pub(crate) error: Option<Py<PyBaseException>>,
}

#[pymethods]
impl RequestDecision {
    /// Whether corsac responds, so that the application does not run.
    #[getter]
    fn responds(&self) -> bool {
        self.template.get().action == Action::Respond
    }

    /// The status of corsac's own response, or None if the application runs.
    #[getter]
    fn status(&self, py: Python<'_>) -> Py<PyAny> {
        self.template.get().status.clone_ref(py)
    }

    /// The body of corsac's own response.
    #[getter]
    fn body(&self, py: Python<'_>) -> Py<PyBytes> {
        self.template.get().body.clone_ref(py)
    }

    /// A new list of headers: those of a response, with the decision applied to them.
    fn apply<'py>(&self, status: &Bound<'py, PyAny>, headers: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = status.py();
        let headers = self.template.get().apply(Some(headers), self.headers.get(), py)?;
        match &self.debugged {
            Some(debugged) => debugged.bind(py).call1((status, headers)),
            None => Ok(headers),
        }
    }

    /// The traceback of the exception may have a frame that refers to this object.
    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.debugged)?;
        visit.call(&self.error)
    }
}

/// A request that waits for the answer of an async predicate.
#[pyclass(frozen, module = "corsac._corsac")]
#[derive(Debug)]
pub(crate) struct PendingDecision {
    /// The policy with which the request began.
    pub(crate) policy: Py<Policy>,
    /// The answer of the predicate.
    #[pyo3(get)]
    pub(crate) awaitable: Py<PyAny>,
}
