//! The results of a check, in each format.

use crate::check::checked::{Checked, Content};
use crate::output::github::annotation;
use crate::output::issues::render_issues;
use crate::output::sarif::{self, SarifNotification, SarifResult};
use crate::output::snippet::Lines;
use crate::output::terminal::{ERROR, GOOD, WARNING};
use crate::status::Status;
use corsac::{Issue, Severity};
use serde_json::json;

/// For people. It leaves out files that cannot be read.
pub(crate) fn text(checked: &[Checked], columns: usize) -> String {
    let mut out = String::new();
    for Checked { name, content } in checked {
        let Ok(content) = content else { continue };
        out.push_str(&render_issues(name, content.written.text(), &content.issues, columns));
        out.push_str(&summary(name, content));
    }
    out
}

fn summary(name: &str, content: &Content) -> String {
    let count = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    let (errors, lints) = (content.count(Severity::Error), content.count(Severity::Lint));
    let found = match (errors, lints) {
        (0, 0) => format!("{GOOD}valid{GOOD:#}"),
        (0, lints) => format!("{GOOD}valid{GOOD:#}, {WARNING}{}{WARNING:#}", count(lints, "lint")),
        (errors, 0) => format!("{ERROR}{}{ERROR:#}", count(errors, "error")),
        (errors, lints) => {
            format!("{ERROR}{}{ERROR:#}, {WARNING}{}{WARNING:#}", count(errors, "error"), count(lints, "lint"))
        }
    };
    let mut codes: Vec<String> = content.issues.iter().map(|issue| issue.code.docs()).collect();
    codes.sort_unstable();
    codes.dedup();
    match codes.as_slice() {
        [] => format!("{name}: {found}\n"),
        [code] => format!("{name}: {found}; read more: {code}\n"),
        [code, ..] => {
            let page = code.split('#').next().unwrap_or_default();
            format!("{name}: {found}; read more about each code: {page}\n")
        }
    }
}

/// For programs.
pub(crate) fn json(checked: &[Checked]) -> String {
    let files: Vec<_> = checked
        .iter()
        .map(|checked| match &checked.content {
            Ok(content) => {
                let lines = Lines::new(content.written.text());
                let state = if checked.status(false) == Status::Yes { "valid" } else { "refused" };
                let issues: Vec<_> = content.issues.iter().map(|issue| json_issue(issue, &lines)).collect();
                json!({ "path": checked.name, "state": state, "issues": issues })
            }
            Err(failure) => {
                json!({ "path": checked.name, "state": "unreadable", "error": failure.message(), "issues": [] })
            }
        })
        .collect();
    format!("{:#}\n", json!({ "version": 1, "files": files }))
}

fn json_issue(issue: &Issue, lines: &Lines<'_>) -> serde_json::Value {
    let place = issue.span.as_ref().map(|span| lines.place(span));
    json!({
        "code": issue.code.as_str(),
        "severity": issue.severity.as_str(),
        "field": issue.field,
        "value": issue.value,
        "message": issue.message,
        "help": issue.help,
        "line": place.as_ref().map(|place| place.line),
        "column": place.as_ref().map(|place| place.column),
        "end_column": place.as_ref().map(|place| place.end_column),
        "docs": issue.code.docs(),
    })
}

/// GitHub Actions annotations.
pub(crate) fn github(checked: &[Checked], strict: bool) -> String {
    let mut out = String::new();
    for Checked { name, content } in checked {
        match content {
            Ok(content) => {
                let lines = Lines::new(content.written.text());
                for issue in &content.issues {
                    let place = issue.span.as_ref().map(|span| lines.place(span));
                    let title = format!("corsac {}", issue.code.as_str());
                    out.push_str(&annotation(level(issue, strict), name, place.as_ref(), &title, &paragraph(issue)));
                }
            }
            Err(failure) => out.push_str(&annotation("error", name, None, "corsac", failure.message())),
        }
    }
    out
}

/// SARIF, for code scanning.
pub(crate) fn sarif(checked: &[Checked], strict: bool) -> String {
    let mut results = Vec::new();
    let mut notifications = Vec::new();
    for Checked { name, content } in checked {
        match content {
            Ok(content) => {
                let lines = Lines::new(content.written.text());
                results.extend(content.issues.iter().map(|issue| SarifResult {
                    code: issue.code.as_str(),
                    meaning: issue.code.meaning(),
                    level: level(issue, strict),
                    message: paragraph(issue),
                    path: name,
                    place: issue.span.as_ref().map(|span| lines.place(span)),
                }));
            }
            Err(failure) => {
                notifications.push(SarifNotification { path: name, message: format!("{}.", failure.message()) });
            }
        }
    }
    sarif::log(&results, &notifications)
}

fn level(issue: &Issue, strict: bool) -> &'static str {
    if strict || issue.severity == Severity::Error { "error" } else { "warning" }
}

/// The message and the help in one text, for formats without a place for the help.
fn paragraph(issue: &Issue) -> String {
    format!("{}: {}.\nHelp: {}.", issue.field, issue.message, issue.help).trim_start_matches(": ").to_owned()
}
