//! A decision, as it is passed on to the application.

use crate::request_head::RequestHead;
use corsac::{Action, Decision, Reason};
use std::fmt;
use std::sync::Arc;

/// A decision, as [`CorsLayer::on_decision`](crate::CorsLayer::on_decision) passes it on.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct DecisionEvent<'r> {
    /// Whether the application runs.
    pub action: Action,
    /// The reason for the decision.
    pub reason: Reason,
    /// The refusal that `report_only` turned into a report.
    pub reported: Option<Reason>,
    /// The request's `Origin`. Any client can send any bytes: escape them before they are printed.
    pub origin: Option<&'r [u8]>,
    /// The request.
    pub request: RequestHead<'r>,
}

impl<'r> DecisionEvent<'r> {
    pub(crate) fn new(decision: &Decision<'_>, origin: Option<&'r [u8]>, request: RequestHead<'r>) -> Self {
        let (action, reason, reported) = (decision.action(), decision.reason(), decision.reported());
        DecisionEvent { action, reason, reported, origin, request }
    }
}

/// A function of the application that is called with each decision.
#[derive(Clone)]
pub(crate) struct OnDecision(Arc<dyn Fn(&DecisionEvent<'_>) + Send + Sync>);

impl OnDecision {
    pub(crate) fn new(function: impl Fn(&DecisionEvent<'_>) + Send + Sync + 'static) -> Self {
        OnDecision(Arc::new(function))
    }

    pub(crate) fn call(&self, event: &DecisionEvent<'_>) {
        (self.0)(event);
    }
}

impl fmt::Debug for OnDecision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OnDecision")
    }
}
