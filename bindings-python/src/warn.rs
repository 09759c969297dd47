//! What is said to the logger `corsac` while requests are answered.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use std::sync::{Mutex, PoisonError};

/// Which of the application's headers have been reported already: each is, once.
#[derive(Debug, Default)]
pub(crate) struct Reported(Mutex<Vec<&'static [u8]>>);

const TAKEN_OFF: &str = "the application's own %s was taken off: the policy owns it. Other settings for some paths \
    belong in the policy's `routes`; `keep_app_headers=True` leaves the application's own on";

impl Reported {
    /// Warns of a header of the application's that was taken off, the first time.
    pub(crate) fn taken_off(&self, py: Python<'_>, name: &'static [u8]) -> PyResult<()> {
        {
            let mut reported = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if reported.contains(&name) {
                return Ok(());
            }
            reported.push(name);
        }
        logger(py)?.call_method1("warning", (TAKEN_OFF, String::from_utf8_lossy(name)))?;
        Ok(())
    }
}

/// The logger `corsac`, which stays the same object.
pub(crate) fn logger(py: Python<'_>) -> PyResult<&Bound<'_, PyAny>> {
    static LOGGER: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let found = || Ok::<_, PyErr>(py.import("logging")?.call_method1("getLogger", ("corsac",))?.unbind());
    Ok(LOGGER.get_or_try_init(py, found)?.bind(py))
}
