//! Functions of the application that decide on origins.

mod cache;
mod call;
mod result;

pub use cache::PredicateCache;
pub(crate) use call::Asked;
pub use result::PredicateResult;

use crate::request_head::RequestHead;
use call::{AsyncFunction, Function, SyncFunction};
use corsac::PredicateAnswer;
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

/// The time that a function may take unless [`Predicate::timeout`] says otherwise.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);

/// A function that gets only the origin, so that its answers can be remembered.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct OfOrigin;

/// A function that gets the origin and the request.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct OfRequest;

/// A function that decides about an origin that no pattern of the policy matches, for example with a database.
///
/// It is asked once for a request, and only about well-formed origins, never about `null` (specification, section 5). It
/// returns `true` or `false`, or a `Result` of them. An error, a panic or a missing answer counts as a failure: the
/// origin is refused with the reason `predicate-failed`, and the error is logged.
///
/// The policy has to know that there is a predicate: build it with
/// [`PolicyBuilder::predicate`](corsac::PolicyBuilder::predicate).
///
/// ```
/// use corsac_tower::{CorsLayer, PolicyBuilder, Predicate, PredicateCache};
/// use std::time::Duration;
///
/// async fn find_tenant(origin: String) -> Result<bool, std::io::Error> {
///     Ok(origin == "https://shop.example.net") // in a program: ask the database
/// }
///
/// let policy = PolicyBuilder::new().predicate(true).toml(b"allow_origins = ['https://app.example.com']")?;
/// let remembered = PredicateCache::new(10_000, Duration::from_secs(60))?;
/// let tenants = Predicate::asynchronous(find_tenant).timeout(Duration::from_secs(1)).cache(&remembered);
/// let cors = CorsLayer::new(policy).predicate(tenants)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Predicate<K = OfOrigin> {
    function: Function,
    timeout: Duration,
    cache: Option<PredicateCache>,
    kind: PhantomData<K>,
}

impl Predicate<OfOrigin> {
    /// A synchronous function. If it waits, for example for a database, it blocks the thread: use
    /// [`asynchronous`](Self::asynchronous) for such a function.
    pub fn new<R: PredicateResult>(function: impl Fn(&str) -> R + Send + Sync + 'static) -> Self {
        Self::of(Function::Sync(Arc::new(move |origin, _| function(origin).into_result())))
    }

    /// An asynchronous function. A tokio runtime measures the time that it takes.
    pub fn asynchronous<F>(function: impl Fn(String) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output: PredicateResult> + Send + 'static,
    {
        Self::of(Function::Async(Arc::new(move |origin, _| {
            let answer = function(origin);
            Box::pin(async move { answer.await.into_result() })
        })))
    }

    /// Remembers the answers.
    ///
    /// While one request waits for an answer, other requests from the same origin wait for the same answer.
    #[must_use]
    pub fn cache(self, cache: &PredicateCache) -> Self {
        Predicate { cache: Some(cache.clone()), ..self }
    }
}

impl Predicate<OfRequest> {
    /// A synchronous function that also depends on the request. Its answers cannot be remembered.
    pub fn of_request<R>(function: impl Fn(&str, &RequestHead<'_>) -> R + Send + Sync + 'static) -> Self
    where
        R: PredicateResult,
    {
        Self::of(Function::Sync(Arc::new(move |origin, head| function(origin, head).into_result())))
    }

    /// An asynchronous function that also depends on the request. Its answers cannot be remembered.
    ///
    /// The future cannot borrow from the request. Copy the values that it needs before it begins:
    ///
    /// ```
    /// use corsac_tower::Predicate;
    ///
    /// let predicate = Predicate::asynchronous_of_request(|origin, request| {
    ///     let tenant = request.headers.get("x-tenant").cloned();
    ///     async move { tenant.is_some_and(|tenant| tenant == "acme") && origin.ends_with(".acme.example") }
    /// });
    /// ```
    pub fn asynchronous_of_request<F>(function: impl Fn(String, &RequestHead<'_>) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output: PredicateResult> + Send + 'static,
    {
        Self::of(Function::Async(Arc::new(move |origin, head| {
            let answer = function(origin, head);
            Box::pin(async move { answer.await.into_result() })
        })))
    }
}

impl<K> Predicate<K> {
    fn of(function: Function) -> Self {
        Predicate { function, timeout: DEFAULT_TIMEOUT, cache: None, kind: PhantomData }
    }

    /// The time that an asynchronous function may take: 10 seconds unless it is set. A synchronous function cannot be
    /// interrupted.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        Predicate { timeout, ..self }
    }

    pub(crate) fn erase(self) -> ErasedPredicate {
        Predicate { function: self.function, timeout: self.timeout, cache: self.cache, kind: PhantomData }
    }
}

/// A predicate of any kind.
pub(crate) type ErasedPredicate = Predicate<()>;

impl ErasedPredicate {
    /// Asks about an origin.
    pub(crate) fn ask(&self, origin: &[u8], head: &RequestHead<'_>) -> Asked {
        // Core asks only about well-formed origins, which are ASCII.
        let Ok(origin) = std::str::from_utf8(origin) else { return Asked::Answered(PredicateAnswer::Failed) };
        match &self.cache {
            None => self.call(origin, head),
            Some(cache) => cache.ask(origin, || self.call(origin, head)),
        }
    }

    fn call(&self, origin: &str, head: &RequestHead<'_>) -> Asked {
        match &self.function {
            Function::Sync(function) => call::at_once(&**function, origin, head),
            Function::Async(function) => call::later(&**function, origin, head, self.timeout),
        }
    }
}

impl<K> Clone for Predicate<K> {
    fn clone(&self) -> Self {
        Predicate {
            function: match &self.function {
                Function::Sync(function) => Function::Sync(Arc::<SyncFunction>::clone(function)),
                Function::Async(function) => Function::Async(Arc::<AsyncFunction>::clone(function)),
            },
            timeout: self.timeout,
            cache: self.cache.clone(),
            kind: PhantomData,
        }
    }
}

impl<K> fmt::Debug for Predicate<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Predicate").field("timeout", &self.timeout).field("cache", &self.cache).finish_non_exhaustive()
    }
}

/// The error for a predicate that would never be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnusedPredicate;

impl fmt::Display for UnusedPredicate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "the policy was built without a predicate, so the function would never be called: \
             build the policy with `PolicyBuilder::new().predicate(true)`",
        )
    }
}

impl std::error::Error for UnusedPredicate {}
