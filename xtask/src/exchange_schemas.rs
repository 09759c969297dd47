//! The JSON schemas of exchanges and of explanations: `docs/exchange.schema.json`, `docs/explanation.schema.json`.

use corsac::browser::{Cache, Credentials, Engine, Initiator, Mode, NetworkError, Redirect, StepName, Verdict};
use corsac::explain::{FindingCode, FindingSeverity};
use serde_json::{Map, Value, json};
use std::error::Error;
use std::path::Path;

const DIALECT: &str = "http://json-schema.org/draft-07/schema#";

/// The schema of exchanges, as corsac writes them.
pub(crate) fn exchange(_: &Path) -> Result<String, Box<dyn Error>> {
    text(&json!({
        "$schema": DIALECT,
        "title": "A request of a page's script, and the responses of servers",
        "$ref": "#/definitions/exchange",
        "definitions": exchange_definitions(),
    }))
}

/// The schema of explanations.
pub(crate) fn explanation(_: &Path) -> Result<String, Box<dyn Error>> {
    let words = |words: Vec<&str>| json!({ "enum": words });
    let texts = json!({ "type": "array", "items": { "type": "string" } });
    let mut definitions = exchange_definitions();
    definitions.insert(
        "hop".into(),
        object(
            &[
                ("url", json!({ "type": "string" })),
                ("needed", json!({ "type": "boolean" })),
                ("cached", json!({ "type": "boolean" })),
                ("because", texts.clone()),
                ("headers", reference("headers")),
            ],
            &[],
        ),
    );
    definitions.insert(
        "step".into(),
        object(
            &[
                ("name", words(StepName::ALL.iter().map(|step| step.as_str()).collect())),
                ("hop", count()),
                ("passed", json!({ "type": "boolean" })),
                ("source", json!({ "type": "string" })),
                ("saw", json!({ "type": "string" })),
            ],
            &[],
        ),
    );
    definitions.insert("finding".into(), finding());
    definitions.insert(
        "engine".into(),
        object(
            &[
                ("version", json!({ "type": "string" })),
                ("verdict", reference("verdict")),
                ("preflights", json!({ "type": "array", "items": reference("hop") })),
                ("readable_headers", texts.clone()),
                ("dropped_headers", texts.clone()),
                ("console", texts.clone()),
            ],
            &[],
        ),
    );
    definitions.insert("verdict".into(), words(Verdict::ALL.iter().map(|verdict| verdict.as_str()).collect()));
    let engines: Vec<_> = Engine::ALL.iter().map(|engine| (engine.as_str(), reference("engine"))).collect();
    let preflight = object(
        &[
            ("needed", json!({ "type": "boolean" })),
            ("because", texts.clone()),
            ("headers", reference("headers")),
            ("hops", json!({ "type": "array", "items": reference("hop") })),
        ],
        &[],
    );
    let schema = object(
        &[
            ("version", json!({ "const": 1 })),
            ("verdict", reference("verdict")),
            ("cross_origin", json!({ "type": "boolean" })),
            ("preflight", preflight),
            ("steps", json!({ "type": "array", "items": reference("step") })),
            ("readable_headers", texts.clone()),
            ("hidden_headers", texts.clone()),
            ("dropped_headers", texts),
            ("findings", json!({ "type": "array", "items": reference("finding") })),
            ("engines", object(&engines, &[])),
            ("exchange", reference("exchange")),
        ],
        &[],
    );
    let about = [
        ("$schema", json!(DIALECT)),
        ("title", json!("How a browser handles an exchange")),
        ("definitions", Value::Object(definitions)),
    ];
    let Value::Object(mut schema) = schema else { return Err("an object's schema is an object".into()) };
    schema.extend(about.map(|(name, value)| (name.to_owned(), value)));
    text(&Value::Object(schema))
}

fn finding() -> Value {
    let codes: Vec<&str> = FindingCode::ALL.iter().map(|code| code.as_str()).collect();
    let severities = [FindingSeverity::Error, FindingSeverity::Warning, FindingSeverity::Note].map(|it| it.as_str());
    let string = || json!({ "type": "string" });
    let line = || json!({ "type": "integer", "minimum": 1 });
    let near = [("what", string()), ("configured", string()), ("field", string()), ("line", line())];
    let policy = [("route", string()), ("field", string()), ("line", line())];
    object(
        &[
            ("code", json!({ "enum": codes })),
            ("severity", json!({ "enum": severities })),
            ("message", string()),
            ("help", string()),
            ("near", object(&near, &["line"])),
            ("policy", object(&policy, &["route", "line"])),
        ],
        &["near", "policy"],
    )
}

fn exchange_definitions() -> Map<String, Value> {
    let words = |words: Vec<&str>| json!({ "enum": words });
    let string = || json!({ "type": "string" });
    let mut definitions = Map::new();
    let pair = json!({ "type": "array", "items": { "type": "string" }, "minItems": 2, "maxItems": 2 });
    definitions.insert("headers".into(), json!({ "type": "array", "items": pair }));
    let status = json!({ "type": "integer", "minimum": 100, "maximum": 999 });
    let errors = words(NetworkError::ALL.iter().map(|error| error.as_str()).collect());
    let (headers, preflight) = (("headers", reference("headers")), ("preflight", reference("answer")));
    let response = object(&[("status", status.clone()), headers.clone()], &["headers"]);
    let failed = object(&[("error", errors.clone())], &[]);
    definitions.insert("answer".into(), json!({ "anyOf": [{ "type": "null" }, response, failed] }));
    let hop_response = object(&[("status", status), headers.clone(), preflight.clone()], &["headers", "preflight"]);
    let hop_failed = object(&[("error", errors), preflight.clone()], &["preflight"]);
    let only_preflight = object(std::slice::from_ref(&preflight), &[]);
    definitions.insert(
        "hop_answer".into(),
        json!({ "anyOf": [{ "type": "null" }, hop_response, hop_failed, only_preflight] }),
    );
    let modes = [Mode::Cors, Mode::NoCors, Mode::SameOrigin, Mode::Navigate].map(|mode| mode.as_str());
    let body = json!({ "anyOf": [
        { "enum": ["none", "text", "urlencoded", "form-data", "stream"] },
        object(&[("type", string())], &[]),
    ] });
    let request = [
        ("url", string()),
        ("method", string()),
        headers,
        ("credentials", words(Credentials::ALL.iter().map(|word| word.as_str()).collect())),
        ("mode", words(modes.to_vec())),
        ("redirect", words(Redirect::ALL.iter().map(|word| word.as_str()).collect())),
        ("cache", words(Cache::ALL.iter().map(|word| word.as_str()).collect())),
        ("integrity", string()),
        ("body", body),
        ("upload_listener", json!({ "type": "boolean" })),
        ("initiator", words(Initiator::ALL.iter().map(|word| word.as_str()).collect())),
    ];
    let optional: Vec<&str> = request.iter().map(|(name, _)| *name).filter(|name| *name != "url").collect();
    definitions.insert("request".into(), object(&request, &optional));
    let after = [("exchange", reference("exchange")), ("seconds", json!({ "type": "number", "minimum": 0 }))];
    let exchange = [
        ("version", json!({ "const": 1 })),
        ("page", string()),
        ("page_url", string()),
        ("request", reference("request")),
        preflight,
        ("response", json!({ "anyOf": [reference("answer"), { "type": "array", "items": reference("hop_answer") }] })),
        ("after", object(&after, &[])),
        ("predicate", json!({ "enum": [true, false, "failed"] })),
    ];
    definitions.insert(
        "exchange".into(),
        object(&exchange, &["version", "page_url", "preflight", "response", "after", "predicate"]),
    );
    definitions
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/definitions/{name}") })
}

fn count() -> Value {
    json!({ "type": "integer", "minimum": 0 })
}

/// An object with only these members. All of them are required, except for the optional ones.
fn object(members: &[(&str, Value)], optional: &[&str]) -> Value {
    let required: Vec<&str> = members.iter().map(|(name, _)| *name).filter(|name| !optional.contains(name)).collect();
    let properties: Map<String, Value> =
        members.iter().map(|(name, schema)| ((*name).to_owned(), schema.clone())).collect();
    json!({ "type": "object", "required": required, "properties": properties, "additionalProperties": false })
}

fn text(schema: &Value) -> Result<String, Box<dyn Error>> {
    Ok(serde_json::to_string_pretty(schema)? + "\n")
}
