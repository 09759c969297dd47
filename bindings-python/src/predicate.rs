//! The host's origin predicates, sync or async: each a function, with the bounds that its answers are given.

use crate::cache::{Answers, PredicateCache};
use crate::octets::latin1;
use corsac::binding::AnswerCache;
use corsac::{PolicyBuilder, PredicateAnswer};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict};
use pyo3::{PyTraverseError, PyVisit};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// The setting that is a function. Core never sees it.
pub(crate) const NAME: &str = "allow_origin";
const TIMEOUT: &str = "predicate_timeout";
const CACHE: &str = "predicate_cache";

/// The functions of one policy.
#[derive(Debug, Default)]
pub(crate) struct Predicates {
    policy: Option<Predicate>,
    /// Those of routes, by the route's index.
    routes: HashMap<u32, Predicate>,
}

/// The functions among a policy's settings.
#[derive(Debug, Default)]
pub(crate) struct Functions<'py> {
    pub(crate) policy: Option<Bound<'py, PyAny>>,
    pub(crate) routes: Vec<(u32, Bound<'py, PyAny>)>,
}

/// How long an async function may take, and how long its answer is remembered.
#[derive(Debug, Default)]
pub(crate) struct Bounds<'py> {
    timeout: Option<f64>,
    cache: Option<Bound<'py, PredicateCache>>,
}

impl<'py> Bounds<'py> {
    /// From the arguments of these names.
    pub(crate) fn new(timeout: Option<&Bound<'py, PyAny>>, cache: Option<&Bound<'py, PyAny>>) -> PyResult<Self> {
        let timeout = timeout.filter(|it| !it.is_none()).map(seconds).transpose()?;
        let cache = cache.filter(|it| !it.is_none()).map(|cache| match cache.cast::<PredicateCache>() {
            Ok(cache) => Ok(cache.clone()),
            Err(_) => {
                let name = cache.get_type().name()?;
                Err(PyTypeError::new_err(format!("{CACHE} must be a corsac.PredicateCache, not {name}")))
            }
        });
        Ok(Bounds { timeout, cache: cache.transpose()? })
    }

    /// Takes them out of the settings.
    pub(crate) fn take(settings: &Bound<'py, PyDict>) -> PyResult<Self> {
        let mut taken = [None, None];
        for (name, place) in [TIMEOUT, CACHE].into_iter().zip(&mut taken) {
            *place = settings.get_item(name)?;
            if place.is_some() {
                settings.del_item(name)?;
            }
        }
        let [timeout, cache] = taken;
        Bounds::new(timeout.as_ref(), cache.as_ref())
    }
}

fn seconds(timeout: &Bound<'_, PyAny>) -> PyResult<f64> {
    let wrong = || PyTypeError::new_err(format!("{TIMEOUT} must be a number of seconds"));
    if timeout.is_instance_of::<PyBool>() {
        return Err(wrong());
    }
    let seconds: f64 = timeout.extract().map_err(|_| wrong())?;
    match Duration::try_from_secs_f64(seconds) {
        Ok(time) if !time.is_zero() => Ok(seconds),
        _ => Err(PyValueError::new_err(format!("{TIMEOUT} must be more than 0 seconds, not {seconds}"))),
    }
}

impl Predicates {
    pub(crate) fn new(functions: &Functions<'_>, bounds: &Bounds<'_>) -> PyResult<Self> {
        let policy = functions.policy.as_ref().map(|function| Predicate::new(function, bounds)).transpose()?;
        let routes = functions
            .routes
            .iter()
            .map(|(index, function)| Ok((*index, Predicate::new(function, bounds)?)))
            .collect::<PyResult<HashMap<_, _>>>()?;
        if policy.is_none() && routes.is_empty() {
            let given = [(TIMEOUT, bounds.timeout.is_some()), (CACHE, bounds.cache.is_some())];
            if let Some((name, _)) = given.iter().find(|(_, given)| *given) {
                return Err(PyTypeError::new_err(format!("{name} is given without an {NAME} function")));
            }
        }
        Ok(Predicates { policy, routes })
    }

    /// The function of a text, which can hold none itself.
    pub(crate) fn of_text(
        function: Option<&Bound<'_, PyAny>>,
        timeout: Option<&Bound<'_, PyAny>>,
        cache: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let policy = function.filter(|function| !function.is_none()).cloned();
        Predicates::new(&Functions { policy, routes: Vec::new() }, &Bounds::new(timeout, cache)?)
    }

    /// What builds a policy from a text that goes with them.
    pub(crate) fn builder(&self) -> PolicyBuilder {
        PolicyBuilder::new().predicate(self.policy.is_some())
    }

    /// That of a route, or of the whole policy.
    pub(crate) fn of(&self, route: Option<u32>) -> Option<&Predicate> {
        match route {
            Some(index) => self.routes.get(&index),
            None => self.policy.as_ref(),
        }
    }

    pub(crate) fn clone_ref(&self, py: Python<'_>) -> Self {
        Predicates {
            policy: self.policy.as_ref().map(|predicate| predicate.clone_ref(py)),
            routes: self.routes.iter().map(|(index, predicate)| (*index, predicate.clone_ref(py))).collect(),
        }
    }

    pub(crate) fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        for predicate in self.policy.iter().chain(self.routes.values()) {
            visit.call(&predicate.function)?;
            visit.call(&predicate.questions)?;
        }
        Ok(())
    }
}

/// A function of the origin, or of the origin and the request.
#[derive(Debug)]
pub(crate) struct Predicate {
    function: Py<PyAny>,
    takes_request: bool,
    answers: Option<Arc<AnswerCache>>,
    /// ``corsac._predicate.Questions``, where answers that are awaited are bounded.
    questions: Option<Py<PyAny>>,
    /// An answer was awaited once: it is async.
    is_async: AtomicBool,
}

/// What a predicate gave.
#[derive(Debug)]
pub(crate) enum Said<'py> {
    Now(PredicateAnswer),
    /// To be awaited.
    Later(Bound<'py, PyAny>),
}

impl Predicate {
    fn new(function: &Bound<'_, PyAny>, bounds: &Bounds<'_>) -> PyResult<Self> {
        let py = function.py();
        if !function.is_callable() {
            let name = function.get_type().name()?;
            return Err(PyTypeError::new_err(format!("{NAME} must be a function of the origin, not {name}")));
        }
        let module = py.import("corsac._predicate")?;
        let takes_request = module.call_method1("arguments", (function,))?.extract::<usize>()? == 2;
        if takes_request && bounds.cache.is_some() {
            return Err(PyTypeError::new_err(format!(
                "{CACHE}: the {NAME} function takes the request, so that its answer depends on more than the origin: \
                 let it take the origin alone, or remember its answers itself"
            )));
        }
        let answers = bounds.cache.as_ref().map(|cache| cache.get().answers()).transpose()?;
        let questions = if answers.is_some() || bounds.timeout.is_some() {
            let remember = answers.clone().map(|answers| Bound::new(py, Answers(answers))).transpose()?;
            Some(module.getattr("Questions")?.call1((function, bounds.timeout, remember))?.unbind())
        } else {
            None
        };
        let function = function.clone().unbind();
        Ok(Predicate { function, takes_request, answers, questions, is_async: AtomicBool::new(false) })
    }

    fn clone_ref(&self, py: Python<'_>) -> Self {
        Predicate {
            function: self.function.clone_ref(py),
            takes_request: self.takes_request,
            answers: self.answers.clone(),
            questions: self.questions.as_ref().map(|questions| questions.clone_ref(py)),
            is_async: AtomicBool::new(self.is_async.load(Ordering::Relaxed)),
        }
    }

    /// Asks about a well-formed origin. `request` is the host's own object.
    pub(crate) fn ask<'py>(&self, origin: &[u8], request: &Bound<'py, PyAny>) -> PyResult<Said<'py>> {
        let py = request.py();
        let remembered = self.answers.as_ref().and_then(|answers| answers.get(origin));
        if let Some(answer) = remembered {
            return Ok(Said::Now(answer));
        }
        let text = latin1(origin);
        let questions = self.questions.as_ref().map(|questions| questions.bind(py));
        if let Some(questions) = questions
            && self.answers.is_some()
            && self.is_async.load(Ordering::Relaxed)
        {
            // It may be under way already: the function is called only once the answer is awaited.
            return questions.call_method1(intern!(py, "ask"), (text,)).map(Said::Later);
        }
        let era = self.answers.as_ref().map(|answers| answers.era());
        let function = self.function.bind(py);
        let said = if self.takes_request { function.call1((&text, request))? } else { function.call1((&text,))? };
        if said.hasattr(intern!(py, "__await__"))? {
            self.is_async.store(true, Ordering::Relaxed);
            return Ok(Said::Later(match questions {
                Some(questions) => questions.call_method1(intern!(py, "ask"), (text, said))?,
                None => said,
            }));
        }
        let answer = answer(&said)?;
        if let (Some(answers), Some(era)) = (&self.answers, era) {
            answers.remember(era, origin, answer);
        }
        Ok(Said::Now(answer))
    }
}

/// Only True and False: whatever else a function gives by mistake must not grant anything.
pub(crate) fn answer(said: &Bound<'_, PyAny>) -> PyResult<PredicateAnswer> {
    match said.cast::<PyBool>() {
        Ok(said) if said.is_true() => Ok(PredicateAnswer::Allow),
        Ok(_) => Ok(PredicateAnswer::Deny),
        Err(_) => {
            let name = said.get_type().name()?;
            Err(PyTypeError::new_err(format!("the {NAME} function must return True or False, not {name}")))
        }
    }
}

/// The error where nothing can be awaited.
pub(crate) fn cannot_wait(later: &Bound<'_, PyAny>) -> PyErr {
    // A coroutine that is never awaited would warn.
    let closed =
        later.hasattr("close").and_then(|has| if has { later.call_method0("close").map(drop) } else { Ok(()) });
    match closed {
        Ok(()) => PyTypeError::new_err(format!("the {NAME} function is async: only corsac.CORSMiddleware awaits it")),
        Err(error) => error,
    }
}
