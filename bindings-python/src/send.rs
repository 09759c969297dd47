//! `send` as the application sees it: puts the decision's headers on the response's head.

use crate::merge::Merger;
use crate::raw::{self, sender};
use crate::rendered::Lines;
use crate::scope::{get, is_text};
use crate::warn::Reported;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple};
use std::sync::Arc;

/// How one of a policy's answers is put on a response: what `send` and `start_response` hold.
#[pyclass(frozen, module = "corsac._corsac")]
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) merger: Merger,
    pub(crate) reported: Arc<Reported>,
}

impl Head {
    /// The server's `send`, with these lines put on each response's head.
    #[inline]
    pub(crate) fn send<'py>(
        head: &Bound<'py, Self>,
        send: &Bound<'py, PyAny>,
        lines: Bound<'py, Lines>,
    ) -> PyResult<Bound<'py, PyAny>> {
        sender(&PyTuple::new(head.py(), [send, lines.as_any(), head.as_any()])?)
    }

    fn put<'py>(&self, message: &Bound<'py, PyAny>, lines: &Bound<'py, PyList>) -> PyResult<Bound<'py, PyDict>> {
        let py = message.py();
        // The application may keep its message, and send it again.
        let message = match message.cast_exact::<PyDict>() {
            Ok(message) => message.copy()?,
            Err(_) => py.get_type::<PyDict>().call1((message,))?.cast_into()?,
        };
        let headers = message.get_item(intern!(py, "headers"))?;
        let merged = self.merge(headers.as_ref(), lines)?;
        message.set_item(intern!(py, "headers"), merged)?;
        Ok(message)
    }

    /// The decision's lines among the application's headers.
    pub(crate) fn merge<'py>(
        &self,
        headers: Option<&Bound<'py, PyAny>>,
        lines: &Bound<'py, PyList>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.merger.merge(headers, lines, |name| self.reported.taken_off(lines.py(), name))
    }
}

/// What the function that [`Head::send`] gives does, with the tuple it was made of.
#[inline]
pub(crate) fn call<'py>(state: &Bound<'py, PyAny>, message: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = message.py();
    let state = state.cast_exact::<PyTuple>()?;
    let send = state.get_borrowed_item(0)?;
    match get(message, intern!(py, "type"))? {
        Some(kind) if is_text(&kind, intern!(py, "http.response.start")) => {
            let lines = state.get_borrowed_item(1)?;
            let head = state.get_borrowed_item(2)?;
            let message = head.cast::<Head>()?.get().put(message, lines.cast::<Lines>()?.get().list(py))?;
            raw::call(&send, [&message])
        }
        _ => raw::call(&send, [message]),
    }
}
