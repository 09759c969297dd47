//! Warnings in the log about headers of the application that were removed.

use crate::logger::logger;
use corsac::HeaderName;
use pyo3::prelude::*;
use std::sync::{Mutex, PoisonError};

/// The names that have been logged for one policy: each is logged once.
#[derive(Debug, Default)]
pub(crate) struct RemovalLog(Mutex<Vec<HeaderName>>);

const MESSAGE: &str = "the application's own %s was removed: the policy owns it. Other settings for some paths \
    belong in the policy's `routes`; `keep_app_headers=True` keeps the application's own";

impl RemovalLog {
    /// Warns that a header of the application was removed, but only the first time.
    pub(crate) fn removed(&self, py: Python<'_>, name: HeaderName) -> PyResult<()> {
        {
            let mut logged = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if logged.contains(&name) {
                return Ok(());
            }
            logged.push(name);
        }
        logger(py)?.call_method1("warning", (MESSAGE, name.as_str()))?;
        Ok(())
    }
}
