//! The host's origin predicate, sync or async.

use crate::octets::latin1;
use corsac::Answer;
use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict};

/// The setting that is a function. Core never sees it.
const NAME: &str = "allow_origin";

/// A function of the origin, or of the origin and the request.
#[derive(Debug)]
pub(crate) struct Predicate {
    pub(crate) function: Py<PyAny>,
    takes_request: bool,
}

/// What a predicate gave.
#[derive(Debug)]
pub(crate) enum Said<'py> {
    Now(Answer),
    /// To be awaited.
    Later(Bound<'py, PyAny>),
}

impl Predicate {
    /// Takes the predicate out of the settings. What is no function stays: core says what should be written.
    pub(crate) fn take(settings: &Bound<'_, PyDict>) -> PyResult<Option<Self>> {
        match settings.get_item(NAME)? {
            Some(function) if function.is_none() || function.is_callable() => {
                settings.del_item(NAME)?;
                Predicate::new(&function)
            }
            _ => Ok(None),
        }
    }

    /// From a function, or None.
    pub(crate) fn new(function: &Bound<'_, PyAny>) -> PyResult<Option<Self>> {
        if function.is_none() {
            return Ok(None);
        }
        if !function.is_callable() {
            let name = function.get_type().name()?;
            return Err(PyTypeError::new_err(format!("{NAME} must be a function of the origin, not {name}")));
        }
        let arguments = function.py().import("corsac._predicate")?.call_method1("arguments", (function,))?;
        Ok(Some(Predicate { function: function.clone().unbind(), takes_request: arguments.extract::<usize>()? == 2 }))
    }

    /// Asks about a well-formed origin. `request` is the host's own object.
    pub(crate) fn ask<'py>(&self, origin: &[u8], request: &Bound<'py, PyAny>) -> PyResult<Said<'py>> {
        let py = request.py();
        let function = self.function.bind(py);
        let origin = latin1(origin);
        let said = if self.takes_request { function.call1((origin, request))? } else { function.call1((origin,))? };
        if said.hasattr(intern!(py, "__await__"))? { Ok(Said::Later(said)) } else { answer(&said).map(Said::Now) }
    }
}

/// Only True and False: whatever else a function gives by mistake must not grant anything.
pub(crate) fn answer(said: &Bound<'_, PyAny>) -> PyResult<Answer> {
    match said.cast::<PyBool>() {
        Ok(said) if said.is_true() => Ok(Answer::Allow),
        Ok(_) => Ok(Answer::Deny),
        Err(_) => {
            let name = said.get_type().name()?;
            Err(PyTypeError::new_err(format!("the {NAME} function must return True or False, not {name}")))
        }
    }
}

/// The error where nothing can be awaited.
pub(crate) fn cannot_wait(later: &Bound<'_, PyAny>) -> PyErr {
    // A coroutine that is never awaited would warn.
    let closed =
        later.hasattr("close").and_then(|has| if has { later.call_method0("close").map(drop) } else { Ok(()) });
    match closed {
        Ok(()) => PyTypeError::new_err(format!("the {NAME} function is async: only corsac.CORSMiddleware awaits it")),
        Err(error) => error,
    }
}
