//! The code that a help offers is applied to the policy, which then has to be what its author meant.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use common::paste::{Document, FORMATS, offer};
use corsac::{Evaluation, Policy, Request};
use serde::Deserialize;
use serde_json::{Map, Value, json};

const CORPUS: &str = include_str!("data/suggestions.json");

/// How many examples of the corpus have to get code that can be copied. An example counts once for each format.
const LEAST_WITH_CODE: usize = 330;

/// Something that people write, and what they mean by it: origins, methods or headers that should be allowed, or should
/// not.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    dialect: String,
    setting: String,
    written: Value,
    credentials: bool,
    allows: Vec<String>,
    refuses: Vec<String>,
    code: String,
    suggests: String,
}

const BASE: &str = "https://base.example";

impl Case {
    fn policy(&self) -> Map<String, Value> {
        let mut policy = Map::new();
        let cors = self.dialect == "cors";
        policy.insert("dialect".into(), json!(self.dialect));
        policy.insert(self.setting.clone(), self.written.clone());
        if self.credentials {
            policy.insert(if cors { "credentials" } else { "allow_credentials" }.into(), json!(true));
        }
        let about_origins = self.setting.to_lowercase().contains("origin") || self.says_origins();
        if !about_origins || self.setting == "CSRF_TRUSTED_ORIGINS" {
            policy.insert(if cors { "origin" } else { "allow_origins" }.into(), json!([BASE]));
        }
        policy
    }

    fn says_origins(&self) -> bool {
        self.allows.iter().chain(&self.refuses).any(|name| name.contains("://"))
    }
}

/// Whether the policy allows an origin, or for a known origin a method or a header.
fn allows(policy: &Policy, name: &str, origins: bool) -> bool {
    let request = if origins {
        Request::new(b"GET").origin(name.as_bytes())
    } else {
        let mut request = Request::new(b"OPTIONS").origin(BASE.as_bytes());
        let is_method = name.bytes().all(|byte| byte.is_ascii_uppercase());
        request.access_control_request_method = Some(if is_method { name.as_bytes() } else { b"GET" });
        request.access_control_request_headers = (!is_method).then_some(name.as_bytes());
        request
    };
    match policy.evaluate(&request) {
        Evaluation::Decided(decision) => {
            matches!(decision.reason().as_str(), "origin-allowed" | "any-origin" | "preflight-allowed")
        }
        Evaluation::Ask(_) => panic!("no policy has a predicate"),
    }
}

#[test]
fn every_suggestion_is_accepted_and_means_what_was_meant() {
    let cases: Vec<Case> = serde_json::from_str(CORPUS).unwrap();
    assert!(cases.len() >= 200, "{}", cases.len());
    let mut with_code = 0;
    let mut wrong = Vec::new();
    for (case, format) in cases.iter().flat_map(|case| FORMATS.map(|format| (case, format))) {
        let policy = Value::Object(case.policy());
        let Some(mut document) = Document::new(format, &policy) else { continue };
        let issues = match document.build() {
            Ok(_) => {
                wrong.push(format!("{case:?} is accepted"));
                continue;
            }
            Err(error) => error.issues().to_vec(),
        };
        let found: Vec<_> = issues.iter().filter(|issue| issue.code.as_str() == case.code).collect();
        let code = found.first().and_then(|issue| offer(&issue.help));
        if found.is_empty() || code.is_some() != (case.suggests == "code") {
            wrong.push(format!("{case:?} gets {issues:#?}"));
            continue;
        }
        if code.is_none() {
            continue;
        }
        with_code += 1;
        // The last suggestion is pasted first, so that the positions of the others do not change.
        for issue in found.iter().rev() {
            document.paste(issue, &offer(&issue.help).unwrap());
        }
        let text = &document.text;
        match document.build() {
            Err(left) => wrong.push(format!("{case:?}: {:?} leads to {text} {left:?}", found[0].help)),
            Ok(built) => {
                let origins = case.says_origins();
                let allowed = case.allows.iter().all(|name| allows(&built, name, origins));
                let refused = case.refuses.iter().all(|name| !allows(&built, name, origins));
                if !(allowed && refused) {
                    wrong.push(format!("{case:?}: {:?} means something else: {text}", found[0].help));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(with_code >= LEAST_WITH_CODE, "only {with_code} of {} get code", 2 * cases.len());
}
