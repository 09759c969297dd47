//! The cost that a layer adds to a service: no layer, tower-http's, and corsac's, around the same service.
//! `CASE LAYER COUNT` serves a request COUNT times, and `benches/stacks/tower.py` counts the instructions.
//!
//! A request is served as hyper-util serves it: the service is cloned, and its future is polled to its end.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use bytes::Bytes;
use corsac_tower::{Config, CorsLayer, Policy};
use futures_util::FutureExt;
use http::header::{AUTHORIZATION, CONTENT_TYPE, ETAG, HeaderName};
use http::{HeaderValue, Method, Request, Response};
use http_body_util::Full;
use std::convert::Infallible;
use std::future::Future;
use std::hint::black_box;
use std::time::Duration;
use tower::{Layer, Service};
use tower_http::cors::{AllowOrigin, CorsLayer as Peer};

type Body = Full<Bytes>;

/// What Chromium sends with a fetch, except for `Origin`.
const BROWSER: [(&str, &str); 11] = [
    ("host", "api.example.com"),
    ("connection", "keep-alive"),
    ("sec-ch-ua-platform", "\"Linux\""),
    ("user-agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0"),
    ("sec-ch-ua", "\"Chromium\";v=\"142\", \"Not_A Brand\";v=\"99\""),
    ("sec-ch-ua-mobile", "?0"),
    ("accept", "*/*"),
    ("sec-fetch-site", "cross-site"),
    ("sec-fetch-mode", "cors"),
    ("accept-encoding", "gzip, deflate, br, zstd"),
    ("accept-language", "en-US,en;q=0.9"),
];

fn origins(count: usize) -> Vec<String> {
    (0..count).map(|index| format!("https://app-{index}.customer-{}.example.com", index % 977)).collect()
}

fn corsac(origins: &[String]) -> CorsLayer {
    let policy = Policy::new(Config {
        allow_origins: origins.to_vec(),
        allow_credentials: true,
        allow_methods: vec!["PUT".into(), "DELETE".into()],
        allow_headers: vec!["X-Request-Id".into(), "Authorization".into()],
        expose_headers: vec!["ETag".into()],
        ..Config::default()
    });
    CorsLayer::new(policy.unwrap())
}

fn tower_http(origins: &[String]) -> Peer {
    let origins = origins.iter().map(|origin| HeaderValue::from_str(origin).unwrap());
    Peer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_credentials(true)
        .allow_methods([Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::DELETE])
        .allow_headers([HeaderName::from_static("x-request-id"), AUTHORIZATION])
        .expose_headers([ETAG])
        .max_age(Duration::from_secs(600))
}

/// The values are slices of one buffer, as hyper makes them.
fn request(method: Method, headers: &[(&'static str, &str)]) -> Request<Body> {
    let mut request = Request::new(Body::default());
    *request.method_mut() = method;
    let all = BROWSER.iter().chain(headers);
    let buffer = Bytes::from(all.clone().map(|(_, value)| *value).collect::<String>());
    let mut start = 0;
    for (name, value) in all {
        let value = buffer.slice(start..start + value.len());
        start += value.len();
        request.headers_mut().append(HeaderName::from_static(name), HeaderValue::from_maybe_shared(value).unwrap());
    }
    request
}

fn service() -> impl Service<Request<Body>, Response = Response<Body>, Error = Infallible, Future: Send> + Clone {
    tower::service_fn(|_: Request<Body>| {
        let mut response = Response::new(Body::from("{}"));
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response.headers_mut().insert(ETAG, HeaderValue::from_static("\"1\""));
        std::future::ready(Ok(response))
    })
}

fn finish<F: Future<Output = Result<Response<Body>, Infallible>>>(future: F) -> Option<Response<Body>> {
    future.now_or_never().and_then(Result::ok)
}

/// The measured cases: a name, the number of origins, and the request.
fn cases() -> [(&'static str, usize, Request<Body>); 5] {
    let origin = |count: usize| ("origin", origins(count)[count / 2].clone());
    let asked =
        [("access-control-request-method", "PUT"), ("access-control-request-headers", "authorization,x-request-id")];
    let with = |origin: &(&'static str, String)| vec![(origin.0, origin.1.clone())];
    let get = |headers: Vec<(&'static str, String)>| {
        request(Method::GET, &headers.iter().map(|(name, value)| (*name, &**value)).collect::<Vec<_>>())
    };
    let one = origin(1);
    let mut preflight = vec![(one.0, &*one.1)];
    preflight.extend(asked);
    [
        ("no-origin", 1, get(Vec::new())),
        ("1", 1, get(with(&one))),
        ("10000", 10_000, get(with(&origin(10_000)))),
        ("refused", 1, get(vec![("origin", "https://app-0.customer-0.example.org".into())])),
        ("preflight", 1, request(Method::OPTIONS, &preflight)),
    ]
}

/// Serves one request many times.
fn repeat<S>(service: S, varies: bool, request: &Request<Body>, count: usize)
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone,
{
    let expected = finish(service.clone().call(request.clone())).unwrap();
    assert!(expected.headers().contains_key("vary") == varies, "{expected:?}");
    for _ in 0..count {
        drop(finish(service.clone().call(black_box(request.clone()))));
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let [case, layer, count] = arguments.as_slice() else { panic!("usage: tower CASE LAYER COUNT") };
    let count = count.parse().unwrap();
    let (_, origins, request) = cases().into_iter().find(|(name, ..)| name == case).unwrap();
    let origins = self::origins(origins);
    match &**layer {
        // The request is made, and nothing serves it.
        "request" => (0..count).for_each(|_| std::mem::forget(black_box(request.clone()))),
        "none" => repeat(service(), false, &request, count),
        "tower-http" => repeat(tower_http(&origins).layer(service()), true, &request, count),
        "corsac" => repeat(corsac(&origins).layer(service()), true, &request, count),
        other => panic!("there is no layer {other}"),
    }
}
