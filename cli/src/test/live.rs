//! Testing a server against an expectation, by sending what a page would send.

use crate::exchange_arguments::to_send;
use crate::failure::Failure;
use crate::network::client::Client;
use crate::network::page::{Played, check_is_useful, play};
use crate::test::outcome::{Case, Outcome};
use crate::test::table::Expected;
use corsac::Policy;
use corsac::binding::explain_captured;
use corsac::browser::Verdict;

/// A server to which the requests are sent.
pub(crate) struct Live<'l> {
    /// The server of the table's paths.
    pub(crate) url: &'l str,
    /// Whether requests are sent that could change something.
    pub(crate) send: bool,
    /// The policy that the server is known to have, so that explanations can name its settings.
    pub(crate) policy: Option<&'l Policy>,
}

impl Live<'_> {
    /// Refuses expectations that cannot be tested, before anything is sent.
    pub(crate) fn check(&self, case: Case<'_>) -> Result<(), Failure> {
        check_is_useful(&to_send(&self.url_of(case), &case.request())?, self.send)
    }

    pub(crate) fn judge(&self, case: Case<'_>, client: &mut Client) -> Result<Outcome, Failure> {
        let exchange = to_send(&self.url_of(case), &case.request())?;
        let Played { exchange, is_left_out } = play(&exchange, client, self.send, "the page");
        let explanation = explain_captured(self.policy, &exchange);
        let expects_failure = case.expectation.expect == Expected::Verdict(Verdict::Failed);
        // A server that does not respond has not refused the request.
        let has_answer = explanation.verdict != Verdict::Failed || expects_failure;
        let unmet = if !has_answer {
            let detail = client.sent.last().and_then(|sent| sent.detail.as_deref());
            vec![format!("the server gave no response: {}", detail.unwrap_or("the connection failed"))]
        } else if is_left_out && explanation.verdict == Verdict::Unknown {
            after_preflight(case)
        } else {
            case.unmet(&explanation)
        };
        Ok(Outcome { name: case.name(), unmet, has_answer, explanation })
    }

    /// A path belongs to the server.
    fn url_of(&self, case: Case<'_>) -> String {
        let path = &case.expectation.url;
        if path.starts_with('/') { format!("{}{path}", self.url.trim_end_matches('/')) } else { path.clone() }
    }
}

/// The differences from the expected result if the preflight passed, but the request itself was not sent, since it could
/// change something.
fn after_preflight(case: Case<'_>) -> Vec<String> {
    let expectation = case.expectation;
    let mut unmet = Vec::new();
    if !expectation.expect.is_met_by_passed_preflight() {
        let expected = expectation.expect.as_str();
        unmet.push(format!("`{expected}` was expected, but the preflight passes; the request itself was not sent"));
    }
    if !expectation.readable_headers.is_empty() {
        unmet
            .push("the request was not sent, so it is not known which response headers the script can read".to_owned());
    }
    unmet
}
