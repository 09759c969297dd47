//! Explaining responses that a server has sent, whether or not its policy is known.

use crate::browser::exchange::{Answer, Exchange};
use crate::browser::header_lines;
use crate::decide::policy::Policy;
use crate::explain::diagnose::diagnose;
use crate::explain::explanation::Explanation;
use crate::response::header_name::OWNED_HEADERS;

/// Explains responses that a server has sent. `policy` is the policy of that server, if it is known.
///
/// The verdict is that of a browser that gets these responses. If the policy leads to the same verdict, the explanation
/// names the settings that decide. If not, something other than the policy decided, and only the responses are
/// explained.
#[must_use]
pub fn explain_captured(policy: Option<&Policy>, exchange: &Exchange) -> Explanation {
    let observed = diagnose(exchange);
    let Some(policy) = policy else { return observed };
    observed_or_decided(observed, || policy.explain(&as_application(exchange)))
}

/// Which of two explanations names the cause.
pub(crate) fn observed_or_decided(observed: Explanation, by_policy: impl FnOnce() -> Explanation) -> Explanation {
    if !observed.verdict.is_blocked() {
        return observed;
    }
    let by_policy = by_policy();
    if by_policy.verdict == observed.verdict { by_policy } else { observed }
}

/// The exchange with its responses as the application itself sends them: without CORS headers, because the policy adds
/// its own again.
pub(crate) fn as_application(exchange: &Exchange) -> Exchange {
    let mut exchange = exchange.clone();
    for hop in &mut exchange.hops {
        if let Answer::Response { headers, .. } = &mut hop.response {
            OWNED_HEADERS.iter().for_each(|name| header_lines::remove(headers, name.as_str()));
        }
    }
    exchange
}
