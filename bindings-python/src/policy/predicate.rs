//! An origin predicate: a Python function, sync or async.

use crate::config::predicate_functions::PREDICATE_SETTING;
use crate::http::octets::latin1;
use crate::policy::predicate_answer::read_predicate_answer;
use crate::policy::predicate_cache::FunctionCache;
use crate::policy::predicate_options::PredicateOptions;
use corsac::PredicateAnswer;
use corsac::binding::AnswerCache;
use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::{PyTraverseError, PyVisit};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A function of the origin, or of the origin and the request.
#[derive(Debug)]
pub(crate) struct Predicate {
    function: Py<PyAny>,
    takes_request: bool,
    cache: Option<Arc<AnswerCache>>,
    /// ``corsac._predicate_calls.PredicateCalls``, if calls have a time-out or their answers are remembered.
    calls: Option<Py<PyAny>>,
    /// Whether the function has returned an awaitable before.
    is_async: AtomicBool,
}

/// The result of calling a predicate.
#[derive(Debug)]
pub(crate) enum PredicateCall<'py> {
    /// The answer.
    Answered(PredicateAnswer),
    /// An object that has to be awaited to get the answer.
    Awaitable(Bound<'py, PyAny>),
}

impl Predicate {
    pub(crate) fn new(function: &Bound<'_, PyAny>, options: &PredicateOptions<'_>) -> PyResult<Self> {
        let py = function.py();
        if !function.is_callable() {
            let name = function.get_type().name()?;
            let message = format!("{PREDICATE_SETTING} must be a function of the origin, not {name}");
            return Err(PyTypeError::new_err(message));
        }
        let count = py.import("corsac._predicate_signature")?.call_method1("argument_count", (function,))?;
        let takes_request = count.extract::<usize>()? == 2;
        if takes_request {
            options.require_no_cache()?;
        }
        let cache = options.cache.as_ref().map(|cache| cache.get().cache_of_function()).transpose()?;
        let calls = if cache.is_some() || options.timeout.is_some() {
            let cache = cache.clone().map(|cache| Bound::new(py, FunctionCache(cache))).transpose()?;
            let class = py.import("corsac._predicate_calls")?.getattr("PredicateCalls")?;
            Some(class.call1((function, options.timeout, cache))?.unbind())
        } else {
            None
        };
        let function = function.clone().unbind();
        Ok(Predicate { function, takes_request, cache, calls, is_async: AtomicBool::new(false) })
    }

    pub(crate) fn clone_ref(&self, py: Python<'_>) -> Self {
        Predicate {
            function: self.function.clone_ref(py),
            takes_request: self.takes_request,
            cache: self.cache.clone(),
            calls: self.calls.as_ref().map(|calls| calls.clone_ref(py)),
            is_async: AtomicBool::new(self.is_async.load(Ordering::Relaxed)),
        }
    }

    pub(crate) fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.function)?;
        visit.call(&self.calls)
    }

    /// Asks about a well-formed origin. `request` is the server's own object for the request.
    pub(crate) fn call<'py>(&self, origin: &[u8], request: &Bound<'py, PyAny>) -> PyResult<PredicateCall<'py>> {
        let Some(cache) = &self.cache else { return self.call_function(origin, request) };
        if self.is_async.load(Ordering::Relaxed)
            && let Some(calls) = &self.calls
        {
            if let Some(answer) = cache.get(origin) {
                return Ok(PredicateCall::Answered(answer));
            }
            // Another call for this origin may be pending, so the function is not called before the answer is
            // awaited.
            let call = calls.bind(request.py()).call_method1(intern!(request.py(), "start"), (latin1(origin),));
            return call.map(PredicateCall::Awaitable);
        }
        let answer = cache.ask(origin, || match self.call_function(origin, request) {
            Ok(PredicateCall::Answered(answer)) => Ok(answer),
            unanswered => Err(unanswered),
        });
        answer.map(PredicateCall::Answered).or_else(|unanswered| unanswered)
    }

    fn call_function<'py>(&self, origin: &[u8], request: &Bound<'py, PyAny>) -> PyResult<PredicateCall<'py>> {
        let py = request.py();
        let (origin, function) = (latin1(origin), self.function.bind(py));
        let returned =
            if self.takes_request { function.call1((&origin, request))? } else { function.call1((&origin,))? };
        if !returned.hasattr(intern!(py, "__await__"))? {
            return read_predicate_answer(&returned).map(PredicateCall::Answered);
        }
        self.is_async.store(true, Ordering::Relaxed);
        let awaitable = match &self.calls {
            Some(calls) => calls.bind(py).call_method1(intern!(py, "start"), (origin, returned))?,
            None => returned,
        };
        Ok(PredicateCall::Awaitable(awaitable))
    }
}

/// The error if the caller cannot await anything.
pub(crate) fn cannot_await(awaitable: &Bound<'_, PyAny>) -> PyErr {
    // Python would print a warning about a coroutine that is never awaited.
    let closed =
        awaitable.hasattr("close").and_then(|has| if has { awaitable.call_method0("close").map(drop) } else { Ok(()) });
    match closed {
        Ok(()) => PyTypeError::new_err(format!(
            "the {PREDICATE_SETTING} function is async: only the middlewares for ASGI, Django and aiohttp await it"
        )),
        Err(error) => error,
    }
}
