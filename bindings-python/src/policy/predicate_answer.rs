//! Converting the return value of a predicate to its answer.

use crate::config::predicate_functions::PREDICATE_SETTING;
use corsac::PredicateAnswer;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyBool;

/// Only True and False are answers, because a forgotten `return` must not grant anything.
pub(crate) fn read_predicate_answer(returned: &Bound<'_, PyAny>) -> PyResult<PredicateAnswer> {
    match returned.cast::<PyBool>() {
        Ok(allowed) if allowed.is_true() => Ok(PredicateAnswer::Allow),
        Ok(_) => Ok(PredicateAnswer::Deny),
        Err(_) => {
            let name = returned.get_type().name()?;
            Err(PyTypeError::new_err(format!("the {PREDICATE_SETTING} function must return True or False, not {name}")))
        }
    }
}
