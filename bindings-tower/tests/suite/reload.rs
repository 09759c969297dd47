//! A policy that is replaced while requests are served.

use crate::kit::{Body, exchange, get, header, policy, serve, through};
use corsac_tower::{CorsLayer, PolicyBuilder, Reloadable};
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use tower::{Layer, ServiceExt, service_fn};

/// A policy whose headers have its number.
fn numbered(number: usize) -> String {
    format!("allow_origins = ['https://a.example']\nexpose_headers = ['x-{number}', 'y-{number}']")
}

fn number(exposed: &str) -> usize {
    let (x, y) = exposed.split_once(", ").unwrap();
    let (x, y) = (x.strip_prefix("x-").unwrap(), y.strip_prefix("y-").unwrap());
    assert_eq!(x, y, "a mix of two policies");
    x.parse().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_load_every_response_belongs_to_one_policy() {
    let policies = Arc::new(Reloadable::new(policy(&numbered(0))));
    let hello = async |_: Request<Incoming>| Ok::<_, Infallible>(Response::new(Full::<bytes::Bytes>::from("hello")));
    let address = serve(CorsLayer::reloadable(Arc::clone(&policies)).layer(service_fn(hello))).await;
    let (done, served) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let clients: Vec<_> = (0..4)
        .map(|_| {
            let (done, served) = (Arc::clone(&done), Arc::clone(&served));
            tokio::spawn(async move {
                let mut newest = 0;
                while !done.load(Ordering::Acquire) {
                    let bytes = b"GET / HTTP/1.1\r\nhost: a\r\norigin: https://a.example\r\nconnection: close\r\n\r\n";
                    let response = exchange(address, bytes).await;
                    let number = number(response.header("access-control-expose-headers"));
                    assert!(number >= newest, "an older policy came back");
                    newest = number;
                    served.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    let mut number = 0;
    while number < 300 || served.load(Ordering::Relaxed) < 500 {
        number += 1;
        policies.swap(policy(&numbered(number)));
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    done.store(true, Ordering::Release);
    for client in clients {
        client.await.unwrap();
    }
}

/// A request keeps the policy that it began with.
#[tokio::test]
async fn while_a_request_runs() {
    let policies = Arc::new(Reloadable::new(policy(&numbered(1))));
    let (begun, gate) = (Arc::new(tokio::sync::Notify::new()), Arc::new(tokio::sync::Notify::new()));
    let (started, opened) = (Arc::clone(&begun), Arc::clone(&gate));
    let waits = service_fn(move |_: Request<Body>| {
        let (started, opened) = (Arc::clone(&started), Arc::clone(&opened));
        async move {
            started.notify_one();
            opened.notified().await;
            Ok::<_, Infallible>(Response::new(Body::default()))
        }
    });
    let service = CorsLayer::reloadable(Arc::clone(&policies)).layer(waits);
    let response = tokio::spawn(service.oneshot(get("https://a.example")));
    begun.notified().await;
    policies.swap(policy(&numbered(2)));
    gate.notify_one();
    assert_eq!(number(header(&response.await.unwrap().unwrap(), "access-control-expose-headers")), 1);
}

#[tokio::test]
async fn a_file_that_is_watched() {
    let path = std::env::temp_dir().join(format!("corsac-tower-{}.toml", std::process::id()));
    let missing = CorsLayer::watched_file(&path, PolicyBuilder::new(), Duration::from_millis(10));
    assert!(missing.is_err());
    std::fs::write(&path, numbered(1)).unwrap();
    let (layer, watch) = CorsLayer::watched_file(&path, PolicyBuilder::new(), Duration::from_millis(10)).unwrap();
    let shown =
        async || number(header(&through(&layer, get("https://a.example")).await, "access-control-expose-headers"));
    assert_eq!(shown().await, 1);
    std::fs::write(&path, "allow_origins = ['https://a.example/']").unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(shown().await, 1, "a refused file changes nothing");
    std::fs::write(&path, numbered(2)).unwrap();
    for _ in 0..500 {
        if shown().await == 2 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(shown().await, 2);
    drop(watch);
    assert_eq!(
        number(header(
            &through(&CorsLayer::from_file(&path).unwrap(), get("https://a.example")).await,
            "access-control-expose-headers"
        )),
        2
    );
    std::fs::remove_file(&path).unwrap();
    assert!(CorsLayer::from_file(&path).is_err());
}
