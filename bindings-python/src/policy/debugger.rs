//! The output of a middleware on standard error and in responses, while its application is developed.

use crate::asgi::headers::member;
use crate::http::octets::Octets;
use crate::policy::policy_class::Policy;
use corsac::Request;
use corsac::binding::{DebugLog, SERVER_TIMING, Template};
use pyo3::exceptions::PyRuntimeError;
use pyo3::intern;
use pyo3::prelude::*;
use std::sync::Arc;

/// Whether a middleware is in debug mode. Its setting decides, or else the environment.
#[pyfunction]
#[pyo3(signature = (setting))]
pub(crate) fn is_debug_requested(setting: Option<bool>) -> bool {
    corsac::binding::is_debug_requested(setting)
}

/// The object of `corsac/_debug.py` that prints blocks and inspects responses.
#[derive(Debug)]
pub(crate) struct Debugger(Py<PyAny>);

impl Debugger {
    pub(crate) fn new(debugger: Py<PyAny>) -> Self {
        Debugger(debugger)
    }

    pub(crate) fn object(&self) -> &Py<PyAny> {
        &self.0
    }

    /// Prints a decision if it is new.
    pub(crate) fn decided(
        &self,
        py: Python<'_>,
        policy: &Policy,
        request: &Request<'_>,
        path: &str,
        template: &Template,
    ) -> PyResult<()> {
        match policy.debug_log().decision(policy.core(), request, path.as_bytes(), template) {
            Some(block) => self.0.bind(py).call_method1(intern!(py, "print"), (block,)).map(drop),
            None => Ok(()),
        }
    }

    /// Wraps the server's `send` or `start_response`, so that the response is inspected before it is sent.
    pub(crate) fn around<'py>(
        &self,
        send: &Bound<'py, PyAny>,
        response: DebuggedResponse,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = send.py();
        self.0.bind(py).call_method1(intern!(py, "around"), (send, response))
    }

    /// Gives the debugger the scope of an ASGI call, through which it may find the application's middlewares.
    pub(crate) fn called(&self, middleware: &Bound<'_, PyAny>, call: &Bound<'_, PyAny>) -> PyResult<()> {
        let py = call.py();
        self.0.bind(py).call_method1(intern!(py, "called"), (middleware, call)).map(drop)
    }
}

/// The response to one request, for the debugger.
#[pyclass(frozen, module = "corsac._corsac")]
#[derive(Debug)]
pub(crate) struct DebuggedResponse {
    policy: Arc<corsac::Policy>,
    log: Arc<DebugLog>,
    template: usize,
    method: Vec<u8>,
    origin: Option<Vec<u8>>,
    is_same_origin: bool,
    target: Option<Vec<u8>>,
    is_target_decoded: bool,
    path: String,
}

impl DebuggedResponse {
    pub(crate) fn new(policy: &Policy, template: &Template, request: &Request<'_>, path: String) -> Self {
        DebuggedResponse {
            policy: policy.shared_core(),
            log: Arc::clone(policy.debug_log()),
            template: template.index() as usize,
            method: request.method.to_vec(),
            origin: request.origin.map(<[u8]>::to_vec),
            is_same_origin: request.is_same_origin(),
            target: request.path.map(<[u8]>::to_vec),
            is_target_decoded: request.path_decoded,
            path,
        }
    }

    fn template(&self) -> PyResult<&Template> {
        let template = self.policy.templates().get(self.template);
        template.ok_or_else(|| PyRuntimeError::new_err("a template of another policy"))
    }
}

#[pymethods]
impl DebuggedResponse {
    /// The name and the value of the header to add.
    #[getter]
    fn header(&self) -> PyResult<(&'static str, String)> {
        Ok((SERVER_TIMING, self.template()?.server_timing()))
    }

    /// Inspect the whole response.
    ///
    /// Returns:
    ///     str | None: the block to print.
    fn inspect(&self, status: u16, headers: Vec<Bound<'_, PyAny>>) -> PyResult<Option<String>> {
        if self.is_same_origin {
            return Ok(None);
        }
        let mut request = Request::new(&self.method);
        request.origin = self.origin.as_deref();
        request.path = self.target.as_deref();
        request.path_decoded = self.is_target_decoded;
        let headers = headers
            .iter()
            .map(|pair| {
                let (name, value) = (member(pair, 0)?, member(pair, 1)?);
                Ok((Octets::read(&name, "a header's name")?, Octets::read(&value, "a header's value")?))
            })
            .collect::<PyResult<Vec<_>>>()?;
        let lines: Vec<_> = headers.iter().map(|(name, value)| (name.as_slice(), value.as_slice())).collect();
        Ok(self.log.response(&self.policy, &request, self.path.as_bytes(), self.template()?, status, &lines))
    }
}
