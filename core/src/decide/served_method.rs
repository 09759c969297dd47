//! Requests whose method a server changes while it handles them: for error pages, and for redirects inside the server.

use crate::decide::evaluate::Evaluation;
use crate::decide::policy::Policy;
use crate::decide::request::Request;
use crate::issues::code::Reason;

impl Policy {
    /// Decides on a request that the server continues to handle with the method `served`. Servers turn a request into a
    /// GET when they fetch their error page, or when a backend redirects the request inside the server.
    ///
    /// The decision is the one on the client's request, so that a page may read the errors that it caused. If
    /// protection refuses that request as a write, the decision is the one on the request as it is served: by then, the
    /// write either has been done or never will be, and an error page is not a write.
    ///
    /// If the policy has to ask a predicate, a write stays refused.
    #[must_use]
    pub fn evaluate_as_served<'a>(&'a self, request: &Request<'a>, served: &'a [u8]) -> Evaluation<'a> {
        let evaluation = self.evaluate(request);
        match &evaluation {
            Evaluation::Decided(decision) if decision.reason() == Reason::WriteRefused && served != request.method => {
                self.evaluate(&Request { method: served, ..*request })
            }
            _ => evaluation,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str = "allow_origins = ['https://app.example.com']\n[protection]\nwrites = 'reject'";

    fn reason(policy: &Policy, method: &[u8], origin: &[u8], served: &[u8]) -> Reason {
        match policy.evaluate_as_served(&Request::new(method).origin(origin), served) {
            Evaluation::Decided(decision) => decision.reason(),
            Evaluation::Ask(_) => panic!("the policy has no predicate"),
        }
    }

    #[test]
    fn an_error_page_is_not_a_write() {
        let policy = Policy::from_toml(POLICY).unwrap();
        for (method, origin, served, expected) in [
            ("POST", "https://evil.example", "POST", Reason::WriteRefused),
            ("POST", "https://evil.example", "PUT", Reason::WriteRefused),
            ("POST", "https://evil.example", "GET", Reason::OriginNotAllowed),
            ("POST", "https://app.example.com", "GET", Reason::OriginAllowed),
            ("GET", "https://evil.example", "POST", Reason::OriginNotAllowed),
        ] {
            let decided = reason(&policy, method.as_bytes(), origin.as_bytes(), served.as_bytes());
            assert_eq!(decided, expected, "{method} as {served} from {origin}");
        }
    }
}
