//! `CorsLayer`: the layer that is put around a service.

use crate::decider::Decider;
use crate::decision_event::{DecisionEvent, OnDecision};
use crate::log;
use crate::policies::Policies;
use crate::predicate::{Predicate, UnusedPredicate};
use crate::request_head::DEFAULT_ORIGINAL_URI;
use crate::response_body::{FromText, WithFunction};
use crate::service::Cors;
use crate::service_error::{PassOn, Respond};
use corsac::binding::is_debug_requested;
use corsac::{LoadError, Policy, PolicyBuilder, PolicyFile, Reloadable, Watch};
use http::{Extensions, Uri};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tower_layer::Layer;

/// A [`Layer`] that applies a CORS policy to a service.
///
/// Put it around everything else, including the router. Then errors such as 404 and 405 also have the headers, and
/// preflights never reach authentication.
///
/// ```
/// use corsac_tower::{CorsLayer, Policy};
/// use tower_layer::Layer;
///
/// let policy = Policy::from_toml("allow_origins = ['https://app.example.com']")?;
/// let router = axum::Router::<()>::new().route("/", axum::routing::get(async || "hello"));
/// let app = CorsLayer::new(policy).layer(router);
/// # Ok::<(), corsac_tower::ConfigError>(())
/// ```
///
/// `H` handles errors ([`handle_error`](Self::handle_error)), and `M` makes the bodies of corsac's own responses
/// ([`response_body`](Self::response_body)).
#[derive(Clone, Debug)]
pub struct CorsLayer<H = PassOn, M = FromText> {
    decider: Arc<Decider>,
    on_error: H,
    make_body: M,
}

impl CorsLayer {
    /// A layer with this policy.
    ///
    /// A policy that was built with a predicate needs [`predicate`](Self::predicate). Until it has one, origins that no pattern
    /// matches are refused with the reason `predicate-failed`.
    #[must_use]
    pub fn new(policy: impl Into<Arc<Policy>>) -> Self {
        Self::of(Policies::fixed(policy.into()))
    }

    /// A layer with the policy of a file: JSON if its name ends in `.json`, otherwise TOML.
    ///
    /// ```no_run
    /// # use corsac_tower::CorsLayer;
    /// let cors = CorsLayer::from_file("cors.toml")?;
    /// # Ok::<(), corsac_tower::LoadError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`LoadError::Io`] if the file cannot be read, and [`LoadError::Config`] with every problem if it is refused. In that
    /// case, print the error, and do not start the service.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, LoadError> {
        Ok(Self::new(Policy::from_file(path)?))
    }

    /// A layer whose policy can be replaced while requests are served. A request keeps the policy that it began with.
    ///
    /// ```
    /// use corsac_tower::{CorsLayer, Policy, Reloadable};
    /// use std::sync::Arc;
    ///
    /// let policies = Arc::new(Reloadable::new(Policy::from_toml("allow_origins = ['https://app.example.com']")?));
    /// let cors = CorsLayer::reloadable(Arc::clone(&policies));
    /// policies.swap(Policy::from_toml("allow_origins = ['https://app.example.org']")?);
    /// # Ok::<(), corsac_tower::ConfigError>(())
    /// ```
    #[must_use]
    pub fn reloadable(policies: Arc<Reloadable<Policy>>) -> Self {
        Self::of(Policies::replaced(policies))
    }

    /// A layer with the policy of a file that is checked every `interval`, and read again when it has changed, until the
    /// [`Watch`] is dropped. If the file is missing or refused, this is logged once, and the old policy stays in force.
    ///
    /// ```no_run
    /// use corsac_tower::{CorsLayer, PolicyBuilder};
    /// use std::time::Duration;
    ///
    /// let (cors, watch) = CorsLayer::watched_file("cors.toml", PolicyBuilder::new(), Duration::from_secs(1))?;
    /// # Ok::<(), corsac_tower::LoadError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`from_file`](Self::from_file), and the system's error if it cannot start a thread.
    pub fn watched_file(
        path: impl Into<PathBuf>,
        builder: PolicyBuilder,
        interval: Duration,
    ) -> Result<(Self, Watch), LoadError> {
        let (file, policy) = PolicyFile::open(path, builder)?;
        let policies = Arc::new(Reloadable::new(policy));
        let in_force = Arc::clone(&policies);
        let watch = file.watch(interval, move |outcome| match outcome {
            Ok(policy) => {
                in_force.swap(policy);
                log::reloaded();
            }
            Err(error) => log::refused_file(&error),
        });
        Ok((Self::reloadable(policies), watch.map_err(LoadError::Io)?))
    }

    fn of(policies: Policies) -> Self {
        let decider = Decider {
            policies,
            predicate: None,
            route_predicates: Vec::new(),
            on_decision: None,
            original_uri: DEFAULT_ORIGINAL_URI,
            is_secure: false,
            is_debugged: is_debug_requested(None),
        };
        CorsLayer { decider: Arc::new(decider), on_error: PassOn, make_body: FromText }
    }
}

impl<H, M> CorsLayer<H, M> {
    fn with(mut self, change: impl FnOnce(&mut Decider)) -> Self {
        change(Arc::make_mut(&mut self.decider));
        self
    }

    /// Asks this function about origins that no pattern matches.
    ///
    /// # Errors
    ///
    /// [`UnusedPredicate`] if the policy in force was built without a predicate.
    pub fn predicate<K>(self, predicate: Predicate<K>) -> Result<Self, UnusedPredicate> {
        if !self.decider.policies.in_force().needs.predicate {
            return Err(UnusedPredicate);
        }
        Ok(self.with(|decider| decider.predicate = Some(predicate.erase())))
    }

    /// Asks this function about origins on the route with this position in the policy, counted from 0. In the policy's
    /// [`Value`](corsac::binding::Value), that route has a function as its `allow_origin`.
    ///
    /// # Errors
    ///
    /// [`UnusedPredicate`] if the policy in force was built without a predicate.
    pub fn route_predicate<K>(self, route: u32, predicate: Predicate<K>) -> Result<Self, UnusedPredicate> {
        if !self.decider.policies.in_force().needs.predicate {
            return Err(UnusedPredicate);
        }
        Ok(self.with(|decider| decider.route_predicates.push((route, predicate.erase()))))
    }

    /// Calls this function with every decision, for metrics and logs. If the function panics, the panic is logged, and
    /// the request continues.
    ///
    /// ```
    /// use corsac_tower::{CorsLayer, Policy};
    ///
    /// let policy = Policy::from_toml("allow_origins = ['https://app.example.com']")?;
    /// let cors = CorsLayer::new(policy).on_decision(|decision| {
    ///     println!("{} {}: {}", decision.request.method, decision.request.uri.path(), decision.reason.as_str());
    /// });
    /// # Ok::<(), corsac_tower::ConfigError>(())
    /// ```
    #[must_use]
    pub fn on_decision(self, function: impl Fn(&DecisionEvent<'_>) + Send + Sync + 'static) -> Self {
        self.with(|decider| decider.on_decision = Some(OnDecision::new(function)))
    }

    /// Finds the URI that the client requested. Use this if something outside this layer replaces the request's URI.
    ///
    /// Routes are chosen by this URI. With the feature `axum`, axum's `OriginalUri` is used even if this is not set.
    #[must_use]
    pub fn original_uri(self, find: fn(&Extensions) -> Option<&Uri>) -> Self {
        self.with(|decider| decider.original_uri = Some(find))
    }

    /// Declares that every connection to the service is TLS. Protection then refuses writes by pages that were loaded
    /// over plain http.
    ///
    /// Do not set it behind a proxy that also serves plain http. If a request's URI has the scheme https, as in HTTP/2,
    /// the request counts as TLS without this.
    #[must_use]
    pub fn secure(self, is_secure: bool) -> Self {
        self.with(|decider| decider.is_secure = is_secure)
    }

    /// Prints on standard error why requests are decided as they are, once for each origin, route and reason, and adds the
    /// reason to responses as `Server-Timing`. This is for development. Without this setting, the environment variable
    /// `CORSAC_DEBUG` decides.
    #[must_use]
    pub fn debug(self, is_debugged: bool) -> Self {
        self.with(|decider| decider.is_debugged = is_debug_requested(Some(is_debugged)))
    }

    /// Turns each error of the inner service into a response, which has the headers, so that a page can read it. The
    /// service with CORS then has no errors (`Infallible`), as axum and hyper require.
    ///
    /// ```
    /// use corsac_tower::{CorsLayer, Policy};
    /// use http::{Response, StatusCode};
    /// use tower::{BoxError, ServiceBuilder};
    /// use std::time::Duration;
    ///
    /// let policy = Policy::from_toml("allow_origins = ['https://app.example.com']")?;
    /// let cors = CorsLayer::new(policy).handle_error(|error: BoxError| {
    ///     let mut response = Response::new(axum::body::Body::from(error.to_string()));
    ///     *response.status_mut() = StatusCode::GATEWAY_TIMEOUT;
    ///     response
    /// });
    /// let app = ServiceBuilder::new().layer(cors).timeout(Duration::from_secs(30)).service(axum::Router::<()>::new());
    /// # Ok::<(), corsac_tower::ConfigError>(())
    /// ```
    #[must_use]
    pub fn handle_error<F>(self, function: F) -> CorsLayer<Respond<F>, M> {
        CorsLayer { decider: self.decider, on_error: Respond(function), make_body: self.make_body }
    }

    /// Makes the bodies of corsac's own responses with this function, for a type of body that cannot be made from a
    /// text.
    ///
    /// ```
    /// use corsac_tower::{CorsLayer, Policy};
    /// use http_body_util::Full;
    ///
    /// let policy = Policy::from_toml("allow_origins = ['https://app.example.com']")?;
    /// let cors = CorsLayer::new(policy)
    ///     .response_body(|text| tonic::body::Body::new(Full::<bytes::Bytes>::from(text)));
    /// # Ok::<(), corsac_tower::ConfigError>(())
    /// ```
    #[must_use]
    pub fn response_body<B, F: Fn(&'static str) -> B>(self, function: F) -> CorsLayer<H, WithFunction<F>> {
        CorsLayer { decider: self.decider, on_error: self.on_error, make_body: WithFunction(function) }
    }
}

impl<S, H: Clone, M: Clone> Layer<S> for CorsLayer<H, M> {
    type Service = Cors<S, H, M>;

    fn layer(&self, inner: S) -> Cors<S, H, M> {
        Cors::new(inner, Arc::clone(&self.decider), self.on_error.clone(), self.make_body.clone())
    }
}
