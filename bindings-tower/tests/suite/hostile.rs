//! Requests that no browser sends: floods, bytes that are not text, and endless headers.

use crate::kit::{APPLICATION, Body, ORIGIN, get, header, layer, request, serve, text, through};
use corsac_tower::{CorsLayer, PolicyBuilder, Predicate, PredicateCache};
use http::header::HeaderValue;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use std::convert::Infallible;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tower::{Layer, service_fn};

#[tokio::test]
async fn bytes_that_are_not_text() {
    let layer = layer("allow_headers = ['*']\nallow_credentials = true\nallow_methods = ['*']");
    for origin in [&b"\xff\xfe"[..], b"https://\xc3\xbc.example", b"\t", b"", b" ", &[b'a'; 100_000]] {
        let mut request = get(ORIGIN);
        request.headers_mut().insert("origin", HeaderValue::from_bytes(origin).unwrap());
        let response = through(&layer, request).await;
        assert_eq!((response.status().as_u16(), header(&response, "access-control-allow-origin")), (APPLICATION, ""));
    }
    for (name, value) in [
        ("access-control-request-method", &b"\xff"[..]),
        ("access-control-request-method", &[b'A'; 100_000]),
        ("access-control-request-headers", b"\xff, x-a"),
        ("access-control-request-headers", &b"x,".repeat(100_000)),
    ] {
        let mut preflight = crate::kit::preflight(ORIGIN, "PUT");
        preflight.headers_mut().insert(name, HeaderValue::from_bytes(value).unwrap());
        let response = through(&layer, preflight).await;
        assert_eq!(response.status(), 204);
        let sent: usize = response.headers().values().map(HeaderValue::len).sum();
        assert!(sent < 1000, "nothing long is sent back");
        assert_eq!(text(response).await, "");
    }
}

#[tokio::test]
async fn as_many_lines_as_a_map_can_contain() {
    let layer = layer("allow_headers = ['x-a']\n[protection]\nwrites = 'reject'\nwebsockets = 'reject'");
    for name in [
        "origin",
        "access-control-request-method",
        "access-control-request-headers",
        "sec-fetch-site",
        "host",
        "upgrade",
        "sec-websocket-key",
    ] {
        let mut request = crate::kit::preflight(ORIGIN, "PUT");
        for _ in 0..20_000 {
            request.headers_mut().append(name, HeaderValue::from_static("x-a"));
        }
        let response = through(&layer, request).await;
        assert!(response.status().as_u16() == 204 || response.status() == 403, "{name}: {}", response.status());
    }
}

#[tokio::test]
async fn a_flood_of_origins_does_not_push_out_a_tenant() {
    let policy = PolicyBuilder::new().predicate(true).toml(b"allow_origins = []").unwrap();
    let cache = PredicateCache::new(100, Duration::from_secs(60)).unwrap();
    let asked = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let count = std::sync::Arc::clone(&asked);
    let predicate = Predicate::asynchronous(move |origin| {
        count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        async move { origin == "https://tenant.example" }
    });
    let layer = CorsLayer::new(policy).predicate(predicate.cache(&cache)).unwrap();
    through(&layer, get("https://tenant.example")).await;
    for number in 0..5000 {
        through(&layer, get(&format!("https://{number}.example"))).await;
    }
    let before = asked.load(std::sync::atomic::Ordering::Relaxed);
    let response = through(&layer, get("https://tenant.example")).await;
    assert_eq!(header(&response, "access-control-allow-origin"), "https://tenant.example");
    assert_eq!(asked.load(std::sync::atomic::Ordering::Relaxed), before);
}

/// Each connection sends a hostile request, and a normal request afterwards is answered.
#[tokio::test]
async fn over_a_socket() {
    async fn hello(_: Request<Incoming>) -> Result<Response<Full<bytes::Bytes>>, Infallible> {
        Ok(Response::new(Full::from("hello")))
    }
    let address = serve(layer("[protection]\nwrites = 'reject'").layer(service_fn(hello))).await;
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let mut wire = Vec::new();
    for number in 0..500_u32 {
        let noise: Vec<u8> =
            (0..40).map(|byte| (number.wrapping_mul(31).wrapping_add(byte * 7) % 223 + 33) as u8).collect();
        let noise: Vec<u8> = noise.into_iter().filter(|byte| *byte != 127).collect();
        wire.extend(b"OPTIONS /%2e%2e/\xc3\xbc HTTP/1.1\r\nhost: a\r\norigin: ");
        wire.extend(&noise);
        wire.extend(b"\r\naccess-control-request-method: ");
        wire.extend(&noise);
        wire.extend(b"\r\naccess-control-request-headers: ");
        wire.extend(&noise);
        wire.extend(b"\r\n\r\n");
    }
    wire.extend(format!("GET / HTTP/1.1\r\nhost: a\r\norigin: {ORIGIN}\r\nconnection: close\r\n\r\n").bytes());
    let (mut reader, mut writer) = stream.split();
    let mut answers = Vec::new();
    let (_, _) = tokio::join!(writer.write_all(&wire), reader.read_to_end(&mut answers));
    let answers = String::from_utf8_lossy(&answers);
    assert_eq!(answers.matches("HTTP/1.1 403 Forbidden\r\n").count(), 500);
    assert!(answers.ends_with("hello"), "{}", &answers[answers.len().saturating_sub(300)..]);
}

#[tokio::test]
async fn a_function_that_panics_stops_nothing() {
    let layer = layer("").on_decision(|_| panic!("as the test wants"));
    let response = through(&layer, request("GET", "/", &[("origin", ORIGIN)])).await;
    assert_eq!(header(&response, "access-control-allow-origin"), ORIGIN);
    let _: Response<Body> = response;
}
