//! Errors that a server sends itself, before the application or corsac could respond.

use crate::decide::decision::Decision;
use crate::decide::evaluate::Evaluation;
use crate::decide::policy::Policy;
use crate::decide::request::Request;
use crate::response::template::Action;

impl Policy {
    /// Decides on an error that the host itself sends in response to a request, for example because it could not read
    /// all of the request or because the request is too large.
    ///
    /// The error gets the headers of the decision on the request, so that a page may read why its request failed. If
    /// that decision is a response of corsac's own, to a preflight or as a refusal, the error replaces that response.
    /// It then gets the headers of a request without `Origin`, so no origin is allowed by name. The action is
    /// [`Action::Continue`] in both cases.
    #[must_use]
    pub fn evaluate_host_error<'a>(&'a self, request: &Request<'a>) -> Evaluation<'a> {
        let evaluation = self.evaluate(request);
        match &evaluation {
            Evaluation::Decided(decision) if decision.action() == Action::Respond => {
                Evaluation::Decided(self.decide_replaced_response(request))
            }
            _ => evaluation,
        }
    }

    /// Decides on an error that the host itself sends although the decision on the request is a response of corsac's own.
    ///
    /// This is the second half of [`evaluate_host_error`](Self::evaluate_host_error), for a host that has asked the
    /// predicate already. The action is [`Action::Continue`].
    #[must_use]
    pub fn decide_replaced_response<'a>(&'a self, request: &Request<'a>) -> Decision<'a> {
        // An error page is not a write.
        let Request { path, path_decoded, .. } = *request;
        match self.evaluate(&Request { path, path_decoded, ..Request::new(b"GET") }) {
            Evaluation::Decided(decision) => decision,
            // Without an origin, the predicate is not asked.
            Evaluation::Ask(pending) => pending.resolve_error_response(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::issues::code::Reason;

    #[test]
    fn an_error_replaces_our_own_response_and_allows_no_origin() {
        let policy = "allow_origins = ['https://app.example.com']\nroutes = [{ path = '/any/{*rest}', allow_origins = ['*'] }]\n\
                      [protection]\nwrites = 'reject'\nwebsockets = 'reject'";
        let policy = Policy::from_toml(policy).unwrap();
        let (app, evil) = (&b"https://app.example.com"[..], &b"https://evil.example"[..]);
        let get = |origin| Request::new(b"GET").origin(origin).path(b"/x");
        for (request, expected, vary) in [
            (get(app), Reason::OriginAllowed, Some(&b"Origin"[..])),
            (get(evil), Reason::OriginNotAllowed, Some(b"Origin")),
            (get(evil).path(b"/any/x"), Reason::AnyOrigin, None),
            (Request { method: b"POST", ..get(evil) }, Reason::NoOrigin, Some(b"Origin")),
            (Request { websocket: true, ..get(evil) }, Reason::NoOrigin, Some(b"Origin")),
            (
                Request { method: b"OPTIONS", ..get(app) }.access_control_request_method(b"GET"),
                Reason::NoOrigin,
                Some(b"Origin"),
            ),
        ] {
            let Evaluation::Decided(decision) = policy.evaluate_host_error(&request) else { panic!("no predicate") };
            assert_eq!((decision.action(), decision.reason()), (Action::Continue, expected), "{request:?}");
            let sent = decision.headers().find(|header| header.name == crate::HeaderName::Vary);
            assert_eq!(sent.map(|header| header.value.get(..6).unwrap_or_default()), vary, "{request:?}");
        }
    }
}
