//! Scopes and messages, which are almost always dicts.

use crate::raw::{attached, first_value};
use pyo3::exceptions::{PyKeyError, PyTypeError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

/// A member of a scope or a message.
#[inline(always)]
pub(crate) fn get<'py>(mapping: &Bound<'py, PyAny>, key: &Bound<'py, PyString>) -> PyResult<Option<Bound<'py, PyAny>>> {
    match mapping.cast_exact::<PyDict>() {
        Ok(dict) => dict.get_item(key),
        Err(_) => get_from_any(mapping, key),
    }
}

#[cold]
fn get_from_any<'py>(mapping: &Bound<'py, PyAny>, key: &Bound<'py, PyString>) -> PyResult<Option<Bound<'py, PyAny>>> {
    attached(mapping.py(), || match mapping.get_item(key) {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.is_instance_of::<PyKeyError>(mapping.py()) => Ok(None),
        Err(error) => Err(error),
    })
}

/// The type of a scope or a message. Almost everybody writes it as the first member.
#[inline(always)]
pub(crate) fn get_type<'py>(mapping: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
    let key = intern!(mapping.py(), "type");
    match mapping.cast_exact::<PyDict>().ok().and_then(|dict| first_value(dict, key)) {
        None => get_later(mapping, key),
        first => Ok(first),
    }
}

/// A member that is not the first. This is a function of its own so that [`get_type`] is short enough to be inlined.
#[inline(never)]
fn get_later<'py>(mapping: &Bound<'py, PyAny>, key: &Bound<'py, PyString>) -> PyResult<Option<Bound<'py, PyAny>>> {
    get(mapping, key)
}

/// The error for a value that no ASGI server passes.
pub(crate) fn not_asgi(what: &str) -> PyErr {
    PyTypeError::new_err(format!("not an ASGI call: {what}"))
}
