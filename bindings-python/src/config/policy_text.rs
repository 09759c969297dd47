//! The text of a policy. Unlike a header's, it is Unicode.

use crate::http::octets::is_bytes;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::PyString;

/// A JSON or TOML document, as it was given.
pub(crate) enum PolicyText {
    Str(String),
    Bytes(PyBackedBytes),
}

impl PolicyText {
    pub(crate) fn read(object: &Bound<'_, PyAny>) -> PyResult<Self> {
        if let Ok(text) = object.cast::<PyString>() {
            return Ok(PolicyText::Str(text.to_string_lossy().into_owned()));
        }
        if is_bytes(object) {
            return Ok(PolicyText::Bytes(object.extract()?));
        }
        Err(PyTypeError::new_err(format!("text must be str or bytes, not {}", object.get_type().name()?)))
    }

    /// The text as bytes, which are UTF-8 if the text is valid.
    pub(crate) fn as_slice(&self) -> &[u8] {
        match self {
            PolicyText::Str(text) => text.as_bytes(),
            PolicyText::Bytes(bytes) => bytes,
        }
    }
}
