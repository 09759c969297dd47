//! The `send` that the application gets: it calls the server's, and adds the decision's headers to
//! each response.

use crate::asgi::mapping::get;
use crate::http::known_str::is_str;
use crate::raw::{self, BuiltinFunction, builtin};
use crate::response::decision_headers::DecisionHeaders;
use crate::response::prepared_template::PreparedTemplate;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use std::ffi::CStr;

/// Its state consists of the server's `send`, the decision's headers, and their template.
pub(crate) fn send_with<'py>(
    send: &Bound<'py, PyAny>,
    decision: &Bound<'py, DecisionHeaders>,
    template: &Bound<'py, PreparedTemplate>,
) -> PyResult<Bound<'py, PyAny>> {
    builtin::<Send>(&PyTuple::new(send.py(), [send, decision.as_any(), template.as_any()])?)
}

struct Send;

impl BuiltinFunction for Send {
    const NAME: &'static CStr = c"send";

    const DOC: &'static CStr =
        c"send($self, message, /)\n--\n\nThe server's, with the policy's headers on each response.";

    #[inline]
    fn call<'py>(state: &Bound<'py, PyAny>, message: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = message.py();
        let state = state.cast_exact::<PyTuple>()?;
        let send = state.get_borrowed_item(0)?;
        match get(message, intern!(py, "type"))? {
            Some(kind) if is_str(&kind, intern!(py, "http.response.start")) => {
                let decision = state.get_borrowed_item(1)?;
                let template = state.get_borrowed_item(2)?;
                let template = template.cast::<PreparedTemplate>()?.get();
                let message = with_headers(message, decision.cast::<DecisionHeaders>()?.get(), template)?;
                raw::call(&send, [message.as_any()])
            }
            _ => raw::call(&send, [message]),
        }
    }
}

/// Sends a copy of the message, because the application may keep its own and send it again.
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
