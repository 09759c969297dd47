//! The functions that the page in `playground/` calls. They take texts in UTF-8 and return JSON.
//!
//! Offsets in a text are those of JavaScript: UTF-16 units, from 0. The results contain no secrets, except for the
//! edits, which are made for the page's own text.

use corsac::binding::redacted_text;
use corsac::browser::{Exchange, ExchangeError};
use corsac::capture::{CaptureNote, Captured, Known, Pasted};
use corsac::edit::{TextEdit, fix_finding, fix_issue};
use corsac::explain::diagnose;
use corsac::{Issue, Policy};
use serde_json::{Value, json};

/// The most requests of a capture that are offered.
const MOST_EXCHANGES: usize = 250;

/// The most issues for which an edit is looked for.
const MOST_EDITS: usize = 40;

/// Checks a policy in TOML, and explains an exchange: `{issues, is_refused, explanation, summary, problems, shared}`.
pub(crate) fn examine(policy: &[u8], exchange: &[u8], is_captured: bool) -> String {
    let text = String::from_utf8_lossy(policy);
    let (policy, issues) = checked(&text);
    let offsets = Offsets::new(&text);
    let issues: Vec<Value> = issues.iter().map(|issue| issue_row(issue, &offsets)).collect();
    let exchange = Exchange::from_json(exchange);
    let (problems, shared) = match &exchange {
        Ok(exchange) => {
            let shared = format!(r#"{{"policy":{},"exchange":{}}}"#, json!(redacted_text(&text)), exchange.to_json());
            (json!([]), shared)
        }
        Err(error) => (problems(error), Value::Null.to_string()),
    };
    let explanation = match (&policy, &exchange) {
        (_, Ok(exchange)) if is_captured => Some(diagnose(exchange)),
        (Some(policy), Ok(exchange)) => Some(policy.explain(exchange)),
        _ => None,
    };
    let (summary, explanation) = match explanation {
        Some(explanation) => (json!(explanation.summary()), explanation.to_json()),
        None => (Value::Null, Value::Null.to_string()),
    };
    // An explanation is JSON already.
    format!(
        r#"{{"issues":{},"is_refused":{},"summary":{summary},"problems":{problems},"shared":{shared},"explanation":{explanation}}}"#,
        Value::Array(issues),
        policy.is_none(),
    )
}

/// The edits that fix issues and findings: `{issues, findings}`, each a list of `[index, start, end, replacement]`.
/// When `has_time` returns false, no more edits are tried.
pub(crate) fn edits(policy: &[u8], exchange: &[u8], has_time: impl Fn() -> bool) -> String {
    let text = String::from_utf8_lossy(policy);
    let (policy, issues) = checked(&text);
    let offsets = Offsets::new(&text);
    let row = |index: usize, edit: TextEdit| {
        json!([index, offsets.utf16(edit.range.start), offsets.utf16(edit.range.end), edit.replacement])
    };
    let mut of_findings = Vec::new();
    if let (Some(policy), Ok(exchange)) = (&policy, Exchange::from_json(exchange)) {
        for (index, finding) in policy.explain(&exchange).findings.iter().enumerate().take_while(|_| has_time()) {
            of_findings.extend(fix_finding(&text, &exchange, finding).map(|edit| row(index, edit)));
        }
    }
    let mut of_issues = Vec::new();
    for (index, issue) in issues.iter().enumerate().take(MOST_EDITS).take_while(|_| has_time()) {
        of_issues.extend(fix_issue(&text, issue).map(|edit| row(index, edit)));
    }
    json!({ "issues": of_issues, "findings": of_findings }).to_string()
}

/// Reads a pasted text: `{kind: "console", sentences}`, `{kind: "requests", requests, omitted, is_request_only,
/// unknown}`, where `unknown` names what the text does not show (`page`, `url`), or `{kind: "error", message, help}`.
pub(crate) fn read_pasted(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let read = match Pasted::of(text.trim_start_matches('\u{feff}'), &Known::default()) {
        Err(error) => json!({ "kind": "error", "message": error.message, "help": error.help }),
        Ok(Pasted::Console(sentences)) => {
            let rows = sentences.iter().filter_map(|sentence| serde_json::from_str::<Value>(&sentence.to_json()).ok());
            json!({ "kind": "console", "sentences": rows.collect::<Vec<_>>() })
        }
        Ok(Pasted::Captured(captured)) => requests(&captured),
    };
    read.to_string()
}

/// The policy, unless it is refused, and all its issues.
fn checked(text: &str) -> (Option<Policy>, Vec<Issue>) {
    match Policy::from_toml(text) {
        Ok(policy) => {
            let lints = policy.lints().to_vec();
            (Some(policy), lints)
        }
        Err(error) => (None, error.issues().iter().chain(error.lints()).cloned().collect()),
    }
}

fn issue_row(issue: &Issue, offsets: &Offsets<'_>) -> Value {
    let span = issue.span.as_ref().map(|span| (offsets.utf16(span.start), offsets.utf16(span.end)));
    json!({
        "code": issue.code.as_str(),
        "severity": issue.severity.as_str(),
        "field": issue.field,
        "message": issue.message,
        "help": issue.help,
        "line": issue.line,
        "column": issue.span.as_ref().map(|span| offsets.column(span.start)),
        "start": span.map(|(start, _)| start),
        "end": span.map(|(_, end)| end),
    })
}

fn requests(captured: &Captured) -> Value {
    let mut rows: Vec<(bool, Value)> = Vec::new();
    let mut problem = None;
    for exchange in captured.exchanges.iter().take(MOST_EXCHANGES) {
        // Reading it again checks it, and removes its secrets.
        match Exchange::from_json(exchange.to_json().as_bytes()) {
            Ok(exchange) => {
                let explanation = diagnose(&exchange);
                let finding = explanation.findings.first();
                let row = json!({
                    "exchange": serde_json::from_str::<Value>(&exchange.to_json()).unwrap_or_default(),
                    "verdict": explanation.verdict.as_str(),
                    "code": finding.map(|finding| finding.code.as_str()),
                });
                rows.push((explanation.verdict.is_success(), row));
            }
            Err(error) => problem = Some(error),
        }
    }
    if let (true, Some(error)) = (rows.is_empty(), problem) {
        let (message, help) = match error.problems().first() {
            Some(problem) => (problem.message.clone(), problem.help.clone()),
            None => ("the request cannot be read".to_owned(), String::new()),
        };
        return json!({ "kind": "error", "message": message, "help": help });
    }
    // People look for the requests that failed.
    rows.sort_by_key(|(is_success, _)| *is_success);
    json!({
        "kind": "requests",
        "requests": rows.into_iter().map(|(_, row)| row).collect::<Vec<_>>(),
        "omitted": captured.exchanges.len().saturating_sub(MOST_EXCHANGES),
        "is_request_only": captured.is_request_only,
        "unknown": captured.notes.iter().map(|note| match note {
            CaptureNote::PageUnknown => "page",
            CaptureNote::UrlUnknown => "url",
        }).collect::<Vec<_>>(),
    })
}

fn problems(error: &ExchangeError) -> Value {
    let row = |problem: &corsac::browser::ExchangeProblem| json!({ "path": problem.path, "message": problem.message, "help": problem.help });
    error.problems().iter().map(row).collect()
}

/// Converts offsets in bytes to offsets in UTF-16 units.
struct Offsets<'t> {
    text: &'t str,
    /// The start of each line, in bytes and in units.
    lines: Vec<(usize, usize)>,
}

impl<'t> Offsets<'t> {
    fn new(text: &'t str) -> Self {
        let (mut byte, mut unit) = (0, 0);
        let lines = text.split_inclusive('\n').map(|line| {
            let start = (byte, unit);
            byte += line.len();
            unit += if line.is_ascii() { line.len() } else { line.encode_utf16().count() };
            start
        });
        Offsets { text, lines: lines.collect() }
    }

    /// The offset in UTF-16 units for an offset in bytes.
    fn utf16(&self, byte: usize) -> usize {
        let (start, unit) = self.line(byte);
        unit + self.text.get(start..byte).map_or(0, |before| before.encode_utf16().count())
    }

    /// The column of a byte, from 1, in characters.
    fn column(&self, byte: usize) -> usize {
        let (start, _) = self.line(byte);
        self.text.get(start..byte).map_or(0, |before| before.chars().count()) + 1
    }

    fn line(&self, byte: usize) -> (usize, usize) {
        let index = self.lines.partition_point(|(start, _)| *start <= byte).saturating_sub(1);
        self.lines.get(index).copied().unwrap_or_default()
    }
}
