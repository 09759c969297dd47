//! The logger `corsac`.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

/// The logger `corsac`, which stays the same object.
pub(crate) fn logger(py: Python<'_>) -> PyResult<&Bound<'_, PyAny>> {
    static LOGGER: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let found = || Ok::<_, PyErr>(py.import("logging")?.call_method1("getLogger", ("corsac",))?.unbind());
    Ok(LOGGER.get_or_try_init(py, found)?.bind(py))
}
