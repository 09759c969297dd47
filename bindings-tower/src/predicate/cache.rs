//! Remembered answers, and the requests that wait for the same answer.

use super::call::Asked;
use corsac::PredicateAnswer;
use corsac::binding::{AnswerCache, CacheError};
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared, WeakShared};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

type Answer = BoxFuture<'static, PredicateAnswer>;

/// Answers of a [`Predicate`](crate::Predicate), for a limited number of origins, each remembered for a limited time.
///
/// Allowed and refused origins each have half of the space, so a flood of made-up origins does not push out the real ones.
/// Failures are not remembered. Clones share their answers. Use one cache for each predicate.
#[derive(Clone)]
pub struct PredicateCache {
    inner: Arc<Inner>,
}

struct Inner {
    answers: AnswerCache,
    /// The questions without an answer yet, each with its number.
    asking: Mutex<Asking>,
}

#[derive(Default)]
struct Asking {
    next: u64,
    questions: HashMap<String, (u64, WeakShared<Answer>)>,
}

impl PredicateCache {
    /// Makes a cache of at most `size` origins, each remembered for `time_to_live`.
    ///
    /// # Errors
    ///
    /// If the size is below 2 or above 10,000,000, or if the time is zero or longer than a day.
    pub fn new(size: usize, time_to_live: Duration) -> Result<Self, CacheError> {
        let answers = AnswerCache::new(size, time_to_live)?;
        Ok(PredicateCache { inner: Arc::new(Inner { answers, asking: Mutex::default() }) })
    }

    /// Forgets everything. Call this when the data behind the predicate has changed. Answers to questions from before
    /// this call are not remembered.
    pub fn clear(&self) {
        self.inner.answers.clear();
        let asked = std::mem::take(&mut self.inner.lock().questions);
        drop(asked);
    }

    /// Returns the remembered answer, or waits for the answer of a running call, or calls the function.
    pub(super) fn ask(&self, origin: &str, ask: impl FnOnce() -> Asked) -> Asked {
        if let Some(answer) = self.inner.answers.get(origin.as_bytes()) {
            return Asked::Answered(answer);
        }
        if let Some(others) = self.inner.question(origin) {
            return Asked::Waiting(others.boxed());
        }
        let era = self.inner.answers.era();
        match ask() {
            Asked::Answered(answer) => {
                self.inner.answers.remember(era, origin.as_bytes(), answer);
                Asked::Answered(answer)
            }
            Asked::Waiting(answer) => {
                let number = self.inner.next_number();
                let end = End { inner: Arc::clone(&self.inner), origin: origin.to_owned(), number };
                let shared: Shared<Answer> = async move {
                    let answer = answer.await;
                    end.inner.answers.remember(era, end.origin.as_bytes(), answer);
                    answer
                }
                .boxed()
                .shared();
                self.inner.add(origin, number, &shared);
                Asked::Waiting(shared.boxed())
            }
        }
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, Asking> {
        self.asking.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn question(&self, origin: &str) -> Option<Shared<Answer>> {
        self.lock().questions.get(origin)?.1.upgrade()
    }

    fn next_number(&self) -> u64 {
        let mut asking = self.lock();
        asking.next += 1;
        asking.next
    }

    fn add(&self, origin: &str, number: u64, question: &Shared<Answer>) {
        if let Some(question) = question.downgrade() {
            self.lock().questions.insert(origin.to_owned(), (number, question));
        }
    }
}

/// Ends a question, because it has an answer or no request waits for it any longer.
struct End {
    inner: Arc<Inner>,
    origin: String,
    number: u64,
}

impl Drop for End {
    fn drop(&mut self) {
        let mut asking = self.inner.lock();
        if asking.questions.get(&self.origin).is_some_and(|(number, _)| *number == self.number) {
            asking.questions.remove(&self.origin);
        }
    }
}

impl fmt::Debug for PredicateCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PredicateCache").field("answers", &self.inner.answers).finish_non_exhaustive()
    }
}
