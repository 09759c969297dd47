//! `PredicateCache`: answers of a predicate, remembered for a while.

use crate::octets::Octets;
use corsac::PredicateAnswer;
use corsac::binding::{AnswerCache, Era};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBool;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

/// Remembers what an ``allow_origin`` function said: for functions that ask a database. Given as ``predicate_cache``.
///
/// Allowed and denied origins have half of the room each, so that a flood of made-up origins does not push out those
/// that are real. Failures are not remembered. Questions of an async function about one origin that come while it is
/// being asked wait for the same answer. The function must take the origin alone. One cache may serve several policies:
/// each function's answers are kept apart.
///
/// Args:
///     size (int): the most origins that are remembered, 2 to 10,000,000.
///     ttl (float): for how many seconds each is, up to a day: how long a tenant that was removed can still be let in.
///
/// Raises:
///     ValueError: a size or a time out of bounds.
///
///     >>> cache = PredicateCache(size=10_000, ttl=60)
///     >>> cache.clear()
#[pyclass(frozen, module = "corsac")]
#[derive(Debug)]
pub(crate) struct PredicateCache {
    size: usize,
    time_to_live: Duration,
    /// What each function's answers are in.
    made: Mutex<Vec<Weak<AnswerCache>>>,
}

#[pymethods]
impl PredicateCache {
    #[new]
    #[pyo3(signature = (*, size, ttl))]
    fn new(size: i64, ttl: f64) -> PyResult<Self> {
        // What is out of its type's bounds is out of core's as well.
        let size = usize::try_from(size).unwrap_or_default();
        let time_to_live = Duration::try_from_secs_f64(ttl).unwrap_or_default();
        AnswerCache::new(size, time_to_live).map_err(|error| PyValueError::new_err(error.to_string()))?;
        Ok(PredicateCache { size, time_to_live, made: Mutex::new(Vec::new()) })
    }

    /// Forget everything, answers that are under way included: for when what the function asks has changed.
    fn clear(&self) {
        for answers in self.made.lock().unwrap_or_else(PoisonError::into_inner).iter().filter_map(Weak::upgrade) {
            answers.clear();
        }
    }
}

impl PredicateCache {
    /// Room for the answers of one function.
    pub(crate) fn answers(&self) -> PyResult<Arc<AnswerCache>> {
        let answers = AnswerCache::new(self.size, self.time_to_live);
        let answers = Arc::new(answers.map_err(|error| PyValueError::new_err(error.to_string()))?);
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        made.retain(|answers| answers.strong_count() > 0);
        made.push(Arc::downgrade(&answers));
        Ok(answers)
    }
}

/// Where an answer that was awaited is put.
#[pyclass(frozen, module = "corsac._corsac")]
#[derive(Debug)]
pub(crate) struct Answers(pub(crate) Arc<AnswerCache>);

#[pymethods]
impl Answers {
    /// The era in which a question is asked.
    fn era(&self) -> u64 {
        self.0.era().0
    }

    /// Remembers an answer, if it is one, unless everything was forgotten since it was asked for.
    fn put(&self, era: u64, origin: &Bound<'_, PyAny>, said: &Bound<'_, PyAny>) -> PyResult<()> {
        if let Ok(said) = said.cast::<PyBool>() {
            let answer = if said.is_true() { PredicateAnswer::Allow } else { PredicateAnswer::Deny };
            self.0.remember(Era(era), Octets::read(origin, "the origin")?.as_slice(), answer);
        }
        Ok(())
    }

    /// What was said of the origin, or None.
    fn get(&self, origin: &Bound<'_, PyAny>) -> PyResult<Option<bool>> {
        let answer = self.0.get(Octets::read(origin, "the origin")?.as_slice());
        Ok(answer.map(|answer| answer == PredicateAnswer::Allow))
    }
}
