//! The `send` that the application gets: it calls the server's, and adds the decision's headers to
//! each response.

use crate::asgi::mapping::get_type;
use crate::http::known_str::is_str;
use crate::raw::{self, BuiltinFunction, State, builtin};
use crate::response::decision_headers::DecisionHeaders;
use crate::response::prepared_template::PreparedTemplate;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyString};
use std::ffi::CStr;

/// Makes the `send`. Its state consists of the server's `send`, the decision's headers, and their template.
pub(crate) fn send_with<'py>(
    send: &Bound<'py, PyAny>,
    decision: &Bound<'py, DecisionHeaders>,
    template: &Bound<'py, PreparedTemplate>,
) -> PyResult<Bound<'py, PyAny>> {
    builtin::<Send>(send, decision, template)
}

struct Send;

impl BuiltinFunction for Send {
    type First = PyAny;
    type Second = DecisionHeaders;
    type Third = PreparedTemplate;

    const NAME: &'static CStr = c"send";

    const DOC: &'static CStr =
        c"send($self, message, /)\n--\n\nThe server's `send`, with the policy's headers on each response.";

    #[inline]
    fn call<'py>(state: &State<'_, 'py, Self>, message: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        if get_type(message)?.is_some_and(|kind| is_start(&kind)) {
            let message = with_headers(message, state.second().get(), state.third().get())?;
            return raw::call(&state.first(), [message.as_any()]);
        }
        raw::call(&state.first(), [message])
    }
}

/// Whether a message of this type starts a response. An application writes each type as a literal, which is always the
/// same object. Therefore the first object for the start of a response, and the first for another type, are remembered.
#[inline]
fn is_start(kind: &Bound<'_, PyAny>) -> bool {
    static START: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    static OTHER: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let is_remembered = |object: &PyOnceLock<Py<PyAny>>| object.get(kind.py()).is_some_and(|object| kind.is(object));
    if is_remembered(&START) || is_remembered(&OTHER) {
        return is_remembered(&START);
    }
    let is_start = is_str!(kind, "http.response.start");
    let remembered = if is_start { &START } else { &OTHER };
    // Only an exact str can be compared by its identity, because other objects may change.
    if kind.is_exact_instance_of::<PyString>() {
        remembered.get_or_init(kind.py(), || kind.clone().unbind());
    }
    is_start
}

/// Sends a copy of the message, because the application may keep its own and send it again.
#[inline]
fn with_headers<'py>(
    message: &Bound<'py, PyAny>,
    decision: &DecisionHeaders,
    template: &PreparedTemplate,
) -> PyResult<Bound<'py, PyDict>> {
    let py = message.py();
    let message = match message.cast_exact::<PyDict>() {
        Ok(message) => message.copy()?,
        Err(_) => py.get_type::<PyDict>().call1((message,))?.cast_into()?,
    };
    let application = message.get_item(intern!(py, "headers"))?;
    message.set_item(intern!(py, "headers"), template.apply(application.as_ref(), decision, py)?)?;
    Ok(message)
}
