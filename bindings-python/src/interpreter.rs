//! Allows one interpreter for each process, because objects in statics belong to it.

use pyo3::exceptions::PyImportError;
use pyo3::prelude::*;
use std::sync::OnceLock;

/// The first interpreter that imported the module, identified by its table of modules.
static FIRST: OnceLock<usize> = OnceLock::new();

/// Refuses a second interpreter. From 3.12 on, Python itself refuses to load the module in isolated subinterpreters.
pub(crate) fn require_first(py: Python<'_>) -> PyResult<()> {
    let this = py.import("sys")?.getattr("modules")?.as_ptr() as usize;
    if *FIRST.get_or_init(|| this) == this {
        return Ok(());
    }
    Err(PyImportError::new_err("corsac does not support loading in subinterpreters"))
}
