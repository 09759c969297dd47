//! The shared vectors, through the layer: called directly, and served by hyper over sockets.
//!
//! Only requests that the `http` crate can represent can reach a service. The test tries to represent all
//! others too, and `Unsendable` is the reason why that fails.

use crate::kit::{APPLICATION, Body, RawResponse, ServiceOf, application, exchange, serve};
use corsac_tower::corsac::{ConfigError, PolicyBuilder};
use corsac_tower::{Cors, CorsLayer, Policy, Predicate};
use http::header::{HeaderName, HeaderValue};
use http::{HeaderMap, Method, Request, Response, Uri};
use http_body_util::{BodyExt, Full};
use serde::Deserialize;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tower::{Layer, service_fn};

/// A vector with a request. The other kinds are only about core, whose tests run them.
#[derive(Deserialize)]
struct Vector {
    id: String,
    config: Option<Json>,
    text: Option<Text>,
    predicate: Option<String>,
    request: RequestOf,
    expect: Expect,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    format: String,
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RequestOf {
    method: String,
    path: Option<String>,
    #[serde(default)]
    path_decoded: bool,
    authority: Option<String>,
    #[serde(default)]
    secure: bool,
    #[serde(default)]
    websocket: bool,
    headers: Vec<(String, String)>,
}

#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Expect {
    action: String,
    status: Option<u16>,
    headers: Vec<(String, String)>,
    body: String,
    reason: String,
    reported: Option<String>,
    asked: Option<bool>,
}

/// The reason why a request cannot reach a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Unsendable {
    Header,
    Target,
    /// `http` splits such a target into scheme, authority and path, so that it looks like that of an HTTP/2 request.
    /// The service sees only its path.
    AbsoluteTarget,
    /// Targets are kept as they were sent, so the path is never decoded.
    DecodedPath,
    /// The layer sets `websocket` to true for CONNECT, and to false for every other method. The vector differs.
    HandshakeByMethod,
}

fn bytes(text: &str) -> Vec<u8> {
    text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect()
}

fn string(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

fn vectors() -> Vec<Vector> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors");
    let mut vectors = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "json") || path.ends_with("schema.json") {
            continue;
        }
        let file: Json = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let with_request = file["vectors"].as_array().unwrap().iter().filter(|vector| vector.get("request").is_some());
        vectors.extend(with_request.map(|vector| serde_json::from_value(vector.clone()).unwrap()));
    }
    assert!(vectors.len() > 2000, "only {} vectors were found", vectors.len());
    vectors
}

impl Vector {
    fn policy(&self) -> Result<Policy, ConfigError> {
        let builder = PolicyBuilder::new().predicate(self.predicate.is_some());
        match (&self.config, &self.text) {
            (Some(config), None) => builder.json(config.to_string().as_bytes()),
            (None, Some(text)) if text.format == "json" => builder.json(text.text.as_bytes()),
            (None, Some(text)) => builder.toml(text.text.as_bytes()),
            _ => panic!("{}: neither config nor text, or both", self.id),
        }
    }

    fn uri(&self) -> Result<Uri, Unsendable> {
        let request = &self.request;
        let has_routes = self.policy().unwrap().needs().path;
        let target = match (&request.path, &request.authority) {
            (Some(path), None) => bytes(path),
            // A target without a path.
            (None, None) if has_routes => b"host.invalid:1".to_vec(),
            (None, None) => b"/".to_vec(),
            (path, Some(authority)) => bytes(&format!("http://{authority}{}", path.as_deref().unwrap_or("/"))),
        };
        let uri = Uri::try_from(target).map_err(|_| Unsendable::Target)?;
        let kept = uri.path_and_query().map_or("", |kept| kept.as_str());
        let is_path = |path: &String| path.starts_with('/');
        match request.path.as_ref().filter(|path| is_path(path)) {
            // A fragment is removed before any service sees it.
            Some(path) if string(kept.as_bytes()) != *path => Err(Unsendable::Target),
            None if request.authority.is_none() && uri.scheme().is_some() => Err(Unsendable::AbsoluteTarget),
            _ => Ok(uri),
        }
    }

    fn request<B>(&self, body: B) -> Result<Request<B>, Unsendable> {
        if self.request.path_decoded {
            return Err(Unsendable::DecodedPath);
        }
        if self.request.websocket != (self.request.method == "CONNECT") {
            return Err(Unsendable::HandshakeByMethod);
        }
        let mut request = Request::new(body);
        *request.method_mut() = Method::from_bytes(&bytes(&self.request.method)).map_err(|_| Unsendable::Header)?;
        *request.uri_mut() = self.uri()?;
        for (name, value) in &self.request.headers {
            let name = HeaderName::from_bytes(&bytes(name)).map_err(|_| Unsendable::Header)?;
            let value = HeaderValue::from_bytes(&bytes(value)).map_err(|_| Unsendable::Header)?;
            request.headers_mut().append(name, value);
        }
        Ok(request)
    }

    /// The layer for this vector, and the place where its decision is recorded.
    fn layer(&self) -> (CorsLayer, Arc<Mutex<Vec<Noted>>>, Arc<AtomicUsize>) {
        let (noted, asked) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicUsize::new(0)));
        let (notes, count) = (Arc::clone(&noted), Arc::clone(&asked));
        let layer = CorsLayer::new(self.policy().unwrap()).secure(self.request.secure).on_decision(move |event| {
            let reported = event.reported.map(|reason| reason.as_str().to_owned());
            notes.lock().unwrap().push((event.action.as_str(), event.reason.as_str(), reported));
        });
        let Some(predicate) = self.predicate.clone() else { return (layer, noted, asked) };
        let predicate = Predicate::asynchronous(move |_| {
            count.fetch_add(1, Ordering::Relaxed);
            let predicate = predicate.clone();
            async move {
                match &*predicate {
                    "fail" => panic!("as the vector says"),
                    answer => answer == "allow",
                }
            }
        });
        (layer.predicate(predicate).unwrap(), noted, asked)
    }
}

type Noted = (&'static str, &'static str, Option<String>);

/// The result of a vector's run, in the vector's own form.
fn seen(
    noted: &Mutex<Vec<Noted>>,
    asked: Option<&AtomicUsize>,
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
) -> Expect {
    let mut noted = noted.lock().unwrap();
    assert_eq!(noted.len(), 1, "there is one decision");
    let (action, reason, reported) = noted.remove(0);
    let is_own = status != APPLICATION;
    Expect {
        action: action.to_owned(),
        status: is_own.then_some(status),
        headers,
        body: if is_own { body } else { String::new() },
        reason: reason.to_owned(),
        reported,
        asked: asked.map(|asked| {
            let asked = asked.swap(0, Ordering::Relaxed);
            assert!(asked < 2, "asked twice");
            asked == 1
        }),
    }
}

fn sorted(mut headers: Vec<(String, String)>) -> Vec<(String, String)> {
    // Lines of the same name stay in their order.
    headers.sort_by(|(a, _), (b, _)| a.cmp(b));
    headers
}

fn with_sorted_headers(expect: &Expect) -> Expect {
    Expect { headers: sorted(expect.headers.clone()), ..expect.clone() }
}

#[tokio::test]
async fn every_vector_that_the_http_crate_can_represent() {
    let (mut run, mut unsendable, mut failures) = (0, BTreeMap::<Unsendable, usize>::new(), Vec::new());
    for vector in vectors() {
        let request = match vector.request(Body::default()) {
            Ok(request) => request,
            Err(why) => {
                *unsendable.entry(why).or_default() += 1;
                continue;
            }
        };
        run += 1;
        let (layer, noted, asked) = vector.layer();
        let response = layer.layer(application(HeaderMap::new())).send(request).await;
        let (parts, body) = response.into_parts();
        let headers = parts.headers.iter().map(|(name, value)| (name.as_str().to_owned(), string(value.as_bytes())));
        let body = string(&body.collect().await.unwrap().to_bytes());
        let asked = vector.predicate.as_ref().map(|_| &*asked);
        let seen = seen(&noted, asked, parts.status.as_u16(), sorted(headers.collect()), body);
        if seen != with_sorted_headers(&vector.expect) {
            failures.push(format!("{}\n  expected {:?}\n  actual   {seen:?}", vector.id, vector.expect));
        }
    }
    println!("{run} vectors run; unsendable: {unsendable:?}");
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures.join("\n"));
    // If more vectors than before cannot be sent, the reasons above have become too broad.
    let expected = [
        (Unsendable::Header, 32),
        (Unsendable::Target, 13),
        (Unsendable::AbsoluteTarget, 1),
        (Unsendable::DecodedPath, 34),
        (Unsendable::HandshakeByMethod, 3),
    ];
    assert_eq!(unsendable, BTreeMap::from(expected));
}

type Current = Arc<Mutex<Option<CorsLayer>>>;

/// One server for all vectors: each request is served with the layer of its vector.
async fn server(current: Current) -> std::net::SocketAddr {
    serve(service_fn(move |request: Request<hyper::body::Incoming>| {
        let layer = current.lock().unwrap().clone().unwrap();
        let service: Cors<_, _, _> = layer.layer(service_fn(async |_: Request<hyper::body::Incoming>| {
            let mut response = Response::new(Full::<bytes::Bytes>::from("application"));
            *response.status_mut() = APPLICATION.try_into().unwrap();
            Ok::<_, std::convert::Infallible>(response)
        }));
        tower::ServiceExt::oneshot(service, request)
    }))
    .await
}

/// Whether the bytes on the wire are those of the vector. HTTP/1.1 removes white space around values, and needs its own
/// headers for the body.
fn is_wire_safe(vector: &Vector) -> bool {
    let request = &vector.request;
    let is_plain = |value: &str| value.trim_matches([' ', '\t']) == value && value.len() < 8192;
    let frames = ["transfer-encoding", "content-length", "connection", "expect", "host"];
    let target = request.path.as_deref().unwrap_or("/");
    let has_target = request.path.is_some() || !vector.policy().unwrap().needs().path;
    has_target
        && request.authority.is_none()
        && request.method != "CONNECT"
        && request.headers.iter().all(|(name, value)| {
            is_plain(value) && (!frames.contains(&&*name.to_ascii_lowercase()) || name.eq_ignore_ascii_case("host"))
        })
        && target.len() < 4096
        && !target.contains(' ')
}

#[tokio::test]
async fn vectors_over_sockets() {
    let current = Current::default();
    let address = server(Arc::clone(&current)).await;
    let (mut run, mut failures) = (0, Vec::new());
    for vector in vectors() {
        if vector.request(()).is_err() || !is_wire_safe(&vector) {
            continue;
        }
        run += 1;
        let (layer, noted, asked) = vector.layer();
        *current.lock().unwrap() = Some(layer);
        let target = match &vector.request.path {
            Some(path) => path.clone(),
            None => "/".to_owned(),
        };
        let mut wire = bytes(&format!("{} {target} HTTP/1.1\r\nconnection: close\r\n", vector.request.method));
        for (name, value) in &vector.request.headers {
            wire.extend(bytes(&format!("{name}: {value}\r\n")));
        }
        wire.extend(b"\r\n");
        let RawResponse { status, mut headers, body } = exchange(address, &wire).await;
        // The headers with which the server frames its response.
        headers.retain(|(name, value)| {
            !["date", "connection"].contains(&&**name) && (name != "content-length" || value == "0")
        });
        if !vector.expect.headers.iter().any(|(name, _)| name == "content-length") {
            headers.retain(|(name, _)| name != "content-length");
        }
        let asked = vector.predicate.as_ref().map(|_| &*asked);
        if noted.lock().unwrap().is_empty() {
            failures.push(format!("{}: hyper did not pass it on: {status}", vector.id));
            continue;
        }
        let seen = seen(&noted, asked, status, sorted(headers), body);
        if seen != with_sorted_headers(&vector.expect) {
            failures.push(format!("{}\n  expected {:?}\n  actual   {seen:?}", vector.id, vector.expect));
        }
    }
    println!("{run} vectors run over sockets");
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures.join("\n"));
    assert!(run > 2000, "only {run} were run");
}
