//! The headers of a decision as Python's list.

use pyo3::prelude::*;
use pyo3::types::PyList;

/// Pairs of name and value that responses share. Python's code gets copies; in Python, this object has no attributes.
#[pyclass(frozen, module = "corsac._corsac")]
#[derive(Debug)]
pub(crate) struct DecisionHeaders(Py<PyList>);

impl DecisionHeaders {
    pub(crate) fn new(pairs: Bound<'_, PyList>) -> Self {
        DecisionHeaders(pairs.unbind())
    }

    /// The shared list, which nobody may change.
    #[inline]
    pub(crate) fn list<'py>(&self, py: Python<'py>) -> &Bound<'py, PyList> {
        self.0.bind(py)
    }

    pub(crate) fn copy<'py>(&self, py: Python<'py>) -> Bound<'py, PyList> {
        let list = self.0.bind(py);
        list.get_slice(0, list.len())
    }
}
