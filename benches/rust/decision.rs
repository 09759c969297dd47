//! What deciding costs: the rows for the engine alone. `benches/table.py rust` makes a table of them.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use corsac::binding::Value;
use corsac::{Config, Evaluation, Policy, Request, RequestHeaders};
use criterion::{BatchSize, BenchmarkId, Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use std::time::Duration;

const MEGA: usize = 1 << 20;
const MILLION: usize = 1_000_000;

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

/// Decides alone.
fn decide(policy: &Policy, request: &Request<'_>) -> usize {
    match policy.evaluate(black_box(request)) {
        Evaluation::Decided(decision) => black_box(decision).template().index() as usize,
        Evaluation::Ask(_) => panic!("asked"),
    }
}

/// Decides and reads every header.
fn answer(policy: &Policy, request: &Request<'_>) -> usize {
    match policy.evaluate(black_box(request)) {
        Evaluation::Decided(decision) => decision.headers().map(|header| black_box(header).value.len()).sum(),
        Evaluation::Ask(_) => panic!("asked"),
    }
}

fn preflight<'a>(origin: &'a [u8], headers: &'a [u8]) -> Request<'a> {
    Request::new(b"OPTIONS")
        .origin(origin)
        .access_control_request_method(b"PUT")
        .access_control_request_headers(headers)
}

fn decisions(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("decision");
    for count in [1, 4, 5, 100, 10_000, MILLION] {
        let origins = origins(count);
        let policy = policy(origins.clone());
        let hit = Request::new(b"GET").origin(origins[count / 2].as_bytes());
        group.bench_with_input(BenchmarkId::new("hit", count), &hit, |bencher, hit| {
            bencher.iter(|| decide(&policy, hit))
        });
        group.bench_with_input(BenchmarkId::new("hit-read", count), &hit, |bencher, hit| {
            bencher.iter(|| answer(&policy, hit));
        });
        let miss = Request::new(b"GET").origin(b"https://app-5.customer-5.example.org");
        group.bench_with_input(BenchmarkId::new("miss", count), &miss, |bencher, miss| {
            bencher.iter(|| decide(&policy, miss));
        });
        if count >= 10_000 {
            // Another origin each time, far from the last one: what memory makes of it.
            let mixed: Vec<&String> = (0..65_536).map(|index| &origins[index * 7919 % count]).collect();
            let mut next = 0;
            group.bench_function(BenchmarkId::new("hit-mixed", count), |bencher| {
                bencher.iter(|| {
                    next = (next + 1) % mixed.len();
                    decide(&policy, &Request::new(b"GET").origin(mixed[next].as_bytes()))
                });
            });
        }
    }
    let policy = policy(origins(100));
    let origin = origins(1);
    let no_origin = Request::new(b"GET");
    group.bench_function("no-origin", |bencher| bencher.iter(|| decide(&policy, &no_origin)));
    let asked = preflight(origin[0].as_bytes(), b"authorization,x-request-id");
    group.bench_function("preflight", |bencher| bencher.iter(|| decide(&policy, &asked)));
    group.bench_function("preflight-read", |bencher| bencher.iter(|| answer(&policy, &asked)));

    let below = self::policy((0..10_000).map(|index| format!("https://*.customer-{index}.example.com")).collect());
    let hit = Request::new(b"GET").origin(b"https://app.eu.customer-5000.example.com");
    group.bench_function(BenchmarkId::new("below-hit", 10_000), |bencher| bencher.iter(|| decide(&below, &hit)));
    let miss = Request::new(b"GET").origin(b"https://app.eu.customer-5000.example.org");
    group.bench_function(BenchmarkId::new("below-miss", 10_000), |bencher| bencher.iter(|| decide(&below, &miss)));
    group.finish();
}

fn sets(criterion: &mut Criterion) {
    let origins = origins(MILLION);
    let value =
        Value::Map(vec![("allow_origins".into(), origins.clone().into()), ("allow_credentials".into(), true.into())]);
    let mut group = criterion.benchmark_group("set");
    group.sample_size(10);
    group.bench_function(BenchmarkId::new("build", MILLION), |bencher| {
        bencher.iter_batched(|| value.clone(), |value| Policy::try_from(value).unwrap(), BatchSize::PerIteration);
    });
    group.finish();

    let memory = Policy::try_from(value).unwrap().memory();
    let text: usize = origins.iter().map(String::len).sum();
    let facts = format!(
        "{{\"origins\": {MILLION}, \"memory\": {memory}, \"bytes_per_origin\": {:.2}, \"mean_length\": {:.2}}}\n",
        memory as f64 / MILLION as f64,
        text as f64 / MILLION as f64,
    );
    write_facts("facts", &facts);
}

/// A whole service in one file: a million origins, ten thousand patterns, ten thousand routes.
fn scale(criterion: &mut Criterion) {
    const MANY: usize = 10_000;
    let mut allow_origins = origins(MILLION);
    allow_origins.extend((0..MANY).map(|index| format!("https://*.tenant-{index}.example.org")));
    // Every fourth route has settings of its own; the others have one of four origins, or one of three ages.
    let route = |index: usize| {
        let mut route =
            vec![("path".to_owned(), Value::from(&*format!("/v{}/item-{index}/{{id}}/{{*rest}}", index % 7)))];
        match index % 4 {
            0 => route.push(("allow_methods".to_owned(), vec![format!("PURGE{index}")].into())),
            1 => route
                .push(("allow_origins".to_owned(), vec![format!("https://site-{}.example.net", index % 16)].into())),
            _ => route.push(("max_age".to_owned(), Value::Integer((index % 3) as i64))),
        }
        Value::Map(route)
    };
    let value = Value::Map(vec![
        ("allow_origins".into(), allow_origins.clone().into()),
        ("allow_credentials".into(), true.into()),
        ("routes".into(), Value::List((0..MANY).map(route).collect())),
    ]);
    let json = as_json(&value).to_string();
    let mut group = criterion.benchmark_group("scale");
    group.sample_size(10);
    group.bench_function("build", |bencher| {
        bencher.iter_batched(|| value.clone(), |value| Policy::try_from(value).unwrap(), BatchSize::PerIteration);
    });
    group.bench_function("load-json", |bencher| bencher.iter(|| Policy::from_json(&json).unwrap()));
    let policies = corsac::Reloadable::new(Policy::from_json(&json).unwrap());
    group.bench_function("swap", |bencher| {
        let policy = policies.load();
        bencher.iter(|| policies.swap(std::sync::Arc::clone(&policy)));
    });
    let policy = policies.load();
    group.sample_size(40);
    let origin = allow_origins[MILLION / 2].as_bytes();
    for (name, path) in [
        ("hit", &b"/v3/item-9999/17/a/b"[..]),
        ("no-route", b"/elsewhere/entirely"),
        ("escaped", b"/v3/item-9999/%c3%a9/a"),
        ("ambiguous", b"/v3/item-9999/17/../../item-1"),
    ] {
        let request = Request::new(b"GET").origin(origin).path(path);
        group.bench_function(name, |bencher| bencher.iter(|| decide(&policy, &request)));
    }
    let long = [&b"/v3/"[..], &b"%61/".repeat(500)].concat();
    let hostile = Request::new(b"GET").origin(origin).path(&long);
    group.bench_function("hostile-path", |bencher| bencher.iter(|| decide(&policy, &hostile)));
    group.bench_function("load", |bencher| bencher.iter(|| black_box(policies.load())));
    group.finish();
    let templates = policy.templates().len();
    write_facts("scale", &format!("{{\"memory\": {}, \"templates\": {templates}}}\n", policy.memory()));
}

fn as_json(value: &Value) -> serde_json::Value {
    match value {
        Value::Map(entries) => entries.iter().map(|(key, value)| (key.clone(), as_json(value))).collect(),
        Value::List(items) => items.iter().map(as_json).collect(),
        Value::String(text) => text.clone().into(),
        Value::Bool(value) => (*value).into(),
        Value::Integer(number) => (*number).into(),
        _ => panic!("{value:?}"),
    }
}

fn write_facts(name: &str, facts: &str) {
    print!("{facts}");
    let target = std::env::var("CARGO_TARGET_DIR").unwrap_or(concat!(env!("CARGO_MANIFEST_DIR"), "/../target").into());
    std::fs::write(format!("{target}/criterion/{name}.json"), facts).unwrap();
}

/// What a server has parsed: names and values.
type Lines<'a> = Vec<(&'a [u8], &'a [u8])>;

/// A preflight as Chromium sends it, but for the lines given.
fn lines<'a>(origin: &'a [u8], headers: impl IntoIterator<Item = &'a [u8]>) -> Lines<'a> {
    let mut lines: Lines<'a> = vec![
        (b"host", b"api.example.com"),
        (b"connection", b"keep-alive"),
        (b"accept", b"*/*"),
        (b"access-control-request-method", b"PUT"),
        (b"origin", origin),
        (
            b"user-agent",
            b"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
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

fn hostile(criterion: &mut Criterion) {
    let few = policy(origins(1));
    let many = policy(origins(100));
    let origin = origins(1).remove(0);
    let (commas, long) = (vec![b','; MEGA], [b"https://".to_vec(), vec![b'a'; MEGA]].concat());
    let ordinary: &[u8] = b"authorization,x-request-id";
    let mut group = criterion.benchmark_group("hostile");
    for (name, lines) in [
        ("ordinary", lines(origin.as_bytes(), [ordinary])),
        ("commas", lines(origin.as_bytes(), [&commas[..]])),
        ("origin", lines(&long, [ordinary])),
        ("lines", lines(origin.as_bytes(), (0..1024).map(|_| &b"x-request-id"[..]))),
    ] {
        for (set, policy) in [("1", &few), ("100", &many)] {
            group.bench_with_input(BenchmarkId::new(name, set), &lines, |bencher, lines| {
                bencher.iter(|| {
                    let headers: RequestHeaders<'_> = black_box(lines).iter().copied().collect();
                    answer(policy, &headers.request(b"OPTIONS", None))
                });
            });
        }
    }
    // Without collecting the lines: what the engine itself makes of the values.
    let method = vec![b'A'; MEGA];
    let joined = b"x-request-id, ".repeat(1024);
    for (name, request) in [
        ("bare-ordinary", preflight(origin.as_bytes(), ordinary)),
        ("bare-commas", preflight(origin.as_bytes(), &commas)),
        ("bare-origin", preflight(&long, ordinary)),
        ("bare-lines", preflight(origin.as_bytes(), &joined)),
        ("bare-method", Request::new(b"OPTIONS").origin(origin.as_bytes()).access_control_request_method(&method)),
    ] {
        group.bench_function(BenchmarkId::new(name, "100"), |bencher| bencher.iter(|| answer(&many, &request)));
    }
    group.finish();
}

fn settings() -> Criterion {
    Criterion::default()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_millis(900))
        .sample_size(40)
}

criterion_group! { name = benches; config = settings(); targets = decisions, sets, scale, hostile }
criterion_main!(benches);
