//! `send` as the application sees it: puts the decision's headers on the response's head.

use crate::rendered::Rendered;
use crate::scope::{get, is_text, not_asgi};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple};
use pyo3::{PyTraverseError, PyVisit};
use std::sync::Arc;

/// The server's ``send``, with the policy's headers put on each response's head.
///
/// It never changes once made, so that no reference cycle consists of such objects alone: the collector breaks it
/// elsewhere, and there is nothing to clear.
#[pyclass(frozen, module = "corsac._corsac")]
#[derive(Debug)]
pub(crate) struct Send {
    send: Py<PyAny>,
    rendered: Arc<Rendered>,
    shape: u32,
    lines: Py<PyList>,
}

impl Send {
    pub(crate) fn new(send: Py<PyAny>, rendered: Arc<Rendered>, shape: u32, lines: Py<PyList>) -> Self {
        Send { send, rendered, shape, lines }
    }

    fn head<'py>(&self, message: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyDict>> {
        let py = message.py();
        // The application may keep its message, and send it again.
        let message = match message.cast_exact::<PyDict>() {
            Ok(message) => message.copy()?,
            Err(_) => py.get_type::<PyDict>().call1((message,))?.cast_into()?,
        };
        let headers = message.get_item(intern!(py, "headers"))?;
        let merger = &self.rendered.at(self.shape)?.merger;
        let merged =
            merger.merge(headers.as_ref(), self.lines.bind(py), |name| self.rendered.reported.taken_off(py, name))?;
        message.set_item(intern!(py, "headers"), merged)?;
        Ok(message)
    }
}

#[pymethods]
impl Send {
    /// The arguments as they are, so that all messages but heads go on in the very tuple they came in.
    #[pyo3(signature = (*message))]
    fn __call__<'py>(&self, message: &Bound<'py, PyTuple>) -> PyResult<Bound<'py, PyAny>> {
        let py = message.py();
        let send = self.send.bind(py);
        let Ok(only) = message.get_borrowed_item(0) else { return Err(not_asgi("`send` takes a message")) };
        match get(&only, intern!(py, "type"))? {
            Some(kind) if is_text(&kind, intern!(py, "http.response.start")) => send.call1((self.head(&only)?,)),
            _ => send.call1(message),
        }
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.send)?;
        visit.call(&self.lines)
    }
}
