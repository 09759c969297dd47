//! `Decision`, as Python sees it.

use crate::http::octets::latin1;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyString};

/// What to do with one request: the result of :meth:`Policy.evaluate`. Decisions are immutable, and equal if all their
/// members are.
///
/// Attributes:
///     action (Literal["continue", "respond"]): ``continue``: run the application and put ``headers`` on its
///         response, whatever it is. ``respond``: send ``status``, ``headers`` and ``body`` now, and do not run the
///         application.
///     status (int | None): the HTTP status to respond with; None for ``continue``.
///     headers (list[tuple[str, str]]): names in lower case, in the order in which they are sent; values decoded as
///         latin-1, so that each code point is one byte. ``vary`` has to be merged (:func:`merge_vary`); every other
///         header replaces the application's, unless the policy has ``keep_app_headers``. Each access returns a new
///         list.
///     body (str): the body to respond with: empty, or one ASCII line that names the reason.
///     reason (str): the reason for the decision, as a stable kebab-case code such as ``origin-allowed``.
///     reported (str | None): the reason for which the request would be refused without ``report_only``, else None.
///
/// Source: Fetch, "HTTP responses" under "CORS protocol".
#[pyclass(frozen, eq, hash, module = "corsac")]
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct Decision {
    action: &'static str,
    status: Option<u16>,
    headers: Vec<(&'static str, String)>,
    body: &'static str,
    reason: &'static str,
    reported: Option<&'static str>,
}

impl From<corsac::Decision<'_>> for Decision {
    fn from(decision: corsac::Decision<'_>) -> Self {
        Decision {
            action: decision.action().as_str(),
            status: decision.status(),
            headers: decision.headers().map(|header| (header.name.as_str(), latin1(header.value))).collect(),
            body: decision.body(),
            reason: decision.reason().as_str(),
            reported: decision.reported().map(corsac::Reason::as_str),
        }
    }
}

#[pymethods]
impl Decision {
    /// ``continue``: run the application; ``respond``: do not, and respond now.
    #[getter]
    fn action(&self) -> &'static str {
        self.action
    }

    /// The HTTP status to respond with; None for ``continue``.
    #[getter]
    fn status(&self) -> Option<u16> {
        self.status
    }

    /// The headers as (name, value) pairs in the order in which they are sent. Each access returns a new list.
    #[getter]
    fn headers<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        PyList::new(py, self.headers.iter().map(|(name, value)| (*name, value.as_str())))
    }

    /// The body to respond with: empty, or one ASCII line that names the reason.
    #[getter]
    fn body(&self) -> &'static str {
        self.body
    }

    /// The reason for the decision, as a stable kebab-case code.
    #[getter]
    fn reason(&self) -> &'static str {
        self.reason
    }

    /// The reason for which the request would be refused without ``report_only``, else None.
    #[getter]
    fn reported(&self) -> Option<&'static str> {
        self.reported
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let quoted = |text: &str| PyString::new(py, text).repr();
        Ok(format!(
            "Decision(action={}, status={}, headers={}, body={}, reason={}, reported={})",
            quoted(self.action)?,
            self.status.map_or_else(|| "None".to_owned(), |status| status.to_string()),
            self.headers(py)?.repr()?,
            quoted(self.body)?,
            quoted(self.reason)?,
            self.reported
                .map_or_else(|| Ok("None".to_owned()), |reason| Ok::<_, PyErr>(quoted(reason)?.to_string()))?,
        ))
    }
}
