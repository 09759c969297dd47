//! Answers of an origin predicate, remembered for a while: for predicates that ask a database.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Remembers which origins a predicate allowed and denied: a bounded number, each for a bounded time.
///
/// Allowed and denied origins have half of the room each, so that a flood of made-up origins does not push out those
/// that are real. Failures are never remembered. Use it only where the answer depends on the origin alone.
///
/// ```
/// use corsac::AnswerCache;
/// use std::time::Duration;
///
/// let cache = AnswerCache::new(10_000, Duration::from_secs(60))?;
/// assert_eq!(cache.get(b"https://tenant.example"), None);
/// cache.put(b"https://tenant.example", true);
/// assert_eq!(cache.get(b"https://tenant.example"), Some(true));
/// # Ok::<(), corsac::CacheError>(())
/// ```
#[derive(Debug)]
pub struct AnswerCache {
    time_to_live: Duration,
    allowed: Mutex<Half>,
    denied: Mutex<Half>,
}

/// A cache that cannot be: its message says what may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CacheError;

/// The most answers that are remembered.
const MOST: usize = 10_000_000;
/// The longest time: a day.
const LONGEST: Duration = Duration::from_secs(86_400);

impl fmt::Display for CacheError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "a cache of answers holds 2 to {MOST} origins, each for more than 0 and at most {} seconds",
            LONGEST.as_secs()
        )
    }
}

impl std::error::Error for CacheError {}

impl AnswerCache {
    /// A cache of at most `size` origins, each for `time_to_live`.
    ///
    /// # Errors
    ///
    /// A size below 2 or over 10,000,000; no time, or more than a day.
    pub fn new(size: usize, time_to_live: Duration) -> Result<Self, CacheError> {
        if !(2..=MOST).contains(&size) || time_to_live.is_zero() || time_to_live > LONGEST {
            return Err(CacheError);
        }
        let half = |size| Mutex::new(Half { size, entries: HashMap::new(), order: VecDeque::new() });
        Ok(AnswerCache { time_to_live, allowed: half(size - size / 2), denied: half(size / 2) })
    }

    /// What the predicate said of this origin, if it is remembered.
    #[must_use]
    pub fn get(&self, origin: &[u8]) -> Option<bool> {
        let now = Instant::now();
        let fresh = |half: &Mutex<Half>| lock(half).has(origin, now);
        if fresh(&self.allowed) { Some(true) } else { fresh(&self.denied).then_some(false) }
    }

    /// Remembers what the predicate said.
    pub fn put(&self, origin: &[u8], allowed: bool) {
        let (put, drop) = if allowed { (&self.allowed, &self.denied) } else { (&self.denied, &self.allowed) };
        lock(drop).remove(origin);
        lock(put).put(origin, Instant::now() + self.time_to_live);
    }

    /// Forgets everything: for when what the predicate asks has changed.
    pub fn clear(&self) {
        for half in [&self.allowed, &self.denied] {
            let mut half = lock(half);
            half.entries.clear();
            half.order.clear();
        }
    }
}

fn lock(half: &Mutex<Half>) -> MutexGuard<'_, Half> {
    half.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Origins that got one answer: the oldest goes when there is no more room.
#[derive(Debug)]
struct Half {
    size: usize,
    /// Until when each is remembered.
    entries: HashMap<Box<[u8]>, Instant>,
    order: VecDeque<(Box<[u8]>, Instant)>,
}

impl Half {
    fn has(&self, origin: &[u8], now: Instant) -> bool {
        self.entries.get(origin).is_some_and(|until| now < *until)
    }

    fn remove(&mut self, origin: &[u8]) {
        self.entries.remove(origin);
    }

    fn put(&mut self, origin: &[u8], until: Instant) {
        self.entries.insert(origin.into(), until);
        self.order.push_back((origin.into(), until));
        // Those that were put again, or removed, have older places in the order, which mean nothing.
        while self.order.len() > 2 * self.size || self.entries.len() > self.size {
            let Some((oldest, until)) = self.order.pop_front() else { return };
            if self.entries.get(&oldest) == Some(&until) {
                self.entries.remove(&oldest);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cache(size: usize) -> AnswerCache {
        AnswerCache::new(size, Duration::from_secs(60)).unwrap()
    }

    #[test]
    fn a_flood_of_denials_leaves_what_is_allowed() {
        let cache = cache(10);
        cache.put(b"https://real.example", true);
        for index in 0..10_000 {
            cache.put(format!("https://{index}.example").as_bytes(), false);
        }
        assert_eq!(cache.get(b"https://real.example"), Some(true));
        assert_eq!(cache.get(b"https://9999.example"), Some(false));
        assert_eq!(cache.get(b"https://1.example"), None);
        let denied = lock(&cache.denied);
        assert!(denied.entries.len() <= 5 && denied.order.len() <= 10);
    }

    #[test]
    fn the_last_answer_counts_and_ages() {
        let cache = cache(4);
        cache.put(b"a", true);
        cache.put(b"a", false);
        assert_eq!(cache.get(b"a"), Some(false));
        cache.clear();
        assert_eq!(cache.get(b"a"), None);
        let short = AnswerCache::new(4, Duration::from_nanos(1)).unwrap();
        short.put(b"a", true);
        std::thread::sleep(Duration::from_millis(1));
        assert_eq!(short.get(b"a"), None);
    }

    #[test]
    fn one_origin_put_again_and_again_takes_no_more_room() {
        let cache = cache(4);
        for _ in 0..1000 {
            cache.put(b"a", true);
        }
        assert_eq!(cache.get(b"a"), Some(true));
        assert!(lock(&cache.allowed).order.len() <= 4);
    }

    #[test]
    fn bounds() {
        for (size, time) in [(0, 1), (1, 1), (MOST + 1, 1), (2, 0), (2, 86_401)] {
            assert_eq!(AnswerCache::new(size, Duration::from_secs(time)).err(), Some(CacheError));
        }
    }
}
