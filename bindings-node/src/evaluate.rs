//! The general path: all headers of a request in, a whole decision out, as JSON. And what else of a policy is asked
//! for now and then.

use crate::door::{Door, Outcome, Said};
use crate::isomorphic::isomorphic;
use crate::report;
use corsac::{Decision, PredicateAnswer, Reason, RequestHeaders};
use napi::bindgen_prelude::{Env, Error, Function, FunctionCallContext, Result};
use std::sync::Arc;

/// The policy's `evaluate(method, lines, path, flags, said)`, with names and values of the header lines in turn.
///
/// Answers with `[action, status, headers, body, reason, reported]`, or with the index of the route whose function
/// has to be asked, null for the policy's own.
pub(crate) fn function(env: &Env, door: Arc<Door>) -> Result<Function<'_, (String,), String>> {
    env.create_function_from_closure("evaluate", move |call: FunctionCallContext<'_>| {
        let (method, lines): (String, Vec<String>) = (call.get(0)?, call.get(1)?);
        let (path, flags): (Option<String>, i32) = (call.get(2)?, call.get(3)?);
        let said: Option<i32> = call.get(4)?;
        let mut path = path.map(String::into_bytes);
        let path = path.as_mut().map(|path| isomorphic(path));
        evaluate(&door, &method, &lines, path, flags, said)
    })
}

/// The policy's `shape(index)`, as JSON.
pub(crate) fn shape(env: &Env, door: Arc<Door>) -> Result<Function<'_, (u32,), String>> {
    env.create_function_from_closure("shape", move |call: FunctionCallContext<'_>| {
        let index: u32 = call.get(0)?;
        report::shape(&door.policy, index)
    })
}

/// The policy's `forget()`: nothing is remembered of what functions answered.
pub(crate) fn forget(env: &Env, door: Arc<Door>) -> Result<Function<'_, (), ()>> {
    env.create_function_from_closure("forget", move |_: FunctionCallContext<'_>| {
        door.forget();
        Ok(())
    })
}

/// What the host knows of a connection, in bits.
pub(crate) mod flags {
    pub(crate) const SECURE: i32 = 1;
    pub(crate) const WEBSOCKET: i32 = 2;
    pub(crate) const PATH_DECODED: i32 = 4;
}

/// Beside the number of an answer: it is that of a time of which everything was forgotten since.
const STALE: i32 = 4;

/// What JavaScript's function said, by the number of the engine's `PredicateAnswer`, and whether it may be remembered.
pub(crate) fn said(number: i32) -> Option<Said> {
    let answers = [PredicateAnswer::Deny, PredicateAnswer::Allow, PredicateAnswer::Failed];
    let answer = answers.into_iter().find(|answer| *answer as i32 == number & !STALE)?;
    Some(Said { answer, is_stale: number & STALE != 0 })
}

fn evaluate(
    door: &Door,
    method: &str,
    lines: &[String],
    path: Option<&[u8]>,
    flags: i32,
    number: Option<i32>,
) -> Result<String> {
    let mut headers = RequestHeaders::default();
    let mut lines = lines.iter();
    while let (Some(name), Some(value)) = (lines.next(), lines.next()) {
        headers.push(name.as_bytes(), value.as_bytes());
    }
    let mut request = headers.request(method.as_bytes(), path);
    request.secure = flags & flags::SECURE != 0;
    request.websocket = flags & flags::WEBSOCKET != 0;
    request.path_decoded = flags & flags::PATH_DECODED != 0;
    match door.decide(&request, || Ok::<_, Error>(number.and_then(said)))? {
        Outcome::Decided(decision) => report(&decision),
        Outcome::Ask(route) => serde_json::to_string(&route).map_err(report::fault),
    }
}

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
    .map_err(report::fault)
}
