//! A browser that sends its requests one at a time: the vectors in `tests/vectors/sessions`, and that it agrees with explanations.
#![cfg(feature = "explain")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use corsac::Policy;
use corsac::binding::explain_captured;
use corsac::browser::{Answer, Exchange, Session, Verdict};
use corsac::explain::diagnose;
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

/// What is sent next, as a vector has it.
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

/// The exchange without what was captured.
fn unanswered(exchange: &Exchange) -> Exchange {
    Exchange { hops: Vec::new(), ..exchange.clone() }
}

/// Each exchange of the vectors, asked for step by step, comes to the same explanation.
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

/// The setting is named if the policy has decided, and only then.
#[test]
fn a_policy_that_is_known() {
    let policy = Policy::from_toml("allow_origins = ['https://app.example.com']\nallow_methods = ['PUT']").unwrap();
    let exchange = |response: Json| {
        let exchange = json!({"page": "https://app.example.com", "request": {"url": "https://api.example.com/", "method": "PUT"},
            "preflight": {"status": 204, "headers": [["access-control-allow-origin", "https://app.example.com"],
                ["access-control-allow-methods", "GET, HEAD, POST, PUT"]]}, "response": response});
        Exchange::from_json(exchange.to_string().as_bytes()).unwrap()
    };
    // Something outside of the policy has responded.
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
