//! A policy and a request make a decision (specification 4.1). Nothing here allocates or fails.
//!
//! In the comments, "row" means a row of the table in that section. The headers of each row are in
//! `response/render.rs`.

use crate::config::settings::PredicateOf;
use crate::decide::decision::Decision;
use crate::decide::headers::RequestedHeaders;
use crate::decide::policy::{Policy, RoutedRules, Rules};
use crate::decide::protection::{Objection, Protection};
use crate::decide::request::{PREFLIGHT_METHOD, Request};
use crate::issues::code::Reason;
use crate::origins::set::Verdict;
use crate::paths::RouteChoice;
use crate::predicate::PredicateAnswer;
use crate::response::outcome::Outcome;
use crate::response::template::Template;

/// The result of evaluating a request: a decision, or a question for the predicate that has to be answered first.
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

    /// The index of the route whose own predicate has to be asked; `None` for the predicate of the whole policy.
    #[must_use]
    pub fn route(&self) -> Option<u32> {
        match self.rules.predicate {
            Some(PredicateOf::Route(index)) => Some(index),
            _ => None,
        }
    }

    /// Makes the decision with the predicate's answer (specification 5).
    #[must_use]
    pub fn resolve(self, answer: PredicateAnswer) -> Decision<'a> {
        let evaluator = Evaluator::new(self.policy, self.rules, &self.request);
        evaluator.decision(match answer {
            PredicateAnswer::Allow => evaluator.origin_allowed(),
            PredicateAnswer::Deny => evaluator.origin_not_allowed(Reason::OriginNotAllowed),
            PredicateAnswer::Failed => evaluator.origin_not_allowed(Reason::PredicateFailed),
        })
    }

    /// Makes the decision for a host that sends its own error response because the predicate failed. It is the decision
    /// on an actual request, even for a preflight: a preflight that is answered with an error has failed anyway.
    #[must_use]
    pub fn resolve_error_response(self) -> Decision<'a> {
        let evaluator = Evaluator::new(self.policy, self.rules, &self.request);
        evaluator.decision(evaluator.actual(Reason::PredicateFailed))
    }
}

impl Policy {
    /// Decides on a request.
    ///
    /// It never fails, never panics and never allocates, and its cost does not grow with the number of exact, `*.` and
    /// port patterns. Source: Fetch, "CORS protocol" and "CORS-preflight fetch"; `docs/specification.md` has every step.
    ///
    /// Only a policy that was built with a predicate returns [`Evaluation::Ask`]:
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
        match &self.routes {
            None => Evaluator::new(self, &self.rules, request).evaluate(),
            Some(routes) => self.evaluate_by_path(routes, request),
        }
    }

    /// Specification 6.2: the rules are those of the path's route.
    fn evaluate_by_path<'a>(&'a self, routes: &'a RoutedRules, request: &Request<'a>) -> Evaluation<'a> {
        let rules = match routes.paths.choose(request.path, request.path_decoded) {
            RouteChoice::Ambiguous => {
                let evaluator = Evaluator::new(self, &routes.ambiguous, request);
                return Evaluation::Decided(evaluator.decision(evaluator.path_ambiguous()));
            }
            RouteChoice::TopLevel => &self.rules,
            RouteChoice::Route(index) => routes.rules.get(index as usize).unwrap_or(&self.rules),
        };
        Evaluator::new(self, rules, request).evaluate()
    }
}

/// One policy, or one of its routes, and one request.
#[derive(Clone, Copy)]
struct Evaluator<'a, 'q> {
    policy: &'a Policy,
    rules: &'a Rules,
    request: &'q Request<'a>,
    is_options: bool,
    is_preflight: bool,
}

impl<'a, 'q> Evaluator<'a, 'q> {
    #[inline]
    fn new(policy: &'a Policy, rules: &'a Rules, request: &'q Request<'a>) -> Self {
        let is_options = request.method == PREFLIGHT_METHOD.as_bytes();
        // Fetch: a CORS-preflight request is OPTIONS with both headers.
        let is_preflight = is_options && request.origin.is_some() && request.access_control_request_method.is_some();
        Evaluator { policy, rules, request, is_options, is_preflight }
    }

    /// Rows 1 and 2: no origin is allowed.
    fn path_ambiguous(self) -> &'a Template {
        self.origin_not_allowed(Reason::PathAmbiguous)
    }

    /// Rows 3 to 9.
    #[inline(always)]
    fn evaluate(self) -> Evaluation<'a> {
        let template = match self.request.origin {
            // Row 3.
            _ if self.rules.origins.is_any() && !self.is_preflight => self.actual(Reason::AnyOrigin),
            // Rows 4 and 5.
            None => self.actual(Reason::NoOrigin),
            Some(origin) => match self.rules.check_origin(origin) {
                Verdict::Ask if self.rules.predicate != Some(PredicateOf::AllOrigins) => {
                    let (policy, rules, request) = (self.policy, self.rules, *self.request);
                    return Evaluation::Ask(Pending { policy, rules, request });
                }
                // Rows 6 and 8.
                Verdict::Allowed | Verdict::Ask => self.origin_allowed(),
                // Rows 4, 7 and 9.
                Verdict::NotAllowed => self.origin_not_allowed(Reason::OriginNotAllowed),
                Verdict::Malformed => self.origin_not_allowed(Reason::OriginMalformed),
            },
        };
        Evaluation::Decided(self.decision(template))
    }

    /// Row 6 or, on a preflight, row 8.
    #[inline(always)]
    fn origin_allowed(self) -> &'a Template {
        if self.is_preflight { self.preflight_allowed() } else { self.actual(Reason::OriginAllowed) }
    }

    /// Rows 1, 4 and 7 or, on a preflight, 2 and 9.
    #[inline(always)]
    fn origin_not_allowed(self, reason: Reason) -> &'a Template {
        if self.is_preflight { self.decide(Outcome::PreflightRefused { reason }, None) } else { self.actual(reason) }
    }

    /// An actual request, unless protection refuses it.
    #[inline(always)]
    fn actual(self, reason: Reason) -> &'a Template {
        let outcome = Outcome::Actual { reason, options: self.is_options };
        match &self.rules.protection {
            None => self.decide(outcome, None),
            Some(protection) => self.protected(protection, outcome, reason),
        }
    }

    /// Specification 7.2. This is a separate function, so that it costs nothing for policies without protection.
    #[inline(never)]
    fn protected(&self, protection: &Protection, outcome: Outcome, reason: Reason) -> &'a Template {
        let trusted = reason == Reason::OriginAllowed && self.rules.credentials;
        match protection.objection(self.request, trusted) {
            Some(Objection { reason: refusal, refuse: true }) => {
                let readable = reason.is_readable();
                self.decide(Outcome::ProtectionRefusal { reason: refusal, readable }, None)
            }
            reported => self.decide(outcome, reported.map(|objection| objection.reason)),
        }
    }

    /// Row 8: the origin is allowed, and the rest of what the preflight asks for is checked.
    #[inline(never)]
    fn preflight_allowed(self) -> &'a Template {
        let (rules, request) = (self.rules, self.request);
        // Specification 7.3: a write is checked before the method.
        let protection = rules.protection.as_ref();
        let reported = match protection.and_then(|it| it.objection_to_preflight(request, rules.credentials)) {
            Some(Objection { refuse: true, .. }) => return self.decide(Outcome::PreflightProtectionRefusal, None),
            reported => reported.map(|objection| objection.reason),
        };
        // Specification 4.3: the method is checked before the headers.
        let method = rules.methods.check(request.access_control_request_method.unwrap_or_default());
        let headers = match request.access_control_request_headers {
            Some(headers) => rules.headers.check(headers),
            None => RequestedHeaders::Allowed,
        };
        let reason = match (method.is_allowed, headers) {
            (false, _) => Reason::PreflightMethodNotAllowed,
            (true, RequestedHeaders::NotAllowed) => Reason::PreflightHeaderNotAllowed,
            (true, RequestedHeaders::Malformed) => Reason::PreflightHeadersMalformed,
            (true, RequestedHeaders::Allowed) => Reason::PreflightAllowed,
        };
        let asks_for_headers = request.access_control_request_headers.is_some_and(|headers| !headers.is_empty());
        let outcome = Outcome::PreflightAnswered {
            reason,
            private_network: rules.private_network && request.access_control_request_private_network == Some(b"true"),
            echo_method: method.is_echoed,
            echo_headers: rules.echo_headers && asks_for_headers && headers == RequestedHeaders::Allowed,
        };
        self.decide(outcome, reported)
    }

    /// The template of an outcome.
    #[inline(always)]
    fn decide(&self, outcome: Outcome, reported: Option<Reason>) -> &'a Template {
        self.policy.templates.of(self.rules.outcomes, outcome, reported)
    }

    /// A template, and the parts of the request that it may need.
    #[inline(always)]
    fn decision(&self, template: &'a Template) -> Decision<'a> {
        let request = self.request;
        // Only the answer to a preflight can send these back.
        let (method, headers) = if self.is_preflight {
            (request.access_control_request_method, request.access_control_request_headers)
        } else {
            (None, None)
        };
        Decision {
            template,
            origin: request.origin.unwrap_or_default(),
            request_method: method.unwrap_or_default(),
            request_headers: headers.unwrap_or_default(),
        }
    }
}
