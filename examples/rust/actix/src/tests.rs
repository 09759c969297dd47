//! The server over real HTTP, request by request.

use crate::{api, cors};
use actix_web::middleware::{Next, from_fn};
use actix_web::rt::System;
use actix_web::{App, HttpServer, body::MessageBody, dev::ServiceRequest, dev::ServiceResponse, error, web};
use corsac::Policy;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, mpsc};
use std::thread;

const POLICY: &str = "allow_origins = ['https://app.example.com']\nallow_methods = ['PUT']\nallow_credentials = true\n\
                      expose_headers = ['ETag']\n[protection]\nwrites = 'reject'\n\
                      [[routes]]\npath = '/public/{*rest}'\nallow_origins = ['*']\nallow_methods = ['GET']\nallow_credentials = false\n";
const PAGE: &str = "Origin: https://app.example.com\r\n";

/// A middleware that refuses with an error, as those for authentication do.
async fn refuses<B: MessageBody>(request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, error::Error> {
    if request.path() == "/refused" { Err(error::ErrorUnauthorized("who are you?")) } else { next.call(request).await }
}

/// Starts a server, which lives as long as the tests.
fn server() -> SocketAddr {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        System::new().block_on(async move {
            let policy = Arc::new(Policy::from_toml(POLICY).unwrap());
            let server = HttpServer::new(move || {
                let policy = Arc::clone(&policy);
                let own = web::get().to(async || {
                    let mut response = actix_web::HttpResponse::Ok();
                    response.insert_header(("Access-Control-Allow-Origin", "*")).insert_header(("Vary", "Cookie"));
                    response.body("own")
                });
                App::new()
                    .configure(api)
                    .route("/own", own)
                    .wrap(from_fn(refuses))
                    .wrap(from_fn(move |request, next| cors::decide(Arc::clone(&policy), request, next)))
            });
            let server = server.workers(1).bind(("127.0.0.1", 0)).unwrap();
            sender.send(server.addrs()[0]).unwrap();
            server.run().await.unwrap();
        });
    });
    receiver.recv().unwrap()
}

/// A status, headers in lower case, and a body.
struct Answered {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

impl Answered {
    fn all(&self, name: &str) -> Vec<&str> {
        self.headers.iter().filter(|(other, _)| other == name).map(|(_, value)| &**value).collect()
    }

    fn is_readable(&self) -> bool {
        self.all("access-control-allow-origin") == ["https://app.example.com"]
            && self.all("access-control-allow-credentials") == ["true"]
            && self.all("vary").iter().any(|value| value.contains("Origin"))
    }
}

fn send(address: SocketAddr, first: &str, headers: &str) -> Answered {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "{first} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{headers}\r\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers =
        lines.map(|line| line.split_once(": ").unwrap()).map(|(name, value)| (name.to_lowercase(), value.into()));
    Answered { status, headers: headers.collect(), body: body.into() }
}

#[test]
fn every_response_has_the_headers() {
    let address = server();
    for (first, status) in [
        ("GET /", 200),
        ("GET /nowhere", 404),
        ("GET /fails", 500),
        ("PUT /items/7", 200),
        // The extractor fails.
        ("PUT /items/seven", 404),
        // A middleware inside returns an error.
        ("GET /refused", 401),
        ("GET /own", 200),
    ] {
        let response = send(address, first, &format!("{PAGE}Content-Length: 0\r\n"));
        assert_eq!(response.status, status, "{first}");
        assert!(response.is_readable(), "{first}: {:?}", response.headers);
    }
    let refused = send(address, "GET /refused", PAGE);
    assert_eq!(refused.body, "who are you?");
}

#[test]
fn headers_of_the_application_are_replaced_and_vary_is_merged() {
    let response = send(server(), "GET /own", PAGE);
    assert_eq!(response.all("access-control-allow-origin"), ["https://app.example.com"]);
    assert_eq!(response.all("vary"), ["Cookie, Origin"]);
    assert_eq!(response.all("access-control-expose-headers"), ["etag"]);
}

#[test]
fn preflights_do_not_reach_the_application() {
    let address = server();
    let preflight = |origin: &str, method: &str| {
        let asked = format!("Origin: {origin}\r\nAccess-Control-Request-Method: {method}\r\n");
        send(address, "OPTIONS /items/7", &asked)
    };
    let allowed = preflight("https://app.example.com", "PUT");
    assert_eq!((allowed.status, allowed.body.as_str()), (204, ""));
    assert!(allowed.is_readable());
    assert_eq!(allowed.all("access-control-allow-methods"), ["GET, HEAD, POST, PUT"]);
    let refused = preflight("https://evil.example", "PUT");
    assert_eq!(refused.status, 403);
    assert!(refused.all("access-control-allow-origin").is_empty());
    assert!(refused.body.contains("origin-not-allowed"), "{}", refused.body);
}

#[test]
fn other_pages_cannot_read_or_write() {
    let address = server();
    let read = send(address, "GET /", "Origin: https://evil.example\r\n");
    assert_eq!((read.status, read.body.as_str()), (200, "hello"));
    assert!(read.all("access-control-allow-origin").is_empty());
    assert!(read.all("vary").contains(&"Origin"));
    let write = send(
        address,
        "PUT /items/7",
        "Origin: https://evil.example\r\nSec-Fetch-Site: cross-site\r\nContent-Length: 0\r\n",
    );
    assert_eq!(write.status, 403);
    assert!(write.body.contains("write-refused"), "{}", write.body);
}

#[test]
fn routes_have_settings_of_their_own() {
    let response = send(server(), "GET /public/a?b=c", "Origin: https://other.example\r\n");
    assert_eq!(response.status, 404);
    assert_eq!(response.all("access-control-allow-origin"), ["*"]);
}
