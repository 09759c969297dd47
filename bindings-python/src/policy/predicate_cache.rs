//! `PredicateCache`: remembers the answers of a predicate for a limited time.

use crate::http::octets::Octets;
use crate::policy::predicate_answer::read_predicate_answer;
use corsac::PredicateAnswer;
use corsac::binding::{AnswerCache, Era};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

/// Remembers the answers of an ``allow_origin`` function, such as one that queries a database. Pass it as
/// ``predicate_cache``.
///
/// Allowed and denied origins each have half of the space, so that a flood of made-up origins does not push out the
/// real ones. Failures are not remembered. While an async function is being asked about an origin, other requests from
/// that origin wait for the same answer. The function must take only the origin. Several policies may share a cache,
/// because the answers of each function are kept separately.
///
/// Args:
///     size (int): how many origins are remembered at most, from 2 to 10,000,000.
///     ttl (float): for how many seconds each answer is remembered, more than 0 and at most 86,400. A tenant that was
///         removed may still be allowed for that time.
///
/// Raises:
///     ValueError: ``size`` or ``ttl`` is out of bounds.
///
///     >>> cache = PredicateCache(size=10_000, ttl=60)
///     >>> cache.clear()
#[pyclass(frozen, module = "corsac")]
#[derive(Debug)]
pub(crate) struct PredicateCache {
    size: usize,
    time_to_live: Duration,
    /// The caches, one for each function.
    caches: Mutex<Vec<Weak<AnswerCache>>>,
}

#[pymethods]
impl PredicateCache {
    #[new]
    #[pyo3(signature = (*, size, ttl))]
    fn new(size: i64, ttl: f64) -> PyResult<Self> {
        // A number that does not fit into the type is beyond core's limit as well.
        let size = usize::try_from(size).unwrap_or_default();
        let time_to_live = Duration::try_from_secs_f64(ttl).unwrap_or_default();
        AnswerCache::new(size, time_to_live).map_err(|error| PyValueError::new_err(error.to_string()))?;
        Ok(PredicateCache { size, time_to_live, caches: Mutex::new(Vec::new()) })
    }

    /// Forget everything. Call it when the data that the function reads has changed. Answers that are still awaited
    /// are not remembered either.
    fn clear(&self) {
        for cache in self.caches.lock().unwrap_or_else(PoisonError::into_inner).iter().filter_map(Weak::upgrade) {
            cache.clear();
        }
    }
}

impl PredicateCache {
    /// A cache for the answers of one function.
    pub(crate) fn cache_of_function(&self) -> PyResult<Arc<AnswerCache>> {
        let cache = AnswerCache::new(self.size, self.time_to_live);
        let cache = Arc::new(cache.map_err(|error| PyValueError::new_err(error.to_string()))?);
        let mut caches = self.caches.lock().unwrap_or_else(PoisonError::into_inner);
        caches.retain(|cache| cache.strong_count() > 0);
        caches.push(Arc::downgrade(&cache));
        Ok(cache)
    }
}

/// The cache of one function's answers, for ``corsac._predicate_calls``.
#[pyclass(frozen, module = "corsac._corsac")]
#[derive(Debug)]
pub(crate) struct FunctionCache(pub(crate) Arc<AnswerCache>);

#[pymethods]
impl FunctionCache {
    /// The current era, which ends when the cache is cleared.
    fn era(&self) -> u64 {
        self.0.era().0
    }

    /// Remembers the function's return value, if it is an answer and the era in which it was asked has not ended.
    fn remember(&self, era: u64, origin: &Bound<'_, PyAny>, returned: &Bound<'_, PyAny>) -> PyResult<()> {
        if let Ok(answer) = read_predicate_answer(returned) {
            self.0.remember(Era(era), Octets::read(origin, "the origin")?.as_slice(), answer);
        }
        Ok(())
    }

    /// The answer that is remembered for the origin, or None.
    fn get(&self, origin: &Bound<'_, PyAny>) -> PyResult<Option<bool>> {
        let answer = self.0.get(Octets::read(origin, "the origin")?.as_slice());
        Ok(answer.map(|answer| answer == PredicateAnswer::Allow))
    }
}
