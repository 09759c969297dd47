//! `Policy`, as Python sees it.

use crate::config::keyword_arguments;
use crate::config::policy_text::PolicyText;
use crate::http::octets::Octets;
use crate::http::request_headers::GivenHeaders;
use crate::logger::logger;
use crate::policy::decision_class::Decision;
use crate::policy::issue_class::{config_error, issues};
use crate::policy::load_error::load_error;
use crate::policy::predicate::{PredicateCall, cannot_await};
use crate::policy::predicate_options::PredicateOptions;
use crate::policy::predicates::Predicates;
use crate::response::header_type::HeaderType;
use crate::response::prepared_templates::PreparedTemplates;
use corsac::binding::{DebugLog, Needs, Notation};
use corsac::{Evaluation, Pending, PolicyBuilder, PredicateAnswer};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyNone, PyTuple};
use pyo3::{PyTraverseError, PyVisit, intern};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

/// A CORS policy: validated, compiled, immutable, and usable from any thread.
///
/// All settings are keyword arguments. If a setting takes a list, any iterable is accepted, except for a str.
/// ``allow_origins`` is required, unless a regex or a function is given. Examples of its patterns are
/// ``https://app.example.com``, ``https://*.example.com``, ``https://preview-*.example.com`` and
/// ``http://localhost:*``; URL objects (pydantic, yarl, httpx) are accepted as well. An example of ``protection`` is
/// ``{"writes": "reject", "websockets": "reject", "trusted_origins": [...], "report_only": False}``, and one of a route
/// is ``{"path": "/public/{*rest}", "allow_origins": ["*"]}``. A route starts from the other settings and overrides
/// those that it names. It may have its own function ``allow_origin``.
///
/// Args:
// begin generated: settings
///     allow_origins (list[str]): The origins that may read responses: origin patterns, ``["*"]`` for any origin, or
///         ``[]`` for none.
///     allow_origin_regex (str | re.Pattern[str] | list[str | re.Pattern[str]]): Regexes of origins that may read
///         responses, each matched against the whole origin; default ``[]``.
///     allow_methods (list[str]): The methods that pages may use, or ``["*"]`` for any; GET, HEAD and POST are always
///         allowed; default ``["GET"]``.
///     allow_headers (list[str]): The request headers that pages may set, or ``["*"]`` for any; the CORS-safelisted
///         ones are always allowed; default ``[]``.
///     allow_credentials (bool): Whether pages may read the responses to requests with cookies or HTTP authentication;
///         default ``False``.
///     expose_headers (list[str]): The response headers that pages may read, or ``["*"]`` for any; the CORS-safelisted
///         ones are always readable; default ``[]``.
///     max_age (int | Literal[False] | None): The number of seconds, 0 to 86400, for which browsers may keep the
///         response to a preflight; ``False`` for no header; default ``600``.
///     preflight_status (int): The status of the response to a preflight: 204, or 200 for clients that accept no other;
///         default ``204``.
///     preflight_continue (bool): Whether preflights are passed on to the application, whose response then gets the
///         headers; default ``False``.
///     allow_private_network (bool): Whether preflights for private networks are granted, by a legacy header; default
///         ``False``.
///     keep_app_headers (bool): Whether the CORS headers that the application sets stay on its responses; default
///         ``False``.
///     dangerously_allow (list[str | dict]): The checks that are switched off, each by its name, for every origin or
///         for some: ``insecure-origins``, ``public-suffixes``, ``null-origin``, ``any-extension``; default ``[]``.
///     protection (dict): Refuses writes and WebSocket handshakes that browsers send on behalf of foreign pages.
///     routes (list[dict]): Other settings for some paths; a route inherits the settings that it leaves out; default
///         ``[]``.
// end generated: settings
///     allow_origin (Callable): a function ``(origin) -> bool`` or ``(origin, request) -> bool``, sync or async, called
///         only for well-formed origins that no pattern and no regex matches. ``request`` is the ASGI scope, the WSGI
///         environ, the request object of Django or aiohttp, or None in ``evaluate``. The function returns True or
///         False. An exception in it is raised to the caller, and the origin stays refused.
///     predicate_timeout (float): for how many seconds, more than 0, an async ``allow_origin`` may be awaited. After
///         that the origin is refused and ``TimeoutError`` is raised. It needs asyncio, and cannot interrupt a function
///         that is not async.
///     predicate_cache (PredicateCache): remembers the answers of ``allow_origin``, which must take only the origin.
///
/// Raises:
///     ConfigError: the settings are refused. ``issues`` lists everything that is wrong, each with its fix.
///     TypeError: ``allow_origin`` takes neither one nor two arguments, or ``predicate_timeout`` or ``predicate_cache``
///         is of another type or is given without ``allow_origin``.
///     ValueError: the settings have more than 2,000,000 elements, or ``predicate_timeout`` is not more than 0.
///
/// Settings that are valid but useless or risky are in ``lints``, and each is logged once, as a warning of the logger
/// ``corsac``.
///
/// Source: Fetch, "CORS protocol".
///
///     >>> policy = Policy(allow_origins=["https://*.example.com"])
///     >>> policy.evaluate("GET", [("Origin", "https://app.example.com")]).reason
///     'origin-allowed'
#[pyclass(frozen, module = "corsac")]
#[derive(Debug)]
pub(crate) struct Policy {
    /// Shared with the templates that are prepared from it.
    core: Arc<corsac::Policy>,
    lints: Py<PyTuple>,
    predicates: Predicates,
    needs: Needs,
    /// The blocks that have been printed about the policy while its application is developed.
    debug_log: Arc<DebugLog>,
    /// The templates for ASGI.
    bytes_templates: OnceLock<PreparedTemplates>,
    /// The templates for WSGI.
    str_templates: OnceLock<PreparedTemplates>,
}

#[pymethods]
impl Policy {
    #[new]
    #[pyo3(signature = (**settings))]
    fn new(py: Python<'_>, settings: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        let options = settings.map(PredicateOptions::take_from).transpose()?.unwrap_or_default();
        let (settings, functions) = keyword_arguments::read(settings)?;
        let predicates = Predicates::new(&functions, &options)?;
        Policy::build(py, predicates, move || PolicyBuilder::new().notation(Notation::Python).value(settings))
    }

    /// Build a policy from JSON text.
    ///
    /// Args:
    ///     text (str | bytes): the JSON object of the settings; bytes are UTF-8.
    ///     allow_origin (Callable): the origin predicate, which a text cannot contain, as in
    ///         ``Policy(allow_origin=...)``.
    ///     predicate_timeout (float): in seconds, as in ``Policy(predicate_timeout=...)``.
    ///     predicate_cache (PredicateCache): as in ``Policy(predicate_cache=...)``.
    ///
    /// Returns:
    ///     Policy: the compiled policy.
    ///
    /// Raises:
    ///     ConfigError: the settings are refused. If the text is not JSON, the code of the issue is ``syntax``.
    ///     TypeError: ``text`` is neither str nor bytes, or a predicate argument is of another type.
    ///     ValueError: ``predicate_timeout`` is not more than 0.
    #[staticmethod]
    #[pyo3(signature = (text, *, allow_origin=None, predicate_timeout=None, predicate_cache=None))]
    fn from_json(
        py: Python<'_>,
        text: &Bound<'_, PyAny>,
        allow_origin: Option<&Bound<'_, PyAny>>,
        predicate_timeout: Option<&Bound<'_, PyAny>>,
        predicate_cache: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let text = PolicyText::read(text)?;
        let predicates = Predicates::of_text(allow_origin, predicate_timeout, predicate_cache)?;
        let builder = predicates.builder();
        Policy::build(py, predicates, || builder.json(text.as_slice()))
    }

    /// Build a policy from TOML text.
    ///
    /// Args:
    ///     text (str | bytes): the TOML document of the settings; bytes are UTF-8.
    ///     allow_origin (Callable): the origin predicate, which a text cannot contain, as in
    ///         ``Policy(allow_origin=...)``.
    ///     predicate_timeout (float): in seconds, as in ``Policy(predicate_timeout=...)``.
    ///     predicate_cache (PredicateCache): as in ``Policy(predicate_cache=...)``.
    ///
    /// Returns:
    ///     Policy: the compiled policy.
    ///
    /// Raises:
    ///     ConfigError: the settings are refused. If the text is not TOML, the code of the issue is ``syntax``.
    ///     TypeError: ``text`` is neither str nor bytes, or a predicate argument is of another type.
    ///     ValueError: ``predicate_timeout`` is not more than 0.
    #[staticmethod]
    #[pyo3(signature = (text, *, allow_origin=None, predicate_timeout=None, predicate_cache=None))]
    fn from_toml(
        py: Python<'_>,
        text: &Bound<'_, PyAny>,
        allow_origin: Option<&Bound<'_, PyAny>>,
        predicate_timeout: Option<&Bound<'_, PyAny>>,
        predicate_cache: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let text = PolicyText::read(text)?;
        let predicates = Predicates::of_text(allow_origin, predicate_timeout, predicate_cache)?;
        let builder = predicates.builder();
        Policy::build(py, predicates, || builder.toml(text.as_slice()))
    }

    /// Build a policy from a file: JSON if its name ends in ``.json``, else TOML.
    ///
    /// Args:
    ///     path (str | os.PathLike[str]): the file.
    ///     allow_origin (Callable): the origin predicate, which a file cannot contain, as in
    ///         ``Policy(allow_origin=...)``.
    ///     predicate_timeout (float): in seconds, as in ``Policy(predicate_timeout=...)``.
    ///     predicate_cache (PredicateCache): as in ``Policy(predicate_cache=...)``.
    ///
    /// Returns:
    ///     Policy: the compiled policy.
    ///
    /// Raises:
    ///     OSError: the file cannot be read: ``FileNotFoundError`` and similar errors, with ``errno`` and
    ///         ``filename``.
    ///     ConfigError: the settings in the file are refused; the message names the file.
    ///     TypeError: ``path`` or a predicate argument is of another type.
    ///     ValueError: ``predicate_timeout`` is not more than 0, or the path has a NUL in it.
    #[staticmethod]
    #[pyo3(signature = (path, *, allow_origin=None, predicate_timeout=None, predicate_cache=None))]
    fn from_file(
        py: Python<'_>,
        path: PathBuf,
        allow_origin: Option<&Bound<'_, PyAny>>,
        predicate_timeout: Option<&Bound<'_, PyAny>>,
        predicate_cache: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let predicates = Predicates::of_text(allow_origin, predicate_timeout, predicate_cache)?;
        let builder = predicates.builder();
        let policy = py.detach(|| builder.file(&path)).map_err(|error| load_error(py, &error, &path))?;
        Policy::of_core(py, predicates, policy)
    }

    /// Decide on one request. This never fails, whatever bytes the method, the headers and the path contain.
    ///
    /// Args:
    ///     method (str | bytes): the request's method, as sent.
    ///     headers (Iterable[tuple[str | bytes, str | bytes]] | Mapping[str, str | bytes]): the request's headers.
    ///         Names may be in any case; the values of repeated headers are joined. ``:authority`` of HTTP/2 is read
    ///         as well.
    ///     path (str | bytes | None): the request's target as sent. Only policies with routes read it.
    ///     path_decoded (bool): whether ``path`` is decoded already, as WSGI's ``PATH_INFO`` is.
    ///     secure (bool): whether the connection is known to be TLS.
    ///     websocket (bool): whether the request is known to be a WebSocket handshake, whatever its headers are, as
    ///         in ASGI's scopes.
    ///
    /// In a str, each code point is one byte (latin-1), as in WSGI.
    ///
    /// Returns:
    ///     Decision: what to do with the request.
    ///
    /// Raises:
    ///     TypeError: an argument is neither str nor bytes, a header is not a pair, or ``allow_origin`` is async or
    ///         does not return a bool.
    ///     ValueError: a header has fewer or more than two elements, or there are more than 2,000,000 headers.
    ///     Exception: any exception that ``allow_origin`` raises.
    ///
    /// Source: Fetch, "CORS protocol", "HTTP requests" and "HTTP responses".
    #[pyo3(signature = (method, headers, path=None, *, path_decoded=false, secure=false, websocket=false))]
    fn evaluate(
        &self,
        method: &Bound<'_, PyAny>,
        headers: &Bound<'_, PyAny>,
        path: Option<&Bound<'_, PyAny>>,
        path_decoded: bool,
        secure: bool,
        websocket: bool,
    ) -> PyResult<Decision> {
        let method = Octets::read(method, "method")?;
        let path = path.map(|path| Octets::read(path, "path")).transpose()?;
        let given = GivenHeaders::read(headers)?;
        let joined = given.joined();
        let mut request = joined.request(method.as_slice(), path.as_ref().map(Octets::as_slice));
        request.path_decoded = path_decoded;
        request.secure = secure;
        request.websocket = websocket;
        Ok(match self.core.evaluate(&request) {
            Evaluation::Decided(decision) => decision.into(),
            Evaluation::Ask(pending) => match self.ask(&pending, &PyNone::get(headers.py()).to_owned().into_any())? {
                PredicateCall::Answered(answer) => pending.resolve(answer).into(),
                PredicateCall::Awaitable(awaitable) => return Err(cannot_await(&awaitable)),
            },
        })
    }

    /// Explain how a browser handles a request and the responses that this policy gives.
    ///
    /// Args:
    ///     exchange (Exchange | str | bytes): the request of the page's script, and the application's own response if
    ///         it is known, as a mapping with the keys of :class:`Exchange` or as JSON text. The function
    ///         ``allow_origin`` is not called; ``predicate`` in the exchange is its answer.
    ///
    /// Returns:
    ///     Explanation: the verdict, what is wrong and how to fix it. ``str(explanation)`` is a page of text to read.
    ///
    /// Raises:
    ///     ExchangeError: the exchange cannot be read; the message lists every problem and what to write instead.
    ///     TypeError: the exchange is not a mapping, str or bytes, or a value in it cannot be written as JSON.
    ///
    /// Source: docs/specification.md, sections 8 and 9.
    fn explain<'py>(slf: PyRef<'py, Self>, exchange: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        py.import(intern!(py, "corsac._explain"))?.call_method1(intern!(py, "explanation_of"), (exchange, slf))
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.predicates.traverse(&visit)
    }

    /// The settings that are valid but useless or risky: a tuple of :class:`Issue`, each with the severity ``lint``.
    #[getter]
    fn lints(&self, py: Python<'_>) -> Py<PyTuple> {
        self.lints.clone_ref(py)
    }
}

impl Policy {
    pub(crate) fn core(&self) -> &corsac::Policy {
        &self.core
    }

    /// A reference to the policy that can outlive a call.
    pub(crate) fn shared_core(&self) -> Arc<corsac::Policy> {
        Arc::clone(&self.core)
    }

    pub(crate) fn debug_log(&self) -> &Arc<DebugLog> {
        &self.debug_log
    }

    /// The parts of a request that have to be read.
    pub(crate) fn needs(&self) -> Needs {
        self.needs
    }

    /// Calls the predicate that a decision waits for. `server_request` is the server's own object for the request.
    pub(crate) fn ask<'py>(
        &self,
        pending: &Pending<'_>,
        server_request: &Bound<'py, PyAny>,
    ) -> PyResult<PredicateCall<'py>> {
        match self.predicates.of(pending.route()) {
            Some(predicate) => predicate.call(pending.origin(), server_request),
            None => Ok(PredicateCall::Answered(PredicateAnswer::Failed)),
        }
    }

    /// The templates for a server whose headers are of this type.
    #[inline]
    pub(crate) fn templates(&self, header_type: HeaderType) -> &PreparedTemplates {
        let templates = match header_type {
            HeaderType::Bytes => &self.bytes_templates,
            HeaderType::Str => &self.str_templates,
        };
        templates.get_or_init(|| PreparedTemplates::new(Arc::clone(&self.core), header_type))
    }

    fn build(
        py: Python<'_>,
        predicates: Predicates,
        build: impl Send + FnOnce() -> Result<corsac::Policy, corsac::ConfigError>,
    ) -> PyResult<Self> {
        let policy = py.detach(build).map_err(|error| config_error(py, &error))?;
        Policy::of_core(py, predicates, policy)
    }

    /// Makes the object from the policy that core has built, and its predicates.
    pub(crate) fn of_core(py: Python<'_>, predicates: Predicates, policy: corsac::Policy) -> PyResult<Self> {
        log_lints(py, policy.lints())?;
        let lints = issues(py, policy.lints())?.unbind();
        let needs = policy.needs();
        let (bytes_templates, str_templates) = (OnceLock::new(), OnceLock::new());
        let debug_log = Arc::default();
        Ok(Policy { core: Arc::new(policy), lints, predicates, needs, debug_log, bytes_templates, str_templates })
    }
}

/// Logs a warning for each lint.
fn log_lints(py: Python<'_>, lints: &[corsac::Issue]) -> PyResult<()> {
    if lints.is_empty() {
        return Ok(());
    }
    let logger = logger(py)?;
    for lint in lints {
        logger.call_method1("warning", ("%s", lint.to_string()))?;
    }
    Ok(())
}
