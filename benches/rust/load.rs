//! Loads HTTP servers in short turns. `load HOST:PORT...`: for each line with the number of a server on standard input, it sends requests
//! to that server, and prints how many were answered. `benches/stacks/servers.py` measures the server's processor time meanwhile.
//!
//! The servers' turns are so short that whatever else the machine does affects all of them alike.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]

use std::io::{BufRead, Read, Write};
use std::net::TcpStream;

/// Enough for the server never to wait for a request.
const CONNECTIONS: usize = 16;
const ROUNDS: usize = 16;

struct Server {
    connections: Vec<TcpStream>,
    request: Vec<u8>,
    /// The bytes of a response, which are the same for each request.
    response: usize,
}

impl Server {
    fn connect(address: &str, headers: &[String]) -> Self {
        let connections = (0..CONNECTIONS).map(|_| TcpStream::connect(address).unwrap()).collect();
        let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
        let request = format!("GET / HTTP/1.1\r\nHost: {address}\r\n{headers}\r\n").into_bytes();
        let mut server = Self { connections, request, response: 0 };
        server.response = server.length_of_a_response();
        server
    }

    /// The first response is read to its end, which is known from its `Content-Length`.
    fn length_of_a_response(&self) -> usize {
        let mut connection = &self.connections[0];
        connection.write_all(&self.request).unwrap();
        let mut received = Vec::new();
        loop {
            let mut piece = [0; 65536];
            let length = connection.read(&mut piece).unwrap();
            assert!(length > 0, "the server closed the connection");
            received.extend_from_slice(&piece[..length]);
            let text = String::from_utf8_lossy(&received).to_lowercase();
            let Some((head, _)) = text.split_once("\r\n\r\n") else { continue };
            assert!(head.starts_with("http/1.1 200 "), "the server did not serve the page:\n{head}");
            let body = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
            let whole = head.len() + 4 + body.parse::<usize>().unwrap();
            if received.len() == whole {
                return whole;
            }
        }
    }

    fn turn(&mut self) -> usize {
        let mut buffer = [0; 65536];
        for _ in 0..ROUNDS {
            for connection in &mut self.connections {
                connection.write_all(&self.request).unwrap();
            }
            for connection in &mut self.connections {
                connection.read_exact(&mut buffer[..self.response]).unwrap();
            }
        }
        ROUNDS * CONNECTIONS
    }
}

fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let (headers, addresses): (Vec<_>, Vec<_>) = arguments.into_iter().partition(|argument| argument.contains(": "));
    let mut servers: Vec<_> = addresses.iter().map(|address| Server::connect(address, &headers)).collect();
    for line in std::io::stdin().lock().lines() {
        let number: usize = line.unwrap().parse().unwrap();
        println!("{}", servers[number].turn());
    }
}
