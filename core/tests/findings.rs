//! Runs the vectors of findings: the codes that an exchange has, in their order, and whether the fix works.
#![cfg(feature = "explain")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use common::json_schema::misfit;
use common::vector_file::VectorFile;
use corsac::binding::explain_with;
use corsac::browser::Exchange;
use corsac::explain::{Explanation, FindingCode, diagnose};
use corsac::{Policy, PolicyBuilder};
use serde::Deserialize;
use serde_json::Value as Json;
use std::collections::HashSet;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    id: String,
    why: String,
    spec: String,
    /// The code that the vector is about.
    code: String,
    config: Option<Json>,
    exchange: Json,
    verdict: String,
    findings: Vec<String>,
    near: Option<Near>,
    policy: Option<Place>,
    /// A similar exchange without the finding.
    fixed: Fixed,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Near {
    what: String,
    configured: String,
    field: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Place {
    route: Option<String>,
    field: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fixed {
    config: Option<Json>,
    exchange: Option<Json>,
    findings: Vec<String>,
}

fn policy(code: &str, config: &Json, exchange: &Json) -> Policy {
    let predicate = exchange.get("predicate").is_some() || code == "predicate-unknown";
    PolicyBuilder::new().predicate(predicate).json(config.to_string().as_bytes()).unwrap()
}

fn explain(code: &str, config: Option<&Json>, exchange: &Json) -> Explanation {
    let text = exchange.to_string();
    let read = Exchange::from_json(text.as_bytes()).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let policy = config.map(|config| policy(code, config, exchange));
    let explanation = match &policy {
        None => diagnose(&read),
        Some(policy) => policy.explain(&read),
    };
    assert_eq!(explanation, explain_with(policy.as_ref(), &read));
    fits(include_str!("../../docs/explanation.schema.json"), &explanation.to_json());
    fits(include_str!("../../docs/exchange.schema.json"), &text);
    fits(include_str!("../../docs/exchange.schema.json"), &explanation.exchange.to_json());
    explanation
}

fn fits(schema: &str, text: &str) {
    let (schema, value) = (serde_json::from_str(schema).unwrap(), serde_json::from_str(text).unwrap());
    assert_eq!(misfit(&schema, &value), None, "{text}");
}

#[test]
fn the_schema_refuses_what_is_not_an_exchange() {
    let schema = serde_json::from_str(include_str!("../../docs/exchange.schema.json")).unwrap();
    for (text, wrong) in [
        (r#"{"page": "null"}"#, "$ lacks \"request\""),
        (r#"{"page": "null", "request": {"url": "x", "metod": "x"}}"#, "$.request has metod"),
        (r#"{"page": "null", "request": {"url": "x", "mode": "websocket"}}"#, "$.request.mode: \"websocket\""),
        (r#"{"page": "null", "request": {"url": "x"}, "response": {"status": 99}}"#, "$.response: {\"status\":99}"),
        (r#"{"page": "null", "request": {"url": "x", "headers": [["a"]]}}"#, "$.request.headers[0]: [\"a\"]"),
    ] {
        let found = misfit(&schema, &serde_json::from_str(text).unwrap()).unwrap();
        assert!(found.starts_with(wrong), "{found}");
    }
}

fn codes(explanation: &Explanation) -> Vec<&str> {
    explanation.findings.iter().map(|finding| finding.code.as_str()).collect()
}

#[test]
fn findings_are_those_of_the_vectors() {
    let text = include_str!("../../tests/vectors/findings/findings.json");
    let file: VectorFile<Vector> = serde_json::from_str(text).unwrap();
    assert_eq!(file.schema, "./schema.json");
    let (mut ids, mut seen) = (HashSet::new(), HashSet::new());
    let mut wrong = Vec::new();
    for vector in &file.vectors {
        let id = &vector.id;
        assert!(ids.insert(id) && !vector.why.is_empty() && vector.spec.starts_with("9"), "{id}");
        let explanation = explain(&vector.code, vector.config.as_ref(), &vector.exchange);
        if explanation.verdict.as_str() != vector.verdict || codes(&explanation) != vector.findings {
            wrong.push(format!("{id}: {} {:?}\n{explanation}", explanation.verdict.as_str(), codes(&explanation)));
            continue;
        }
        let finding = explanation.findings.iter().find(|finding| finding.code.as_str() == vector.code);
        let finding = finding.unwrap_or_else(|| panic!("{id} has no {}", vector.code));
        seen.insert(finding.code);
        if let Some(near) = &vector.near {
            let found = finding.near.as_ref().unwrap_or_else(|| panic!("{id} has no near miss"));
            assert_eq!(
                (found.what, &found.configured, &found.field),
                (near.what.as_str(), &near.configured, &near.field),
                "{id}"
            );
        }
        if let Some(place) = &vector.policy {
            let found = finding.policy.as_ref().unwrap_or_else(|| panic!("{id} has no place in the policy"));
            assert_eq!((&found.route, &found.field), (&place.route, &place.field), "{id}");
        }
        for finding in &explanation.findings {
            assert!(!finding.message.is_empty() && !finding.help.is_empty(), "{id}: {finding:?}");
            assert!(!finding.message.ends_with('.') && !finding.help.ends_with('.'), "{id}: {finding:?}");
        }
        let fixed = &vector.fixed;
        let config = fixed.config.as_ref().or(vector.config.as_ref());
        let explanation = explain(&vector.code, config, fixed.exchange.as_ref().unwrap_or(&vector.exchange));
        if codes(&explanation) != fixed.findings || fixed.findings.contains(&vector.code) {
            wrong.push(format!("{id}, fixed: {:?}\n{explanation}", codes(&explanation)));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), file.vectors.len(), wrong.join("\n"));
    let unseen: Vec<_> = FindingCode::ALL.iter().filter(|code| !seen.contains(code)).collect();
    assert!(unseen.is_empty(), "no vector has {unseen:?}");
}

/// Any site can have a page with the origin `null`.
#[test]
fn no_help_is_to_allow_the_origin_null() {
    for credentials in ["same-origin", "include"] {
        let json = serde_json::json!({
            "page": "null",
            "request": {"url": "https://api.example.com/items", "credentials": credentials},
            "response": {"status": 200, "headers": []},
        });
        let explanation = diagnose(&Exchange::from_json(json.to_string().as_bytes()).unwrap());
        let finding = &explanation.findings[0];
        assert_eq!(finding.code, FindingCode::AllowOriginMissing);
        assert!(finding.help.starts_with("serve the page over http or https"), "{}", finding.help);
    }
}

/// A status such as 404 says that the request was wrong, and not that the server failed.
#[test]
fn an_error_page_without_headers_says_whether_the_server_failed() {
    for (status, sentence) in [(404, "the server responded with 404"), (500, "the server failed with 500")] {
        let json = serde_json::json!({
            "page": "https://app.example.com",
            "request": {"url": "https://api.example.com/items"},
            "response": {"status": status, "headers": []},
        });
        let explanation = diagnose(&Exchange::from_json(json.to_string().as_bytes()).unwrap());
        let finding = &explanation.findings[0];
        assert_eq!(finding.code, FindingCode::ErrorWithoutHeaders);
        assert!(finding.message.starts_with(sentence), "{}", finding.message);
    }
}
