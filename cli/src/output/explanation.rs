//! An explanation as people read it: core's text, with colours.

use crate::output::terminal::{BOLD, ERROR, GOOD, HELP, WARNING};
use corsac::explain::{Explanation, FindingSeverity};

/// The text of an explanation, with the words that matter in colour.
pub(crate) fn painted(explanation: &Explanation, columns: usize) -> String {
    let style = if explanation.verdict.is_success() { GOOD } else { ERROR };
    let text = explanation.to_text(columns);
    let mut out = String::with_capacity(text.len() + 100);
    for (number, line) in text.lines().enumerate() {
        out.push_str(&match (number, line.split_once(':')) {
            (0, Some((verdict, rest))) => format!("{style}{verdict}{style:#}:{rest}"),
            (_, Some(("  help", rest))) => format!("  {HELP}help{HELP:#}:{rest}"),
            (_, Some((head, rest))) => match severity(head) {
                Some(severity) => {
                    let style = match severity {
                        FindingSeverity::Error => ERROR,
                        FindingSeverity::Warning => WARNING,
                        _ => BOLD,
                    };
                    format!("{style}{head}{style:#}:{BOLD}{rest}{BOLD:#}")
                }
                None => line.to_owned(),
            },
            _ => line.to_owned(),
        });
        out.push('\n');
    }
    out
}

/// The severity of a finding, read from the beginning of its first line: `error[allow-origin-missing]`.
fn severity(head: &str) -> Option<FindingSeverity> {
    let severities = [FindingSeverity::Error, FindingSeverity::Warning, FindingSeverity::Note];
    let (word, code) = head.split_once('[')?;
    severities.into_iter().find(|severity| severity.as_str() == word && code.ends_with(']'))
}
