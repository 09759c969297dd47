//! The class around a WSGI application.

use crate::http::octets::Octets;
use crate::policy::decider::{Decider, Evaluated, Observers, PathForPeople};
use crate::policy::policy_class::Policy;
use crate::policy::predicate::cannot_await;
use crate::response::header_type::HeaderType;
use crate::wsgi::environ::EnvironRequest;
use crate::wsgi::start_response::StartResponse;
use corsac::Action;
use pyo3::exceptions::{PyException, PyRuntimeError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyTuple, PyType};
use pyo3::{PyTraverseError, PyVisit};
use std::sync::OnceLock;

/// The compiled part of ``corsac.wsgi.CORSMiddleware``.
#[pyclass(frozen, subclass, module = "corsac._corsac")]
#[derive(Debug, Default)]
pub(crate) struct WsgiMiddleware {
    /// `_setup` sets this once.
    setup: OnceLock<Setup>,
}

/// The arguments of `_setup`.
#[derive(Debug)]
struct Setup {
    app: Py<PyAny>,
    decider: Decider,
    /// The function that responds without the application.
    respond: Py<PyAny>,
    on_exception: OnException,
}

/// The functions of ``corsac/_wsgi_errors.py`` for exceptions that leave the application: one responds to an exception, and
/// the other takes the first chunk of the body, which may raise one.
type OnException = (Py<PyAny>, Py<PyAny>);

#[pymethods]
impl WsgiMiddleware {
    #[new]
    #[pyo3(signature = (*_args, **_kwargs))]
    fn new(_args: &Bound<'_, PyTuple>, _kwargs: Option<&Bound<'_, PyDict>>) -> Self {
        WsgiMiddleware::default()
    }

    fn _setup(
        &self,
        app: Py<PyAny>,
        policy: &Bound<'_, PyAny>,
        observers: Observers,
        respond: Py<PyAny>,
        on_exception: OnException,
    ) -> PyResult<()> {
        let path = PathForPeople {
            key: PyString::new(policy.py(), "PATH_INFO").unbind(),
            read: |path, name| Octets::read(path, name),
        };
        let decider = Decider::new(policy, observers, path)?;
        let setup = Setup { app, decider, respond, on_exception };
        self.setup.set(setup).map_err(|_| PyRuntimeError::new_err("the middleware has already been set up"))
    }

    /// The application inside.
    #[getter]
    fn app(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        Ok(self.setup()?.app.clone_ref(py))
    }

    /// The policy that decides now. A policy never changes, but a :class:`corsac.Reloadable` can replace it by
    /// another.
    #[getter]
    fn policy(&self, py: Python<'_>) -> PyResult<Py<Policy>> {
        Ok(self.setup()?.decider.policy().clone_ref(py))
    }

    fn __call__<'py>(
        &self,
        environ: &Bound<'py, PyDict>,
        start_response: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.setup()?.call(environ, start_response)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        let Some(setup) = self.setup.get() else { return Ok(()) };
        visit.call(&setup.app)?;
        setup.decider.traverse(&visit)?;
        visit.call(&setup.on_exception.0)?;
        visit.call(&setup.on_exception.1)?;
        visit.call(&setup.respond)
    }
}

impl WsgiMiddleware {
    fn setup(&self) -> PyResult<&Setup> {
        self.setup
            .get()
            .ok_or_else(|| PyRuntimeError::new_err("CORSMiddleware.__init__ was not called: call super().__init__"))
    }
}

impl Setup {
    fn call<'py>(
        &self,
        environ: &Bound<'py, PyDict>,
        start_response: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = environ.py();
        let policy = self.decider.policy();
        let policy = policy.get();
        let read = EnvironRequest::read(environ, self.decider.needs(policy))?;
        let request = read.request();
        let decision = match self.decider.decide(policy, environ, &request, None)? {
            Evaluated::Decision(decision) => decision,
            Evaluated::Awaitable(awaitable) => return Err(cannot_await(&awaitable)),
        };
        let template = policy.templates(HeaderType::Str).of(py, &decision)?;
        let headers = template.get().headers(py, &decision)?;
        let debugged = self.decider.debugged(start_response, policy, environ, &request, &decision)?;
        let start_response = debugged.as_ref().unwrap_or(start_response);
        if template.get().action == Action::Respond {
            let (status, body) = (template.get().status.bind(py), template.get().body.bind(py));
            return self.respond.bind(py).call1((start_response, status, headers.get().copy(py), body));
        }
        // Only scripts of pages need the headers on an error, and their requests have an `Origin`. Without it, the
        // server or a debugger outside shows the exception as if there were no middleware.
        let covers_errors = request.origin.is_some();
        let start_response = Bound::new(py, StartResponse::new(start_response, headers, template, covers_errors))?;
        let called = self.app.bind(py).call1((environ, &start_response));
        if covers_errors { self.with_headers_on_errors(called, environ, &start_response) } else { called }
    }

    /// If an exception leaves the application before the head is sent, the response to it has the decision's headers.
    fn with_headers_on_errors<'py>(
        &self,
        called: PyResult<Bound<'py, PyAny>>,
        environ: &Bound<'py, PyDict>,
        start_response: &Bound<'py, StartResponse>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = environ.py();
        if start_response.get().has_passed() {
            return called;
        }
        let (respond, begin) = &self.on_exception;
        match called {
            Err(error) if error.is_instance_of::<PyException>(py) => {
                respond.bind(py).call1((environ, start_response, error.into_value(py)))
            }
            Ok(body) if !is_complete(&body) && !is_file(environ, &body)? => {
                begin.bind(py).call1((environ, start_response, body))
            }
            Ok(body) => match start_response.get().pass_head(py) {
                Err(error) if error.is_instance_of::<PyException>(py) => {
                    respond.bind(py).call1((environ, start_response, error.into_value(py), body))
                }
                passed => passed.map(|()| body),
            },
            Err(error) => Err(error),
        }
    }
}

/// Whether taking a chunk of the body runs no code of the application. Then it cannot raise an exception.
fn is_complete(body: &Bound<'_, PyAny>) -> bool {
    body.is_exact_instance_of::<PyList>() || body.is_exact_instance_of::<PyTuple>()
}

/// Whether the body is a file that the server sends in its own way.
fn is_file(environ: &Bound<'_, PyDict>, body: &Bound<'_, PyAny>) -> PyResult<bool> {
    let wrapper = environ.get_item(intern!(environ.py(), "wsgi.file_wrapper"))?;
    match wrapper.as_ref().and_then(|wrapper| wrapper.cast::<PyType>().ok()) {
        Some(class) => body.is_instance(class),
        None => Ok(false),
    }
}
