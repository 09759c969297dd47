//! Judging a policy by an expectation.

use crate::exchange_arguments::{RequestArguments, ResponseArguments, absolute, exchange};
use crate::failure::Failure;
use crate::test::table::Expectation;
use corsac::Policy;
use corsac::explain::Explanation;
use std::collections::BTreeMap;

/// One request, and whether what was expected of it is true.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) name: String,
    /// What is not as it was expected, each in a sentence.
    pub(crate) unmet: Vec<String>,
    pub(crate) explanation: Explanation,
}

impl Outcome {
    pub(crate) fn is_met(&self) -> bool {
        self.unmet.is_empty()
    }
}

/// Judges each of the requests that an expectation is about.
pub(crate) fn judge(expectation: &Expectation, policy: &Policy) -> Result<Vec<Outcome>, Failure> {
    let mut outcomes = Vec::new();
    for from in expectation.from.as_slice() {
        for method in expectation.method.as_slice() {
            outcomes.push(judge_one(expectation, from, method, policy)?);
        }
    }
    Ok(outcomes)
}

fn judge_one(expectation: &Expectation, from: &str, method: &str, policy: &Policy) -> Result<Outcome, Failure> {
    let request = RequestArguments {
        mode: expectation.mode.clone(),
        ..RequestArguments::fetch(from, method, lines(&expectation.headers), expectation.credentials)
    };
    let response =
        ResponseArguments { status: expectation.status, response_headers: lines(&expectation.response_headers) };
    let exchange = exchange(&absolute(&expectation.url, from), &request, &response)?;
    let explanation = policy.explain(&exchange);
    let mut unmet = Vec::new();
    if !expectation.expect.is_met_by(explanation.verdict) {
        unmet.push(format!(
            "`{}` was expected, but it is `{}`",
            expectation.expect.as_str(),
            explanation.verdict.as_str()
        ));
    }
    let is_readable = |name: &String| explanation.readable_headers.iter().any(|found| found.eq_ignore_ascii_case(name));
    for name in expectation.readable_headers.iter().filter(|name| !is_readable(name)) {
        unmet.push(format!("the script cannot read the response header `{name}`"));
    }
    Ok(Outcome { name: name(expectation, from, method), unmet, explanation })
}

/// The name of the expectation, or what it is about.
fn name(expectation: &Expectation, from: &str, method: &str) -> String {
    let asked = format!("{method} {} from {from}", expectation.url);
    let headers: Vec<_> = expectation.headers.keys().map(String::as_str).collect();
    let with = if headers.is_empty() { String::new() } else { format!(" with {}", headers.join(", ")) };
    match &expectation.name {
        Some(name) => format!("{name}: {asked}{with}"),
        None => format!("{asked}{with} is {}", expectation.expect.as_str()),
    }
}

fn lines(headers: &BTreeMap<String, String>) -> Vec<String> {
    headers.iter().map(|(name, value)| format!("{name}: {value}")).collect()
}
