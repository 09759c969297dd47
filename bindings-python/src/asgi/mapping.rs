//! Scopes and messages, which are almost always dicts.

use crate::raw::{attached, first_value};
use pyo3::exceptions::{PyKeyError, PyTypeError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

/// A member of a scope or a message.
pub(crate) fn get<'py>(mapping: &Bound<'py, PyAny>, key: &Bound<'py, PyString>) -> PyResult<Option<Bound<'py, PyAny>>> {
    if let Ok(dict) = mapping.cast_exact::<PyDict>() {
        return dict.get_item(key);
    }
    attached(mapping.py(), || match mapping.get_item(key) {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.is_instance_of::<PyKeyError>(mapping.py()) => Ok(None),
        Err(error) => Err(error),
    })
}

/// The type of a scope or a message. Almost everybody writes it as the first member.
#[inline]
pub(crate) fn get_type<'py>(mapping: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
    let key = intern!(mapping.py(), "type");
    match mapping.cast_exact::<PyDict>().ok().and_then(|dict| first_value(dict, key)) {
        None => get(mapping, key),
        first => Ok(first),
    }
}

/// The error for a value that no ASGI server passes.
pub(crate) fn not_asgi(what: &str) -> PyErr {
    PyTypeError::new_err(format!("not an ASGI call: {what}"))
}
