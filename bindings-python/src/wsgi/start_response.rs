//! The `start_response` that the application gets: it calls the server's, and adds the decision's
//! headers.

use crate::response::decision_headers::DecisionHeaders;
use crate::response::prepared_template::PreparedTemplate;
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use pyo3::{PyTraverseError, PyVisit};

/// The server's ``start_response``, with the policy's headers added.
#[pyclass(frozen, module = "corsac._corsac")]
#[derive(Debug)]
pub(crate) struct StartResponse {
    pub(crate) start_response: Py<PyAny>,
    pub(crate) decision: Py<DecisionHeaders>,
    pub(crate) template: Py<PreparedTemplate>,
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
        let headers = self.template.get().apply(Some(headers), self.decision.get(), py)?;
        let mut arguments = vec![status.clone(), headers];
        arguments.extend(exc_info.iter());
        self.start_response.bind(py).call1(PyTuple::new(py, arguments)?)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.start_response)?;
        visit.call(&self.decision)?;
        visit.call(&self.template)
    }
}
