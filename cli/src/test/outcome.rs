//! Testing a policy against an expectation.

use crate::exchange_arguments::{RequestArguments, ResponseArguments, absolute, exchange};
use crate::failure::Failure;
use crate::status::Status;
use crate::test::table::Expectation;
use corsac::Policy;
use corsac::binding::printable;
use corsac::explain::Explanation;
use std::collections::BTreeMap;

/// One request, and whether its expectation is met.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) name: String,
    /// The differences from the expected result, each in a sentence.
    pub(crate) unmet: Vec<String>,
    /// False if a server was asked and gave no response, so that nothing is known about it.
    pub(crate) has_answer: bool,
    pub(crate) explanation: Explanation,
}

impl Outcome {
    pub(crate) fn is_met(&self) -> bool {
        self.unmet.is_empty()
    }

    pub(crate) fn status(&self) -> Status {
        if self.has_answer { Status::of(self.is_met()) } else { Status::NoAnswer }
    }
}

/// One request that an expectation is about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Case<'t> {
    pub(crate) expectation: &'t Expectation,
    pub(crate) from: &'t str,
    pub(crate) method: &'t str,
}

impl<'t> Case<'t> {
    /// The requests of all expectations.
    pub(crate) fn of(expectations: &'t [Expectation]) -> Vec<Self> {
        let of_one = |expectation: &'t Expectation| {
            let froms = expectation.from.as_slice().iter();
            froms.flat_map(move |from| {
                let methods = expectation.method.as_slice().iter();
                methods.map(move |method| Case { expectation, from, method })
            })
        };
        expectations.iter().flat_map(of_one).collect()
    }

    pub(crate) fn request(&self) -> RequestArguments {
        let Case { expectation, from, method } = self;
        RequestArguments {
            mode: expectation.mode.clone(),
            ..RequestArguments::fetch(from, method, lines(&expectation.headers), expectation.credentials)
        }
    }

    /// The differences for a request whose result is known.
    pub(crate) fn unmet(&self, explanation: &Explanation) -> Vec<String> {
        let mut unmet = Vec::new();
        let expected = self.expectation.expect;
        if !expected.is_met_by(explanation.verdict) {
            let found = explanation.verdict.as_str();
            unmet.push(format!("`{}` was expected, but the result is `{found}`", expected.as_str()));
        }
        let names = self.expectation.readable_headers.iter();
        let is_readable =
            |name: &str| explanation.readable_headers.iter().any(|found| found.eq_ignore_ascii_case(name));
        for name in names.filter(|name| !is_readable(name)) {
            unmet.push(format!("the script cannot read the response header `{}`", printable(name)));
        }
        unmet
    }

    /// The name of the expectation, or a description of its request.
    pub(crate) fn name(&self) -> String {
        let Case { expectation, from, method } = self;
        let asked = format!("{method} {} from {from}", expectation.url);
        let headers: Vec<_> = expectation.headers.keys().map(String::as_str).collect();
        let with = if headers.is_empty() { String::new() } else { format!(" with {}", headers.join(", ")) };
        match &expectation.name {
            Some(name) => format!("{name}: {asked}{with}"),
            None => format!("{asked}{with} is {}", expectation.expect.as_str()),
        }
    }
}

/// Tests a policy.
pub(crate) fn judge(case: Case<'_>, policy: &Policy) -> Result<Outcome, Failure> {
    let expectation = case.expectation;
    let response =
        ResponseArguments { status: expectation.status, response_headers: lines(&expectation.response_headers) };
    let exchange = exchange(&absolute(&expectation.url, case.from), &case.request(), &response)?;
    let explanation = policy.explain(&exchange);
    Ok(Outcome { name: case.name(), unmet: case.unmet(&explanation), has_answer: true, explanation })
}

fn lines(headers: &BTreeMap<String, String>) -> Vec<String> {
    headers.iter().map(|(name, value)| format!("{name}: {value}")).collect()
}
