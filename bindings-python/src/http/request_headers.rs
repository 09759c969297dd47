//! The headers of a request that are passed to `Policy.evaluate`, in any kind of object.

use crate::element_limit::ElementLimit;
use crate::http::octets::{Octets, is_bytes};
use corsac::RequestHeaders;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyList, PyMapping, PyString, PyTuple};

/// The headers that a policy reads, kept alive while it decides.
#[derive(Debug)]
pub(crate) struct GivenHeaders<'py> {
    pairs: Vec<(Octets<'py>, Octets<'py>)>,
}

impl<'py> GivenHeaders<'py> {
    /// Reads an iterable of pairs, or a mapping.
    pub(crate) fn read(headers: &Bound<'py, PyAny>) -> PyResult<Self> {
        if headers.is_instance_of::<PyString>() || is_bytes(headers) {
            let name = headers.get_type().name()?;
            return Err(PyTypeError::new_err(format!("headers must be an iterable of pairs, not {name}")));
        }
        let pairs = match headers.cast::<PyMapping>() {
            // Mappings that keep the values of a repeated header separate give each of them here.
            Ok(mapping) => mapping.call_method0("items")?.try_iter()?,
            Err(_) => headers.try_iter()?,
        };
        let mut limit = ElementLimit::new();
        let mut read = Vec::new();
        for item in pairs {
            limit.count("headers")?;
            let (name, value) = pair(&item?)?;
            let name = Octets::read(&name, "a header's name")?;
            let value = Octets::read(&value, "a header's value")?;
            if RequestHeaders::reads(name.as_slice()) {
                read.push((name, value));
            }
        }
        Ok(GivenHeaders { pairs: read })
    }

    /// The headers with the values of repeated headers joined.
    pub(crate) fn joined(&self) -> RequestHeaders<'_> {
        self.pairs.iter().map(|(name, value)| (name.as_slice(), value.as_slice())).collect()
    }
}

fn pair<'py>(item: &Bound<'py, PyAny>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyAny>)> {
    if !item.is_instance_of::<PyTuple>() && !item.is_instance_of::<PyList>() {
        let name = item.get_type().name()?;
        return Err(PyTypeError::new_err(format!("a header must be a pair of name and value, not {name}")));
    }
    match item.len()? {
        2 => Ok((item.get_item(0)?, item.get_item(1)?)),
        len => Err(PyValueError::new_err(format!("a header must be a pair of name and value, not {len} elements"))),
    }
}
