//! Each difference from tower-http that docs/tower.md names, in both layers.

use crate::kit::{
    Body, EVIL, ORIGIN, ServiceOf, application, get, header, is_readable, layer, preflight, request, through,
};
use corsac_tower::{Config, CorsLayer, Policy, PolicyBuilder, Predicate};
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use http::header::{HeaderName, HeaderValue};
use http::{HeaderMap, Method, Request, Response};
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;
use tower::Layer;
use tower_http::cors::{AllowHeaders, AllowMethods, AllowOrigin, Any, CorsLayer as Peer};

const GUIDE: &str = include_str!("../../../docs/tower.md");

fn value(text: &str) -> HeaderValue {
    text.parse().unwrap()
}

fn peer() -> Peer {
    Peer::new().allow_origin([value(ORIGIN)])
}

async fn theirs(layer: &Peer, request: Request<Body>) -> Response<Body> {
    layer.layer(application(HeaderMap::new())).send(request).await
}

async fn both(theirs: &Peer, ours: &CorsLayer, request: Request<Body>) -> [Response<Body>; 2] {
    let application = application(HeaderMap::new());
    [theirs.layer(application.clone()).send(request.clone()).await, ours.layer(application).send(request).await]
}

fn headers<const N: usize>(responses: &[Response<Body>; N], name: &str) -> [String; N] {
    std::array::from_fn(|index| header(&responses[index], name).to_owned())
}

fn codes(config: Config) -> Vec<&'static str> {
    Policy::new(config).unwrap_err().issues().iter().map(|issue| issue.code.as_str()).collect()
}

fn any() -> Config {
    Config { allow_origins: vec!["*".into()], ..Config::default() }
}

fn panics(work: impl FnOnce()) -> bool {
    catch_unwind(AssertUnwindSafe(work)).is_err()
}

type Difference = (&'static str, fn() -> LocalBoxFuture<'static, ()>);

macro_rules! differences {
    ($($name:literal => $work:block)+) => { [$(($name, (|| async { $work }.boxed_local()) as fn() -> _),)+] };
}

#[allow(clippy::too_many_lines, reason = "one difference after another")]
fn differences() -> impl IntoIterator<Item = Difference> {
    differences! {
        "errors-instead-of-panics" => {
            assert!(panics(|| drop(Peer::new().allow_origin(Any).allow_credentials(true).layer(()))));
            let config = Config { allow_credentials: true, allow_methods: vec!["put".into()], ..any() };
            assert_eq!(codes(config), ["any-origin-with-credentials", "method-case"]);
        }
        "checked-origins" => {
            for wrong in ["https://app.example.com/", "https://App.example.com", "app.example.com"] {
                let response = theirs(&Peer::new().allow_origin([value(wrong)]), get(ORIGIN)).await;
                assert!(!is_readable(&response, ORIGIN));
                let error = Policy::new(Config { allow_origins: vec![wrong.into()], ..Config::default() }).unwrap_err();
                assert!(error.issues()[0].help.contains("https://app.example.com"), "{error}");
            }
        }
        "any-origin-with-credentials" => {
            for origin in [EVIL, "null"] {
                let response = theirs(&Peer::very_permissive(), get(origin)).await;
                assert!(is_readable(&response, origin));
                assert_eq!(header(&response, "access-control-allow-credentials"), "true");
            }
            assert_eq!(codes(Config { allow_credentials: true, ..any() }), ["any-origin-with-credentials"]);
        }
        "exact-is-not-for-everyone" => {
            let exact = Peer::new().allow_origin(AllowOrigin::exact(value(ORIGIN)));
            for request in [get(EVIL), request("GET", "/", &[])] {
                let responses = both(&exact, &layer(""), request).await;
                assert_eq!(headers(&responses, "access-control-allow-origin"), [ORIGIN, ""]);
                assert_eq!(headers(&responses, "vary"), ["", "Origin"]);
            }
        }
        "options-reach-the-application" => {
            for asked in [request("OPTIONS", "/", &[("origin", ORIGIN)]), request("OPTIONS", "/", &[])] {
                let [theirs, ours] = both(&peer(), &layer(""), asked).await;
                assert_eq!((theirs.status().as_u16(), ours.status().as_u16()), (200, 299));
            }
        }
        "preflight-status" => {
            let [theirs, ours] = both(&peer(), &layer(""), preflight(ORIGIN, "GET")).await;
            assert_eq!((theirs.status().as_u16(), ours.status().as_u16()), (200, 204));
            assert_eq!(through(&layer("preflight_status = 200"), preflight(ORIGIN, "GET")).await.status(), 200);
        }
        "refused-preflights" => {
            let peer = peer().allow_credentials(true).allow_methods([Method::PUT]).allow_headers([http::header::ETAG]);
            let ours = layer("allow_credentials = true\nallow_methods = ['PUT']\nallow_headers = ['etag']");
            let responses = both(&peer, &ours, preflight(EVIL, "PUT")).await;
            assert_eq!((responses[0].status().as_u16(), responses[1].status().as_u16()), (200, 403));
            for (name, theirs) in [
                ("access-control-allow-origin", ""),
                ("access-control-allow-methods", "PUT"),
                ("access-control-allow-headers", "etag"),
                ("access-control-allow-credentials", "true"),
            ] {
                assert_eq!(headers(&responses, name), [theirs, ""]);
            }
            let [_, ours] = responses;
            assert_eq!(crate::kit::text(ours).await, "corsac: origin-not-allowed\n");
        }
        "refused-origins-get-nothing" => {
            let peer = peer().allow_credentials(true).expose_headers([http::header::ETAG]);
            let ours = layer("allow_credentials = true\nexpose_headers = ['etag']");
            let responses = both(&peer, &ours, get(EVIL)).await;
            assert_eq!(headers(&responses, "access-control-allow-credentials"), ["true", ""]);
            assert_eq!(headers(&responses, "access-control-expose-headers"), ["etag", ""]);
        }
        "the-applications-own-headers" => {
            let own = application(HeaderMap::from_iter([(http::header::ACCESS_CONTROL_ALLOW_ORIGIN, value("*"))]));
            assert_eq!(header(&peer().layer(own.clone()).send(get(EVIL)).await, "access-control-allow-origin"), "*");
            assert_eq!(header(&layer("").layer(own.clone()).send(get(EVIL)).await, "access-control-allow-origin"), "");
            let kept = layer("keep_app_headers = true").layer(own).send(get(EVIL)).await;
            assert_eq!(header(&kept, "access-control-allow-origin"), "*");
        }
        "vary-is-merged" => {
            let own = application(HeaderMap::from_iter([(http::header::VARY, value("origin, Accept"))]));
            let lines = |response: &Response<Body>| {
                response.headers().get_all("vary").iter().map(|line| line.to_str().unwrap().to_owned()).collect::<Vec<_>>()
            };
            let theirs = lines(&peer().layer(own.clone()).send(get(ORIGIN)).await);
            assert_eq!(theirs, ["origin, Accept", "origin"]);
            assert_eq!(lines(&layer("").layer(own).send(get(ORIGIN)).await), ["origin, Accept"]);
        }
        "vary-names-what-decides" => {
            let named = peer().allow_methods(AllowMethods::mirror_request());
            let responses = both(&named, &layer("allow_methods = ['*']"), get(ORIGIN)).await;
            assert_eq!(headers(&responses, "vary"), ["origin, access-control-request-method", "Origin"]);
            let responses = both(&peer(), &layer(""), preflight(ORIGIN, "GET")).await;
            let all = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
            assert_eq!(headers(&responses, "vary"), ["origin", all]);
        }
        "simple-methods-are-always-allowed" => {
            let responses = both(&peer(), &layer(""), preflight(ORIGIN, "POST")).await;
            assert_eq!(headers(&responses, "access-control-allow-methods"), ["", "GET, HEAD, POST"]);
        }
        "lists-have-spaces" => {
            let names = ["x-a", "x-b"].map(HeaderName::from_static);
            let peer = peer().allow_headers(names.clone()).expose_headers(names);
            let ours = layer("allow_headers = ['x-a', 'x-b']\nexpose_headers = ['x-a', 'x-b']");
            let responses = both(&peer, &ours, preflight(ORIGIN, "GET")).await;
            let ours_first = "accept, accept-language, content-language, content-type, x-a, x-b";
            assert_eq!(headers(&responses, "access-control-allow-headers"), ["x-a,x-b", ours_first]);
            let responses = both(&peer, &ours, get(ORIGIN)).await;
            assert_eq!(headers(&responses, "access-control-expose-headers"), ["x-a,x-b", "x-a, x-b"]);
        }
        "any-means-any-with-credentials" => {
            assert!(panics(|| drop(peer().allow_credentials(true).allow_headers(Any).layer(()))));
            assert!(panics(|| drop(peer().allow_credentials(true).allow_methods(Any).layer(()))));
            let ours = layer("allow_credentials = true\nallow_headers = ['*']\nallow_methods = ['*']");
            let mut asked = preflight(ORIGIN, "PURGE");
            asked.headers_mut().insert("access-control-request-headers", value("x-a, x-b"));
            let response = through(&ours, asked).await;
            assert_eq!(header(&response, "access-control-allow-headers"), "x-a, x-b");
            let methods = response.headers().get_all("access-control-allow-methods").iter();
            assert!(methods.map(|line| line.to_str().unwrap()).any(|line| line == "PURGE"));
        }
        "mirrored-bytes" => {
            let mirror = peer().allow_headers(AllowHeaders::mirror_request()).allow_methods(AllowMethods::mirror_request());
            let ours = layer("allow_credentials = true\nallow_headers = ['*']\nallow_methods = ['*']");
            for (name, answer, sent) in [
                ("access-control-request-headers", "access-control-allow-headers", "<script>"),
                ("access-control-request-method", "access-control-allow-methods", "A B"),
            ] {
                let mut asked = preflight(ORIGIN, "PUT");
                asked.headers_mut().insert(name, value(sent));
                let [theirs, ours] = both(&mirror, &ours, asked).await;
                assert_eq!(header(&theirs, answer), sent);
                assert!(!ours.headers().values().any(|value| value.to_str().unwrap().contains(sent)));
            }
        }
        "a-list-of-origins-is-refused" => {
            let two = request("GET", "/", &[("origin", ORIGIN), ("origin", EVIL)]);
            let responses = both(&peer(), &layer(""), two).await;
            assert_eq!(headers(&responses, "access-control-allow-origin"), [ORIGIN, ""]);
        }
        "predicates-see-origins" => {
            let ends = |origin: &[u8]| origin.ends_with(b".example.com") || origin == b"null";
            let peer = Peer::new().allow_origin(AllowOrigin::predicate(move |origin, _| ends(origin.as_bytes())));
            let policy = PolicyBuilder::new().predicate(true).toml(b"allow_origins = []").unwrap();
            let predicate = Predicate::new(move |origin| ends(origin.as_bytes()));
            let ours = CorsLayer::new(policy).predicate(predicate).unwrap();
            for sent in ["null", "https://evil.example/.example.com", "x.example.com"] {
                let responses = both(&peer, &ours, get(sent)).await;
                assert_eq!(headers(&responses, "access-control-allow-origin"), [sent, ""]);
            }
            let responses = both(&peer, &ours, get("https://a.example.com")).await;
            assert!(responses.iter().all(|response| is_readable(response, "https://a.example.com")));
        }
        "predicates-that-fail" => {
            let policy = || PolicyBuilder::new().predicate(true).toml(b"allow_origins = []").unwrap();
            let failing = Peer::new().allow_origin(AllowOrigin::predicate(|_, _| panic!("as the test wants")));
            assert!(AssertUnwindSafe(theirs(&failing, get(EVIL))).catch_unwind().await.is_err());
            let ours = CorsLayer::new(policy()).predicate(Predicate::new(|_| -> bool { panic!("as the test wants") })).unwrap();
            assert!(!is_readable(&through(&ours, get(EVIL)).await, EVIL));

            let hanging = Peer::new().allow_origin(AllowOrigin::async_predicate(|_, _| std::future::pending()));
            let soon = Duration::from_millis(30);
            assert!(tokio::time::timeout(soon, theirs(&hanging, get(EVIL))).await.is_err());
            let predicate = Predicate::asynchronous(|_| std::future::pending::<bool>()).timeout(soon);
            let ours = CorsLayer::new(policy()).predicate(predicate).unwrap();
            assert!(!is_readable(&through(&ours, get(EVIL)).await, EVIL));
        }
        "preflights-are-cached" => {
            let responses = both(&peer(), &layer(""), preflight(ORIGIN, "GET")).await;
            assert_eq!(headers(&responses, "access-control-max-age"), ["", "600"]);
        }
        "private-network" => {
            let asking = |method, origin| request(method, "/", &[
                ("origin", origin),
                ("access-control-request-method", "GET"),
                ("access-control-request-private-network", "true"),
            ]);
            let (peer, ours) = (peer().allow_private_network(true), layer("allow_private_network = true"));
            for (asked, expected) in [
                (asking("OPTIONS", ORIGIN), ["true", "true"]),
                (asking("OPTIONS", EVIL), ["true", ""]),
                (asking("GET", ORIGIN), ["true", ""]),
            ] {
                let responses = both(&peer, &ours, asked).await;
                assert_eq!(headers(&responses, "access-control-allow-private-network"), expected);
            }
        }
        "private-network-any-origin" => {
            drop(Peer::new().allow_origin(Any).allow_private_network(true).layer(()));
            assert_eq!(codes(Config { allow_private_network: true, ..any() }), ["private-network-any-origin"]);
        }
        "errors-can-have-headers" => {
            let broken = tower::service_fn(async |_: Request<Body>| Err::<Response<Body>, _>("broken"));
            let theirs = tower::ServiceExt::oneshot(peer().layer(broken), get(ORIGIN)).await;
            assert_eq!(theirs.unwrap_err(), "broken");
            let ours = layer("").handle_error(|error: &'static str| Response::new(Body::from(error))).layer(broken);
            assert!(is_readable(&ours.send(get(ORIGIN)).await, ORIGIN));
        }
    }
}

#[tokio::test]
async fn every_difference_that_the_guide_names() {
    let section = GUIDE.split_once("## Coming from tower-http").unwrap().1;
    let rows = section.split_once("| difference |").unwrap().1.lines().skip(2);
    let rows: BTreeSet<_> =
        rows.filter_map(|row| row.strip_prefix("| `")?.split_once('`')).map(|(name, _)| name).collect();
    let tested: BTreeSet<_> = differences().into_iter().map(|(name, _)| name).collect();
    assert_eq!(rows, tested);
    for (name, work) in differences() {
        println!("{name}");
        work().await;
    }
}

/// The example in the repository's README is the one that this package compiles as a documentation test.
#[test]
fn the_example_of_the_readme() {
    let block = |text: &'static str, language: &str| {
        let (_, rest) = text.split_once(&format!("```{language}\n")).unwrap();
        rest.split_once("```").unwrap().0
    };
    let ours = block(include_str!("../../README.md"), "rust,no_run");
    assert_eq!(block(include_str!("../../../README.md"), "rs"), ours);
}
