//! What the help of a refused regex suggests: it is taken at its word, and has to do what was meant.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use corsac::binding::Value;
use corsac::{Evaluation, Issue, Policy, Reason, Request};
use proptest::prelude::*;
use serde::Deserialize;

/// Something that people write, and what they mean by it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    dialect: String,
    setting: String,
    /// A RegExp is written as in JavaScript.
    written: String,
    credentials: bool,
    allows: Vec<String>,
    refuses: Vec<String>,
    code: String,
    suggests: String,
}

#[derive(Debug, PartialEq)]
enum Suggestion {
    Regex(String),
    Patterns(Vec<String>),
}

/// What a help tells to write, if it tells that and does not describe it.
fn suggestion(help: &str) -> Option<Suggestion> {
    let rest = help.strip_prefix("write ")?;
    let rest = rest.strip_suffix(" in `allow_origins`").unwrap_or(rest);
    let rest = rest.strip_suffix("; in a string with escapes, write each `\\` twice").unwrap_or(rest);
    let (kind, code) = rest.split_once('`')?;
    let code = code.strip_suffix('`').filter(|code| !code.contains('`'))?;
    Some(match kind {
        "" => Suggestion::Regex(code.into()),
        "each as an entry of its own: " => Suggestion::Patterns(serde_json::from_str(&format!("[{code}]")).unwrap()),
        "the origin " | "the origin pattern " => Suggestion::Patterns(vec![code.into()]),
        "the origins " | "the origin patterns " => Suggestion::Patterns(serde_json::from_str(code).unwrap()),
        _ => return None,
    })
}

fn regexp(literal: &str) -> Value {
    let (source, flags) = literal.strip_prefix('/').unwrap().rsplit_once('/').unwrap();
    Value::RegExp { source: source.into(), flags: flags.into() }
}

fn list(texts: &[String]) -> Value {
    Value::List(texts.iter().map(|text| Value::String(text.clone())).collect())
}

impl Entry {
    fn build(&self, setting: &str, value: Value) -> Result<Policy, corsac::ConfigError> {
        let credentials = if self.dialect == "cors" { "credentials" } else { "allow_credentials" };
        Policy::try_from(Value::Map(vec![
            ("dialect".into(), Value::String(self.dialect.clone())),
            (setting.into(), value),
            (credentials.into(), Value::Bool(self.credentials)),
        ]))
    }

    fn as_written(&self) -> Value {
        match self.setting.as_str() {
            "origin" if self.written.starts_with('/') => regexp(&self.written),
            _ => list(std::slice::from_ref(&self.written)),
        }
    }

    /// The one thing that is said of it.
    fn issue(&self) -> Issue {
        let issues = match self.build(&self.setting, self.as_written()) {
            Ok(policy) => policy.lints().iter().filter(|lint| lint.field.contains("origin")).cloned().collect(),
            Err(error) => error.issues().to_vec(),
        };
        assert_eq!(issues.len(), 1, "{}: {issues:?}", self.written);
        issues[0].clone()
    }

    fn apply(&self, suggestion: &Suggestion) -> Policy {
        let origins = if self.dialect == "cors" { "origin" } else { "allow_origins" };
        let built = match suggestion {
            Suggestion::Patterns(patterns) => self.build(origins, list(patterns)),
            Suggestion::Regex(text) if self.dialect == "cors" => self.build(origins, regexp(text)),
            Suggestion::Regex(text) => self.build("allow_origin_regex", list(std::slice::from_ref(text))),
        };
        let policy = built.unwrap_or_else(|error| panic!("{}: {suggestion:?}: {error}", self.written));
        let lints: Vec<_> = policy.lints().iter().filter(|lint| lint.field.contains("origin")).collect();
        assert!(lints.is_empty(), "{}: {suggestion:?}: {lints:?}", self.written);
        policy
    }
}

fn allows(policy: &Policy, origin: &str) -> bool {
    match policy.evaluate(&Request::new(b"GET").origin(origin.as_bytes())) {
        Evaluation::Decided(decision) => decision.reason() == Reason::OriginAllowed,
        Evaluation::Ask(_) => false,
    }
}

#[test]
fn every_suggestion_does_what_was_meant() {
    let entries: Vec<Entry> = serde_json::from_str(include_str!("data/suggestions-regex.json")).unwrap();
    assert!(entries.len() >= 100);
    let (mut wrong, mut with_code) = (Vec::new(), 0);
    for entry in &entries {
        let issue = entry.issue();
        let found = suggestion(&issue.help);
        let kind = match &found {
            None => "prose",
            Some(Suggestion::Regex(_)) => "regex",
            Some(Suggestion::Patterns(_)) => "pattern",
        };
        let mut say = |what: String| wrong.push(format!("{}: {what}\n    {issue}", entry.written));
        if issue.code.as_str() != entry.code || kind != entry.suggests {
            say(format!("{} {kind}, not {} {}", issue.code.as_str(), entry.code, entry.suggests));
        }
        let Some(found) = found else { continue };
        with_code += 1;
        let policy = entry.apply(&found);
        for origin in entry.allows.iter().filter(|origin| !allows(&policy, origin)) {
            say(format!("refuses {origin}"));
        }
        for origin in entry.refuses.iter().filter(|origin| allows(&policy, origin)) {
            say(format!("allows {origin}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // The others are there because nothing can be suggested for them.
    assert!(with_code >= 105, "only {with_code} of {} helps suggest code", entries.len());
}

/// What regexes are written from, also where it makes no sense.
const PIECES: &[&str] = &[
    "https://",
    "https?://",
    "http:\\/\\/",
    "^",
    "$",
    "(",
    "(?:",
    "(?i)",
    ")",
    "|",
    ".*",
    ".+",
    ".",
    "\\.",
    "example",
    "com",
    "org",
    "A",
    "[a-z]",
    "[a-z0-9-]+",
    "[^.]",
    "*",
    "+",
    "?",
    "{2,5}",
    "(:\\d+)?",
    ":443",
    ":",
    "localhost",
    "127.0.0.1",
    "\\[::1\\]",
    "github\\.io",
    "co\\.uk",
    "/",
    "\\b",
    "\\w",
    "~",
    "\"",
    "\\\\",
    "é",
    "`",
    "\0",
    "(.+\\.)?",
    "(a|b)",
    "[ab]{9}",
    "(?!x)",
    "\\1",
    "*.",
    "\\.example\\.com",
];

fn written() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(PIECES), 1..14).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(300),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn every_suggestion_is_accepted(regex in written(), credentials in any::<bool>(), form in 0..3) {
        let (dialect, setting, written) = match form {
            0 => ("corsac", "allow_origin_regex", regex),
            1 => ("corsac", "allow_origins", regex),
            _ => ("cors", "origin", format!("/{regex}/")),
        };
        let entry = Entry {
            dialect: dialect.into(), setting: setting.into(), written, credentials,
            allows: Vec::new(), refuses: Vec::new(), code: String::new(), suggests: String::new(),
        };
        let built = entry.build(setting, entry.as_written());
        let issues = built.as_ref().map_or_else(|error| error.issues().to_vec(), |policy| policy.lints().to_vec());
        for issue in issues.iter().filter(|issue| issue.code.as_str().contains("reg")) {
            if let Some(suggestion) = suggestion(&issue.help) {
                entry.apply(&suggestion);
            }
        }
    }
}
