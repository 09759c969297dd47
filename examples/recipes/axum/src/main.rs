//! A small API that the pages of two origins may call with cookies.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router, ServiceExt};
use corsac_tower::CorsLayer;
use tower_http::catch_panic::CatchPanicLayer;
use tower_layer::Layer;

type Items = Arc<Mutex<BTreeMap<u32, String>>>;

async fn list_items(State(items): State<Items>) -> ([(&'static str, String); 1], Json<BTreeMap<u32, String>>) {
    let items = items.lock().unwrap().clone();
    ([("x-total-count", items.len().to_string())], Json(items))
}

async fn get_item(State(items): State<Items>, Path(number): Path<u32>) -> Result<String, (StatusCode, &'static str)> {
    items.lock().unwrap().get(&number).cloned().ok_or((StatusCode::NOT_FOUND, "there is no such item"))
}

async fn put_item(State(items): State<Items>, Path(number): Path<u32>) -> &'static str {
    items.lock().unwrap().insert(number, "coffee".into());
    "coffee"
}

async fn crash() {
    panic!("a mistake in a handler");
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let address = std::env::args().nth(1).ok_or("usage: recipe-axum ADDRESS")?;
    let items = Items::new(Mutex::new(BTreeMap::from([(1, "tea".into())])));
    let router = Router::new()
        .route("/items", get(list_items))
        .route("/items/{number}", get(get_item).put(put_item))
        .route("/crash", get(crash))
        .with_state(items)
        .layer(CatchPanicLayer::new());
    let app = CorsLayer::from_file("cors.toml")?.layer(router);

    let listener = tokio::net::TcpListener::bind(address).await?;
    axum::serve(listener, ServiceExt::<Request>::into_make_service(app)).await?;
    Ok(())
}
