//! Writes and WebSocket handshakes of foreign pages.

use crate::kit::{EVIL, ORIGIN, header, layer, request, text, through};
use axum::Router;
use axum::extract::ws::{WebSocket, WebSocketUpgrade};
use axum::routing::any;
use std::sync::{Arc, Mutex};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tower::Layer;

const PROTECTED: &str =
    "[protection]\nwrites = 'reject'\nwebsockets = 'reject'\ntrusted_origins = ['https://pay.example.net']";

#[tokio::test]
async fn writes_of_foreign_pages_are_refused() {
    let layer = layer(PROTECTED);
    let host = ("host", "api.example.com");
    for (method, headers, status) in [
        ("POST", vec![host, ("origin", EVIL)], 403),
        ("POST", vec![host, ("origin", "null")], 403),
        ("POST", vec![host, ("sec-fetch-site", "cross-site")], 403),
        ("DELETE", vec![("origin", EVIL)], 403),
        ("GET", vec![host, ("origin", EVIL)], 299),
        ("POST", vec![host, ("origin", "https://api.example.com")], 299),
        ("POST", vec![host, ("origin", "https://pay.example.net")], 299),
        ("POST", vec![host, ("sec-fetch-site", "same-origin")], 299),
        ("POST", vec![host], 299),
    ] {
        let response = through(&layer, request(method, "/", &headers)).await;
        assert_eq!(response.status(), status, "{method} {headers:?}");
        if status == 403 {
            assert_eq!(header(&response, "cache-control"), "no-store");
            assert_eq!(text(response).await, "corsac: write-refused\n");
        }
    }
}

#[tokio::test]
async fn on_a_tls_connection_a_page_with_plain_http_is_foreign() {
    let post = |uri| request("POST", uri, &[("origin", "http://api.example.com"), ("host", "api.example.com")]);
    let plain = layer(PROTECTED);
    assert_eq!(through(&plain, post("/")).await.status(), 299);
    assert_eq!(through(&plain, post("https://api.example.com/")).await.status(), 403);
    assert_eq!(through(&plain.secure(true), post("/")).await.status(), 403);
}

#[tokio::test]
async fn a_request_that_is_only_reported_runs() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&seen);
    let layer = layer(&format!("{PROTECTED}\nreport_only = true"))
        .on_decision(move |event| noted.lock().unwrap().push(event.reported.map(|reason| reason.as_str())));
    let response = through(&layer, request("POST", "/", &[("origin", EVIL), ("host", "a")])).await;
    assert_eq!(response.status(), 299);
    assert_eq!(*seen.lock().unwrap(), [Some("write-refused")]);
}

/// A CONNECT request reaches a service only if it opens a stream, and CORS does not cover streams.
#[tokio::test]
async fn extended_connect_counts_as_a_handshake() {
    let layer = layer("[protection]\nwebsockets = 'reject'");
    let connect = |origin| request("CONNECT", "https://api.example.com/live", &[("origin", origin)]);
    assert_eq!(text(through(&layer, connect(EVIL)).await).await, "corsac: websocket-refused\n");
    assert_eq!(through(&layer, connect("https://api.example.com")).await.status(), 299);
}

async fn echo(mut socket: WebSocket) {
    while let Some(Ok(message)) = socket.recv().await {
        if socket.send(message).await.is_err() {
            return;
        }
    }
}

#[tokio::test]
async fn handshakes_over_a_socket() {
    use futures_util::{SinkExt, StreamExt};
    let router = Router::new().route("/live", any(async |upgrade: WebSocketUpgrade| upgrade.on_upgrade(echo)));
    let app = layer(PROTECTED).layer(router);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        axum::serve(listener, axum::ServiceExt::<axum::extract::Request>::into_make_service(app)).await
    });
    let connect = |origin: Option<String>| async move {
        let mut request = format!("ws://{address}/live").into_client_request().unwrap();
        if let Some(origin) = origin {
            request.headers_mut().insert("origin", origin.parse().unwrap());
        }
        tokio_tungstenite::connect_async(request).await
    };
    let own = format!("http://{address}");
    for origin in [None, Some(own), Some("https://pay.example.net".to_owned())] {
        let (mut socket, _) = connect(origin).await.unwrap();
        socket.send(Message::text("hello")).await.unwrap();
        assert_eq!(socket.next().await.unwrap().unwrap(), Message::text("hello"));
    }
    for origin in [EVIL, "null", ORIGIN] {
        let Err(Error::Http(response)) = connect(Some(origin.to_owned())).await else {
            panic!("{origin} was not refused")
        };
        assert_eq!(response.status(), 403);
        assert_eq!(response.headers()["cache-control"], "no-store");
    }
}
