//! The host's str and bytes as the bytes that stand in a message, and back.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::pybacked::{PyBackedBytes, PyBackedStr};
use pyo3::types::{PyByteArray, PyBytes, PyString};

/// The bytes of a host's str or bytes object, borrowed from it where they can be.
#[derive(Debug)]
pub(crate) enum Octets {
    Bytes(PyBackedBytes),
    Ascii(PyBackedStr),
    Owned(Vec<u8>),
}

impl Octets {
    /// A str is isomorphic: each code point up to U+00FF is one byte. One that holds others never came from a
    /// server; its UTF-8 is not ASCII, which no origin, method or header name can be.
    ///
    /// `what` names the argument in the error.
    pub(crate) fn read(object: &Bound<'_, PyAny>, what: &str) -> PyResult<Self> {
        if let Ok(bytes) = object.cast_exact::<PyBytes>() {
            return Ok(Octets::Bytes(bytes.clone().into()));
        }
        if let Ok(text) = object.cast::<PyString>() {
            return Ok(Octets::of_text(text));
        }
        if is_bytes(object) {
            return Ok(Octets::Bytes(object.extract::<PyBackedBytes>()?));
        }
        Err(PyTypeError::new_err(format!("{what} must be str or bytes, not {}", object.get_type().name()?)))
    }

    /// A str that a host has decoded as UTF-8, or bytes.
    pub(crate) fn utf8(object: &Bound<'_, PyAny>, what: &str) -> PyResult<Self> {
        match object.cast::<PyString>() {
            Ok(text) => Ok(Octets::Owned(text.to_string_lossy().into_owned().into_bytes())),
            Err(_) => Octets::read(object, what),
        }
    }

    fn of_text(text: &Bound<'_, PyString>) -> Self {
        match PyBackedStr::try_from(text.clone()) {
            Ok(text) if text.is_ascii() => Octets::Ascii(text),
            Ok(text) => Octets::Owned(isomorphic(&text).unwrap_or_else(|| text.as_bytes().to_vec())),
            // Lone surrogates have no UTF-8.
            Err(_) => Octets::Owned(text.to_string_lossy().into_owned().into_bytes()),
        }
    }

    pub(crate) fn as_slice(&self) -> &[u8] {
        match self {
            Octets::Bytes(bytes) => bytes,
            Octets::Ascii(text) => text.as_bytes(),
            Octets::Owned(bytes) => bytes,
        }
    }
}

/// Whether this is one of the host's types for bytes.
pub(crate) fn is_bytes(object: &Bound<'_, PyAny>) -> bool {
    object.is_instance_of::<PyBytes>() || object.is_instance_of::<PyByteArray>()
}

/// The bytes of an isomorphic text: none if a code point is above U+00FF.
pub(crate) fn isomorphic(text: &str) -> Option<Vec<u8>> {
    text.chars().map(|c| u8::try_from(c).ok()).collect()
}

/// The isomorphic text of bytes.
pub(crate) fn latin1(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}
