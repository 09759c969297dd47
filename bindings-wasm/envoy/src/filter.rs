//! One request and its response.

use crate::plugin::PolicyInForce;
use crate::report::report;
use crate::request::KeptRequest;
use crate::response::{EnvoyResponse, refuse, send};
use corsac::{Action, Decision, Evaluation};
use proxy_wasm::traits::{Context, HttpContext};
use proxy_wasm::types;
use std::rc::Rc;

/// The filter for one request. It keeps the policy with which the request began.
pub(crate) struct Filter {
    in_force: Rc<PolicyInForce>,
    /// The request, as soon as it has reached this filter.
    request: Option<KeptRequest>,
}

impl Filter {
    pub(crate) fn new(in_force: Rc<PolicyInForce>) -> Self {
        Filter { in_force, request: None }
    }

    /// Decides on the request when it arrives. `None` if there is no decision.
    fn decide(&mut self) -> Option<types::Action> {
        let request = self.request.insert(KeptRequest::read(self.in_force.needs).ok()?);
        let headers = request.headers();
        let request = request.request(&headers);
        let decision = decided(self.in_force.policy.evaluate(&request))?;
        report(&self.in_force, &decision, &request);
        Some(match decision.action() {
            Action::Continue => types::Action::Continue,
            Action::Respond => {
                send(&decision);
                types::Action::Pause
            }
        })
    }

    /// Puts the headers on the response. `None` if that failed.
    fn apply(&self) -> Option<()> {
        let PolicyInForce { policy, needs, .. } = &*self.in_force;
        let mut response = EnvoyResponse::read().ok()?;
        if let Some(request) = &self.request {
            // Making the decision again costs less than keeping it.
            let headers = request.headers();
            return decided(policy.evaluate(&request.request(&headers)))?.apply_to(&mut response).ok();
        }
        // Envoy responded before the request reached this filter.
        let request = KeptRequest::read(*needs).ok()?;
        let headers = request.headers();
        let request = request.request(&headers);
        let decision = decided(policy.evaluate_host_error(&request))?;
        report(&self.in_force, &decision, &request);
        decision.apply_to(&mut response).ok()
    }
}

/// A policy without a predicate always decides.
fn decided(evaluation: Evaluation<'_>) -> Option<Decision<'_>> {
    match evaluation {
        Evaluation::Decided(decision) => Some(decision),
        Evaluation::Ask(_) => None,
    }
}

impl Context for Filter {}

impl HttpContext for Filter {
    fn on_http_request_headers(&mut self, _: usize, _: bool) -> types::Action {
        #[cfg(feature = "trap")]
        crate::trap::trap_if_asked();
        self.decide().unwrap_or_else(|| {
            refuse();
            types::Action::Pause
        })
    }

    fn on_http_response_headers(&mut self, _: usize, _: bool) -> types::Action {
        if self.apply().is_none() {
            // The response may be half changed, so it must not be sent.
            refuse();
            return types::Action::Pause;
        }
        types::Action::Continue
    }
}
