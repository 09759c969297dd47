//! Other costs: decisions with many origins and for hostile requests, building a policy, explaining an exchange.
//! `NAME COUNT` does one of these COUNT times, and `benches/stacks/rust.py` measures the difference between few and many times.
//! `memory` prints the bytes that a million origins take.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use corsac::browser::Exchange;
use corsac::explain::diagnose;
use corsac::{Config, Evaluation, Policy, Request, RequestHeaders};
use serde_json::{Value, json};
use std::hint::black_box;

const MEGA: usize = 1 << 20;
const MILLION: usize = 1_000_000;
const ASKED: &[u8] = b"authorization,x-request-id";

fn origins(count: usize) -> Vec<String> {
    (0..count).map(|index| format!("https://app-{index}.customer-{}.example.com", index % 977)).collect()
}

fn policy(allow_origins: Vec<String>) -> Policy {
    Policy::new(Config {
        allow_origins,
        allow_credentials: true,
        allow_methods: vec!["PUT".into(), "DELETE".into()],
        allow_headers: vec!["X-Request-Id".into(), "Authorization".into()],
        expose_headers: vec!["ETag".into()],
        ..Config::default()
    })
    .unwrap()
}

/// Decides, and reads every header.
fn decide(policy: &Policy, request: &Request<'_>) {
    let Evaluation::Decided(decision) = policy.evaluate(black_box(request)) else { panic!("asked") };
    black_box(decision.headers().map(|header| header.value.len()).sum::<usize>());
}

fn preflight<'a>(origin: &'a [u8], headers: &'a [u8]) -> Request<'a> {
    Request::new(b"OPTIONS")
        .origin(origin)
        .access_control_request_method(b"PUT")
        .access_control_request_headers(headers)
}

/// The header lines that a server has parsed: names and values.
type Lines<'a> = Vec<(&'a [u8], &'a [u8])>;

/// A preflight as Chromium sends it, with these lines of `Access-Control-Request-Headers`.
fn lines<'a>(origin: &'a [u8], headers: impl IntoIterator<Item = &'a [u8]>) -> Lines<'a> {
    let mut lines: Lines<'a> = vec![
        (b"host", b"api.example.com"),
        (b"connection", b"keep-alive"),
        (b"accept", b"*/*"),
        (b"access-control-request-method", b"PUT"),
        (b"origin", origin),
        (
            b"user-agent",
            b"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
        ),
        (b"sec-fetch-mode", b"cors"),
        (b"sec-fetch-site", b"same-site"),
        (b"sec-fetch-dest", b"empty"),
        (b"referer", b"https://app-0.customer-0.example.com/"),
        (b"accept-encoding", b"gzip, deflate, br, zstd"),
        (b"accept-language", b"en-GB,en-US;q=0.9,en;q=0.8"),
    ];
    lines.extend(headers.into_iter().map(|value| (&b"access-control-request-headers"[..], value)));
    lines
}

/// Finds the headers of a decision among all lines, and decides.
fn read(policy: &Policy, lines: &Lines<'_>) {
    let headers: RequestHeaders<'_> = black_box(lines).iter().copied().collect();
    decide(policy, &headers.request(b"OPTIONS", None));
}

/// A million origins as JSON, alone or with ten thousand patterns and ten thousand routes.
fn million(whole: bool) -> String {
    const MANY: usize = 10_000;
    let mut allow_origins = origins(MILLION);
    let mut routes = Vec::new();
    if whole {
        allow_origins.extend((0..MANY).map(|index| format!("https://*.tenant-{index}.example.org")));
        routes.extend((0..MANY).map(|index| {
            let path = format!("/v{}/item-{index}/{{id}}/{{*rest}}", index % 7);
            // Every fourth route has settings of its own. The others have one of sixteen origins, or one of three ages.
            match index % 4 {
                0 => json!({ "path": path, "allow_methods": [format!("PURGE{index}")] }),
                1 => json!({ "path": path, "allow_origins": [format!("https://site-{}.example.net", index % 16)] }),
                _ => json!({ "path": path, "max_age": index % 3 }),
            }
        }));
    }
    json!({ "allow_origins": allow_origins, "allow_credentials": true, "routes": routes }).to_string()
}

/// A request with a preflight, from a page that the responses do not allow.
fn exchange() -> Value {
    json!({
        "version": 1,
        "page": "https://app.example.com:8443",
        "request": {
            "url": "https://api.example.com/items/7", "method": "DELETE", "headers": [["X-Id", "7"]],
            "credentials": "include",
        },
        "preflight": { "status": 204, "headers": [["Access-Control-Allow-Origin", "https://app.example.com"]] },
        "response": { "status": 200, "headers": [["Content-Type", "application/json"]] },
    })
}

fn repeat(name: &str, count: usize) {
    let origin = origins(1).remove(0);
    let small = policy(origins(100));
    let (commas, method) = (vec![b','; MEGA], vec![b'A'; MEGA]);
    let long = [b"https://".to_vec(), vec![b'a'; MEGA]].concat();
    let joined = b"x-request-id, ".repeat(1024);
    let times = |work: &dyn Fn()| (0..count).for_each(|_| work());
    let decided = |request: Request<'_>| times(&|| decide(&small, &request));
    let found = |lines: Lines<'_>| times(&|| read(&small, &lines));
    match name {
        "ordinary" => decided(preflight(origin.as_bytes(), ASKED)),
        "commas" => decided(preflight(origin.as_bytes(), &commas)),
        "origin" => decided(preflight(&long, ASKED)),
        "joined" => decided(preflight(origin.as_bytes(), &joined)),
        "method" => {
            decided(Request::new(b"OPTIONS").origin(origin.as_bytes()).access_control_request_method(&method));
        }
        "found-ordinary" => found(lines(origin.as_bytes(), [ASKED])),
        "found-lines" => found(lines(origin.as_bytes(), (0..1024).map(|_| &b"x-request-id"[..]))),
        "million" => {
            let json = million(false);
            times(&|| drop(black_box(Policy::from_json(&json).unwrap())));
        }
        "whole" => {
            let json = million(true);
            times(&|| drop(black_box(Policy::from_json(&json).unwrap())));
        }
        "explain" => {
            let exchange = Exchange::from_json(exchange().to_string().as_bytes()).unwrap();
            times(&|| drop(black_box(diagnose(black_box(&exchange)))));
        }
        other => {
            let (kind, size) = other.split_once('-').unwrap_or_else(|| panic!("there is nothing called {other}"));
            let size = size.parse().unwrap();
            let all = origins(size);
            let policy = policy(all.clone());
            let origin = match kind {
                "hit" => &*all[size / 2],
                "refused" => "https://app-5.customer-5.example.org",
                _ => panic!("there is nothing called {other}"),
            };
            let request = Request::new(b"GET").origin(origin.as_bytes());
            times(&|| decide(&policy, &request));
        }
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["memory"] => {
            let [alone, whole] = [false, true].map(|whole| Policy::from_json(million(whole)).unwrap().memory());
            println!("{{\"each\": {:.2}, \"whole\": {whole}}}", alone as f64 / MILLION as f64);
        }
        [name, count] => repeat(name, count.parse().unwrap()),
        _ => panic!("usage: costs NAME COUNT"),
    }
}
