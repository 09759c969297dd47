//! A policy with what the addon keeps beside it.

use corsac::binding::AnswerCache;
use corsac::{Decision, Evaluation, Pending, Policy, PredicateAnswer, Request};
use napi::bindgen_prelude::{Error, Result, Status};
use std::time::Duration;

/// A policy as JavaScript holds it.
pub(crate) struct Door {
    pub(crate) policy: Policy,
    /// What the functions of JavaScript answered.
    cache: Option<AnswerCache>,
    pub(crate) has_routes: bool,
}

/// What is remembered, as JavaScript gives it: how many answers, for how many seconds.
pub(crate) type CacheSize = Option<(u32, f64)>;

/// A decision, or the index of the route whose function has to be asked first: none for the policy's own.
pub(crate) enum Outcome<'a> {
    Decided(Decision<'a>),
    Ask(Option<u32>),
}

/// What a function of JavaScript said.
#[derive(Clone, Copy)]
pub(crate) struct Said {
    pub(crate) answer: PredicateAnswer,
    /// It was asked before everything was forgotten, so that it is not remembered.
    pub(crate) is_stale: bool,
}

impl Door {
    pub(crate) fn new(policy: Policy, cache: CacheSize) -> Result<Self> {
        let has_routes = policy.needs().path;
        Ok(Door { policy, cache: build(cache)?, has_routes })
    }

    /// Decides. `said` is what JavaScript's function answered, if it has been asked; it is read where it matters.
    #[inline]
    pub(crate) fn decide<'a, E>(
        &'a self,
        request: &Request<'a>,
        said: impl FnOnce() -> std::result::Result<Option<Said>, E>,
    ) -> std::result::Result<Outcome<'a>, E> {
        match self.policy.evaluate(request) {
            Evaluation::Decided(decision) => Ok(Outcome::Decided(decision)),
            Evaluation::Ask(pending) => Ok(self.ask(pending, said()?)),
        }
    }

    /// Apart, so that its room on the stack is not taken where nothing has to be asked.
    #[cold]
    #[inline(never)]
    fn ask<'a>(&'a self, pending: Pending<'a>, said: Option<Said>) -> Outcome<'a> {
        if let Some(Said { answer, is_stale: false }) = said {
            self.remember(&pending, answer);
        }
        match said.map(|said| said.answer).or_else(|| self.remembered(&pending)) {
            Some(answer) => Outcome::Decided(pending.resolve(answer)),
            None => Outcome::Ask(pending.route()),
        }
    }

    pub(crate) fn forget(&self) {
        if let Some(cache) = &self.cache {
            cache.clear();
        }
    }

    fn remembered(&self, pending: &Pending<'_>) -> Option<PredicateAnswer> {
        self.cache.as_ref()?.get(Key::of(pending).bytes()?)
    }

    fn remember(&self, pending: &Pending<'_>, answer: PredicateAnswer) {
        if let (Some(cache), Some(key)) = (&self.cache, Key::of(pending).bytes()) {
            cache.remember(cache.era(), key, answer);
        }
    }
}

/// Checks the bounds, which are the engine's.
pub(crate) fn build(cache: CacheSize) -> Result<Option<AnswerCache>> {
    let Some((size, seconds)) = cache else { return Ok(None) };
    let time = Duration::try_from_secs_f64(seconds).unwrap_or(Duration::ZERO);
    let cache = AnswerCache::new(size as usize, time);
    cache.map(Some).map_err(|error| Error::new(Status::InvalidArg, format!("corsac: {error}")))
}

/// Longer than any origin that a function is asked about, and the number of its route.
const LONGEST: usize = 1024;

/// Under what an answer is remembered: the origin, and which function answered.
struct Key {
    bytes: [u8; LONGEST],
    length: Option<usize>,
}

impl Key {
    fn of(pending: &Pending<'_>) -> Self {
        let mut key = Key { bytes: [0; LONGEST], length: None };
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
