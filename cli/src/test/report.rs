//! The outcomes of a test, in each format.

use crate::failure::Failure;
use crate::output::junit::{JunitCase, JunitProblem, suite};
use crate::output::tap;
use crate::output::terminal::{ERROR, GOOD};
use crate::policy_argument::shown;
use crate::status::Status;
use crate::test::outcome::Outcome;
use corsac::binding::printable;
use corsac::binding::wrap;
use std::path::Path;

/// For people: every request that did not pass, with its explanation, and the counts.
pub(crate) fn text(outcomes: &[Outcome], columns: usize) -> String {
    let mut out = String::new();
    for outcome in outcomes.iter().filter(|outcome| !outcome.is_met()) {
        let word = if outcome.has_answer { "failed" } else { "no response" };
        out.push_str(&format!("{ERROR}{word}{ERROR:#} {}\n", printable(&outcome.name)));
        for sentence in &outcome.unmet {
            out.push_str(&format!("  {}\n", wrap(sentence, "  ", columns.saturating_sub(2))));
        }
        for line in outcome.explanation.to_text(columns.saturating_sub(4)).lines() {
            out.push_str(format!("    {line}").trim_end());
            out.push('\n');
        }
        out.push('\n');
    }
    let count = |status| outcomes.iter().filter(|outcome| outcome.status() == status).count();
    let (met, failed, silent) = (count(Status::Yes), count(Status::No), count(Status::NoAnswer));
    let style = if failed + silent == 0 { GOOD } else { ERROR };
    let without = if silent == 0 { String::new() } else { format!(", {silent} without a response") };
    out.push_str(&format!("{style}{met} passed, {failed} failed{without}{style:#}\n"));
    out
}

/// JUnit's XML.
pub(crate) fn junit(file: &Path, outcomes: &[Outcome]) -> Result<String, Failure> {
    let cases: Vec<_> = outcomes
        .iter()
        .map(|outcome| JunitCase {
            name: &outcome.name,
            problem: (!outcome.is_met()).then(|| JunitProblem {
                is_error: !outcome.has_answer,
                sentence: outcome.unmet.join("; "),
                details: outcome.explanation.to_string(),
            }),
        })
        .collect();
    Ok(suite(&shown(file), &cases)?)
}

/// TAP 14.
pub(crate) fn tap(outcomes: &[Outcome]) -> String {
    let mut out = tap::plan(outcomes.len());
    for (number, outcome) in (1..).zip(outcomes) {
        out.push_str(&tap::point(number, outcome.is_met(), &outcome.name, &outcome.unmet));
    }
    out
}
