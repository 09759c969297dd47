//! hyper 1 without a framework, with HTTP/1.1 and HTTP/2, and services with other types.

use crate::kit::{Body, EVIL, ORIGIN, exchange, get, header, is_readable, layer, preflight, request, serve};
use bytes::Bytes;
use corsac_tower::CorsLayer;
use http::{Request, Response};
use http_body_util::{BodyExt, Empty, Full};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use std::convert::Infallible;
use std::task::{Context, Poll};
use tower::{Layer, Service, ServiceBuilder, ServiceExt, service_fn};

async fn hello(_: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    Ok(Response::new(Full::from("hello")))
}

#[tokio::test]
async fn over_http_1_and_http_2() {
    let settings = "allow_credentials = true\n[protection]\nwrites = 'reject'\n";
    let address = serve(layer(settings).layer(service_fn(hello))).await;
    for http2 in [false, true] {
        let client: Client<_, Empty<Bytes>> = Client::builder(TokioExecutor::new()).http2_only(http2).build_http();
        let send = |method: &str, origin: &str| {
            let request = Request::builder().method(method).uri(format!("http://{address}/")).header("origin", origin);
            client.request(request.header("access-control-request-method", "GET").body(Empty::new()).unwrap())
        };
        let own = format!("http://{address}");
        for (method, origin, status, allowed) in [
            ("GET", ORIGIN, 200, ORIGIN),
            ("GET", EVIL, 200, ""),
            ("OPTIONS", ORIGIN, 204, ORIGIN),
            ("OPTIONS", EVIL, 403, ""),
            ("POST", ORIGIN, 200, ORIGIN),
            ("POST", EVIL, 403, ""),
            // The site's own pages: `Host` with HTTP/1.1, and `:authority` with HTTP/2.
            ("POST", &own, 200, ""),
        ] {
            let response = send(method, origin).await.unwrap();
            assert_eq!(response.status(), status, "{method} {origin} {http2}");
            assert_eq!(header(&response, "access-control-allow-origin"), allowed, "{method} {origin} {http2}");
        }
    }
}

#[tokio::test]
async fn a_refusal_is_framed_and_its_connection_stays_open() {
    let address = serve(layer("").layer(service_fn(hello))).await;
    let preflight =
        format!("OPTIONS / HTTP/1.1\r\nhost: a\r\norigin: {EVIL}\r\naccess-control-request-method: PUT\r\n");
    let get = format!("GET / HTTP/1.1\r\nhost: a\r\norigin: {ORIGIN}\r\nconnection: close\r\n\r\n");
    let both = exchange(address, format!("{preflight}\r\n{get}").as_bytes()).await;
    assert_eq!((both.status, both.header("content-length")), (403, "27"));
    assert!(both.body.starts_with("corsac: origin-not-allowed\nHTTP/1.1 200 OK\r\n"), "{}", both.body);
}

/// A client that waits for `100 Continue` is not asked to send a body that would be discarded.
#[tokio::test]
async fn a_refused_write_is_not_asked_to_go_on() {
    let address = serve(layer("[protection]\nwrites = 'reject'").layer(service_fn(hello))).await;
    let head = "POST / HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 5\r\nconnection: close\r\n";
    let response = exchange(address, format!("{head}origin: {EVIL}\r\n\r\n").as_bytes()).await;
    assert_eq!((response.status, &*response.body), (403, "corsac: write-refused\n"));
}

/// A service whose body type implements neither `From<&'static str>` nor `Default`.
#[tokio::test]
async fn a_body_of_any_type() {
    #[derive(Debug, PartialEq)]
    enum Custom {
        Application,
        Text(&'static str),
    }
    let inner = service_fn(async |_: Request<Body>| Ok::<_, Infallible>(Response::new(Custom::Application)));
    let service = layer("").response_body(Custom::Text).layer(inner);
    let response = service.clone().oneshot(get(ORIGIN)).await.unwrap();
    assert_eq!((is_readable(&response, ORIGIN), response.into_body()), (true, Custom::Application));
    let response = service.clone().oneshot(preflight(ORIGIN, "GET")).await.unwrap();
    assert_eq!(response.into_body(), Custom::Text(""));
    let response = service.oneshot(preflight(EVIL, "GET")).await.unwrap();
    assert_eq!(response.into_body(), Custom::Text("corsac: origin-not-allowed\n"));
}

/// A service may rely on this: it is called only after its own `poll_ready` has succeeded.
#[tokio::test]
async fn the_service_that_is_called_is_ready() {
    #[derive(Default)]
    struct ReadyOnce {
        is_ready: bool,
    }
    impl Clone for ReadyOnce {
        fn clone(&self) -> Self {
            ReadyOnce::default()
        }
    }
    impl Service<Request<Body>> for ReadyOnce {
        type Response = Response<Body>;
        type Error = Infallible;
        type Future = std::future::Ready<Result<Response<Body>, Infallible>>;
        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
            self.is_ready = true;
            Poll::Ready(Ok(()))
        }
        fn call(&mut self, _: Request<Body>) -> Self::Future {
            assert!(std::mem::take(&mut self.is_ready), "it is called without being ready");
            std::future::ready(Ok(Response::new(Body::default())))
        }
    }
    let policy = corsac_tower::PolicyBuilder::new().predicate(true).toml(b"allow_origins = []").unwrap();
    let predicate = corsac_tower::Predicate::asynchronous(async |_| {
        tokio::task::yield_now().await;
        true
    });
    let mut service = CorsLayer::new(policy).predicate(predicate).unwrap().layer(ReadyOnce::default());
    for _ in 0..3 {
        let response = service.ready().await.unwrap().call(get(EVIL)).await.unwrap();
        assert!(is_readable(&response, EVIL));
        let response = service.ready().await.unwrap().call(request("GET", "/", &[])).await.unwrap();
        assert_eq!(header(&response, "vary"), "Origin");
    }
}

/// Middleware of tower inside and outside the layer.
#[tokio::test]
async fn between_other_layers() {
    let service = ServiceBuilder::new()
        .concurrency_limit(10)
        .layer(layer(""))
        .map_request(|request: Request<Body>| request)
        .service(service_fn(async |_: Request<Body>| Ok::<_, Infallible>(Response::new(Body::from("hello")))));
    let response = service.oneshot(get(ORIGIN)).await.unwrap();
    assert!(is_readable(&response, ORIGIN));
    assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), "hello");
}

/// A filter of warp, and requests that it rejects.
#[tokio::test]
async fn around_a_filter_of_warp() {
    use warp::Filter;
    let hello = warp::path!("hello" / String).map(|name| format!("hello, {name}"));
    let address = serve(layer("").layer(warp::service(hello))).await;
    for (path, status) in [("/hello/you", 200), ("/nothing", 404)] {
        let bytes = format!("GET {path} HTTP/1.1\r\nhost: a\r\norigin: {ORIGIN}\r\nconnection: close\r\n\r\n");
        let response = exchange(address, bytes.as_bytes()).await;
        assert_eq!((response.status, response.header("access-control-allow-origin")), (status, ORIGIN), "{path}");
    }
    let preflight =
        "OPTIONS /hello/you HTTP/1.1\r\nhost: a\r\naccess-control-request-method: PUT\r\nconnection: close\r\n";
    let response = exchange(address, format!("{preflight}origin: {EVIL}\r\n\r\n").as_bytes()).await;
    assert_eq!((response.status, &*response.body), (403, "corsac: origin-not-allowed\n"));
}
