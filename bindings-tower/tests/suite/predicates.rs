//! Functions that decide about origins: synchronous and asynchronous, with a cache and a time-out, and with every kind
//! of failure.

use crate::kit::{EVIL, ORIGIN, get, is_readable, preflight, request, through};
use corsac_tower::{CorsLayer, Policy, PolicyBuilder, Predicate, PredicateCache, UnusedPredicate};
use http::HeaderMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::Notify;
use tower::{Layer, Service, ServiceExt};

const TENANT: &str = "https://tenant.example";

fn policy() -> Policy {
    let text = format!("allow_origins = ['{ORIGIN}']\nallow_credentials = true\nallow_methods = ['PUT']");
    PolicyBuilder::new().predicate(true).toml(text.as_bytes()).unwrap()
}

fn asking<K>(predicate: Predicate<K>) -> CorsLayer {
    CorsLayer::new(policy()).predicate(predicate).unwrap()
}

/// The reason in each event.
async fn reasons(layer: CorsLayer, origin: &str) -> Vec<&'static str> {
    let reasons = Arc::new(std::sync::Mutex::new(Vec::new()));
    let noted = Arc::clone(&reasons);
    let layer = layer.on_decision(move |event| noted.lock().unwrap().push(event.reason.as_str()));
    through(&layer, get(origin)).await;
    through(&layer, preflight(origin, "PUT")).await;
    drop(layer);
    Arc::into_inner(reasons).unwrap().into_inner().unwrap()
}

#[tokio::test]
async fn synchronous_and_asynchronous() {
    let at_once = Predicate::new(|origin| origin == TENANT);
    let later = Predicate::asynchronous(async |origin| {
        tokio::time::sleep(Duration::from_millis(1)).await;
        Ok::<_, std::io::Error>(origin == TENANT)
    });
    for layer in [asking(at_once), asking(later)] {
        for (origin, is_allowed) in
            [(TENANT, true), (EVIL, false), (ORIGIN, true), ("null", false), ("HTTPS://x", false)]
        {
            assert_eq!(is_readable(&through(&layer, get(origin)).await, origin), is_allowed, "{origin}");
            let response = through(&layer, preflight(origin, "PUT")).await;
            assert_eq!(response.status().as_u16(), if is_allowed { 204 } else { 403 }, "{origin}");
        }
    }
}

#[tokio::test]
async fn it_is_asked_once_and_only_where_no_pattern_decides() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let layer = asking(Predicate::new(move |_| {
        count.fetch_add(1, Ordering::Relaxed);
        true
    }));
    for (request, times) in [
        (get(TENANT), 1),
        (preflight(TENANT, "PUT"), 1),
        (get(ORIGIN), 0),
        (get("null"), 0),
        (get("not an origin"), 0),
        (get("http://insecure.example"), 0),
        (request("GET", "/", &[]), 0),
        (request("GET", "/", &[("origin", TENANT), ("origin", TENANT)]), 0),
    ] {
        let description = format!("{request:?}");
        through(&layer, request).await;
        assert_eq!(asked.swap(0, Ordering::Relaxed), times, "{description}");
    }
}

#[tokio::test]
async fn of_a_request() {
    let at_once = Predicate::of_request(|origin, request| request.headers.contains_key("x-tenant") && origin == TENANT);
    let later = Predicate::asynchronous_of_request(|origin, request| {
        let has_tenant = request.headers.contains_key("x-tenant") && request.uri.path() == "/shop";
        async move { has_tenant && origin == TENANT }
    });
    for layer in [asking(at_once), asking(later)] {
        let ours = request("GET", "/shop", &[("origin", TENANT), ("x-tenant", "1")]);
        assert!(is_readable(&through(&layer, ours).await, TENANT));
        assert!(!is_readable(&through(&layer, request("GET", "/shop", &[("origin", TENANT)])).await, TENANT));
    }
}

#[tokio::test]
async fn whatever_fails_refuses() {
    let errors = || Err::<bool, _>("the database is down");
    for layer in [
        asking(Predicate::new(move |_| errors())),
        asking(Predicate::asynchronous(move |_| async move { errors() })),
        asking(Predicate::new(|_| -> bool { panic!("at once") })),
        asking(Predicate::asynchronous(|_| -> std::future::Ready<bool> { panic!("before the future") })),
        asking(Predicate::asynchronous(async |_| -> bool { panic!("in the future") })),
        asking(
            Predicate::asynchronous(async |_| -> bool { std::future::pending().await })
                .timeout(Duration::from_millis(5)),
        ),
        asking(Predicate::asynchronous(async |_| -> bool { panic!("not remembered") }).cache(&cache())),
        // The layer has no predicate, although its policy needs one.
        CorsLayer::new(policy()),
    ] {
        assert_eq!(reasons(layer.clone(), TENANT).await, ["predicate-failed", "predicate-failed"]);
        // The application runs, and the page cannot read.
        let response = through(&layer, get(TENANT)).await;
        assert_eq!((response.status().as_u16(), is_readable(&response, TENANT)), (299, false));
        assert_eq!(through(&layer, preflight(TENANT, "PUT")).await.status(), 403);
    }
}

#[test]
fn without_a_runtime_of_tokio_it_fails_and_does_not_panic() {
    let layer = asking(Predicate::asynchronous(async |_| true));
    let reasons = futures_util::FutureExt::now_or_never(reasons(layer, TENANT));
    assert_eq!(reasons.unwrap(), ["predicate-failed", "predicate-failed"]);
}

#[tokio::test]
async fn after_the_timeout_the_future_is_dropped() {
    struct Dropped(Arc<AtomicUsize>);
    impl Drop for Dropped {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
    let dropped = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&dropped);
    let forever = Predicate::asynchronous(move |_| {
        let guard = Dropped(Arc::clone(&count));
        async move {
            std::future::pending::<()>().await;
            drop(guard);
            true
        }
    });
    let layer = asking(forever.timeout(Duration::from_millis(20)));
    let start = Instant::now();
    assert!(!is_readable(&through(&layer, get(TENANT)).await, TENANT));
    assert!(start.elapsed() < Duration::from_secs(5));
    assert_eq!(dropped.load(Ordering::Relaxed), 1);
}

fn cache() -> PredicateCache {
    PredicateCache::new(100, Duration::from_secs(60)).unwrap()
}

/// A predicate that waits until it is released, and counts its calls.
fn gated(cache: &PredicateCache) -> (CorsLayer, Arc<AtomicUsize>, Arc<Notify>) {
    let (asked, gate) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
    let (count, opened) = (Arc::clone(&asked), Arc::clone(&gate));
    let predicate = Predicate::asynchronous(move |origin| {
        count.fetch_add(1, Ordering::Relaxed);
        let opened = Arc::clone(&opened);
        async move {
            opened.notified().await;
            origin == TENANT
        }
    });
    (asking(predicate.cache(cache)), asked, gate)
}

async fn until(condition: impl Fn() -> bool) {
    for _ in 0..1000 {
        if condition() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    panic!("the condition was never met");
}

#[tokio::test]
async fn requests_wait_for_one_answer_which_is_remembered() {
    let cache = cache();
    let (layer, asked, gate) = gated(&cache);
    let requests: Vec<_> = (0..50)
        .map(|_| {
            let layer = layer.clone();
            tokio::spawn(async move { is_readable(&through(&layer, get(TENANT)).await, TENANT) })
        })
        .collect();
    until(|| asked.load(Ordering::Relaxed) == 1).await;
    gate.notify_one();
    for request in requests {
        assert!(request.await.unwrap());
    }
    assert!(is_readable(&through(&layer, get(TENANT)).await, TENANT));
    assert_eq!(asked.load(Ordering::Relaxed), 1);
    cache.clear();
    gate.notify_one();
    assert!(is_readable(&through(&layer, get(TENANT)).await, TENANT));
    assert_eq!(asked.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn a_client_that_leaves_does_not_deprive_the_others_of_an_answer() {
    let cache = cache();
    let (layer, asked, gate) = gated(&cache);
    let first = {
        let layer = layer.clone();
        tokio::spawn(async move { through(&layer, get(TENANT)).await })
    };
    until(|| asked.load(Ordering::Relaxed) == 1).await;
    let second = {
        let layer = layer.clone();
        tokio::spawn(async move { is_readable(&through(&layer, get(TENANT)).await, TENANT) })
    };
    tokio::task::yield_now().await;
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    gate.notify_one();
    assert!(second.await.unwrap());
    assert_eq!(asked.load(Ordering::Relaxed), 1);
    // If no request waits any longer, the next one asks again.
    cache.clear();
    let alone = {
        let layer = layer.clone();
        tokio::spawn(async move { through(&layer, get(TENANT)).await })
    };
    until(|| asked.load(Ordering::Relaxed) == 2).await;
    alone.abort();
    let _ = alone.await;
    gate.notify_one();
    assert!(is_readable(&through(&layer, get(TENANT)).await, TENANT));
    assert_eq!(asked.load(Ordering::Relaxed), 3);
}

#[tokio::test]
async fn an_answer_from_before_a_clear_is_not_remembered() {
    let cache = cache();
    let (layer, asked, gate) = gated(&cache);
    let before = {
        let layer = layer.clone();
        tokio::spawn(async move { is_readable(&through(&layer, get(TENANT)).await, TENANT) })
    };
    until(|| asked.load(Ordering::Relaxed) == 1).await;
    cache.clear();
    let after = {
        let layer = layer.clone();
        tokio::spawn(async move { is_readable(&through(&layer, get(TENANT)).await, TENANT) })
    };
    // It does not wait for the earlier call.
    until(|| asked.load(Ordering::Relaxed) == 2).await;
    gate.notify_one();
    gate.notify_one();
    gate.notify_waiters();
    assert!(before.await.unwrap());
    gate.notify_one();
    assert!(after.await.unwrap());
    assert!(is_readable(&through(&layer, get(TENANT)).await, TENANT));
    assert_eq!(asked.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn failures_are_not_remembered_and_synchronous_answers_are() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let fails_first = Predicate::new(move |_| match count.fetch_add(1, Ordering::Relaxed) {
        0 => Err("the database is down"),
        _ => Ok(true),
    });
    let layer = asking(fails_first.cache(&cache()));
    for is_allowed in [false, true, true] {
        assert_eq!(is_readable(&through(&layer, get(TENANT)).await, TENANT), is_allowed);
    }
    assert_eq!(asked.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn protection_refuses_after_the_answer() {
    let text = "allow_origins = []\nallow_credentials = true\n[protection]\nwrites = 'reject'";
    let policy = PolicyBuilder::new().predicate(true).toml(text.as_bytes()).unwrap();
    let predicate = Predicate::asynchronous(async |origin| {
        tokio::task::yield_now().await;
        origin == TENANT
    });
    let layer = CorsLayer::new(policy).predicate(predicate).unwrap();
    for (origin, status) in [(TENANT, 299), (EVIL, 403)] {
        let post = request("POST", "/", &[("origin", origin), ("host", "api.example.com")]);
        assert_eq!(through(&layer, post).await.status(), status, "{origin}");
    }
}

#[tokio::test]
async fn routes_have_their_own_predicates() {
    use corsac_tower::corsac::binding::Value;
    let map = |entries: Vec<(&str, Value)>| Value::Map(entries.into_iter().map(|(k, v)| (k.to_owned(), v)).collect());
    let route = map(vec![("path", "/partners/{*rest}".into()), ("allow_origin", Value::Function)]);
    let settings = map(vec![("allow_origins", Value::List(vec![])), ("routes", Value::List(vec![route]))]);
    let policy = PolicyBuilder::new().value(settings).unwrap();
    let layer = CorsLayer::new(policy).route_predicate(0, Predicate::new(|origin| origin == TENANT)).unwrap();
    for (path, is_allowed) in [("/partners/a", true), ("/other", false)] {
        let response = through(&layer, request("GET", path, &[("origin", TENANT)])).await;
        assert_eq!(is_readable(&response, TENANT), is_allowed, "{path}");
    }
}

#[test]
fn a_predicate_that_would_never_be_asked_is_an_error() {
    let policy = Policy::from_toml("allow_origins = []").unwrap();
    let error = CorsLayer::new(policy).predicate(Predicate::new(|_| true)).unwrap_err();
    assert_eq!(
        error,
        CorsLayer::new(Policy::from_toml("allow_origins = []").unwrap())
            .route_predicate(0, Predicate::new(|_| true))
            .unwrap_err()
    );
    assert!(error.to_string().ends_with("build the policy with `PolicyBuilder::new().predicate(true)`"));
    let _: UnusedPredicate = error;
}

/// One service that is called again before it has an answer.
#[tokio::test]
async fn a_service_is_free_while_a_request_waits() {
    let (layer, _, gate) = gated(&cache());
    let mut service = layer.layer(crate::kit::application(HeaderMap::new()));
    let first = service.ready().await.unwrap().call(get(TENANT));
    let second = service.ready().await.unwrap().call(get(ORIGIN));
    assert!(is_readable(&second.await.unwrap(), ORIGIN));
    gate.notify_one();
    assert!(is_readable(&first.await.unwrap(), TENANT));
}
