//! `merge_vary`, in str or in bytes.

use crate::budget::Budget;
use crate::octets::{Octets, is_bytes, latin1};
use pyo3::IntoPyObjectExt;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

/// Merge a decision's ``vary`` into the ``Vary`` lines of an application's response.
///
/// Args:
///     lines: the values of the response's own ``Vary`` lines, in their order: none, one or more, str or bytes.
///     vary: the value of the decision's ``vary`` header, str or bytes.
///
/// Returns:
///     The one value to send instead of all of them, of the type of ``vary``: the application's text as it is,
///     then the fields that it does not name yet in any case. A ``*`` of the application is left alone.
///     A str is isomorphic: each code point stands for one byte (latin-1).
///
/// Raises:
///     TypeError: something is neither str nor bytes, or ``lines`` is a single str or bytes.
///     ValueError: a str holds a code point above U+00FF, which no header can carry.
///
/// Source: Fetch, "CORS protocol and HTTP caches"; RFC 9110, section 12.5.5.
///
///     >>> merge_vary(["Accept-Encoding"], "Origin")
///     'Accept-Encoding, Origin'
#[pyfunction]
pub(crate) fn merge_vary<'py>(lines: &Bound<'py, PyAny>, vary: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    if lines.is_instance_of::<PyString>() || is_bytes(lines) {
        let name = lines.get_type().name()?;
        return Err(PyTypeError::new_err(format!("lines must be an iterable of lines, not {name}")));
    }
    let mut budget = Budget::new();
    let mut application = Vec::new();
    for line in lines.try_iter()? {
        budget.spend("lines")?;
        application.push(octets(&line?, "a line")?);
    }
    let decision = octets(vary, stringify!(vary))?;
    let merged = corsac::merge_vary(application.iter().map(Octets::as_slice), decision.as_slice());
    match decision {
        Octets::Bytes(_) => PyBytes::new(vary.py(), &merged).into_bound_py_any(vary.py()),
        _ => latin1(&merged).into_bound_py_any(vary.py()),
    }
}

/// What is merged goes out again, so nothing may be changed on the way in.
fn octets(object: &Bound<'_, PyAny>, what: &str) -> PyResult<Octets> {
    let octets = Octets::read(object, what)?;
    match &octets {
        Octets::Owned(bytes) if !object.eq(latin1(bytes))? => {
            Err(PyValueError::new_err(format!("{what} holds a code point above U+00FF")))
        }
        _ => Ok(octets),
    }
}
