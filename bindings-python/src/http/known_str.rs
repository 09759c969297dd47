//! Comparing a str with a text that is known when this crate is compiled.

use pyo3::prelude::*;
use pyo3::types::PyString;

/// Whether the object is this str. Servers usually use the interpreter's shared object for the str, but
/// not always.
pub(crate) fn is_str(object: &Bound<'_, PyAny>, known: &Bound<'_, PyString>) -> bool {
    object.is(known)
        || object
            .cast::<PyString>()
            .is_ok_and(|object| object.to_str().is_ok_and(|object| known.to_str().is_ok_and(|known| object == known)))
}
