//! Errors of the inner service, before and during a call.

use crate::kit::{Body, EVIL, ORIGIN, get, header, is_readable, layer, preflight, request, text};
use http::{Request, Response};
use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tower::{BoxError, Layer, Service, ServiceBuilder, ServiceExt, service_fn};

fn response_to(error: BoxError) -> Response<Body> {
    let mut response = Response::new(Body::from(error.to_string()));
    *response.status_mut() = http::StatusCode::GATEWAY_TIMEOUT;
    // With such a header, anyone could read the response. It must be removed, because the policy decides.
    response.headers_mut().insert("access-control-allow-origin", "*".parse().unwrap());
    response
}

#[tokio::test]
async fn a_timeout_inside_becomes_a_response_that_a_page_can_read() {
    let service = ServiceBuilder::new()
        .layer(layer("").handle_error(response_to))
        .timeout(Duration::from_millis(5))
        .service(service_fn(async |_: Request<Body>| std::future::pending::<Result<_, Infallible>>().await));
    // The service no longer has errors.
    let response: Result<Response<Body>, Infallible> = service.clone().oneshot(get(ORIGIN)).await;
    let response = response.unwrap();
    assert_eq!((response.status().as_u16(), header(&response, "access-control-allow-origin")), (504, ORIGIN));
    assert_eq!(text(response).await, "request timed out");
    let response = service.oneshot(get(EVIL)).await.unwrap();
    assert_eq!((response.status().as_u16(), header(&response, "access-control-allow-origin")), (504, ""));
}

#[tokio::test]
async fn without_a_function_errors_are_passed_on() {
    let service = layer("").layer(service_fn(async |_: Request<Body>| Err::<Response<Body>, _>("broken")));
    assert_eq!(service.clone().oneshot(get(ORIGIN)).await.unwrap_err(), "broken");
    assert_eq!(service.oneshot(preflight(ORIGIN, "GET")).await.unwrap().status(), 204);
}

/// A service that is never ready.
#[derive(Clone)]
struct Broken;

impl Service<Request<Body>> for Broken {
    type Response = Response<Body>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Err("not ready".into()))
    }

    fn call(&mut self, _: Request<Body>) -> Self::Future {
        unreachable!("it is not ready")
    }
}

#[tokio::test]
async fn a_request_to_a_service_that_is_not_ready_is_answered() {
    let service = layer("[protection]\nwrites = 'reject'").handle_error(response_to).layer(Broken);
    let response = service.clone().oneshot(get(ORIGIN)).await.unwrap();
    assert_eq!((response.status().as_u16(), is_readable(&response, ORIGIN)), (504, true));
    assert_eq!(text(response).await, "not ready");
    assert_eq!(service.clone().oneshot(preflight(ORIGIN, "GET")).await.unwrap().status(), 204);
    let post = request("POST", "/", &[("origin", EVIL), ("host", "a")]);
    assert_eq!(service.clone().oneshot(post).await.unwrap().status(), 403);
    // The same service, called several times.
    let mut service = service;
    for _ in 0..2 {
        let response = service.ready().await.unwrap().call(get(EVIL)).await.unwrap();
        assert_eq!((response.status().as_u16(), header(&response, "access-control-allow-origin")), (504, ""));
    }
    assert!(layer("").layer(Broken).ready().await.is_err());
}

#[tokio::test]
async fn a_service_that_is_not_ready_does_not_wait_for_a_predicate() {
    let policy = corsac_tower::PolicyBuilder::new().predicate(true).toml(b"allow_origins = []").unwrap();
    let forever = corsac_tower::Predicate::asynchronous(async |_| -> bool { std::future::pending().await });
    let cors = corsac_tower::CorsLayer::new(policy).predicate(forever).unwrap().handle_error(response_to);
    let response = cors.layer(Broken).oneshot(get(EVIL)).await.unwrap();
    assert_eq!((response.status().as_u16(), header(&response, "access-control-allow-origin")), (504, ""));
}

#[tokio::test]
async fn a_future_that_is_polled_after_its_end_does_not_panic() {
    let mut service =
        layer("").layer(service_fn(async |_: Request<Body>| Ok::<_, Infallible>(Response::new(Body::default()))));
    let mut response = Box::pin(service.ready().await.unwrap().call(preflight(ORIGIN, "GET")));
    assert_eq!((&mut response).await.unwrap().status(), 204);
    assert!(futures_util::FutureExt::now_or_never(&mut response).is_none());
}
