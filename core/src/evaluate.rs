//! The one walk: a policy and a request make a decision. Nothing here allocates or fails.

use crate::acrh::Asked;
use crate::catalog::Reason;
use crate::decision::Decision;
use crate::origins::Verdict;
use crate::policy::{Policy, Rules};
use crate::request::Request;
use crate::shape::Case;

/// What evaluating a request comes to.
#[derive(Clone, Copy, Debug)]
pub enum Evaluation<'a> {
    /// The decision.
    Decided(Decision<'a>),
    /// No pattern matched the origin: the host's predicate has to be asked.
    Ask(Pending<'a>),
}

/// A decision that waits for the predicate's answer.
#[derive(Clone, Copy, Debug)]
pub struct Pending<'a> {
    walk: Walk<'a>,
}

/// What the host's predicate said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Answer {
    /// The origin is refused.
    Deny = 0,
    /// The origin may read the response.
    Allow = 1,
    /// The predicate failed: the origin is refused, and the decision says why.
    Failed = 2,
}

impl<'a> Pending<'a> {
    /// The well-formed origin to ask about.
    #[must_use]
    pub fn origin(&self) -> &'a [u8] {
        self.walk.request.origin.unwrap_or_default()
    }

    /// Goes on with the predicate's answer.
    #[must_use]
    pub fn resolve(self, answer: Answer) -> Decision<'a> {
        self.walk.resume(match answer {
            Answer::Allow => OriginAnswer::Allowed,
            Answer::Deny => OriginAnswer::Refused(Reason::OriginNotAllowed),
            Answer::Failed => OriginAnswer::Refused(Reason::PredicateFailed),
        })
    }
}

impl Policy {
    /// Decides on a request. Never fails, never panics and never allocates; its cost does not grow with the
    /// number of exact, `*.` and port patterns.
    ///
    /// Only a policy that was built with a predicate ever answers [`Evaluation::Ask`].
    #[must_use]
    pub fn evaluate<'a>(&'a self, request: &Request<'a>) -> Evaluation<'a> {
        let options = request.method == b"OPTIONS";
        // Fetch: a CORS-preflight request is OPTIONS with both headers.
        let preflight = options && request.origin.is_some() && request.access_control_request_method.is_some();
        Walk { rules: &self.rules, request: *request, options, preflight }.start()
    }
}

#[derive(Clone, Copy, Debug)]
struct Walk<'a> {
    rules: &'a Rules,
    request: Request<'a>,
    options: bool,
    preflight: bool,
}

#[derive(Clone, Copy)]
enum OriginAnswer {
    Allowed,
    Refused(Reason),
}

impl<'a> Walk<'a> {
    fn start(self) -> Evaluation<'a> {
        if self.rules.origins.is_any() && !self.preflight {
            return Evaluation::Decided(self.actual(Reason::AnyOrigin));
        }
        let Some(origin) = self.request.origin else {
            return Evaluation::Decided(self.actual(Reason::NoOrigin));
        };
        Evaluation::Decided(self.resume(match self.rules.origins.check(origin) {
            Verdict::Allowed => OriginAnswer::Allowed,
            Verdict::NotAllowed => OriginAnswer::Refused(Reason::OriginNotAllowed),
            Verdict::Malformed => OriginAnswer::Refused(Reason::OriginMalformed),
            Verdict::Ask => return Evaluation::Ask(Pending { walk: self }),
        }))
    }

    fn resume(self, answer: OriginAnswer) -> Decision<'a> {
        match (answer, self.preflight) {
            (OriginAnswer::Allowed, false) => self.actual(Reason::OriginAllowed),
            (OriginAnswer::Allowed, true) => self.asked(),
            (OriginAnswer::Refused(reason), false) => self.actual(reason),
            (OriginAnswer::Refused(reason), true) => self.decide(Case::Refused { reason }),
        }
    }

    fn actual(self, reason: Reason) -> Decision<'a> {
        self.decide(Case::Actual { reason, options: self.options })
    }

    /// A preflight whose origin is allowed: is what it asks for?
    fn asked(self) -> Decision<'a> {
        let (rules, request) = (self.rules, self.request);
        let (method_allowed, echo_method) =
            rules.methods.check(request.access_control_request_method.unwrap_or_default());
        let headers = match request.access_control_request_headers {
            Some(headers) => rules.headers.check(headers),
            None => Asked::Allowed,
        };
        let reason = match (method_allowed, headers) {
            (false, _) => Reason::PreflightMethodNotAllowed,
            (true, Asked::NotAllowed) => Reason::PreflightHeaderNotAllowed,
            (true, Asked::Malformed) => Reason::PreflightHeadersMalformed,
            (true, Asked::Allowed) => Reason::PreflightAllowed,
        };
        let asked_headers = request.access_control_request_headers.is_some_and(|headers| !headers.is_empty());
        self.decide(Case::Preflight {
            reason,
            private_network: rules.private_network && request.access_control_request_private_network == Some(b"true"),
            echo_method,
            echo_headers: rules.echo_headers && asked_headers && headers == Asked::Allowed,
        })
    }

    #[inline]
    fn decide(self, case: Case) -> Decision<'a> {
        Decision {
            shape: self.rules.shapes.of(case),
            origin: self.request.origin.unwrap_or_default(),
            request_method: self.request.access_control_request_method.unwrap_or_default(),
            request_headers: self.request.access_control_request_headers.unwrap_or_default(),
        }
    }
}
