//! A limit on the elements that are read from Python's iterables, which may never end.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// This is twice the largest set of origins that anyone is known to use.
const MOST_ELEMENTS: usize = 2_000_000;

/// How many elements may still be read for one argument.
#[derive(Debug)]
pub(crate) struct ElementLimit {
    left: usize,
}

impl ElementLimit {
    pub(crate) fn new() -> Self {
        ElementLimit { left: MOST_ELEMENTS }
    }

    /// Counts one element. In the error, `argument` names what is read.
    pub(crate) fn count(&mut self, argument: &str) -> PyResult<()> {
        match self.left.checked_sub(1) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => Err(PyValueError::new_err(format!(
                "{argument}: more than {MOST_ELEMENTS} elements; is one of them an endless iterator, or does it \
                 contain itself?"
            ))),
        }
    }
}
