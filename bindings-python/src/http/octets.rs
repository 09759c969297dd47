//! Converts Python's str and bytes into the bytes of a message, and back.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::pybacked::{PyBackedBytes, PyBackedStr};
use pyo3::types::{PyByteArray, PyBytes, PyString};

/// The bytes of a str or bytes object, borrowed from it where that is possible.
#[derive(Debug)]
pub(crate) enum Octets {
    /// The bytes of a bytes object.
    Bytes(PyBackedBytes),
    /// The bytes of a str that is ASCII.
    Ascii(PyBackedStr),
    /// The bytes of any other str.
    Owned(Vec<u8>),
}

impl Octets {
    /// A str is isomorphic: each code point up to U+00FF is one byte. A str with other code points never comes from
    /// a server. It becomes UTF-8, which is not ASCII, and therefore is not an origin, a method or a header name.
    ///
    /// `argument` names the object in the error.
    pub(crate) fn read(object: &Bound<'_, PyAny>, argument: &str) -> PyResult<Self> {
        if let Ok(bytes) = object.cast_exact::<PyBytes>() {
            return Ok(Octets::Bytes(bytes.clone().into()));
        }
        if let Ok(text) = object.cast::<PyString>() {
            return Ok(Octets::isomorphic(text));
        }
        if is_bytes(object) {
            return Ok(Octets::Bytes(object.extract::<PyBackedBytes>()?));
        }
        Err(PyTypeError::new_err(format!("{argument} must be str or bytes, not {}", object.get_type().name()?)))
    }

    /// A str that the server has decoded as UTF-8, or bytes.
    pub(crate) fn read_utf8(object: &Bound<'_, PyAny>, argument: &str) -> PyResult<Self> {
        match object.cast::<PyString>() {
            Ok(text) => Ok(Octets::Owned(text.to_string_lossy().into_owned().into_bytes())),
            Err(_) => Octets::read(object, argument),
        }
    }

    fn isomorphic(text: &Bound<'_, PyString>) -> Self {
        match PyBackedStr::try_from(text.clone()) {
            Ok(text) if text.is_ascii() => Octets::Ascii(text),
            Ok(text) => Octets::Owned(isomorphic(&text).unwrap_or_else(|| text.as_bytes().to_vec())),
            // Lone surrogates cannot be encoded as UTF-8.
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

/// Whether this is one of Python's types for bytes.
pub(crate) fn is_bytes(object: &Bound<'_, PyAny>) -> bool {
    object.is_instance_of::<PyBytes>() || object.is_instance_of::<PyByteArray>()
}

/// The bytes of an isomorphic text, or none if a code point is above U+00FF.
fn isomorphic(text: &str) -> Option<Vec<u8>> {
    text.chars().map(|c| u8::try_from(c).ok()).collect()
}

/// The isomorphic text of bytes: each byte is one code point.
pub(crate) fn latin1(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}
