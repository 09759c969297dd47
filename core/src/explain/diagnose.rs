//! Explaining the responses of any server.

use crate::browser::agent::{Agent, Engine};
use crate::browser::console::console;
use crate::browser::exchange::Exchange;
use crate::browser::outcome::Outcome;
use crate::browser::walk::play;
use crate::explain::explanation::{EngineExplanation, Explanation};

/// Plays the browser over captured responses of any server, and explains what it does.
///
/// The verdict is the Fetch standard's. Each engine's own is beside it.
#[must_use]
pub fn diagnose(exchange: &Exchange) -> Explanation {
    let outcome = play(exchange, Agent::STANDARD);
    let engines = Engine::ALL.iter().map(|engine| {
        let outcome = play(exchange, Agent::of(*engine));
        in_engine(*engine, exchange, outcome)
    });
    Explanation {
        verdict: outcome.verdict,
        cross_origin: outcome.cross_origin,
        preflights: outcome.preflights,
        steps: outcome.steps,
        readable_headers: outcome.readable_headers,
        hidden_headers: outcome.hidden_headers,
        dropped_headers: outcome.dropped_headers,
        findings: Vec::new(),
        engines: engines.collect(),
        exchange: exchange.clone(),
    }
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
