//! The one walk: a policy and a request make a decision. Nothing here allocates or fails.

use crate::config::settings::PredicateOf;
use crate::decide::decision::Decision;
use crate::decide::headers::Asked;
use crate::decide::policy::{Policy, Rules};
use crate::decide::protection::{Objection, Protection};
use crate::decide::request::Request;
use crate::issues::code::Reason;
use crate::origins::set::Verdict;
use crate::predicate::PredicateAnswer;
use crate::response::outcome::Case;

/// The result of evaluating a request: a decision, or the question that has to be answered first.
#[derive(Clone, Copy, Debug)]
pub enum Evaluation<'a> {
    /// The decision has been made.
    Decided(Decision<'a>),
    /// No pattern matched the origin: the host's predicate has to be asked.
    Ask(Pending<'a>),
}

/// A decision that waits for the predicate's answer.
#[derive(Clone, Copy, Debug)]
pub struct Pending<'a> {
    policy: &'a Policy,
    rules: &'a Rules,
    request: Request<'a>,
}

impl<'a> Pending<'a> {
    /// The origin to ask about: well-formed, and never `null`.
    #[must_use]
    pub fn origin(&self) -> &'a [u8] {
        self.request.origin.unwrap_or_default()
    }

    /// The index of the route whose own predicate is to be asked; `None` for the predicate of the whole policy.
    #[must_use]
    pub fn route(&self) -> Option<u32> {
        match self.rules.predicate {
            Some(PredicateOf::Route(index)) => Some(index),
            _ => None,
        }
    }

    /// Goes on with the predicate's answer (specification 5).
    #[must_use]
    pub fn resolve(self, answer: PredicateAnswer) -> Decision<'a> {
        let walk = Walk::new(self.policy, self.rules, &self.request);
        walk.resume(match answer {
            PredicateAnswer::Allow => OriginAnswer::Allowed,
            PredicateAnswer::Deny => OriginAnswer::Refused(Reason::OriginNotAllowed),
            PredicateAnswer::Failed => OriginAnswer::Refused(Reason::PredicateFailed),
        })
    }
}

impl Policy {
    /// Decides on a request.
    ///
    /// It never fails, never panics and never allocates, and its cost does not grow with the number of exact, `*.` and
    /// port patterns. Source: Fetch, "CORS protocol" and "CORS-preflight fetch"; `docs/specification.md` has every step.
    ///
    /// Only a policy that was built with a predicate ever answers [`Evaluation::Ask`]:
    ///
    /// ```
    /// use corsac::{Evaluation, PolicyBuilder, PredicateAnswer, Request};
    ///
    /// let policy = PolicyBuilder::new().predicate(true).toml(b"allow_origins = ['https://app.example.com']")?;
    /// let request = Request::new(b"GET").origin(b"https://tenant.example");
    /// let decision = match policy.evaluate(&request) {
    ///     Evaluation::Decided(decision) => decision,
    ///     // No pattern matches this origin: the host looks it up, and may wait while it does.
    ///     Evaluation::Ask(pending) => match pending.origin() {
    ///         b"https://tenant.example" => pending.resolve(PredicateAnswer::Allow),
    ///         _ => pending.resolve(PredicateAnswer::Deny),
    ///     },
    /// };
    /// assert_eq!(decision.reason().as_str(), "origin-allowed");
    /// # Ok::<(), corsac::ConfigError>(())
    /// ```
    #[must_use]
    pub fn evaluate<'a>(&'a self, request: &Request<'a>) -> Evaluation<'a> {
        let (rules, is_ambiguous) = match &self.routes {
            None => (&self.rules, false),
            Some(routes) => {
                let choice = routes.paths.choose(request.path, request.path_decoded);
                choice.map_or((&routes.ambiguous, true), |route| {
                    (route.and_then(|index| routes.rules.get(index as usize)).unwrap_or(&self.rules), false)
                })
            }
        };
        let walk = Walk::new(self, rules, request);
        if is_ambiguous { Evaluation::Decided(walk.ambiguous()) } else { walk.start() }
    }
}

/// One policy, or one of its routes, and one request.
#[derive(Clone, Copy)]
struct Walk<'a, 'q> {
    policy: &'a Policy,
    rules: &'a Rules,
    request: &'q Request<'a>,
    options: bool,
    preflight: bool,
}

#[derive(Clone, Copy)]
enum OriginAnswer {
    Allowed,
    Refused(Reason),
}

impl<'a, 'q> Walk<'a, 'q> {
    #[inline]
    fn new(policy: &'a Policy, rules: &'a Rules, request: &'q Request<'a>) -> Self {
        let options = request.method == b"OPTIONS";
        // Fetch: a CORS-preflight request is OPTIONS with both headers.
        let preflight = options && request.origin.is_some() && request.access_control_request_method.is_some();
        Walk { policy, rules, request, options, preflight }
    }

    #[inline]
    fn start(self) -> Evaluation<'a> {
        let rules = self.rules;
        if rules.origins.is_any() && !self.preflight {
            return Evaluation::Decided(self.actual(Reason::AnyOrigin));
        }
        let Some(origin) = self.request.origin else {
            return Evaluation::Decided(self.actual(Reason::NoOrigin));
        };
        Evaluation::Decided(self.resume(match rules.origins.check(origin, rules.secure_only) {
            Verdict::Allowed => OriginAnswer::Allowed,
            Verdict::NotAllowed => OriginAnswer::Refused(Reason::OriginNotAllowed),
            Verdict::Malformed => OriginAnswer::Refused(Reason::OriginMalformed),
            Verdict::Ask => {
                return Evaluation::Ask(Pending { policy: self.policy, rules, request: *self.request });
            }
        }))
    }

    /// Nobody is told anything, and protection is as strict as on any route.
    fn ambiguous(self) -> Decision<'a> {
        self.resume(OriginAnswer::Refused(Reason::PathAmbiguous))
    }

    fn resume(self, answer: OriginAnswer) -> Decision<'a> {
        match (answer, self.preflight) {
            (OriginAnswer::Allowed, false) => self.actual(Reason::OriginAllowed),
            (OriginAnswer::Allowed, true) => self.asked(),
            (OriginAnswer::Refused(reason), false) => self.actual(reason),
            (OriginAnswer::Refused(reason), true) => self.decide(Case::Refused { reason }, None),
        }
    }

    #[inline(always)]
    fn actual(self, reason: Reason) -> Decision<'a> {
        let case = Case::Actual { reason, options: self.options };
        match &self.rules.protection {
            None => self.decide(case, None),
            Some(protection) => self.guarded(protection, case, reason),
        }
    }

    /// By itself, so that policies without protection pay nothing for it.
    #[inline(never)]
    fn guarded(&self, protection: &Protection, case: Case, reason: Reason) -> Decision<'a> {
        let trusted = reason == Reason::OriginAllowed && self.rules.credentials;
        match protection.objection(self.request, trusted) {
            Some(Objection { reason: refusal, refuse: true }) => {
                let readable = matches!(reason, Reason::AnyOrigin | Reason::OriginAllowed);
                self.decide(Case::Blocked { reason: refusal, readable }, None)
            }
            reported => self.decide(case, reported.map(|objection| objection.reason)),
        }
    }

    /// A preflight whose origin is allowed: is what it asks for?
    fn asked(self) -> Decision<'a> {
        let (rules, request) = (self.rules, self.request);
        let protection = rules.protection.as_ref();
        let reported = match protection.and_then(|it| it.objection_to_asked(request, rules.credentials)) {
            Some(Objection { refuse: true, .. }) => return self.decide(Case::BlockedPreflight, None),
            reported => reported.map(|objection| objection.reason),
        };
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
        let case = Case::Preflight {
            reason,
            private_network: rules.private_network && request.access_control_request_private_network == Some(b"true"),
            echo_method,
            echo_headers: rules.echo_headers && asked_headers && headers == Asked::Allowed,
        };
        self.decide(case, reported)
    }

    #[inline(always)]
    fn decide(&self, case: Case, reported: Option<Reason>) -> Decision<'a> {
        Decision {
            template: self.policy.templates.of(self.rules.layout, case, reported),
            origin: self.request.origin.unwrap_or_default(),
            request_method: self.request.access_control_request_method.unwrap_or_default(),
            request_headers: self.request.access_control_request_headers.unwrap_or_default(),
        }
    }
}
