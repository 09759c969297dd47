//! What a policy reads in an ASGI scope.

use crate::budget::Budget;
use crate::octets::Octets;
use crate::raw::lines;
use corsac::RequestHeaders;
use pyo3::exceptions::{PyKeyError, PyTypeError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyIterator, PyList, PyString, PyTuple};

/// The method and the header lines that a policy reads, kept alive while it does.
#[derive(Debug)]
pub(crate) struct ScopeRequest {
    method: Octets,
    lines: Lines,
}

impl ScopeRequest {
    #[inline]
    pub(crate) fn read(scope: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = scope.py();
        let method =
            get(scope, intern!(py, "method"))?.ok_or_else(|| PyKeyError::new_err("the scope has no `method`"))?;
        let method = Octets::read(&method, "the scope's method")?;
        let mut lines = Lines::default();
        if let Some(headers) = get(scope, intern!(py, "headers"))? {
            lines.read(scope, &headers)?;
        }
        Ok(ScopeRequest { method, lines })
    }

    pub(crate) fn pick(&self) -> RequestHeaders<'_> {
        let lines = self.lines.few.iter().flatten().chain(&self.lines.more);
        lines.map(|(name, value)| (name.as_slice(), value.as_slice())).collect()
    }

    pub(crate) fn method(&self) -> &[u8] {
        self.method.as_slice()
    }
}

/// Lines that a policy reads. An ordinary request has so few that they need no allocation.
#[derive(Debug, Default)]
struct Lines {
    few: [Option<(Octets, Octets)>; 3],
    more: Vec<(Octets, Octets)>,
}

impl Lines {
    fn read<'py>(&mut self, scope: &Bound<'py, PyAny>, headers: &Bound<'py, PyAny>) -> PyResult<()> {
        if let Ok(list) = headers.cast_exact::<PyList>() {
            return lines(list, |pair| self.line(pair));
        }
        if headers.is_instance_of::<PyIterator>() {
            // It can be read once, and the application will want to.
            let mut budget = Budget::new();
            let all =
                headers.try_iter()?.map(|pair| budget.spend("headers").and(pair)).collect::<PyResult<Vec<_>>>()?;
            let all = PyList::new(headers.py(), all)?;
            scope.set_item(intern!(scope.py(), "headers"), &all)?;
            return all.iter().try_for_each(|pair| self.line(&pair));
        }
        headers.try_iter()?.try_for_each(|pair| self.line(&pair?))
    }

    fn line(&mut self, pair: &Bound<'_, PyAny>) -> PyResult<()> {
        let name = Octets::read(&member(pair, 0)?, "a header's name")?;
        if RequestHeaders::reads(name.as_slice()) {
            let line = (name, Octets::read(&member(pair, 1)?, "a header's value")?);
            match self.few.iter_mut().find(|place| place.is_none()) {
                Some(place) => *place = Some(line),
                None => self.more.push(line),
            }
        }
        Ok(())
    }
}

/// One of a pair, which is a tuple almost everywhere.
fn member<'py>(pair: &Bound<'py, PyAny>, place: usize) -> PyResult<Bound<'py, PyAny>> {
    match pair.cast_exact::<PyTuple>() {
        Ok(pair) => pair.get_item(place),
        Err(_) => pair.get_item(place),
    }
}

/// A member of a scope or a message, which are dicts almost everywhere.
pub(crate) fn get<'py>(mapping: &Bound<'py, PyAny>, key: &Bound<'py, PyString>) -> PyResult<Option<Bound<'py, PyAny>>> {
    if let Ok(dict) = mapping.cast_exact::<PyDict>() {
        return dict.get_item(key);
    }
    match mapping.get_item(key) {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.is_instance_of::<PyKeyError>(mapping.py()) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether this is the text. Servers use the interpreter's one object for such texts, or one made anew.
pub(crate) fn is_text(object: &Bound<'_, PyAny>, text: &Bound<'_, PyString>) -> bool {
    object.is(text)
        || object
            .cast::<PyString>()
            .is_ok_and(|object| object.to_str().is_ok_and(|object| text.to_str().is_ok_and(|text| object == text)))
}

/// The error for what no ASGI server gives.
pub(crate) fn not_asgi(what: &str) -> PyErr {
    PyTypeError::new_err(format!("not an ASGI call: {what}"))
}
