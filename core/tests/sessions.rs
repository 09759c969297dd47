//! Sessions, which send one request at a time: the vectors in `tests/vectors/sessions`, and a comparison with
//! explanations.
#![cfg(feature = "explain")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use corsac::Policy;
use corsac::binding::explain_captured;
use corsac::browser::{Answer, Exchange, Session, Verdict};
use corsac::explain::diagnose;
use proptest::collection;
use proptest::prelude::*;
use proptest::sample::select;
use serde::Deserialize;
use serde_json::{Value as Json, json};
use std::path::Path;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    id: String,
    #[serde(rename = "why")]
    _why: String,
    #[serde(rename = "spec")]
    _spec: String,
    exchange: Json,
    answers: Vec<Json>,
    sent: Vec<Json>,
    verdict: String,
}

/// The next request, in the form of a vector.
fn next(browser: &Session) -> Option<Json> {
    let mut sent: Json = serde_json::from_str(&browser.next_request()?.to_json()).unwrap();
    sent.as_object_mut().unwrap().remove("hop");
    Some(sent)
}

#[test]
fn every_vector() {
    let file: File = serde_json::from_str(include_str!("../../tests/vectors/sessions/sessions.json")).unwrap();
    assert!(file.vectors.len() > 20);
    for Vector { id, exchange, answers, sent, verdict, .. } in &file.vectors {
        let mut browser = Session::from_json(exchange.to_string().as_bytes()).unwrap();
        assert_eq!(answers.len(), sent.len(), "{id}");
        for (answer, expected) in answers.iter().zip(sent) {
            assert_eq!(next(&browser).as_ref(), Some(expected), "{id}");
            browser.respond_json(answer.to_string().as_bytes()).unwrap();
        }
        assert_eq!(next(&browser), None, "{id}");
        assert_eq!(diagnose(&browser.exchange()).verdict.as_str(), verdict, "{id}");
        browser.respond(Answer::Response { status: 200, headers: Vec::new() });
        assert_eq!(diagnose(&browser.exchange()).verdict.as_str(), verdict, "{id}: nothing was asked");
    }
}

/// The exchange without the captured responses.
fn unanswered(exchange: &Exchange) -> Exchange {
    Exchange { hops: Vec::new(), ..exchange.clone() }
}

/// Each exchange of the vectors, played step by step, leads to the same explanation.
#[test]
fn agrees_with_explanations() {
    let mut count = 0;
    for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors/exchanges")).unwrap() {
        let path = entry.unwrap().path();
        if path.ends_with("schema.json") {
            continue;
        }
        let file: Json = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        for vector in file["vectors"].as_array().unwrap() {
            let exchange = Exchange::from_json(vector["exchange"].to_string().as_bytes()).unwrap();
            let expected = diagnose(&exchange);
            let mut browser = Session::new(unanswered(&exchange));
            let mut hops = 0;
            while let Some(request) = browser.next_request() {
                let hop = exchange.hops.get(request.hop).cloned().unwrap_or_default();
                let preflight = &expected.preflights[request.hop];
                if request.is_preflight {
                    assert!(preflight.needed && !preflight.cached, "{}", vector["id"]);
                    assert_eq!(request.headers[..preflight.headers.len()], preflight.headers, "{}", vector["id"]);
                } else {
                    hops += 1;
                    assert_eq!(request.url, preflight.url, "{}", vector["id"]);
                }
                browser.respond(if request.is_preflight { hop.preflight } else { hop.response });
                assert!(hops < 30, "{}", vector["id"]);
            }
            let found = diagnose(&browser.exchange());
            assert_eq!((found.verdict, found.steps), (expected.verdict, expected.steps), "{}", vector["id"]);
            count += 1;
        }
    }
    assert!(count > 100);
}

#[test]
fn secrets_are_sent_and_not_shown() {
    let exchange = json!({"page": "https://a.example", "request": {
        "url": "https://b.example/?token=hunter2", "headers": [["Authorization", "Bearer hunter2"]]}});
    let mut browser = Session::from_json(exchange.to_string().as_bytes()).unwrap();
    let allowed = json!({"status": 204, "headers": [
        ["Access-Control-Allow-Origin", "*"], ["Access-Control-Allow-Headers", "authorization"]]});
    browser.respond_json(allowed.to_string().as_bytes()).unwrap();
    let json = browser.next_request().unwrap().to_json();
    assert_eq!(json.matches("hunter2").count(), 2, "{json}");
    let redirect =
        json!({"status": 302, "headers": [["Access-Control-Allow-Origin", "*"], ["Location", "/?code=hunter2"]]});
    browser.respond_json(redirect.to_string().as_bytes()).unwrap();
    assert_eq!(browser.next_request().unwrap().url, "https://b.example/?code=hunter2");
    assert!(!browser.exchange().to_json().contains("hunter2"));
    assert!(!diagnose(&browser.exchange()).to_json().contains("hunter2"));
}

#[test]
fn answers_that_cannot_be_read() {
    let mut browser = Session::new(Exchange::new("https://a.example", "https://b.example/"));
    let first = browser.next_request();
    for answer in ["", "{}", "{\"status\": 20}", "[]", "{\"status\": 200, \"body\": 1}", "{\"error\": \"tired\"}"] {
        assert!(browser.respond_json(answer.as_bytes()).is_err(), "{answer}");
        assert_eq!(browser.next_request(), first, "{answer}");
    }
    assert!(Session::from_json(b"{}").is_err());
}

/// A finding names the setting of the policy if the policy has responded, and only then.
#[test]
fn a_policy_that_is_known() {
    let policy = Policy::from_toml("allow_origins = ['https://app.example.com']\nallow_methods = ['PUT']").unwrap();
    let exchange = |response: Json| {
        let exchange = json!({"page": "https://app.example.com", "request": {"url": "https://api.example.com/", "method": "PUT"},
            "preflight": {"status": 204, "headers": [["access-control-allow-origin", "https://app.example.com"],
                ["access-control-allow-methods", "GET, HEAD, POST, PUT"]]}, "response": response});
        Exchange::from_json(exchange.to_string().as_bytes()).unwrap()
    };
    // Something outside the policy has responded.
    let outside = explain_captured(Some(&policy), &exchange(json!({"status": 401, "headers": []})));
    assert_eq!(outside.verdict, Verdict::SentButUnreadable);
    assert_eq!(outside.findings[0].code.as_str(), "error-without-headers");
    let mut other =
        exchange(json!({"status": 200, "headers": [["access-control-allow-origin", "https://app.example.com"]]}));
    assert_eq!(explain_captured(Some(&policy), &other).verdict, Verdict::Readable);
    other.request.method = "DELETE".to_owned();
    let refused = explain_captured(Some(&policy), &other);
    assert_eq!(refused.findings[0].help, "add `DELETE` to `allow_methods` (line 2)");
    assert!(explain_captured(None, &other).findings[0].policy.is_none());
}

/// The help for an error page without headers names the layer that wrote it.
#[test]
fn the_writer_of_an_error_page_is_named() {
    for (name, value, help) in [
        ("server", "nginx/1.28.0", "`always`"),
        ("server", "Apache/2.4.65", "`Header always set`"),
        ("server", "uvicorn", "Starlette"),
        ("server", "Kestrel", "`UseExceptionHandler`"),
        ("server", "Microsoft-IIS/10.0", "`UseExceptionHandler`"),
        ("x-amzn-errortype", "UnauthorizedException", "`DEFAULT_4XX`"),
        ("cf-mitigated", "challenge", "challenges"),
        ("x-powered-by", "PHP/8.4.1", "`HandleCors`"),
        ("x-powered-by", "Express", "`app.use(cors())`"),
    ] {
        let exchange = json!({"page": "https://app.example.com", "request": {"url": "https://api.example.com/"},
            "response": {"status": 500, "headers": [[name, value]]}});
        let exchange = Exchange::from_json(exchange.to_string().as_bytes()).unwrap();
        let finding = &explain_captured(None, &exchange).findings[0];
        assert_eq!(finding.code.as_str(), "error-without-headers");
        assert!(finding.help.contains(help), "{name}: {value}: {}", finding.help);
    }
}

/// Answers of any server: with any status, and any of these headers.
fn hostile_answer() -> impl Strategy<Value = Answer> {
    const NAMES: [&str; 8] = [
        "location",
        "access-control-allow-origin",
        "access-control-allow-credentials",
        "access-control-allow-headers",
        "access-control-allow-methods",
        "access-control-max-age",
        "cross-origin-resource-policy",
        "set-cookie",
    ];
    const VALUES: [&str; 10] = [
        "*",
        "https://app.example.com",
        "null",
        "true",
        "PUT, x-id",
        "/",
        "https://other.example/x",
        "http://[",
        "",
        "\u{1}\u{ff}",
    ];
    let header = (select(&NAMES[..]), select(&VALUES[..]))
        .prop_map(|(name, value)| (name.as_bytes().to_vec(), value.as_bytes().to_vec()));
    let status = prop_oneof![100u16..1000, select(&[200u16, 204, 301, 302, 303, 307, 308, 401][..])];
    prop_oneof![
        9 => (status, collection::vec(header, 0..6)).prop_map(|(status, headers)| Answer::Response { status, headers }),
        1 => select(corsac::browser::NetworkError::ALL).prop_map(Answer::Failed),
    ]
}

proptest! {
    #[test]
    fn whatever_a_server_answers_the_browser_finishes(
        answers in collection::vec(hostile_answer(), 1..4),
        url in select(&["https://api.example.com/", "/", "http://127.0.0.1:80/", "https://app.example.com/x", "data:,x", "x:"][..]),
        method in select(&["GET", "put", "DELETE", "TRACE", "a b"][..]),
        credentials in select(corsac::browser::Credentials::ALL),
        mode in select(&[corsac::browser::Mode::Cors, corsac::browser::Mode::NoCors, corsac::browser::Mode::SameOrigin][..]),
    ) {
        let mut exchange = Exchange::new("https://app.example.com", url);
        exchange.request.method = method.to_owned();
        exchange.request.credentials = Some(credentials);
        exchange.request.mode = Some(mode);
        let mut browser = Session::new(exchange);
        let mut answers = answers.iter().cycle();
        let mut sent = Vec::new();
        while let Some(request) = browser.next_request() {
            // A preflight is not sent twice, and not without a request that needs it.
            prop_assert!(!request.is_preflight || sent.last() != Some(&request));
            prop_assert!(request.is_preflight <= (request.method == "OPTIONS"));
            prop_assert!(!(request.is_preflight && (request.with_cookies || request.has_body)));
            sent.push(request);
            prop_assert!(sent.len() <= 2 * 21, "{:?}", sent.len());
            browser.respond(answers.next().unwrap().clone());
        }
        let explanation = diagnose(&browser.exchange());
        prop_assert_ne!(explanation.verdict, Verdict::Unknown);
    }
}
