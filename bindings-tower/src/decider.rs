//! Decides on the head of a request, with all settings of a layer.

use crate::decision_event::{DecisionEvent, OnDecision};
use crate::log;
use crate::policies::Policies;
use crate::predicate::{Asked, ErasedPredicate};
use crate::prepared_policy::PreparedPolicy;
use crate::request_head::{OriginalUri, ReadRequest, RequestHead};
use crate::request_values::RequestValues;
use corsac::{Action, Decision, Evaluation, PredicateAnswer, RequestHeaders};
use futures_util::future::BoxFuture;
use http::{HeaderMap, HeaderValue, Method, Request, Response, Uri};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// The policy, and the settings of a layer.
#[derive(Clone, Debug)]
pub(crate) struct Decider {
    pub(crate) policies: Policies,
    pub(crate) predicate: Option<ErasedPredicate>,
    /// The predicates of routes, by the position of the route in the policy.
    pub(crate) route_predicates: Vec<(u32, ErasedPredicate)>,
    pub(crate) on_decision: Option<OnDecision>,
    pub(crate) original_uri: Option<OriginalUri>,
    /// Whether every connection is TLS.
    pub(crate) is_secure: bool,
    pub(crate) is_debugged: bool,
}

/// The next step for a request.
pub(crate) enum Step {
    /// The application does not run.
    Respond(OwnResponse),
    /// The application runs, and its response gets headers.
    Continue(HeldDecision),
    /// A predicate has to answer first.
    Ask(BoxFuture<'static, PredicateAnswer>),
}

/// A response of corsac's own, whose body is still a text.
pub(crate) struct OwnResponse {
    pub(crate) decision: HeldDecision,
    pub(crate) body: &'static str,
}

impl OwnResponse {
    pub(crate) fn into_response<B>(self, body: impl FnOnce(&'static str) -> B) -> Response<B> {
        let mut response = Response::new(body(self.body));
        if let Some((template, prepared)) = self.decision.policy.response(self.decision.template) {
            *response.status_mut() = prepared.status;
            *response.headers_mut() = prepared.own_headers(template, &self.decision.values);
        }
        self.decision.debug(&mut response);
        response
    }
}

/// A decision that waits for the response of the application.
pub(crate) struct HeldDecision {
    policy: Arc<PreparedPolicy>,
    template: u32,
    values: RequestValues,
    /// The request, if debugging is on.
    debugged: Option<Box<DebuggedRequest>>,
}

struct DebuggedRequest {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    is_secure: bool,
}

impl Decider {
    /// Decides on a request, as far as that is possible without waiting.
    pub(crate) fn decide<B>(&self, policy: Arc<PreparedPolicy>, request: &Request<B>) -> Step {
        self.step(policy, request, None)
    }

    /// Decides on a request whose predicate has answered.
    pub(crate) fn decide_answered<B>(
        &self,
        policy: Arc<PreparedPolicy>,
        request: &Request<B>,
        answer: PredicateAnswer,
    ) -> Step {
        self.step(policy, request, Some(answer))
    }

    #[inline]
    fn step<B>(&self, policy: Arc<PreparedPolicy>, request: &Request<B>, answer: Option<PredicateAnswer>) -> Step {
        let head = RequestHead::of(request, self.original_uri);
        match head.read(policy.needs, self.is_secure) {
            Some(ReadRequest { request, origin }) => self.evaluate(policy, &head, &request, origin, answer),
            None => {
                let headers = head.needed_headers(policy.needs);
                self.evaluate(policy, &head, &head.request(&headers, self.is_secure), None, answer)
            }
        }
    }

    /// Decides on what was read of a request. `origin` is the line of its origin.
    #[inline]
    fn evaluate(
        &self,
        policy: Arc<PreparedPolicy>,
        head: &RequestHead<'_>,
        request: &corsac::Request<'_>,
        origin: Option<&HeaderValue>,
        answer: Option<PredicateAnswer>,
    ) -> Step {
        match policy.policy.evaluate(request) {
            Evaluation::Decided(decision) => self.decided(&policy, &decision, head, origin),
            Evaluation::Ask(pending) => {
                let asked = match answer {
                    Some(answer) => Asked::Answered(answer),
                    None => self.ask(pending.origin(), pending.route(), head),
                };
                match asked {
                    Asked::Answered(answer) => self.decided(&policy, &pending.resolve(answer), head, origin),
                    Asked::Waiting(answer) => Step::Ask(answer),
                }
            }
        }
    }

    fn ask(&self, origin: &[u8], route: Option<u32>, head: &RequestHead<'_>) -> Asked {
        let predicate = match route {
            None => self.predicate.as_ref(),
            Some(route) => self.route_predicates.iter().find(|(index, _)| *index == route).map(|(_, found)| found),
        };
        match predicate {
            Some(predicate) => predicate.ask(origin, head),
            None => {
                log::predicate_failed(&String::from_utf8_lossy(origin), "the layer has no predicate");
                Asked::Answered(PredicateAnswer::Failed)
            }
        }
    }

    #[inline]
    fn decided(
        &self,
        policy: &Arc<PreparedPolicy>,
        decision: &Decision<'_>,
        head: &RequestHead<'_>,
        origin: Option<&HeaderValue>,
    ) -> Step {
        let is_reported = self.on_decision.is_some() || self.is_debugged || log::may_log(decision);
        if is_reported {
            self.report(policy, decision, head);
        }
        let values = RequestValues::of(decision, head, origin);
        let debugged = self.is_debugged.then(|| {
            Box::new(DebuggedRequest {
                method: head.method.clone(),
                uri: head.uri.clone(),
                headers: head.headers.clone(),
                is_secure: self.is_secure,
            })
        });
        let policy = Arc::clone(policy);
        let held = HeldDecision { policy, template: decision.template().index(), values, debugged };
        match decision.action() {
            Action::Respond => Step::Respond(OwnResponse { decision: held, body: decision.body() }),
            Action::Continue => Step::Continue(held),
        }
    }

    /// Reports a decision to the log and to the application's function.
    #[inline(never)]
    fn report(&self, policy: &PreparedPolicy, decision: &Decision<'_>, head: &RequestHead<'_>) {
        // A report also reads headers on which the decision does not depend.
        let headers = RequestHeaders::from(head.headers);
        let request = head.request(&headers, self.is_secure);
        if log::may_log(decision) {
            log::decision(decision, &request, head);
        }
        if self.is_debugged {
            let path = head.path().unwrap_or_default();
            print_block(policy.debug_log.decision(&policy.policy, &request, path, decision.template()));
        }
        if let Some(on_decision) = &self.on_decision {
            let event = DecisionEvent::new(decision, request.origin, *head);
            if catch_unwind(AssertUnwindSafe(|| on_decision.call(&event))).is_err() {
                log::function_panicked("on_decision");
            }
        }
    }
}

impl HeldDecision {
    /// Puts the decision's headers on the response.
    #[inline]
    pub(crate) fn apply<B>(self, response: &mut Response<B>) {
        self.policy.apply(self.template, &self.values, response.headers_mut());
        self.debug(response);
    }

    #[inline]
    fn debug<B>(&self, response: &mut Response<B>) {
        if let Some(debugged) = &self.debugged {
            self.print(debugged, response);
        }
    }

    #[inline(never)]
    fn print<B>(&self, debugged: &DebuggedRequest, response: &mut Response<B>) {
        let Some((template, prepared)) = self.policy.response(self.template) else { return };
        let extensions = http::Extensions::new();
        let DebuggedRequest { method, uri, headers, is_secure } = debugged;
        let head = RequestHead { method, uri, headers, extensions: &extensions };
        let needed = RequestHeaders::from(headers);
        let request = head.request(&needed, *is_secure);
        let lines: Vec<_> =
            response.headers().iter().map(|(name, value)| (name.as_str().as_bytes(), value.as_bytes())).collect();
        let (path, status) = (head.path().unwrap_or_default(), response.status().as_u16());
        print_block(self.policy.debug_log.response(&self.policy.policy, &request, path, template, status, &lines));
        prepared.add_server_timing(response.headers_mut());
    }
}

/// The text that is printed while a service is developed.
fn print_block(block: Option<String>) {
    if let Some(block) = block {
        eprint!("{block}");
    }
}
