//! `explain_exchange`: one call to core, without the GIL.

use crate::policy::policy_class::Policy;
use corsac::binding::explain_with;
use corsac::browser::{Exchange, ExchangeError};
use pyo3::prelude::*;

/// Where a problem is, what is wrong, and what to write instead.
pub(crate) type Problem = (String, String, String);

/// Explain an exchange that is written as JSON text.
///
/// Returns:
///     tuple[str, str, list[tuple[str, str, str]]]: the explanation as JSON and as text for people. If the exchange cannot
///     be read, the JSON is empty, the text is the message of the error, and the list has each problem: its path, what is
///     wrong, and what to write instead.
#[pyfunction]
pub(crate) fn explain_exchange(
    py: Python<'_>,
    exchange: &[u8],
    policy: Option<PyRef<'_, Policy>>,
) -> (String, String, Vec<Problem>) {
    let policy = policy.as_ref().map(|policy| policy.core());
    py.detach(|| match Exchange::from_json(exchange) {
        Ok(exchange) => {
            let explanation = explain_with(policy, &exchange);
            (explanation.to_json(), explanation.to_string().trim_end().to_owned(), Vec::new())
        }
        Err(error) => (String::new(), error.to_string(), problems(&error)),
    })
}

pub(crate) fn problems(error: &ExchangeError) -> Vec<Problem> {
    let problem = |problem: &corsac::browser::ExchangeProblem| {
        (problem.path.clone(), problem.message.clone(), problem.help.clone())
    };
    error.problems().iter().map(problem).collect()
}
