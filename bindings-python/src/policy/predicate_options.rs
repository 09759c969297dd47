//! `predicate_timeout` and `predicate_cache`: the settings that go with a predicate.

use crate::config::predicate_functions::PREDICATE_SETTING;
use crate::policy::predicate_cache::PredicateCache;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict};
use std::time::Duration;

const TIMEOUT_SETTING: &str = "predicate_timeout";
const CACHE_SETTING: &str = "predicate_cache";

/// The time-out of an async function, and the cache of its answers.
#[derive(Debug, Default)]
pub(crate) struct PredicateOptions<'py> {
    /// The time-out in seconds.
    pub(crate) timeout: Option<f64>,
    pub(crate) cache: Option<Bound<'py, PredicateCache>>,
}

impl<'py> PredicateOptions<'py> {
    pub(crate) fn new(timeout: Option<&Bound<'py, PyAny>>, cache: Option<&Bound<'py, PyAny>>) -> PyResult<Self> {
        let timeout = timeout.filter(|timeout| !timeout.is_none()).map(seconds).transpose()?;
        let cache = cache.filter(|cache| !cache.is_none()).map(|cache| match cache.cast::<PredicateCache>() {
            Ok(cache) => Ok(cache.clone()),
            Err(_) => {
                let name = cache.get_type().name()?;
                Err(PyTypeError::new_err(format!("{CACHE_SETTING} must be a corsac.PredicateCache, not {name}")))
            }
        });
        Ok(PredicateOptions { timeout, cache: cache.transpose()? })
    }

    /// Takes both options out of the settings, because core does not know them.
    pub(crate) fn take_from(settings: &Bound<'py, PyDict>) -> PyResult<Self> {
        let take = |name| {
            let value = settings.get_item(name)?;
            if value.is_some() {
                settings.del_item(name)?;
            }
            Ok::<_, PyErr>(value)
        };
        let (timeout, cache) = (take(TIMEOUT_SETTING)?, take(CACHE_SETTING)?);
        PredicateOptions::new(timeout.as_ref(), cache.as_ref())
    }

    /// The error if there is no function to which the options could apply.
    pub(crate) fn require_none(&self) -> PyResult<()> {
        let given = [(TIMEOUT_SETTING, self.timeout.is_some()), (CACHE_SETTING, self.cache.is_some())];
        match given.iter().find(|(_, is_given)| *is_given) {
            Some((name, _)) => {
                Err(PyTypeError::new_err(format!("{name} is given without an {PREDICATE_SETTING} function")))
            }
            None => Ok(()),
        }
    }

    /// The error for a function whose answers depend on more than the origin.
    pub(crate) fn require_no_cache(&self) -> PyResult<()> {
        if self.cache.is_none() {
            return Ok(());
        }
        Err(PyTypeError::new_err(format!(
            "{CACHE_SETTING}: the {PREDICATE_SETTING} function takes the request, so its answer depends on more than \
             the origin: let it take only the origin, or have it remember its answers itself"
        )))
    }
}

fn seconds(timeout: &Bound<'_, PyAny>) -> PyResult<f64> {
    let wrong = || PyTypeError::new_err(format!("{TIMEOUT_SETTING} must be a number of seconds"));
    if timeout.is_instance_of::<PyBool>() {
        return Err(wrong());
    }
    let seconds: f64 = timeout.extract().map_err(|_| wrong())?;
    match Duration::try_from_secs_f64(seconds) {
        Ok(time) if !time.is_zero() => Ok(seconds),
        _ => Err(PyValueError::new_err(format!("{TIMEOUT_SETTING} must be more than 0 seconds, not {seconds}"))),
    }
}
