//! Stands in for tower-http's `cors` module, only in the tests of tower-http: the same names, with corsac's layer behind
//! them.
//!
//! A builder here collects a policy. It is built when the layer is applied, and a policy that is refused ends the test.
#![allow(dead_code, clippy::panic)]

use corsac_tower::corsac::PolicyBuilder;
use corsac_tower::{Config, Predicate};
use http::request::Parts;
use http::{HeaderName, HeaderValue, Method, Request, Response};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tower::{Layer, Service, ServiceExt};

#[derive(Clone, Copy)]
pub(crate) struct Any;

type Answer = Pin<Box<dyn Future<Output = bool> + Send>>;

#[derive(Clone)]
pub(crate) enum AllowOrigin {
    Patterns(Vec<String>),
    Predicate(Arc<dyn Fn(HeaderValue, &Parts) -> Answer + Send + Sync>),
}

fn text(value: &HeaderValue) -> String {
    value.to_str().unwrap().to_owned()
}

impl AllowOrigin {
    pub(crate) fn exact(origin: HeaderValue) -> Self {
        AllowOrigin::Patterns(vec![text(&origin)])
    }

    pub(crate) fn async_predicate<F, Fut>(function: F) -> Self
    where
        F: FnOnce(HeaderValue, &Parts) -> Fut + Clone + Send + Sync + 'static,
        Fut: Future<Output = bool> + Send + 'static,
    {
        AllowOrigin::Predicate(Arc::new(move |origin, parts| Box::pin((function.clone())(origin, parts))))
    }

    /// The layer's result for this origin.
    pub(crate) async fn to_future(&self, origin: Option<&HeaderValue>, parts: &Parts) -> Option<(HeaderName, HeaderValue)> {
        let mut request = Request::new(String::new());
        *request.uri_mut() = parts.uri.clone();
        if let Some(origin) = origin {
            request.headers_mut().insert(http::header::ORIGIN, origin.clone());
        }
        let hello = tower::service_fn(async |_: Request<String>| Ok::<_, std::convert::Infallible>(Response::new(String::new())));
        let layer = CorsLayer { allow_origin: Some(self.clone()), ..CorsLayer::new() };
        let Ok(response) = layer.layer(hello).oneshot(request).await;
        let name = http::header::ACCESS_CONTROL_ALLOW_ORIGIN;
        response.headers().get(&name).map(|value| (name.clone(), value.clone()))
    }
}

impl From<Any> for AllowOrigin {
    fn from(_: Any) -> Self {
        AllowOrigin::Patterns(vec!["*".into()])
    }
}

/// Methods, or names of headers.
pub(crate) struct Names(Vec<String>);

impl From<Any> for Names {
    fn from(_: Any) -> Self {
        Names(vec!["*".into()])
    }
}

impl<const N: usize> From<[Method; N]> for Names {
    fn from(methods: [Method; N]) -> Self {
        Names(methods.iter().map(Method::to_string).collect())
    }
}

impl<const N: usize> From<[HeaderName; N]> for Names {
    fn from(names: [HeaderName; N]) -> Self {
        Names(names.iter().map(HeaderName::to_string).collect())
    }
}

pub(crate) struct AllowMethods;

impl AllowMethods {
    pub(crate) fn mirror_request() -> Names {
        Any.into()
    }
}

pub(crate) struct AllowHeaders;

impl AllowHeaders {
    pub(crate) fn mirror_request() -> Names {
        Any.into()
    }
}

/// corsac's `Vary` cannot be set.
pub(crate) struct Vary;

impl Vary {
    pub(crate) fn list(_: impl IntoIterator<Item = HeaderName>) -> Self {
        Vary
    }
}

/// corsac has no equivalent function.
pub(crate) struct AllowPrivateNetwork;

impl AllowPrivateNetwork {
    pub(crate) fn predicate(_: impl Fn(&HeaderValue, &Parts) -> bool) -> bool {
        true
    }
}

#[derive(Clone, Default)]
pub(crate) struct CorsLayer {
    config: Config,
    allow_origin: Option<AllowOrigin>,
}

impl CorsLayer {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn permissive() -> Self {
        let layer = Self::new().allow_origin(Any).allow_methods(Any).allow_headers(Any);
        Self { config: Config { expose_headers: vec!["*".into()], ..layer.config }, ..layer }
    }

    pub(crate) fn very_permissive() -> Self {
        let layer = Self::new().allow_origin(Any).allow_methods(Any).allow_headers(Any);
        Self { config: Config { allow_credentials: true, ..layer.config }, ..layer }
    }

    pub(crate) fn allow_origin(self, origin: impl Into<AllowOrigin>) -> Self {
        Self { allow_origin: Some(origin.into()), ..self }
    }

    pub(crate) fn allow_methods(self, methods: impl Into<Names>) -> Self {
        Self { config: Config { allow_methods: methods.into().0, ..self.config }, ..self }
    }

    pub(crate) fn allow_headers(self, names: impl Into<Names>) -> Self {
        Self { config: Config { allow_headers: names.into().0, ..self.config }, ..self }
    }

    pub(crate) fn allow_private_network(self, allow_private_network: bool) -> Self {
        Self { config: Config { allow_private_network, ..self.config }, ..self }
    }

    pub(crate) fn vary(self, _: Vary) -> Self {
        self
    }

    fn build(&self) -> corsac_tower::CorsLayer {
        let mut config = self.config.clone();
        if let Some(AllowOrigin::Patterns(patterns)) = &self.allow_origin {
            config.allow_origins.clone_from(patterns);
        }
        let is_asked = matches!(self.allow_origin, Some(AllowOrigin::Predicate(_)));
        let policy = PolicyBuilder::new().predicate(is_asked).value(config.into()).unwrap_or_else(|error| {
            let codes: Vec<_> = error.issues().iter().map(|issue| issue.code.as_str()).collect();
            panic!("raises ConfigError: {}", codes.join(", "))
        });
        let layer = corsac_tower::CorsLayer::new(policy);
        let Some(AllowOrigin::Predicate(function)) = self.allow_origin.clone() else { return layer };
        let predicate = Predicate::asynchronous_of_request(move |origin, head| {
            let mut parts = Request::new(()).into_parts().0;
            parts.uri = head.uri.clone();
            function(HeaderValue::try_from(origin).unwrap(), &parts)
        });
        layer.predicate(predicate).unwrap()
    }
}

impl<S> Layer<S> for CorsLayer {
    type Service = corsac_tower::Cors<S>;

    fn layer(&self, inner: S) -> Self::Service {
        self.build().layer(inner)
    }
}

/// tower-http's service can be changed after it has been made.
#[derive(Clone)]
pub(crate) struct Cors<S> {
    inner: S,
    layer: CorsLayer,
}

impl<S> Cors<S> {
    pub(crate) fn new(inner: S) -> Self {
        Cors { inner, layer: CorsLayer::new() }
    }

    pub(crate) fn allow_origin(self, origin: impl Into<AllowOrigin>) -> Self {
        Cors { layer: self.layer.allow_origin(origin), ..self }
    }

    pub(crate) fn allow_methods(self, methods: impl Into<Names>) -> Self {
        Cors { layer: self.layer.allow_methods(methods), ..self }
    }

    pub(crate) fn allow_headers(self, names: impl Into<Names>) -> Self {
        Cors { layer: self.layer.allow_headers(names), ..self }
    }
}

impl<S, B, R> Service<Request<B>> for Cors<S>
where
    S: Service<Request<B>, Response = Response<R>> + Clone,
    R: From<&'static str>,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = tower::util::Oneshot<corsac_tower::Cors<S>, Request<B>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        self.layer.layer(self.inner.clone()).oneshot(request)
    }
}
