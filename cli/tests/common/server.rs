//! A server that responds with raw bytes, so that it can have any fault.
#![allow(dead_code, clippy::unwrap_used, unreachable_pub)]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    pub target: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    pub fn origin(&self) -> &str {
        self.header("origin").unwrap_or_default()
    }
}

/// A server on a port of its own, which lives until the test ends.
pub struct Server {
    pub url: String,
    seen: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// Each request is given to the function, which writes what it wants to the connection.
    pub fn start(respond: impl Fn(&Request, &mut TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://127.0.0.1:{}", listener.local_addr().unwrap().port());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (noted, respond) = (seen.clone(), Arc::new(respond));
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let (noted, respond) = (noted.clone(), respond.clone());
                std::thread::spawn(move || {
                    let Some(request) = read(&mut stream) else { return };
                    noted.lock().unwrap().push(request.clone());
                    respond(&request, &mut stream);
                });
            }
        });
        Server { url, seen }
    }

    /// Like [`start`](Self::start), but the function returns the status line and headers as text. The length of an
    /// empty body is added to them.
    pub fn texts(respond: impl Fn(&Request) -> String + Send + Sync + 'static) -> Self {
        Self::start(move |request, stream| {
            let text = respond(request);
            let message = format!(
                "HTTP/1.1 {}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
                text.trim().replace('\n', "\r\n")
            );
            // The program may have closed the connection already.
            let _ = stream.write_all(message.as_bytes());
        })
    }

    /// The requests so far.
    pub fn seen(&self) -> Vec<Request> {
        self.seen.lock().unwrap().clone()
    }
}

pub fn read(stream: &mut impl Read) -> Option<Request> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        match stream.read(&mut buffer).ok()? {
            0 => return None,
            length => bytes.extend_from_slice(buffer.get(..length)?),
        }
    };
    let head: String = bytes.get(..end)?.iter().copied().map(char::from).collect();
    let mut lines = head.lines();
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
    let pair = |line: &str| line.split_once(": ").map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()));
    let headers: Vec<(String, String)> = lines.filter_map(pair).collect();
    let length = headers.iter().find(|(name, _)| name == "content-length").and_then(|(_, value)| value.parse().ok());
    let mut body = bytes.get(end..)?.to_vec();
    while body.len() < length.unwrap_or(0) {
        match stream.read(&mut buffer).ok()? {
            0 => break,
            length => body.extend_from_slice(buffer.get(..length)?),
        }
    }
    Some(Request { method, target, headers, body })
}
