//! Comparing a str with a text that is known when this crate is compiled.

use crate::raw::has_length_of;
use pyo3::prelude::*;
use pyo3::types::PyString;

/// Whether the object is the str with this text, which is ASCII. Servers usually use the interpreter's shared object for
/// the str if the text is an identifier, but not always.
macro_rules! is_str {
    ($object:expr, $text:expr) => {{
        const { assert!($text.is_ascii()) };
        let object: &pyo3::Bound<'_, pyo3::PyAny> = $object;
        object.is(pyo3::intern!(object.py(), $text)) || $crate::http::known_str::equals(object, $text)
    }};
}
pub(crate) use is_str;

/// Whether the object is a str with this ASCII text.
pub(crate) fn equals(object: &Bound<'_, PyAny>, text: &str) -> bool {
    object
        .cast::<PyString>()
        .is_ok_and(|object| has_length_of(object, text) && object.to_str().is_ok_and(|object| object == text))
}
