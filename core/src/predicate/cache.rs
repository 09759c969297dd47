//! A cache for the answers of an origin predicate, for predicates that query a database.

use crate::limits::{CACHED_ANSWERS, CACHED_SECONDS};
use crate::predicate::PredicateAnswer;
use crate::predicate::clock::Clock;
use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// This target has no source of random numbers, so clients could choose origins that collide in a hash table.
#[cfg(all(target_family = "wasm", target_os = "unknown"))]
type Entries<V> = std::collections::BTreeMap<Box<[u8]>, V>;
#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
type Entries<V> = std::collections::HashMap<Box<[u8]>, V>;

/// A cache of a predicate's answers, for a limited number of origins, each for a limited time.
///
/// Allowed and denied origins each have half of the space, so that a flood of made-up origins does not push out the
/// real ones. Failures are never remembered. Use a cache only if the answer depends on nothing but the origin, and use
/// one cache for each predicate.
///
/// ```
/// use corsac::PredicateAnswer;
/// use corsac::binding::AnswerCache;
/// use std::time::Duration;
///
/// let cache = AnswerCache::new(10_000, Duration::from_secs(60))?;
/// let asked_database = || Ok::<_, ()>(PredicateAnswer::Allow);
/// assert_eq!(cache.ask(b"https://tenant.example", asked_database), Ok(PredicateAnswer::Allow));
/// assert_eq!(cache.get(b"https://tenant.example"), Some(PredicateAnswer::Allow));
/// # Ok::<(), corsac::binding::CacheError>(())
/// ```
#[derive(Debug)]
pub struct AnswerCache {
    time_to_live: Duration,
    clock: Clock,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    allowed: Half,
    denied: Half,
    /// The number of times that the cache was cleared.
    era: u64,
}

/// The period from one [clearing](AnswerCache::clear) of a cache to the next. Its number can pass through another
/// language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Era(pub u64);

/// The error for a size or a time that a cache cannot have. Its message says which values are possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CacheError;

impl fmt::Display for CacheError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "a cache of answers holds 2 to {CACHED_ANSWERS} origins, each for more than 0 and at most {} seconds",
            Duration::from_secs(CACHED_SECONDS).as_secs()
        )
    }
}

impl std::error::Error for CacheError {}

impl AnswerCache {
    /// Makes a cache of at most `size` origins, each remembered for `time_to_live`.
    ///
    /// # Errors
    ///
    /// If the size is below 2 or above 10,000,000, or if the time is zero or longer than a day.
    #[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
    pub fn new(size: usize, time_to_live: Duration) -> Result<Self, CacheError> {
        AnswerCache::with_clock(size, time_to_live, crate::predicate::clock::system)
    }

    /// Makes a cache with a clock of the host, for targets on which the standard library has no clock: WebAssembly
    /// without a system.
    ///
    /// # Errors
    ///
    /// As for [`new`](Self::new).
    pub fn with_clock(size: usize, time_to_live: Duration, clock: Clock) -> Result<Self, CacheError> {
        if !(2..=CACHED_ANSWERS).contains(&size)
            || time_to_live.is_zero()
            || time_to_live > Duration::from_secs(CACHED_SECONDS)
        {
            return Err(CacheError);
        }
        let state = State { allowed: Half::new(size - size / 2), denied: Half::new(size / 2), era: 0 };
        Ok(AnswerCache { time_to_live, clock, state: Mutex::new(state) })
    }

    /// The answer that is remembered for this origin.
    #[must_use]
    pub fn get(&self, origin: &[u8]) -> Option<PredicateAnswer> {
        let (now, state) = ((self.clock)(), self.lock());
        if state.allowed.has(origin, now) {
            Some(PredicateAnswer::Allow)
        } else {
            state.denied.has(origin, now).then_some(PredicateAnswer::Deny)
        }
    }

    /// The remembered answer, or otherwise the predicate's answer, which is then remembered.
    ///
    /// Two threads may ask about one origin at the same time.
    ///
    /// # Errors
    ///
    /// The error that `predicate` returns. In that case, nothing is remembered.
    pub fn ask<E>(
        &self,
        origin: &[u8],
        predicate: impl FnOnce() -> Result<PredicateAnswer, E>,
    ) -> Result<PredicateAnswer, E> {
        if let Some(answer) = self.get(origin) {
            return Ok(answer);
        }
        let era = self.era();
        let answer = predicate()?;
        self.remember(era, origin, answer);
        Ok(answer)
    }

    /// The current era, which ends when the cache is [cleared](Self::clear).
    ///
    /// A binding that cannot wait for the answer in [`ask`](Self::ask) gets the era before it asks, and passes it to
    /// [`remember`](Self::remember).
    #[must_use]
    pub fn era(&self) -> Era {
        Era(self.lock().era)
    }

    /// Remembers an answer to a question of this era.
    ///
    /// A failure is not remembered, and neither is an answer to a question that was asked before the cache was
    /// [cleared](Self::clear).
    pub fn remember(&self, era: Era, origin: &[u8], answer: PredicateAnswer) {
        let until = (self.clock)().saturating_add(self.time_to_live);
        let state = &mut *self.lock();
        if state.era != era.0 {
            return;
        }
        let (same, other) = match answer {
            PredicateAnswer::Allow => (&mut state.allowed, &mut state.denied),
            PredicateAnswer::Deny => (&mut state.denied, &mut state.allowed),
            PredicateAnswer::Failed => return,
        };
        other.remove(origin);
        same.insert(origin, until);
    }

    /// Forgets everything. Call this when the data behind the predicate has changed.
    pub fn clear(&self) {
        let state = &mut *self.lock();
        state.era += 1;
        for half in [&mut state.allowed, &mut state.denied] {
            *half = Half::new(half.size);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The origins with the same answer. If there is no more space, the oldest is removed.
#[derive(Debug)]
struct Half {
    size: usize,
    /// The time until which each origin is remembered, and its number in the order.
    entries: Entries<(Duration, u64)>,
    order: VecDeque<(Box<[u8]>, u64)>,
    next: u64,
}

impl Half {
    fn new(size: usize) -> Self {
        Half { size, entries: Entries::new(), order: VecDeque::new(), next: 0 }
    }

    fn has(&self, origin: &[u8], now: Duration) -> bool {
        self.entries.get(origin).is_some_and(|(until, _)| now < *until)
    }

    fn remove(&mut self, origin: &[u8]) {
        self.entries.remove(origin);
    }

    fn insert(&mut self, origin: &[u8], until: Duration) {
        if let Some(entry) = self.entries.get_mut(origin) {
            entry.0 = until;
            return;
        }
        self.entries.insert(origin.into(), (until, self.next));
        self.order.push_back((origin.into(), self.next));
        self.next += 1;
        while self.entries.len() > self.size {
            let Some(first) = self.order.pop_front() else { return };
            if self.is_current(&first) {
                self.entries.remove(&first.0);
            }
        }
        // Entries for origins that were removed are ignored.
        if self.order.len() > 2 * self.size {
            let mut order = std::mem::take(&mut self.order);
            order.retain(|place| self.is_current(place));
            self.order = order;
        }
    }

    fn is_current(&self, (origin, number): &(Box<[u8]>, u64)) -> bool {
        self.entries.get(origin).is_some_and(|(_, current)| current == number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering};

    fn cache(size: usize) -> AnswerCache {
        AnswerCache::new(size, Duration::from_secs(60)).unwrap()
    }

    fn put(cache: &AnswerCache, origin: &[u8], allowed: bool) {
        let answer = if allowed { PredicateAnswer::Allow } else { PredicateAnswer::Deny };
        cache.remember(cache.era(), origin, answer);
    }

    #[test]
    fn a_flood_of_denials_removes_no_allowed_origin() {
        let cache = cache(10);
        put(&cache, b"https://real.example", true);
        for index in 0..10_000 {
            put(&cache, format!("https://{index}.example").as_bytes(), false);
        }
        assert_eq!(cache.get(b"https://real.example"), Some(PredicateAnswer::Allow));
        assert_eq!(cache.get(b"https://9999.example"), Some(PredicateAnswer::Deny));
        assert_eq!(cache.get(b"https://1.example"), None);
        let state = cache.lock();
        assert!(state.denied.entries.len() <= 5 && state.denied.order.len() <= 10);
    }

    #[test]
    fn the_last_answer_counts_and_ages() {
        let cache = cache(4);
        put(&cache, b"a", true);
        put(&cache, b"a", false);
        assert_eq!(cache.get(b"a"), Some(PredicateAnswer::Deny));
        cache.clear();
        assert_eq!(cache.get(b"a"), None);
        let short = AnswerCache::new(4, Duration::from_nanos(1)).unwrap();
        put(&short, b"a", true);
        std::thread::sleep(Duration::from_millis(1));
        assert_eq!(short.get(b"a"), None);
    }

    #[test]
    fn the_time_comes_from_the_clock_of_the_host() {
        static SECONDS: AtomicU64 = AtomicU64::new(7);
        let clock = || Duration::from_secs(SECONDS.load(Ordering::Relaxed));
        let cache = AnswerCache::with_clock(4, Duration::from_secs(60), clock).unwrap();
        put(&cache, b"a", true);
        for (seconds, expected) in [(66, Some(PredicateAnswer::Allow)), (67, None)] {
            SECONDS.store(seconds, Ordering::Relaxed);
            assert_eq!(cache.get(b"a"), expected);
        }
    }

    #[test]
    fn one_origin_stored_again_and_again_takes_no_more_space() {
        let cache = cache(4);
        for _ in 0..1000 {
            put(&cache, b"a", true);
        }
        assert_eq!(cache.get(b"a"), Some(PredicateAnswer::Allow));
        assert!(cache.lock().allowed.order.len() <= 4);
    }

    #[test]
    fn a_stampede_for_one_origin_pushes_out_no_other() {
        let cache = cache(8);
        for origin in [b"a", b"b", b"c"] {
            put(&cache, origin, true);
        }
        for _ in 0..100 {
            put(&cache, b"d", true);
        }
        assert!([b"a", b"b", b"c", b"d"].iter().all(|origin| cache.get(*origin) == Some(PredicateAnswer::Allow)));
    }

    #[test]
    fn an_answer_that_changes_again_and_again_takes_no_more_space() {
        let cache = cache(8);
        for turn in 0..1000 {
            put(&cache, b"a", turn % 2 == 0);
        }
        assert_eq!(cache.get(b"a"), Some(PredicateAnswer::Deny));
        let state = cache.lock();
        assert!(state.allowed.order.len() <= 8 && state.denied.order.len() <= 8);
    }

    #[test]
    fn a_late_answer_is_not_remembered_after_a_clearing() {
        let cache = cache(4);
        let era = cache.era();
        cache.clear();
        cache.remember(era, b"a", PredicateAnswer::Allow);
        assert_eq!(cache.get(b"a"), None);
        cache.remember(cache.era(), b"a", PredicateAnswer::Allow);
        assert_eq!(cache.get(b"a"), Some(PredicateAnswer::Allow));
    }

    #[test]
    fn only_answers_are_remembered() {
        let cache = cache(4);
        let mut asked = 0;
        for (given, remembered) in [
            (Err(()), None),
            (Ok(PredicateAnswer::Failed), None),
            (Ok(PredicateAnswer::Deny), Some(PredicateAnswer::Deny)),
            (Ok(PredicateAnswer::Allow), Some(PredicateAnswer::Deny)),
        ] {
            let answer = cache.ask(b"a", || {
                asked += 1;
                given
            });
            assert_eq!((answer, cache.get(b"a")), (remembered.map_or(given, Ok), remembered));
        }
        assert_eq!(asked, 3);
        // An answer that arrives after the cache has been cleared.
        _ = cache.ask(b"b", || {
            cache.clear();
            Ok::<_, ()>(PredicateAnswer::Allow)
        });
        assert_eq!(cache.get(b"b"), None);
    }

    #[test]
    fn bounds() {
        for (size, time) in [(0, 1), (1, 1), (CACHED_ANSWERS + 1, 1), (2, 0), (2, 86_401)] {
            assert_eq!(AnswerCache::new(size, Duration::from_secs(time)).err(), Some(CacheError));
        }
    }
}
