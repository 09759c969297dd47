//! Runs every vector in `tests/vectors` twice, from native values and from text. No vector is skipped.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::isomorphic::{bytes, string};
use common::vector_file::VectorFile;
use corsac::binding::Value;
use corsac::{Code, Evaluation, Issue, Policy, PolicyBuilder, PredicateAnswer, RequestHeaders, merge_vary};
use serde::{Deserialize, Deserializer};
use serde_json::Value as Json;
use std::collections::{BTreeSet, HashSet};
use std::fmt::Debug;
use std::path::{Path, PathBuf};

/// One vector of any kind; [`Vector::run`] recognises the kind by the keys that are present.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    id: String,
    why: String,
    spec: String,
    config: Option<Json>,
    text: Option<Text>,
    predicate: Option<Predicate>,
    request: Option<Request>,
    expect: Option<Expect>,
    issues: Option<Vec<Finding>>,
    lints: Option<Vec<Finding>>,
    vary: Option<Vary>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    format: Format,
    text: String,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Format {
    Json,
    Toml,
}

/// The answer of the host's predicate.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Predicate {
    Allow,
    Deny,
    Fail,
}

impl From<Predicate> for PredicateAnswer {
    fn from(predicate: Predicate) -> Self {
        match predicate {
            Predicate::Allow => PredicateAnswer::Allow,
            Predicate::Deny => PredicateAnswer::Deny,
            Predicate::Fail => PredicateAnswer::Failed,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    method: String,
    path: Option<String>,
    #[serde(default)]
    path_decoded: bool,
    authority: Option<String>,
    #[serde(default)]
    secure: bool,
    #[serde(default)]
    websocket: bool,
    headers: Vec<(String, String)>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Expect {
    action: String,
    #[serde(deserialize_with = "required")]
    status: Option<u16>,
    headers: Vec<(String, String)>,
    body: String,
    reason: String,
    reported: Option<String>,
    asked: Option<bool>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(deny_unknown_fields)]
struct Finding {
    code: String,
    field: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vary {
    application: Vec<String>,
    decision: String,
    merged: String,
}

/// Serde reads a missing `Option` as `None`, but the key has to be present.
fn required<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u16>, D::Error> {
    Option::deserialize(deserializer)
}

/// The result of running a vector: how many forms ran, and which checks failed.
#[derive(Default)]
struct Tally {
    executed: usize,
    failures: Vec<String>,
}

impl Tally {
    fn check<T: PartialEq + Debug>(&mut self, id: &str, form: &str, expected: &T, actual: &T) {
        self.executed += 1;
        if expected != actual {
            self.failures.push(format!("{id} ({form})\n  expected {expected:?}\n  actual   {actual:?}"));
        }
    }

    fn fail(&mut self, id: &str, form: &str, what: impl std::fmt::Display) {
        self.executed += 1;
        self.failures.push(format!("{id} ({form})\n  {what}"));
    }
}

impl Vector {
    fn run(&self, tally: &mut Tally) {
        for (form, policy) in self.policies() {
            match (&policy, &self.request, &self.expect, &self.issues, &self.lints) {
                (Ok(policy), Some(request), Some(expect), None, None) => {
                    tally.check(&self.id, form, expect, &decide(policy, request, self.predicate));
                }
                (Ok(policy), None, None, None, Some(lints)) => {
                    tally.check(&self.id, form, &sorted(lints), &findings(policy.lints()));
                }
                (Err(error), None, None, Some(issues), None) => {
                    tally.check(&self.id, form, &sorted(issues), &findings(error.issues()));
                }
                (Ok(_), None, None, Some(issues), None) => {
                    tally.fail(&self.id, form, format!("expected {issues:?}\n  actual   a policy"));
                }
                (Err(error), _, _, None, _) => tally.fail(&self.id, form, format!("expected a policy\n  {error}")),
                _ => panic!("{}: of no kind", self.id),
            }
        }
        if let Some(vary) = &self.vary {
            let lines: Vec<Vec<u8>> = vary.application.iter().map(|line| bytes(line)).collect();
            let merged = merge_vary(lines.iter().map(Vec::as_slice), &bytes(&vary.decision));
            tally.check(&self.id, "vary", &vary.merged, &string(&merged));
        }
    }

    fn policies(&self) -> Vec<(&'static str, Result<Policy, corsac::ConfigError>)> {
        let builder = PolicyBuilder::new().predicate(self.predicate.is_some());
        match (&self.config, &self.text, &self.vary) {
            (Some(config), None, None) => vec![
                ("native", builder.value(native(config, false))),
                ("json", builder.json(config.to_string().as_bytes())),
            ],
            (None, Some(text), None) => vec![match text.format {
                Format::Json => ("json text", builder.json(text.text.as_bytes())),
                Format::Toml => ("toml text", builder.toml(text.text.as_bytes())),
            }],
            (None, None, Some(_)) => Vec::new(),
            _ => panic!("{}: one of config, text and vary", self.id),
        }
    }
}

fn sorted(findings: &[Finding]) -> Vec<Finding> {
    let mut findings = findings.to_vec();
    findings.sort();
    findings
}

fn findings(issues: &[Issue]) -> Vec<Finding> {
    sorted(
        &issues
            .iter()
            .map(|issue| Finding { code: issue.code.as_str().to_owned(), field: issue.field.clone() })
            .collect::<Vec<_>>(),
    )
}

/// The value as a host language passes it: under `origin`, `{"regexp": …}` is a regular expression object.
fn native(json: &Json, in_origin: bool) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => match number.as_i64() {
            Some(whole) => Value::Integer(whole),
            None => Value::Float(number.as_f64().unwrap()),
        },
        Json::String(text) => Value::String(text.clone()),
        Json::Array(items) => Value::List(items.iter().map(|item| native(item, in_origin)).collect()),
        Json::Object(entries) => match regexp(json) {
            Some(regexp) if in_origin => regexp,
            _ => Value::Map(entries.iter().map(|(key, value)| (key.clone(), native(value, key == "origin"))).collect()),
        },
    }
}

fn regexp(json: &Json) -> Option<Value> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct RegExp {
        regexp: String,
        #[serde(default)]
        flags: String,
    }
    let RegExp { regexp, flags } = RegExp::deserialize(json).ok()?;
    Some(Value::RegExp { source: regexp, flags })
}

fn decide(policy: &Policy, request: &Request, predicate: Option<Predicate>) -> Expect {
    let mut lines: Vec<_> = request.headers.iter().map(|(name, value)| (bytes(name), bytes(value))).collect();
    lines.extend(request.authority.iter().map(|authority| (b":authority".to_vec(), bytes(authority))));
    let headers: RequestHeaders<'_> = lines.iter().map(|(name, value)| (name.as_slice(), value.as_slice())).collect();
    let (method, path) = (bytes(&request.method), request.path.as_deref().map(bytes));
    let mut seen = headers.request(&method, path.as_deref());
    seen.path_decoded = request.path_decoded;
    seen.secure = request.secure;
    seen.websocket = request.websocket;
    let (decision, asked) = match (policy.evaluate(&seen), predicate) {
        (Evaluation::Decided(decision), _) => (decision, false),
        (Evaluation::Ask(pending), Some(predicate)) => (pending.resolve(predicate.into()), true),
        (Evaluation::Ask(_), None) => panic!("asked without a predicate"),
    };
    Expect {
        action: decision.action().as_str().to_owned(),
        status: decision.status(),
        headers: decision.headers().map(|header| (header.name.as_str().to_owned(), string(header.value))).collect(),
        body: decision.body().to_owned(),
        reason: decision.reason().as_str().to_owned(),
        reported: decision.reported().map(|reason| reason.as_str().to_owned()),
        asked: predicate.map(|_| asked),
    }
}

fn files() -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors");
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths
        .retain(|path| path.extension().is_some_and(|extension| extension == "json") && !path.ends_with("schema.json"));
    paths.sort();
    assert!(!paths.is_empty(), "no vectors");
    paths.into_iter().map(|path| (path.clone(), std::fs::read_to_string(path).unwrap())).collect()
}

/// The number of forms to run, counted in the JSON itself.
fn count(text: &str) -> usize {
    let json: Json = serde_json::from_str(text).unwrap();
    let vectors = json.get("vectors").and_then(Json::as_array).unwrap();
    vectors
        .iter()
        .map(|vector| {
            let has = |key: &str| usize::from(vector.get(key).is_some());
            2 * has("config") + has("text") + has("vary")
        })
        .sum()
}

fn parse(path: &Path, text: &str) -> Vec<Vector> {
    let file: VectorFile<Vector> =
        serde_json::from_str(text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert_eq!(file.schema, "./schema.json", "{}", path.display());
    assert!(!file.vectors.is_empty(), "{}", path.display());
    file.vectors
}

#[test]
fn every_vector_holds() {
    let (mut tally, mut total) = (Tally::default(), 0);
    for (path, text) in files() {
        total += count(&text);
        for vector in parse(&path, &text) {
            vector.run(&mut tally);
        }
    }
    println!("{} of {total} forms executed", tally.executed);
    assert!(tally.failures.is_empty(), "{} failures\n{}", tally.failures.len(), tally.failures.join("\n"));
    assert_eq!(tally.executed, total);
}

#[test]
fn ids_are_unique_and_every_vector_says_why() {
    let (mut ids, mut wrong) = (HashSet::new(), Vec::new());
    for (path, text) in files() {
        for vector in parse(&path, &text) {
            let section = vector.spec.chars().all(|c| c.is_ascii_digit() || c == '.') && !vector.spec.is_empty();
            if vector.why.is_empty() || !section || !ids.insert(vector.id.clone()) {
                wrong.push(vector.id);
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn every_code_appears_in_a_vector() {
    let mut missing: BTreeSet<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    // These codes are about files, which vectors do not have; `errors.rs` tests them.
    for of_files in [Code::FileNotRegular, Code::FileTooLarge] {
        missing.remove(of_files.as_str());
    }
    let mut unknown = BTreeSet::new();
    for (path, text) in files() {
        for vector in parse(&path, &text) {
            for finding in vector.issues.iter().chain(&vector.lints).flatten() {
                missing.remove(finding.code.as_str());
                if !Code::ALL.iter().any(|code| code.as_str() == finding.code) {
                    unknown.insert(format!("{}: {}", vector.id, finding.code));
                }
            }
        }
    }
    assert_eq!((missing, unknown), Default::default());
}

#[test]
fn unknown_keys_and_missing_keys_are_refused() {
    let good = r#"{"$schema":"./schema.json","vectors":[{"id":"a","why":"b","spec":"4","config":{},"request":
        {"method":"GET","headers":[]},"expect":{"action":"continue","status":null,"headers":[],"body":"","reason":"x"}}]}"#;
    assert!(serde_json::from_str::<VectorFile<Vector>>(good).is_ok());
    for (from, to) in [
        (r#""id":"a""#, r#""id":"a","skip":true"#),
        (r#""method":"GET""#, r#""method":"GET","body":"""#),
        (r#""body":"""#, r#""body":"","report":null"#),
        (r#""status":null,"#, ""),
        (r#""why":"b","#, ""),
    ] {
        assert!(serde_json::from_str::<VectorFile<Vector>>(&good.replace(from, to)).is_err(), "{to}");
    }
}
