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

/// A function that gets the origin alone, so that its answers can be remembered.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct OfOrigin;

/// A function that gets the origin and the request.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct OfRequest;

/// A function that is asked about an origin which no pattern of the policy matches, for origins from a database.
///
/// It is asked once for a request, and only about well-formed origins, never about `null` (specification, section 5). It
/// returns `true` or `false`, or a `Result` of them. An error, a panic, and no answer in time fail: the origin is refused with
/// the reason `predicate-failed`, and the error is logged.
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
    /// A function that answers at once. One that waits, for example for a database, keeps the thread waiting: use
    /// [`asynchronous`](Self::asynchronous) for it.
    pub fn new<R: PredicateResult>(function: impl Fn(&str) -> R + Send + Sync + 'static) -> Self {
        Self::of(Function::Sync(Arc::new(move |origin, _| function(origin).into_result())))
    }

    /// A function that answers later. A runtime of tokio measures the time that it takes.
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
    /// While an answer is awaited, other requests of the same origin wait for the same answer.
    #[must_use]
    pub fn cache(self, cache: &PredicateCache) -> Self {
        Predicate { cache: Some(cache.clone()), ..self }
    }
}

impl Predicate<OfRequest> {
    /// A function that answers at once, and depends on the request as well. Its answers cannot be remembered.
    pub fn of_request<R>(function: impl Fn(&str, &RequestHead<'_>) -> R + Send + Sync + 'static) -> Self
    where
        R: PredicateResult,
    {
        Self::of(Function::Sync(Arc::new(move |origin, head| function(origin, head).into_result())))
    }

    /// A function that answers later, and depends on the request as well. Its answers cannot be remembered.
    ///
    /// The future cannot borrow from the request. Take what it needs before it begins:
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

    /// The time that a function may take which answers later; 10 seconds if it is not set. Nothing can interrupt a function
    /// that answers at once.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        Predicate { timeout, ..self }
    }

    pub(crate) fn erase(self) -> ErasedPredicate {
        Predicate { function: self.function, timeout: self.timeout, cache: self.cache, kind: PhantomData }
    }
}

/// A predicate whose kind no longer matters.
pub(crate) type ErasedPredicate = Predicate<()>;

impl ErasedPredicate {
    /// Asks about an origin.
    pub(crate) fn ask(&self, origin: &[u8], head: &RequestHead<'_>) -> Asked {
        // Core asks about well-formed origins alone, which are ASCII.
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
