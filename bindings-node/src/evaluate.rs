//! The general path: all headers of a request in, a whole decision out, as JSON.

use corsac::{Decision, Evaluation, Policy, Reason, RequestHeaders};
use napi::bindgen_prelude::{Env, Error, Function, FunctionCallContext, Result, Status};
use std::sync::Arc;

/// The policy's `evaluate(method, path, lines)`, with names and values of the header lines in turn.
pub(crate) fn function(env: &Env, policy: Arc<Policy>) -> Result<Function<'_, (String,), String>> {
    env.create_function_from_closure("evaluate", move |call: FunctionCallContext<'_>| {
        let (method, path, lines): (String, Option<String>, Vec<String>) = (call.get(0)?, call.get(1)?, call.get(2)?);
        evaluate(&policy, &method, path.as_deref(), &lines)
    })
}

fn evaluate(policy: &Policy, method: &str, path: Option<&str>, lines: &[String]) -> Result<String> {
    let mut headers = RequestHeaders::default();
    let mut lines = lines.iter();
    while let (Some(name), Some(value)) = (lines.next(), lines.next()) {
        headers.push(name.as_bytes(), value.as_bytes());
    }
    match policy.evaluate(&headers.request(method.as_bytes(), path.map(str::as_bytes))) {
        Evaluation::Decided(decision) => report(&decision),
        Evaluation::Ask(_) => Err(Error::new(Status::GenericFailure, "corsac: the policy has a predicate to ask")),
    }
}

/// `[action, status, headers, body, reason, reported]`
fn report(decision: &Decision<'_>) -> Result<String> {
    // Bytes of a request that a decision repeats have all been checked to be ASCII.
    let headers = decision.headers().map(|header| (header.name.as_str(), String::from_utf8_lossy(header.value)));
    let headers: Vec<_> = headers.collect();
    serde_json::to_string(&(
        decision.action().as_str(),
        decision.status(),
        headers,
        decision.body(),
        decision.reason().as_str(),
        decision.reported().map(Reason::as_str),
    ))
    .map_err(|error| Error::new(Status::GenericFailure, error.to_string()))
}
