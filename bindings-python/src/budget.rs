//! A bound on what is read from the host's iterables, which may have no end.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// Twice the largest set of origins that anyone is known to want.
const MOST_ELEMENTS: usize = 2_000_000;

/// How many elements may still be read.
#[derive(Debug)]
pub(crate) struct Budget {
    left: usize,
}

impl Budget {
    pub(crate) fn new() -> Self {
        Budget { left: MOST_ELEMENTS }
    }

    /// Pays for one element.
    pub(crate) fn spend(&mut self, what: &str) -> PyResult<()> {
        match self.left.checked_sub(1) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => Err(PyValueError::new_err(format!(
                "{what}: more than {MOST_ELEMENTS} elements; is one of them an endless iterator, or does it contain itself?"
            ))),
        }
    }
}
