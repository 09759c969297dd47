//! Explaining an exchange, either with captured responses of any server, or with a policy instead of the server.

use crate::browser::agent::{Agent, Engine};
use crate::browser::console::console;
use crate::browser::exchange::Exchange;
use crate::browser::outcome::Outcome;
use crate::browser::server::{Captured, Server};
use crate::browser::walk::play_with;
use crate::decide::policy::Policy;
use crate::explain::evidence::Evidence;
use crate::explain::explanation::{EngineExplanation, Explanation, Finding};
use crate::explain::failing::{Explained, explain_failures, rank};
use crate::explain::observed::{compare_engines, observe, worth_exposing};
use crate::explain::places::Places;
use crate::explain::policy_findings::PolicyView;
use crate::explain::policy_server::PolicyServer;
use crate::issues::finding_code::FindingCode;

/// Simulates how a browser handles captured responses of any server, and explains the result.
///
/// The verdict is that of the Fetch standard. The explanation also has the verdict of each engine. Service workers and
/// extensions of the browser are not modelled.
///
/// ```
/// use corsac::browser::Exchange;
/// use corsac::explain::diagnose;
///
/// let exchange = Exchange::from_json(br#"{
///     "page": "https://app.example.com",
///     "request": {"url": "https://api.example.com/items/7"},
///     "response": {"status": 200, "headers": [["Access-Control-Allow-Origin", "https://app.example.com/"]]}
/// }"#)?;
/// let explanation = diagnose(&exchange);
/// assert_eq!(explanation.verdict.as_str(), "sent-but-unreadable");
/// assert_eq!(explanation.findings[0].code.as_str(), "allow-origin-mismatch");
/// println!("{explanation}");
/// # Ok::<(), corsac::browser::ExchangeError>(())
/// ```
#[must_use]
pub fn diagnose(exchange: &Exchange) -> Explanation {
    let exchange = &exchange.redacted();
    let evidence = Evidence::collect(exchange, &mut Captured(exchange));
    let engines = engines(exchange, || Captured(exchange));
    let found = found(exchange, &evidence, false);
    finish(exchange.clone(), evidence, found, engines)
}

impl Policy {
    /// Explains how this policy and a browser handle an exchange.
    ///
    /// The policy responds to the preflight and decides on the request, as it does in service. The response of the
    /// exchange is what the application itself would send; without one it is a 200 without headers. If the exchange has
    /// a response to the preflight, it is compared with that of the policy. If the policy has a predicate, `predicate`
    /// of the exchange is its answer.
    ///
    /// ```
    /// use corsac::Policy;
    /// use corsac::browser::Exchange;
    ///
    /// let policy = Policy::from_toml("allow_origins = ['https://app.example.com:8443']")?;
    /// let exchange = Exchange::new("https://app.example.com", "https://api.example.com/items/7");
    /// let explanation = policy.explain(&exchange);
    /// let near = explanation.findings[0].near.as_ref().unwrap();
    /// assert_eq!((near.what, near.field.as_str(), near.line), ("port", "allow_origins[0]", Some(1)));
    /// # Ok::<(), corsac::ConfigError>(())
    /// ```
    #[must_use]
    pub fn explain(&self, exchange: &Exchange) -> Explanation {
        let exchange = &exchange.redacted();
        let mut server = PolicyServer::new(self, exchange);
        let evidence = Evidence::collect(exchange, &mut server);
        let engines = engines(exchange, || PolicyServer::new(self, exchange));
        let found = found(exchange, &evidence, true);
        let places = Places::new(self);
        let view = PolicyView { exchange, evidence: &evidence, server: &server, places: &places };
        let found = view.explain(found);
        // Requests after the first failure were never sent.
        let mut first = PolicyServer::new(self, exchange);
        play_with(exchange, Agent::STANDARD, &mut first);
        let answered = Exchange { hops: first.hops, ..exchange.clone() };
        finish(answered, evidence, found, engines)
    }
}

/// Explains an exchange, with [`Policy::explain`] if there is a policy, and otherwise with [`diagnose`].
#[must_use]
pub fn explain_with(policy: Option<&Policy>, exchange: &Exchange) -> Explanation {
    policy.map_or_else(|| diagnose(exchange), |policy| policy.explain(exchange))
}

/// The findings in the responses, without the policy.
fn found(exchange: &Exchange, evidence: &Evidence, by_policy: bool) -> Vec<Explained> {
    let mut found = explain_failures(exchange, evidence, by_policy);
    found.extend(observe(exchange, evidence).into_iter().map(|finding| {
        let names = match finding.code {
            FindingCode::HeaderNotExposed => worth_exposing(evidence),
            _ => Vec::new(),
        };
        let last = evidence.repaired.preflights.len().saturating_sub(1);
        Explained { hop: last, names, ..Explained::new(finding) }
    }));
    found
}

fn finish(
    exchange: Exchange,
    evidence: Evidence,
    found: Vec<Explained>,
    engines: Vec<EngineExplanation>,
) -> Explanation {
    let mut findings: Vec<Finding> = rank(found);
    if let Some(finding) = compare_engines(&evidence.outcome, &engines, &findings) {
        findings.push(finding);
        findings.sort_by_key(|finding| finding.code);
    }
    let outcome = evidence.outcome;
    Explanation {
        verdict: outcome.verdict,
        cross_origin: outcome.cross_origin,
        preflights: outcome.preflights,
        steps: outcome.steps,
        readable_headers: outcome.readable_headers,
        hidden_headers: outcome.hidden_headers,
        dropped_headers: outcome.dropped_headers,
        findings,
        engines,
        exchange,
    }
}

fn engines<S: Server>(exchange: &Exchange, server: impl Fn() -> S) -> Vec<EngineExplanation> {
    let play = |engine: &Engine| {
        let outcome = play_with(exchange, Agent::of(*engine), &mut server());
        in_engine(*engine, exchange, outcome)
    };
    Engine::ALL.iter().map(play).collect()
}

fn in_engine(engine: Engine, exchange: &Exchange, outcome: Outcome) -> EngineExplanation {
    EngineExplanation {
        console: console(engine, exchange, &outcome),
        name: engine.as_str(),
        version: engine.version(),
        verdict: outcome.verdict,
        preflights: outcome.preflights,
        readable_headers: outcome.readable_headers,
        dropped_headers: outcome.dropped_headers,
    }
}
