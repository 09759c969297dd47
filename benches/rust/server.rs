//! A server with axum: without headers, with the same headers written by hand, with tower-http's layer, or with corsac's.
//! `server VARIANT` prints its port. `benches/stacks/servers.py` loads it.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

use axum::extract::Request;
use axum::http::HeaderValue;
use axum::http::header::{ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_ORIGIN, VARY};
use axum::routing::get;
use axum::{Router, ServiceExt};
use corsac_tower::{Config, CorsLayer, Policy};
use tower::Layer;
use tower_http::cors::CorsLayer as Peer;

const ORIGIN: &str = "https://app.example.com";

fn by_hand() -> Router {
    let headers = [(ACCESS_CONTROL_ALLOW_ORIGIN, ORIGIN), (ACCESS_CONTROL_ALLOW_CREDENTIALS, "true"), (VARY, "Origin")];
    Router::new().route("/", get(async move || (headers, "ok")))
}

fn corsac() -> CorsLayer {
    let config = Config { allow_origins: vec![ORIGIN.into()], allow_credentials: true, ..Config::default() };
    CorsLayer::new(Policy::new(config).unwrap())
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let variant = std::env::args().skip(1).find(|argument| argument != "--bench").unwrap();
    let plain = Router::new().route("/", get(async || "ok"));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("{}", listener.local_addr().unwrap().port());
    match &*variant {
        "without" => axum::serve(listener, plain).await,
        "by hand" => axum::serve(listener, by_hand()).await,
        "tower-http" => {
            let peer = Peer::new().allow_origin(HeaderValue::from_static(ORIGIN)).allow_credentials(true);
            axum::serve(listener, ServiceExt::<Request>::into_make_service(peer.layer(plain))).await
        }
        "corsac" => axum::serve(listener, ServiceExt::<Request>::into_make_service(corsac().layer(plain))).await,
        other => panic!("there is no variant {other}"),
    }
    .unwrap();
}
