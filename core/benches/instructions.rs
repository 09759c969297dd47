//! Decides one kind of request a given number of times, and reads each decision. `benches/instructions.py` counts the
//! instructions that this takes.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use corsac::{Config, Evaluation, Policy, ProtectionConfig, Request, RouteConfig};
use std::hint::black_box;

const ORIGIN: &[u8] = b"https://app-5.example.com";

/// A policy with everything that decisions may have to look at.
fn policy(with_routes: bool) -> Policy {
    let mut allow_origins: Vec<String> = (0..100).map(|index| format!("https://app-{index}.example.com")).collect();
    allow_origins.push("https://*.example.net".into());
    let route = |path| RouteConfig { path, max_age: Some(None), ..RouteConfig::default() };
    let routes = (0..1000).map(|index| format!("/v{index}/{{id}}/{{*rest}}")).map(route);
    Policy::new(Config {
        allow_origins,
        allow_credentials: true,
        allow_methods: vec!["PUT".into(), "DELETE".into()],
        allow_headers: vec!["X-Request-Id".into(), "Authorization".into()],
        expose_headers: vec!["ETag".into()],
        routes: if with_routes { routes.collect() } else { Vec::new() },
        protection: with_routes.then(|| ProtectionConfig { writes: true, ..ProtectionConfig::default() }),
        ..Config::default()
    })
    .unwrap()
}

/// The measured cases: a name, whether the policy has routes and protection, and the request.
fn kinds() -> Vec<(&'static str, bool, Request<'static>)> {
    let preflight = Request::new(b"OPTIONS")
        .origin(ORIGIN)
        .access_control_request_method(b"PUT")
        .access_control_request_headers(b"authorization,x-request-id");
    let mut foreign = Request::new(b"POST").origin(b"https://app-5.example.org").path(b"/v7/17/a");
    foreign.sec_fetch_site = Some(b"cross-site");
    vec![
        ("no-origin", false, Request::new(b"GET")),
        ("hit", false, Request::new(b"GET").origin(ORIGIN)),
        ("wildcard", false, Request::new(b"GET").origin(b"https://a.example.net")),
        ("miss", false, Request::new(b"GET").origin(b"https://app-5.example.org")),
        ("preflight", false, preflight),
        ("route", true, Request::new(b"GET").origin(ORIGIN).path(b"/v7/17/a")),
        ("escaped-path", true, Request::new(b"GET").origin(ORIGIN).path(b"/v7/%41/../a")),
        ("foreign-write", true, foreign),
    ]
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let [name, count] = arguments.as_slice() else {
        kinds().iter().for_each(|(name, ..)| println!("{name}"));
        return;
    };
    let (_, with_routes, request) = kinds().into_iter().find(|(kind, ..)| kind == name).unwrap();
    let policy = policy(with_routes);
    for _ in 0..count.parse().unwrap() {
        let Evaluation::Decided(decision) = policy.evaluate(black_box(&request)) else { panic!("asked") };
        black_box(decision.headers().map(|header| header.value.len()).sum::<usize>());
    }
}
