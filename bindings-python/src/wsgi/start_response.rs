//! The `start_response` that the application gets: it calls the server's, and adds the decision's
//! headers.

use crate::response::decision_headers::DecisionHeaders;
use crate::response::prepared_template::PreparedTemplate;
use pyo3::exceptions::PyRuntimeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use pyo3::{PyTraverseError, PyVisit};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The server's ``start_response``, with the policy's headers added.
#[pyclass(frozen, module = "corsac._corsac")]
#[derive(Debug)]
pub(crate) struct StartResponse {
    server: Py<PyAny>,
    decision: Py<DecisionHeaders>,
    template: Py<PreparedTemplate>,
    head: Mutex<Head>,
}

/// The state of the response's head (its status and headers).
///
/// The head is kept until the application has returned the first bytes of the body. If the application fails before that,
/// another head takes its place, and the server gets only that one: some servers (gunicorn) would send the headers of both.
#[derive(Debug)]
enum Head {
    /// The application has not given it yet.
    Awaited,
    /// The arguments of the server's function.
    Kept(Py<PyTuple>),
    /// The server has it, or gets it at once. If the head was kept before, this has the server's ``write``.
    Passed(Option<Py<PyAny>>),
}

impl StartResponse {
    /// `keeps` says whether the head is kept until [`pass_head`](Self::pass_head) or [`drop_head`](Self::drop_head) is called.
    pub(crate) fn new(
        server: &Bound<'_, PyAny>,
        decision: Bound<'_, DecisionHeaders>,
        template: &Bound<'_, PreparedTemplate>,
        keeps: bool,
    ) -> Self {
        StartResponse {
            server: server.clone().unbind(),
            decision: decision.unbind(),
            template: template.clone().unbind(),
            head: Mutex::new(if keeps { Head::Awaited } else { Head::Passed(None) }),
        }
    }

    /// Whether the server has the head. Then nothing can take its place any more.
    pub(crate) fn has_passed(&self) -> bool {
        matches!(*self.head(), Head::Passed(_))
    }

    fn head(&self) -> MutexGuard<'_, Head> {
        self.head.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[pymethods]
impl StartResponse {
    #[pyo3(signature = (status, headers, *exc_info))]
    fn __call__<'py>(
        slf: &Bound<'py, Self>,
        status: &Bound<'py, PyAny>,
        headers: &Bound<'py, PyAny>,
        exc_info: &Bound<'py, PyTuple>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (py, this) = (status.py(), slf.get());
        let headers = this.template.get().apply(Some(headers), this.decision.get(), py)?;
        let mut arguments = vec![status.clone(), headers];
        arguments.extend(exc_info.iter());
        let arguments = PyTuple::new(py, arguments)?;
        // A second head without an error is a mistake of the application, about which the server complains.
        if matches!(*this.head(), Head::Kept(_)) && exc_info.is_empty() {
            this.pass_head(py)?;
        }
        let mut head = this.head();
        if matches!(*head, Head::Passed(_)) {
            drop(head);
            return this.server.bind(py).call1(arguments);
        }
        *head = Head::Kept(arguments.unbind());
        drop(head);
        slf.getattr(intern!(py, "write"))
    }

    /// Gives the head that is kept to the server.
    pub(crate) fn pass_head(&self, py: Python<'_>) -> PyResult<()> {
        let head = std::mem::replace(&mut *self.head(), Head::Passed(None));
        match head {
            Head::Kept(arguments) => {
                let write = self.server.bind(py).call1(arguments.into_bound(py))?;
                *self.head() = Head::Passed(Some(write.unbind()));
            }
            Head::Awaited => {}
            passed @ Head::Passed(_) => *self.head() = passed,
        }
        Ok(())
    }

    /// Forgets the head that is kept. The next one goes to the server at once.
    fn drop_head(&self) {
        *self.head() = Head::Passed(None);
    }

    /// Gives the head to the server, and a part of the body.
    fn write<'py>(&self, data: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = data.py();
        self.pass_head(py)?;
        let write = match &*self.head() {
            Head::Passed(Some(write)) => write.bind(py).clone(),
            _ => return Err(PyRuntimeError::new_err("write() was called before start_response()")),
        };
        write.call1((data,))
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.server)?;
        visit.call(&self.decision)?;
        visit.call(&self.template)?;
        // The traceback of the exception among the arguments may have a frame that refers to this object. Nothing is
        // visited while another thread changes the head.
        match self.head.try_lock().as_deref() {
            Ok(Head::Kept(arguments)) => visit.call(arguments),
            Ok(Head::Passed(Some(write))) => visit.call(write),
            _ => Ok(()),
        }
    }
}
