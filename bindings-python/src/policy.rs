//! `Policy`, as Python sees it.

use crate::decision::Decision;
use crate::headers::HeaderLines;
use crate::issue::{config_error, issues};
use crate::merge::Text;
use crate::octets::{Octets, is_bytes};
use crate::predicate::{Bounds, Predicates, Said, cannot_wait};
use crate::rendered::Rendered;
use crate::value;
use crate::warn::logger;
use corsac::binding::Notation;
use corsac::{Evaluation, LoadError, PolicyBuilder, PredicateAnswer};
use pyo3::exceptions::{PyOSError, PyRuntimeError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyDict, PyNone, PyString, PyTuple};
use pyo3::{PyTraverseError, PyVisit};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// A CORS policy: validated, compiled, immutable, and usable from any thread.
///
/// ``Policy(**settings)`` takes keyword arguments alone. Any iterable does where a list is said, but a str is
/// never one. ``allow_origins`` is required, unless a regex or a function is given: ``https://app.example.com``,
/// ``https://*.example.com``, ``https://preview-*.example.com``, ``http://localhost:*``, or URL objects (pydantic, yarl,
/// httpx). ``protection`` is ``{"writes": "reject", "websockets": "reject", "trusted_origins": [...], "report_only":
/// False}``. A route is ``{"path": "/public/{*rest}", "allow_origins": ["*"]}``: it starts from the other settings and
/// overrides those that it names, and its ``allow_origin`` may be a function of its own.
///
/// Args:
// begin generated: settings
///     allow_origins (list[str]): The origins that may read responses: origin patterns, or ``["*"]`` for any origin;
///         ``[]`` is nobody.
///     allow_origin_regex (str | re.Pattern[str] | list[str | re.Pattern[str]]): Regexes of origins that may read
///         responses, each matched against the whole origin; default ``[]``.
///     allow_methods (list[str]): The methods that pages may use, or ``["*"]`` for any; GET, HEAD and POST are always
///         allowed; default ``["GET"]``.
///     allow_headers (list[str]): The request headers that pages may set, or ``["*"]`` for any; the CORS-safelisted
///         ones are always allowed; default ``[]``.
///     allow_credentials (bool): Whether browsers may send cookies and HTTP authentication and let pages read the
///         response; default ``False``.
///     expose_headers (list[str]): The response headers that pages may read, or ``["*"]`` for any; the CORS-safelisted
///         ones are always readable; default ``[]``.
///     max_age (int | None): For how many seconds, 0 to 86400, browsers may keep the response to a preflight; ``False``
///         for no header; default ``600``.
///     preflight_status (int): The status of the response to a preflight: 204, or 200 for clients that take nothing
///         else; default ``204``.
///     preflight_continue (bool): Whether preflights go on to the application, with their headers; default ``False``.
///     allow_private_network (bool): Whether ``Access-Control-Request-Private-Network`` is answered, which is legacy;
///         default ``False``.
///     keep_app_headers (bool): Whether the application's own CORS headers are left on its responses; default
///         ``False``.
///     dangerously_allow (list[str]): The checks that are lifted, each by its name: ``insecure-origins``,
///         ``public-suffixes``, ``null-origin``; default ``[]``.
///     protection (dict): Refuses writes and WebSocket handshakes that browsers send on behalf of foreign pages.
///     routes (list[dict]): Other settings for some paths; what a route leaves out is as at the top level; default
///         ``[]``.
// end generated: settings
///     allow_origin (Callable): a function ``(origin) -> bool`` or ``(origin, request) -> bool``, sync or async, asked
///         only about origins that are well-formed and that no pattern and no regex matches. ``request`` is the ASGI
///         scope, the WSGI environ, or None in ``evaluate``. It returns True or False; whatever it raises is raised,
///         and the origin stays refused.
///     predicate_timeout (float): for how many seconds an async ``allow_origin`` may be awaited; then the origin is
///         refused and ``TimeoutError`` is raised. Nothing can interrupt a function that is not async. Needs asyncio.
///     predicate_cache (PredicateCache): remembers what ``allow_origin`` said; it must take the origin alone.
///
/// Raises:
///     ConfigError: with every issue at once (``issues``), each with its fix.
///     ValueError: a setting has more than 2,000,000 elements.
///
/// What is valid but useless or risky is in ``lints``, and is logged once, as a warning of the logger ``corsac``.
///
/// Source: Fetch, "CORS protocol".
///
///     >>> policy = Policy(allow_origins=["https://*.example.com"])
///     >>> policy.evaluate("GET", [("Origin", "https://app.example.com")]).reason
///     'origin-allowed'
#[pyclass(frozen, module = "corsac")]
#[derive(Debug)]
pub(crate) struct Policy {
    /// Shared with what is rendered from it.
    core: Arc<corsac::Policy>,
    lints: Py<PyTuple>,
    predicates: Predicates,
    reads: Reads,
    bytes: OnceLock<Rendered>,
    latin1: OnceLock<Rendered>,
}

/// What has to be looked at in a request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reads {
    /// The path: there are routes.
    pub(crate) path: bool,
    /// More than the headers of CORS: there is protection.
    pub(crate) protection: bool,
    /// WebSocket handshakes.
    pub(crate) websockets: bool,
}

#[pymethods]
impl Policy {
    #[new]
    #[pyo3(signature = (**config))]
    fn new(py: Python<'_>, config: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        let bounds = config.map(Bounds::take).transpose()?.unwrap_or_default();
        let (config, functions) = value::config(config)?;
        let predicates = Predicates::new(&functions, &bounds)?;
        Policy::built(py, predicates, move || PolicyBuilder::new().notation(Notation::Python).value(config))
    }

    /// Build a policy from JSON text.
    ///
    /// Args:
    ///     text: the JSON object of the settings, as str or as UTF-8 bytes.
    ///     allow_origin: the origin predicate, which no text can hold, as in ``Policy(allow_origin=...)``.
    ///     predicate_timeout: as in ``Policy(predicate_timeout=...)``.
    ///     predicate_cache: as in ``Policy(predicate_cache=...)``.
    ///
    /// Raises:
    ///     ConfigError: with every issue at once; code ``syntax`` where the text is not JSON.
    ///     TypeError: ``text`` is neither str nor bytes.
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
        Policy::built(py, predicates, || builder.json(text.as_slice()))
    }

    /// Build a policy from TOML text.
    ///
    /// Args:
    ///     text: the TOML document of the settings, as str or as UTF-8 bytes.
    ///     allow_origin: the origin predicate, which no text can hold, as in ``Policy(allow_origin=...)``.
    ///     predicate_timeout: as in ``Policy(predicate_timeout=...)``.
    ///     predicate_cache: as in ``Policy(predicate_cache=...)``.
    ///
    /// Raises:
    ///     ConfigError: with every issue at once; code ``syntax`` where the text is not TOML.
    ///     TypeError: ``text`` is neither str nor bytes.
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
        Policy::built(py, predicates, || builder.toml(text.as_slice()))
    }

    /// Build a policy from a file: JSON if its name ends in ``.json``, else TOML.
    ///
    /// Args:
    ///     path: the file, as str or ``os.PathLike[str]``.
    ///     allow_origin: the origin predicate, which no file can hold, as in ``Policy(allow_origin=...)``.
    ///     predicate_timeout: as in ``Policy(predicate_timeout=...)``.
    ///     predicate_cache: as in ``Policy(predicate_cache=...)``.
    ///
    /// Raises:
    ///     OSError: the file cannot be read: ``FileNotFoundError`` and its like, with ``errno`` and ``filename``.
    ///     ConfigError: the file was read and is refused; the message names the file.
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

    /// Decide on one request. Whatever the bytes are, this does not fail.
    ///
    /// Args:
    ///     method: the request's method, as sent.
    ///     headers: the request's header lines: an iterable of (name, value) pairs, or a mapping. Names in any
    ///         case; repeated lines are joined. ``:authority`` of HTTP/2 is taken as well.
    ///     path: the request's target as sent, or None. Only policies with routes read it.
    ///     path_decoded: ``path`` is decoded already, as WSGI's ``PATH_INFO`` is.
    ///     secure: the connection is known to be TLS.
    ///     websocket: it is known to be a WebSocket handshake, whatever the headers say, as with ASGI's scopes.
    ///
    /// Text may be str or bytes. A str is isomorphic: each code point stands for one byte (latin-1), as in WSGI.
    ///
    /// Returns:
    ///     The decision.
    ///
    /// Raises:
    ///     TypeError: something is neither str nor bytes, or no pair; or ``allow_origin`` is async.
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
        let lines = HeaderLines::read(headers)?;
        let picked = lines.pick();
        let mut request = picked.request(method.as_slice(), path.as_ref().map(Octets::as_slice));
        request.path_decoded = path_decoded;
        request.secure = secure;
        request.websocket = websocket;
        Ok(match self.core.evaluate(&request) {
            Evaluation::Decided(decision) => decision.into(),
            Evaluation::Ask(pending) => {
                let none = PyNone::get(headers.py()).to_owned().into_any();
                let predicate = self.predicates.of(pending.route());
                match predicate.map(|predicate| predicate.ask(pending.origin(), &none)).transpose()? {
                    Some(Said::Now(answer)) => pending.resolve(answer).into(),
                    Some(Said::Later(later)) => return Err(cannot_wait(&later)),
                    None => pending.resolve(PredicateAnswer::Failed).into(),
                }
            }
        })
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.predicates.traverse(&visit)
    }

    /// What is valid but useless or risky in the settings: a tuple of :class:`Issue` with severity ``lint``.
    #[getter]
    fn lints(&self, py: Python<'_>) -> Py<PyTuple> {
        self.lints.clone_ref(py)
    }
}

impl Policy {
    pub(crate) fn core(&self) -> &corsac::Policy {
        &self.core
    }

    pub(crate) fn predicates(&self) -> &Predicates {
        &self.predicates
    }

    pub(crate) fn reads(&self) -> Reads {
        self.reads
    }

    /// The answers for a host whose headers are made of this.
    #[inline]
    pub(crate) fn rendered(&self, text: Text) -> &Rendered {
        let place = match text {
            Text::Bytes => &self.bytes,
            Text::Latin1 => &self.latin1,
        };
        place.get_or_init(|| Rendered::new(Arc::clone(&self.core), text))
    }

    fn built(
        py: Python<'_>,
        predicates: Predicates,
        build: impl Send + FnOnce() -> Result<corsac::Policy, corsac::ConfigError>,
    ) -> PyResult<Self> {
        let policy = py.detach(build).map_err(|error| config_error(py, &error))?;
        Policy::of_core(py, predicates, policy)
    }

    /// From what core has built with these predicates.
    pub(crate) fn of_core(py: Python<'_>, predicates: Predicates, policy: corsac::Policy) -> PyResult<Self> {
        log(py, policy.lints())?;
        let lints = issues(py, policy.lints())?.unbind();
        let reads = Reads {
            path: policy.needs().path,
            protection: policy.needs().protection,
            websockets: policy.needs().websockets,
        };
        let (bytes, latin1) = (OnceLock::new(), OnceLock::new());
        Ok(Policy { core: Arc::new(policy), lints, predicates, reads, bytes, latin1 })
    }
}

/// Warns of each lint, the host's way.
fn log(py: Python<'_>, lints: &[corsac::Issue]) -> PyResult<()> {
    if lints.is_empty() {
        return Ok(());
    }
    let logger = logger(py)?;
    for lint in lints {
        logger.call_method1("warning", ("%s", lint.to_string()))?;
    }
    Ok(())
}

/// The text of a policy. Unlike a header's, it is Unicode.
enum PolicyText {
    Utf8(String),
    Bytes(PyBackedBytes),
}

impl PolicyText {
    fn read(object: &Bound<'_, PyAny>) -> PyResult<Self> {
        if let Ok(text) = object.cast::<PyString>() {
            return Ok(PolicyText::Utf8(text.to_string_lossy().into_owned()));
        }
        if is_bytes(object) {
            return Ok(PolicyText::Bytes(object.extract()?));
        }
        Err(PyTypeError::new_err(format!("text must be str or bytes, not {}", object.get_type().name()?)))
    }

    fn as_slice(&self) -> &[u8] {
        match self {
            PolicyText::Utf8(text) => text.as_bytes(),
            PolicyText::Bytes(bytes) => bytes,
        }
    }
}

/// Why there is no policy of a file, as Python raises it.
pub(crate) fn load_error(py: Python<'_>, error: &LoadError, path: &Path) -> PyErr {
    match error {
        LoadError::Io(error) => os_error(py, error, path),
        LoadError::Config(error) => config_error(py, error),
        other => PyRuntimeError::new_err(other.to_string()),
    }
}

/// The error that `open` would raise: the class follows from the number.
fn os_error(py: Python<'_>, error: &std::io::Error, path: &Path) -> PyErr {
    let Some(number) = error.raw_os_error() else {
        // The path itself is impossible, such as one with a NUL.
        return PyValueError::new_err(error.to_string());
    };
    let made = py
        .import("os")
        .and_then(|os| os.call_method1("strerror", (number,)))
        .and_then(|message| py.get_type::<PyOSError>().call1((number, message, path.as_os_str())));
    made.map_or_else(|error| error, PyErr::from_value)
}
