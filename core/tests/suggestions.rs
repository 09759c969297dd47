//! What a help offers as code is applied to the policy, which then has to be what its writer meant.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use corsac::{Evaluation, Issue, Policy, PolicyBuilder, Request};
use serde::Deserialize;
use serde_json::{Map, Value, json};

const CORPUS: &str = include_str!("data/suggestions.json");

/// So many of the corpus have to get code that can be copied.
const LEAST_WITH_CODE: usize = 165;

/// Something that people write, and what they mean by it: origins, methods or headers that are to be allowed, or not.
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

fn build(policy: &Map<String, Value>) -> Result<Policy, Vec<Issue>> {
    let value: corsac::binding::Value = serde_json::from_value(Value::Object(policy.clone())).unwrap();
    PolicyBuilder::new().value(value).map_err(|error| error.issues().to_vec())
}

/// The code that a help begins with, if it does.
fn offered(help: &str) -> Option<&str> {
    let rest = help.strip_prefix("write ")?;
    let rest = rest.strip_prefix("each as an entry of its own: ").unwrap_or(rest);
    rest.strip_prefix('`')?.split_once('`').map(|(code, _)| code)
}

/// Writes what the help offers into the policy, at the issue's place.
fn apply(policy: &mut Map<String, Value>, issue: &Issue, code: &str) {
    let (table, field) = match issue.field.strip_prefix("protection.") {
        Some(field) => (policy["protection"].as_object_mut().unwrap(), field),
        None => (policy, issue.field.as_str()),
    };
    let (name, index) = match field.split_once('[') {
        Some((name, index)) => (name, index.trim_end_matches(']').parse::<usize>().ok()),
        None => (field, None),
    };
    let name = table.keys().find(|key| *key == name || corsac::binding::camel_case(name) == **key).unwrap().clone();
    // A setting and its value.
    if let Ok(setting) = toml::from_str::<Map<String, Value>>(code)
        && setting.len() == 1
    {
        table.remove(&name);
        table.extend(setting);
        return;
    }
    if issue.code.as_str() == "unknown-key" {
        let value = table.remove(&name).unwrap();
        table.insert(code.to_owned(), value);
        return;
    }
    let new = match serde_json::from_str::<Vec<Value>>(&format!("[{code}]")) {
        Ok(entries) if help_lists(issue) => entries,
        _ => vec![json!(code)],
    };
    let list = table.get_mut(&name).unwrap();
    let Some(index) = index else {
        *list = new.into_iter().next().unwrap();
        return;
    };
    if let Value::String(text) = list {
        *list = text.split(',').map(str::trim).map(Value::from).collect();
    }
    list.as_array_mut().unwrap().splice(index..=index, new);
}

fn help_lists(issue: &Issue) -> bool {
    issue.help.starts_with("write each as an entry")
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
    for case in &cases {
        let mut policy = case.policy();
        let Err(issues) = build(&policy) else {
            wrong.push(format!("{case:?} is accepted"));
            continue;
        };
        let found: Vec<_> = issues.iter().filter(|issue| issue.code.as_str() == case.code).collect();
        let code = found.first().and_then(|issue| offered(&issue.help));
        if found.is_empty() || code.is_some() != (case.suggests == "code") {
            wrong.push(format!("{case:?} gets {issues:#?}"));
            continue;
        }
        if code.is_none() {
            continue;
        }
        with_code += 1;
        // From the end, so that the others stay where they are.
        for issue in found.iter().rev() {
            apply(&mut policy, issue, offered(&issue.help).unwrap());
        }
        match build(&policy) {
            Err(left) => wrong.push(format!("{case:?}: {:?} leads to {left:?}", found[0].help)),
            Ok(built) => {
                let origins = case.says_origins();
                let allowed = case.allows.iter().all(|name| allows(&built, name, origins));
                let refused = case.refuses.iter().all(|name| !allows(&built, name, origins));
                if !(allowed && refused) {
                    wrong.push(format!("{case:?}: {:?} means something else", found[0].help));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(with_code >= LEAST_WITH_CODE, "only {with_code} of {} get code", cases.len());
}
