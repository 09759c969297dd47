//! What explaining costs: an ordinary exchange, a long chain of redirects, as many headers as are read, and a capture of
//! nearly 10 MiB, which is refused.
//! `cargo bench -p corsac-benches --bench explain` prints it.
#![allow(missing_docs, clippy::unwrap_used)]

use corsac::Policy;
use corsac::browser::Exchange;
use corsac::explain::diagnose;
use criterion::{Criterion, criterion_group, criterion_main};
use serde_json::{Value, json};
use std::hint::black_box;
use std::time::Duration;

const POLICY: &str = "allow_origins = ['https://app.example.com', 'https://*.example.org']\nallow_credentials = true\n\
                      [[routes]]\npath = '/items/{id}'\nallow_methods = ['PUT']\n";

/// A request with a preflight, from a page that no policy here allows.
fn exchange(response: Value) -> Value {
    json!({
        "version": 1,
        "page": "https://app.example.com:8443",
        "request": {
            "url": "https://api.example.com/items/7", "method": "DELETE", "headers": [["X-Id", "7"]],
            "credentials": "include",
        },
        "preflight": { "status": 204, "headers": [["Access-Control-Allow-Origin", "https://app.example.com"]] },
        "response": response,
    })
}

fn ordinary() -> String {
    exchange(json!({ "status": 200, "headers": [["Content-Type", "application/json"]] })).to_string()
}

/// A browser follows twenty of them.
fn redirects(count: usize) -> String {
    let hop = |index: usize| {
        let location = format!("https://h{}.example.com/", index + 1);
        json!({ "status": 302, "headers": [["Location", location], ["Access-Control-Allow-Origin", "*"]] })
    };
    let mut simple = exchange((0..count).map(hop).collect());
    let request = json!({ "url": "https://h0.example.com/" });
    if let Some(entry) = simple.get_mut("request") {
        *entry = request;
    }
    simple.to_string()
}

fn capture(bytes: usize) -> String {
    let value = "x".repeat(bytes / 1000);
    let headers: Vec<_> = (0..1000).map(|index| json!([format!("X-{index}"), value])).collect();
    exchange(json!({ "status": 200, "headers": headers })).to_string()
}

fn explaining(criterion: &mut Criterion) {
    let policy = Policy::from_toml(POLICY).unwrap();
    let mut group = criterion.benchmark_group("explain");
    group.sample_size(20).measurement_time(Duration::from_secs(4));
    for (name, text) in
        [("ordinary", ordinary()), ("1000 redirects", redirects(1000)), ("1 MB of headers", capture(1_000_000))]
    {
        group.bench_function(format!("read/{name}"), |bencher| {
            bencher.iter(|| Exchange::from_json(black_box(text.as_bytes())).unwrap());
        });
        let exchange = Exchange::from_json(text.as_bytes()).unwrap();
        group.bench_function(format!("diagnose/{name}"), |bencher| bencher.iter(|| diagnose(black_box(&exchange))));
        group.bench_function(format!("policy/{name}"), |bencher| bencher.iter(|| policy.explain(black_box(&exchange))));
        let explanation = diagnose(&exchange);
        group.bench_function(format!("text/{name}"), |bencher| {
            bencher.iter(|| black_box(&explanation).to_string().len() + explanation.to_json().len());
        });
    }
    let text = capture(10_300_000);
    group.bench_function("read/10 MB, refused", |bencher| {
        bencher.iter(|| Exchange::from_json(black_box(text.as_bytes())).unwrap_err());
    });
    group.finish();
}

criterion_group!(benches, explaining);
criterion_main!(benches);
