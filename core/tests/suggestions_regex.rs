//! The suggestions in the help of a refused regex are followed literally, and have to do what was meant.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use common::paste::{Document, FORMATS, Format, Offer, offer};
use corsac::{Evaluation, Issue, Policy, Reason, Request};
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

/// Something that people write, and what they mean by it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    dialect: String,
    setting: String,
    /// A RegExp is written as in JavaScript.
    written: String,
    credentials: bool,
    /// Other settings of the policy, and entries after this one in its list.
    #[serde(default)]
    with: serde_json::Map<String, Value>,
    #[serde(default)]
    beside: Vec<String>,
    allows: Vec<String>,
    refuses: Vec<String>,
    code: String,
    suggests: String,
}

impl Entry {
    fn document(&self, format: Format) -> Document {
        let literal = self.written.strip_prefix('/').filter(|_| self.setting == "origin");
        let value = match literal.and_then(|rest| rest.rsplit_once('/')) {
            Some((source, "")) => json!({ "regexp": source }),
            Some((source, flags)) => json!({ "regexp": source, "flags": flags }),
            None => std::iter::once(&self.written).chain(&self.beside).map(|text| json!(text)).collect(),
        };
        let credentials = if self.dialect == "cors" { "credentials" } else { "allow_credentials" };
        let mut policy = json!({"dialect": self.dialect, &self.setting: value, credentials: self.credentials});
        policy.as_object_mut().unwrap().extend(self.with.clone());
        Document::new(format, &policy).unwrap()
    }

    /// The only issue about it.
    fn issue(&self, document: &Document) -> Issue {
        let issues = about_origins(document);
        assert_eq!(issues.len(), 1, "{}: {issues:?}", self.written);
        issues[0].clone()
    }
}

fn about_origins(document: &Document) -> Vec<Issue> {
    match document.build() {
        Ok(policy) => policy.lints().iter().filter(|lint| lint.field.contains("origin")).cloned().collect(),
        Err(error) => error.issues().to_vec(),
    }
}

/// The policy with the code that the help suggests.
fn pasted(document: &Document, issue: &Issue, offer: &Offer<'_>) -> Policy {
    let mut document = document.clone();
    document.paste(issue, offer);
    let text = &document.text;
    let policy = document.build().unwrap_or_else(|error| panic!("{issue}\n{text}\n{error}"));
    // A suggestion may match as much as the regex was meant to match.
    let is_wide = |lint: &&Issue| matches!(lint.code.as_str(), "subdomains-with-credentials" | "plain-http-origin");
    let lints = policy.lints().iter().filter(|lint| lint.field.contains("origin") && !is_wide(lint));
    let lints: Vec<_> = lints.collect();
    assert!(lints.is_empty(), "{issue}\n{text}\n{lints:?}");
    policy
}

fn allows(policy: &Policy, origin: &str) -> bool {
    match policy.evaluate(&Request::new(b"GET").origin(origin.as_bytes())) {
        Evaluation::Decided(decision) => decision.reason() == Reason::OriginAllowed,
        Evaluation::Ask(_) => false,
    }
}

/// Whether a help offers a regex, or origins and patterns.
fn kind(offer: Option<&Offer<'_>>) -> &'static str {
    match offer {
        None => "prose",
        Some(Offer::Elsewhere { key: "allow_origin_regex", .. }) => "regex",
        Some(Offer::Value(code)) if code.contains(['\\', '(', '+']) || code.contains("regexp") => "regex",
        Some(_) => "pattern",
    }
}

#[test]
fn every_suggestion_does_what_was_meant() {
    let entries: Vec<Entry> = serde_json::from_str(include_str!("data/suggestions-regex.json")).unwrap();
    assert!(entries.len() >= 100);
    let (mut wrong, mut with_code) = (Vec::new(), 0);
    for (entry, format) in entries.iter().flat_map(|entry| FORMATS.map(|format| (entry, format))) {
        let document = entry.document(format);
        let issue = entry.issue(&document);
        let found = offer(&issue.help);
        let kind = kind(found.as_ref());
        let mut say = |what: String| wrong.push(format!("{}: {what}\n    {issue}", entry.written));
        if issue.code.as_str() != entry.code || kind != entry.suggests {
            say(format!("{} {kind}, not {} {}", issue.code.as_str(), entry.code, entry.suggests));
        }
        let Some(found) = found else { continue };
        with_code += 1;
        let policy = pasted(&document, &issue, &found);
        for origin in entry.allows.iter().filter(|origin| !allows(&policy, origin)) {
            say(format!("refuses {origin}"));
        }
        for origin in entry.refuses.iter().filter(|origin| allows(&policy, origin)) {
            say(format!("allows {origin}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // The other examples are there because nothing can be suggested for them.
    assert!(with_code >= 210, "only {with_code} of {} helps suggest code", 2 * entries.len());
}

/// Pieces from which regexes are made, including nonsensical ones.
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
            with: serde_json::Map::new(), beside: Vec::new(), allows: Vec::new(), refuses: Vec::new(), code: String::new(), suggests: String::new(),
        };
        for format in FORMATS {
            let document = entry.document(format);
            for issue in about_origins(&document).iter().filter(|issue| issue.code.as_str().contains("reg")) {
                if let Some(offer) = offer(&issue.help) {
                    pasted(&document, issue, &offer);
                }
            }
        }
    }
}
