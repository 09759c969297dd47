//! A policy, and everything that the engine keeps with it for JavaScript.

use crate::misuse::{Misuse, Result};
#[cfg(feature = "explain")]
use corsac::binding::DebugLog;
use corsac::binding::limits::ORIGIN_BYTES;
use corsac::binding::{AnswerCache, CacheError, Needs};
use corsac::{Decision, Evaluation, Pending, Policy, PredicateAnswer, Request};
use std::time::Duration;

/// The object that JavaScript has for a policy.
pub struct CompiledPolicy {
    /// The policy itself.
    pub policy: Policy,
    /// The data that the policy reads from a request.
    pub needs: Needs,
    /// The blocks that have been printed about the policy while its server is developed.
    #[cfg(feature = "explain")]
    pub(crate) debug_log: DebugLog,
    /// The remembered answers of JavaScript's functions.
    cache: Option<AnswerCache>,
}

/// How many answers are remembered, and for how many seconds. The numbers come from JavaScript.
pub type CacheBounds = Option<(u32, f64)>;

/// A decision, or a question that has to be asked first.
pub enum Outcome<'a> {
    /// What to do with the request.
    Decided(Decision<'a>),
    /// A function of JavaScript has to be asked.
    Ask(Pending<'a>),
}

/// The result of asking a function of JavaScript.
#[derive(Clone, Copy)]
pub struct FunctionAnswer {
    /// The function's answer.
    pub answer: PredicateAnswer,
    /// The remembered answers were cleared after the function was asked, so this answer is not
    /// remembered.
    pub is_stale: bool,
    /// The function failed, and the host answers the request with its own error response.
    pub is_error_response: bool,
}

impl CompiledPolicy {
    /// Makes a compiled policy from a policy and a cache for the answers of functions, if they are remembered.
    #[must_use]
    pub fn new(policy: Policy, cache: Option<AnswerCache>) -> Self {
        let needs = policy.needs();
        CompiledPolicy {
            policy,
            needs,
            #[cfg(feature = "explain")]
            debug_log: DebugLog::new(),
            cache,
        }
    }

    /// Decides. `answer` reads the result of asking JavaScript's function, if the function was
    /// asked. `answer` is called only if the decision depends on this result.
    ///
    /// # Errors
    ///
    /// Those of `answer`.
    #[inline]
    pub fn decide<'a, E>(
        &'a self,
        request: &Request<'a>,
        answer: impl FnOnce() -> std::result::Result<Option<FunctionAnswer>, E>,
    ) -> std::result::Result<Outcome<'a>, E> {
        match self.policy.evaluate(request) {
            Evaluation::Decided(decision) => Ok(Outcome::Decided(decision)),
            Evaluation::Ask(pending) => Ok(self.resolve(pending, answer()?)),
        }
    }

    /// This is a function of its own, so that no stack frame is set up for it if nothing has to be
    /// asked.
    #[cold]
    #[inline(never)]
    fn resolve<'a>(&'a self, pending: Pending<'a>, answer: Option<FunctionAnswer>) -> Outcome<'a> {
        match answer {
            Some(FunctionAnswer { is_error_response: true, .. }) => Outcome::Decided(pending.resolve_error_response()),
            Some(FunctionAnswer { answer, is_stale, .. }) => {
                if let (Some(cache), Some(key), false) = (&self.cache, Key::of(&pending).bytes(), is_stale) {
                    cache.remember(cache.era(), key, answer);
                }
                Outcome::Decided(pending.resolve(answer))
            }
            None => match self.remembered(&pending) {
                Some(answer) => Outcome::Decided(pending.resolve(answer)),
                None => Outcome::Ask(pending),
            },
        }
    }

    /// Forgets the answers of functions.
    pub fn forget_answers(&self) {
        if let Some(cache) = &self.cache {
            cache.clear();
        }
    }

    fn remembered(&self, pending: &Pending<'_>) -> Option<PredicateAnswer> {
        self.cache.as_ref()?.get(Key::of(pending).bytes()?)
    }
}

/// Makes a cache for answers of functions, if JavaScript gives bounds for one.
///
/// # Errors
///
/// The engine does not accept these bounds.
pub fn new_cache(
    bounds: CacheBounds,
    make: impl FnOnce(usize, Duration) -> std::result::Result<AnswerCache, CacheError>,
) -> Result<Option<AnswerCache>> {
    let Some((size, seconds)) = bounds else { return Ok(None) };
    let time = Duration::try_from_secs_f64(seconds).unwrap_or(Duration::ZERO);
    make(size as usize, time).map(Some).map_err(Misuse::new)
}

/// The number of a route, and the longest origin that a function is asked about.
const LONGEST_KEY: usize = size_of::<u32>() + ORIGIN_BYTES;

/// The key of a remembered answer: the origin, and the function that answered.
struct Key {
    bytes: [u8; LONGEST_KEY],
    length: Option<usize>,
}

impl Key {
    fn of(pending: &Pending<'_>) -> Self {
        let mut key = Key { bytes: [0; LONGEST_KEY], length: None };
        let route = pending.route().map_or(0, |route| route.saturating_add(1)).to_be_bytes();
        let origin = pending.origin();
        let length = route.len() + origin.len();
        if let Some((first, rest)) = key.bytes.split_at_mut_checked(route.len())
            && let Some(rest) = rest.get_mut(..origin.len())
        {
            first.copy_from_slice(&route);
            rest.copy_from_slice(origin);
            key.length = Some(length);
        }
        key
    }

    fn bytes(&self) -> Option<&[u8]> {
        self.bytes.get(..self.length?)
    }
}
