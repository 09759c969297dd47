//! Issues of a policy as people read them.

use crate::output::snippet::{Lines, Remark, render};
use annotate_snippets::Level;
use corsac::{Issue, Severity};

/// Writes each issue with its line, and an empty line after it.
pub(crate) fn render_issues(name: &str, text: &str, issues: &[Issue], columns: usize) -> String {
    if issues.is_empty() {
        return String::new();
    }
    let lines = Lines::new(text);
    let mut out = String::new();
    for issue in issues {
        let level = match issue.severity {
            Severity::Error => Level::ERROR,
            Severity::Lint => Level::WARNING.with_name("lint"),
        };
        let remark = Remark { level, code: issue.code.as_str(), message: &issue.message, help: &issue.help };
        let about = issue.span.as_ref().map(|span| (&lines, span));
        out.push_str(&render(&remark, name, about, columns));
        out.push('\n');
    }
    out
}
