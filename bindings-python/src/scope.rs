//! What a policy reads in an ASGI scope.

use crate::budget::Budget;
use crate::octets::Octets;
use corsac::RequestHeaders;
use pyo3::exceptions::{PyKeyError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyIterator, PyList, PyString, PyTuple};

/// The method and the header lines that a policy reads, kept alive while it does.
#[derive(Debug)]
pub(crate) struct ScopeRequest {
    method: Octets,
    lines: Vec<(Octets, Octets)>,
}

impl ScopeRequest {
    pub(crate) fn read(scope: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = scope.py();
        let method =
            get(scope, pyo3::intern!(py, "method"))?.ok_or_else(|| PyKeyError::new_err("the scope has no `method`"))?;
        let method = Octets::read(&method, "the scope's method")?;
        let mut lines = Vec::new();
        if let Some(headers) = get(scope, pyo3::intern!(py, "headers"))? {
            read_headers(scope, &headers, &mut lines)?;
        }
        Ok(ScopeRequest { method, lines })
    }

    pub(crate) fn pick(&self) -> RequestHeaders<'_> {
        self.lines.iter().map(|(name, value)| (name.as_slice(), value.as_slice())).collect()
    }

    pub(crate) fn method(&self) -> &[u8] {
        self.method.as_slice()
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

fn read_headers<'py>(
    scope: &Bound<'py, PyAny>,
    headers: &Bound<'py, PyAny>,
    lines: &mut Vec<(Octets, Octets)>,
) -> PyResult<()> {
    if let Ok(list) = headers.cast_exact::<PyList>() {
        return list.iter().try_for_each(|pair| push(&pair, lines));
    }
    let headers = if headers.is_instance_of::<PyIterator>() {
        // It can be read once, and the application will want to.
        let mut budget = Budget::new();
        let all = headers.try_iter()?.map(|pair| budget.spend("headers").and(pair)).collect::<PyResult<Vec<_>>>()?;
        let all = PyList::new(headers.py(), all)?.into_any();
        scope.set_item(pyo3::intern!(scope.py(), "headers"), &all)?;
        all
    } else {
        headers.clone()
    };
    headers.try_iter()?.try_for_each(|pair| push(&pair?, lines))
}

fn push(pair: &Bound<'_, PyAny>, lines: &mut Vec<(Octets, Octets)>) -> PyResult<()> {
    let tuple = pair.cast_exact::<PyTuple>();
    let name = match tuple {
        Ok(pair) => pair.get_borrowed_item(0)?.to_owned(),
        Err(_) => pair.get_item(0)?,
    };
    let read = match name.cast_exact::<PyBytes>() {
        Ok(name) => RequestHeaders::reads(name.as_bytes()),
        Err(_) => RequestHeaders::reads(Octets::read(&name, "a header's name")?.as_slice()),
    };
    if read {
        let value = Octets::read(&pair.get_item(1)?, "a header's value")?;
        lines.push((Octets::read(&name, "a header's name")?, value));
    }
    Ok(())
}

/// The error for what no ASGI server gives.
pub(crate) fn not_asgi(what: &str) -> PyErr {
    PyTypeError::new_err(format!("not an ASGI call: {what}"))
}
