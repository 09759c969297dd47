//! Converts Python's str and bytes into the bytes of a message, and back.

use crate::raw::bytes_of;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes, PyString};

/// The bytes of a str or bytes object, borrowed from it where that is possible.
#[derive(Debug)]
pub(crate) enum Octets<'py> {
    /// The bytes of a bytes object, or a copy of a bytearray.
    Bytes(Bound<'py, PyBytes>),
    /// The bytes of a str that is ASCII.
    Ascii(Bound<'py, PyString>),
    /// The bytes of any other str.
    Owned(Vec<u8>),
}

impl<'py> Octets<'py> {
    /// In a str, each code point up to U+00FF is one byte. A str with other code points never comes from a server.
    /// It becomes UTF-8, which is not ASCII, and therefore is not an origin, a method or a header name.
    ///
    /// `argument` names the object in the error.
    #[inline]
    pub(crate) fn read(object: &Bound<'py, PyAny>, argument: &str) -> PyResult<Self> {
        Octets::read_owned(object.clone(), argument)
    }

    /// The same as [`read`](Self::read), but takes the reference.
    #[inline]
    pub(crate) fn read_owned(object: Bound<'py, PyAny>, argument: &str) -> PyResult<Self> {
        match object.cast_into_exact::<PyBytes>() {
            Ok(bytes) => Ok(Octets::Bytes(bytes)),
            Err(error) => Octets::read_other(&error.into_inner(), argument),
        }
    }

    #[inline(never)]
    fn read_other(object: &Bound<'py, PyAny>, argument: &str) -> PyResult<Self> {
        if let Ok(text) = object.cast::<PyString>() {
            return Ok(Octets::isomorphic(text));
        }
        if let Ok(bytes) = object.cast::<PyBytes>() {
            return Ok(Octets::Bytes(bytes.clone()));
        }
        if let Ok(bytes) = object.cast::<PyByteArray>() {
            return Ok(Octets::Bytes(PyBytes::new(object.py(), &bytes.to_vec())));
        }
        Err(PyTypeError::new_err(format!("{argument} must be str or bytes, not {}", object.get_type().name()?)))
    }

    /// A str that the server has decoded as UTF-8, or bytes.
    pub(crate) fn read_utf8(object: &Bound<'py, PyAny>, argument: &str) -> PyResult<Self> {
        match object.cast::<PyString>() {
            Ok(text) => Ok(Octets::Owned(text.to_string_lossy().into_owned().into_bytes())),
            Err(_) => Octets::read(object, argument),
        }
    }

    fn isomorphic(text: &Bound<'py, PyString>) -> Self {
        match text.to_str() {
            Ok(ascii) if ascii.is_ascii() => Octets::Ascii(text.clone()),
            Ok(text) => Octets::Owned(isomorphic(text).unwrap_or_else(|| text.as_bytes().to_vec())),
            // Lone surrogates cannot be encoded as UTF-8.
            Err(_) => Octets::Owned(text.to_string_lossy().into_owned().into_bytes()),
        }
    }

    #[inline]
    pub(crate) fn as_slice(&self) -> &[u8] {
        match self {
            Octets::Bytes(bytes) => bytes_of(bytes),
            Octets::Ascii(text) => ascii(text),
            Octets::Owned(bytes) => bytes,
        }
    }
}

#[inline(never)]
fn ascii<'a>(text: &'a Bound<'_, PyString>) -> &'a [u8] {
    // A str that was read as UTF-8 once can be read again.
    text.to_str().unwrap_or_default().as_bytes()
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
