//! The types of names and values of response headers in ASGI and WSGI.

use crate::http::octets::latin1;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

#[derive(Clone, Copy, Debug)]
pub(crate) enum HeaderType {
    /// The type in ASGI: bytes.
    Bytes,
    /// The type in WSGI: str, in which each code point is a byte.
    Str,
}

impl HeaderType {
    pub(crate) fn object<'py>(self, py: Python<'py>, octets: &[u8]) -> Bound<'py, PyAny> {
        match self {
            HeaderType::Bytes => PyBytes::new(py, octets).into_any(),
            HeaderType::Str => PyString::new(py, &latin1(octets)).into_any(),
        }
    }

    /// Whether the object is of this type.
    pub(crate) fn is_type_of(self, object: &Bound<'_, PyAny>) -> bool {
        match self {
            HeaderType::Bytes => object.is_instance_of::<PyBytes>(),
            HeaderType::Str => object.is_instance_of::<PyString>(),
        }
    }

    /// The name of the type in Python.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            HeaderType::Bytes => "bytes",
            HeaderType::Str => "str",
        }
    }
}
