//! `merge_vary`, in str or in bytes.

use crate::element_limit::ElementLimit;
use crate::http::octets::{Octets, is_bytes, latin1};
use pyo3::IntoPyObjectExt;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

/// Merge a decision's ``vary`` into the ``Vary`` headers of an application's response.
///
/// Args:
///     values (Iterable[str | bytes]): the values of the response's own ``Vary`` headers, in their order; there may be
///         none, one or more.
///     vary (str | bytes): the value of the decision's ``vary`` header.
///
/// Returns:
///     str | bytes: the single value to send instead of all of them, with the type of ``vary``. It has the
///     application's text as it is, then the fields that the text does not name yet, compared without regard to case.
///     If the application's text contains ``*``, nothing is added. In a str, each code point is one byte (latin-1).
///
/// Raises:
///     TypeError: something is neither str nor bytes, or ``values`` is a single str or bytes.
///     ValueError: a str contains a code point above U+00FF, which no header can contain, or there are more than
///         2,000,000 values.
///
/// Source: Fetch, "CORS protocol and HTTP caches"; RFC 9110, section 12.5.5.
///
///     >>> merge_vary(["Accept-Encoding"], "Origin")
///     'Accept-Encoding, Origin'
#[pyfunction]
pub(crate) fn merge_vary<'py>(values: &Bound<'py, PyAny>, vary: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    if values.is_instance_of::<PyString>() || is_bytes(values) {
        let name = values.get_type().name()?;
        return Err(PyTypeError::new_err(format!("values must be an iterable of str or bytes, not {name}")));
    }
    let mut limit = ElementLimit::new();
    let mut application = Vec::new();
    for value in values.try_iter()? {
        limit.count("values")?;
        application.push(lossless(&value?, "a value")?);
    }
    let decision = lossless(vary, stringify!(vary))?;
    let merged = corsac::merge_vary(application.iter().map(Octets::as_slice), decision.as_slice());
    match decision {
        Octets::Bytes(_) => PyBytes::new(vary.py(), &merged).into_bound_py_any(vary.py()),
        _ => latin1(&merged).into_bound_py_any(vary.py()),
    }
}

/// The bytes of an object, if they can be converted back. This is needed because the merged value is sent.
fn lossless<'py>(object: &Bound<'py, PyAny>, argument: &str) -> PyResult<Octets<'py>> {
    let octets = Octets::read(object, argument)?;
    match &octets {
        Octets::Owned(bytes) if !object.eq(latin1(bytes))? => {
            Err(PyValueError::new_err(format!("{argument} contains a code point above U+00FF")))
        }
        _ => Ok(octets),
    }
}
