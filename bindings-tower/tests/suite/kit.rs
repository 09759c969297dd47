//! Helpers for all tests: services, requests, and a client that writes bytes.

use bytes::Bytes;
use corsac_tower::{CorsLayer, Policy};
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use std::convert::Infallible;
use std::fmt::Debug;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tower::{Layer, Service, ServiceExt};

pub(crate) const ORIGIN: &str = "https://app.example.com";
pub(crate) const EVIL: &str = "https://evil.example";

/// The status of the application's own responses.
pub(crate) const APPLICATION: u16 = 299;

pub(crate) type Body = Full<Bytes>;

pub(crate) fn policy(toml: &str) -> Policy {
    Policy::from_toml(toml).unwrap()
}

/// A layer for one origin, with further settings.
pub(crate) fn layer(settings: &str) -> CorsLayer {
    CorsLayer::new(policy(&format!("allow_origins = ['{ORIGIN}']\n{settings}")))
}

/// An application that sets these headers.
pub(crate) fn application(
    headers: HeaderMap,
) -> impl Service<Request<Body>, Response = Response<Body>, Error = Infallible, Future: Send> + Clone + Send + Sync {
    tower::service_fn(move |_: Request<Body>| {
        let headers = headers.clone();
        async move {
            let mut response = Response::new(Full::from("application"));
            *response.status_mut() = StatusCode::from_u16(APPLICATION).unwrap();
            *response.headers_mut() = headers;
            Ok(response)
        }
    })
}

pub(crate) fn request(method: &str, uri: &str, headers: &[(&str, &str)]) -> Request<Body> {
    let mut builder = Request::builder().method(method).uri(uri);
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    builder.body(Full::default()).unwrap()
}

pub(crate) fn get(origin: &str) -> Request<Body> {
    request("GET", "/", &[("origin", origin)])
}

pub(crate) fn preflight(origin: &str, method: &str) -> Request<Body> {
    request("OPTIONS", "/", &[("origin", origin), ("access-control-request-method", method)])
}

/// The response of a service to one request.
pub(crate) async fn send<S, B>(service: &S, request: Request<B>) -> Response<S::Body>
where
    S: ServiceOf<B>,
{
    service.send(request).await
}

/// A service that can be cloned and called.
#[allow(async_fn_in_trait)]
pub(crate) trait ServiceOf<B> {
    type Body;
    async fn send(&self, request: Request<B>) -> Response<Self::Body>;
}

impl<S, B, R> ServiceOf<B> for S
where
    S: Service<Request<B>, Response = Response<R>> + Clone,
    S::Error: Debug,
{
    type Body = R;

    async fn send(&self, request: Request<B>) -> Response<R> {
        self.clone().oneshot(request).await.unwrap()
    }
}

/// The response of the application with this layer.
pub(crate) async fn through(layer: &CorsLayer, request: Request<Body>) -> Response<Body> {
    send(&layer.layer(application(HeaderMap::new())), request).await
}

/// A header of a response, as text; empty if it is missing.
pub(crate) fn header<'r, B>(response: &'r Response<B>, name: &str) -> &'r str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

/// Whether a page of this origin may read the response.
pub(crate) fn is_readable<B>(response: &Response<B>, origin: &str) -> bool {
    let allowed = header(response, "access-control-allow-origin");
    allowed == "*" || allowed == origin
}

pub(crate) async fn text<B>(response: Response<B>) -> String
where
    B: http_body::Body<Error: Debug>,
{
    String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}

/// Serves with hyper, HTTP/1.1 and HTTP/2 on one port that the kernel chooses.
pub(crate) async fn serve<S, B>(service: S) -> std::net::SocketAddr
where
    S: Service<Request<hyper::body::Incoming>, Response = Response<B>> + Clone + Send + 'static,
    S::Future: Send + 'static,
    S::Error: Into<tower::BoxError>,
    B: http_body::Body<Data: Send, Error: Into<tower::BoxError>> + Send + 'static,
{
    use hyper_util::rt::{TokioExecutor, TokioIo};
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let service = hyper_util::service::TowerToHyperService::new(service.clone());
            tokio::spawn(async move {
                let server = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
                let _ = server.serve_connection_with_upgrades(TokioIo::new(stream), service).await;
            });
        }
    });
    address
}

/// Sends bytes, and reads until the server closes the connection or has sent a whole response.
pub(crate) async fn exchange(address: std::net::SocketAddr, bytes: &[u8]) -> RawResponse {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // A server may respond before it has read everything.
    let _ = stream.write_all(bytes).await;
    let mut read = Vec::new();
    let _ = stream.read_to_end(&mut read).await;
    RawResponse::parse(&read)
}

/// A response, read from bytes without any library.
#[derive(Debug)]
pub(crate) struct RawResponse {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl RawResponse {
    pub(crate) fn parse(bytes: &[u8]) -> Self {
        let text: String = bytes.iter().copied().map(char::from).collect();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap_or("0").parse().unwrap();
        let headers = lines.map(|line| line.split_once(':').unwrap());
        let headers = headers
            .map(|(name, value)| (name.to_ascii_lowercase(), value.strip_prefix(' ').unwrap_or(value).to_owned()))
            .collect();
        RawResponse { status, headers, body: body.to_owned() }
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(found, _)| found == name).map_or("", |(_, value)| value)
    }
}
