//! A server for the page, only for browsers on this machine.

use crate::failure::Failure;
use crate::ui::page;
use std::io::Cursor;
use std::net::{Ipv4Addr, SocketAddr};
use tiny_http::{Header, Method, Request, Response};

/// The most requests that are answered at once, so that a browser that reads slowly does not stop the others.
const THREADS: usize = 4;

type Answer = Response<Cursor<Vec<u8>>>;

/// A server that listens.
pub(crate) struct Server {
    listener: tiny_http::Server,
    address: SocketAddr,
    content_security_policy: String,
}

impl Server {
    /// Listens on a port of 127.0.0.1; 0 is any free port.
    pub(crate) fn on(port: u16) -> Result<Self, Failure> {
        let wanted = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let listener = tiny_http::Server::http(wanted).map_err(|error| {
            let help = "choose another port, or leave out `--port`";
            Failure::input(format!("nothing can listen on {wanted}: {}", error)).help(help)
        })?;
        let address = listener.server_addr().to_ip().unwrap_or(wanted);
        let content_security_policy = page::content_security_policy()
            .ok_or_else(|| Failure::input("this corsac was built with a page that has no Content Security Policy"))?;
        Ok(Server { listener, address, content_security_policy })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers requests until the process ends.
    pub(crate) fn run(&self) {
        std::thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    while let Ok(request) = self.listener.recv() {
                        let answer = self.answer(&request);
                        // A client that has disconnected needs no response.
                        let _ = request.respond(answer);
                    }
                });
            }
        });
    }

    fn answer(&self, request: &Request) -> Answer {
        if !self.is_meant(request) {
            return refusal(421, "This server answers only at the address that `corsac ui` printed.");
        }
        if !matches!(request.method(), Method::Get | Method::Head) {
            return refusal(405, "This server only accepts GET and HEAD.").with_header(header("Allow", "GET, HEAD"));
        }
        let Some(file) = page::file_at(request.url()) else {
            return refusal(404, "The page has no such file.");
        };
        // The length is sent because the page shows nothing before it has a whole file.
        Response::from_data(file.bytes)
            .with_chunked_threshold(usize::MAX)
            .with_header(header("Content-Type", file.media_type))
            .with_header(header("Content-Security-Policy", &self.content_security_policy))
            .with_header(header("X-Content-Type-Options", "nosniff"))
            .with_header(header("Referrer-Policy", "no-referrer"))
            .with_header(header("Cache-Control", "no-store"))
    }

    /// Whether the request names this server. A request with another name may come from a page that made its own host
    /// name resolve to this machine (DNS rebinding).
    fn is_meant(&self, request: &Request) -> bool {
        let port = self.address.port();
        let names = [format!("127.0.0.1:{port}"), format!("localhost:{port}")];
        let mut hosts = request.headers().iter().filter(|header| header.field.equiv("Host"));
        let host = hosts.next().map(|header| header.value.as_str());
        hosts.next().is_none() && host.is_some_and(|host| names.iter().any(|name| name.eq_ignore_ascii_case(host)))
    }
}

fn refusal(status: u16, sentence: &str) -> Answer {
    Response::from_string(format!("{sentence}\n")).with_status_code(status)
}

/// All names and values come from this file or from the page, and are ASCII.
fn header(name: &str, value: &str) -> Header {
    let (field, value) = (name.parse(), value.parse());
    match (field, value) {
        (Ok(field), Ok(value)) => Header { field, value },
        _ => unreachable!("`{name}` is not ASCII"),
    }
}
