//! The messages of a response without the application.

use crate::response::decision_headers::DecisionHeaders;
use crate::response::prepared_template::PreparedTemplate;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// The start and the body. Both are copies, because whoever gets them may change them; copying a dict takes a third of
/// the time of making one.
pub(crate) fn response_messages<'py>(
    template: &PreparedTemplate,
    headers: &DecisionHeaders,
    py: Python<'py>,
) -> PyResult<[Bound<'py, PyDict>; 2]> {
    let messages = match template.messages.get() {
        Some(messages) => messages,
        None => {
            let messages = make_messages(template, py)?;
            template.messages.get_or_init(|| messages)
        }
    };
    let [start, body] = messages;
    let start = start.bind(py).copy()?;
    start.set_item(intern!(py, "headers"), headers.copy(py))?;
    Ok([start, body.bind(py).copy()?])
}

/// The messages that are copied. The start has no headers yet.
fn make_messages(template: &PreparedTemplate, py: Python<'_>) -> PyResult<[Py<PyDict>; 2]> {
    let (start, body) = (PyDict::new(py), PyDict::new(py));
    start.set_item(intern!(py, "type"), intern!(py, "http.response.start"))?;
    start.set_item(intern!(py, "status"), &template.status)?;
    start.set_item(intern!(py, "headers"), py.None())?;
    body.set_item(intern!(py, "type"), intern!(py, "http.response.body"))?;
    body.set_item(intern!(py, "body"), &template.body)?;
    Ok([start.unbind(), body.unbind()])
}
