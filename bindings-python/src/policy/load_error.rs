//! The exception that Python raises if a policy file cannot be loaded.

use crate::policy::issue_class::config_error;
use corsac::LoadError;
use pyo3::exceptions::{PyOSError, PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use std::path::Path;

/// The exception for a file of this path.
pub(crate) fn load_error(py: Python<'_>, error: &LoadError, path: &Path) -> PyErr {
    match error {
        LoadError::Io(error) => os_error(py, error, path),
        LoadError::Config(error) => config_error(py, error),
        other => PyRuntimeError::new_err(other.to_string()),
    }
}

/// The error that `open` would raise: Python derives the class from the number.
fn os_error(py: Python<'_>, error: &std::io::Error, path: &Path) -> PyErr {
    let Some(number) = error.raw_os_error() else {
        // The path itself is impossible, such as one with a NUL.
        return PyValueError::new_err(error.to_string());
    };
    let made = py
        .import("os")
        .and_then(|os| os.call_method1("strerror", (number,)))
        .and_then(|message| py.get_type::<PyOSError>().call1((number, message, path.as_os_str())));
    made.map_or_else(|error| error, PyErr::from_value)
}
