//! The general path: all headers of a request in, a whole decision out, as JSON. And the other functions of a policy that are
//! called rarely.

use crate::compiled_policy::{CompiledPolicy, FunctionAnswer, Outcome};
use crate::json;
use crate::latin1::bytes_of_latin1;
use corsac::{PredicateAnswer, Request, RequestHeaders};
use napi::bindgen_prelude::{Array, Env, Error, Function, FunctionCallContext, Result, Status};
use std::sync::Arc;

/// The policy's `evaluate(method, lines, path, flags, answer)`, with names and values of the header lines in turn.
///
/// Returns what [`json::decision`] or [`json::question`] makes.
pub(crate) fn evaluate(env: &Env, policy: Arc<CompiledPolicy>) -> Result<Function<'_, (String,), String>> {
    env.create_function_from_closure("evaluate", move |call: FunctionCallContext<'_>| {
        let (method, lines): (String, Array<'_>) = (call.get(0)?, call.get(1)?);
        let lines = strings(&lines)?;
        let (path, flags): (Option<String>, i32) = (call.get(2)?, call.get(3)?);
        let answer: Option<i32> = call.get(4)?;
        let mut headers = RequestHeaders::default();
        let mut rest = lines.iter();
        while let (Some(name), Some(value)) = (rest.next(), rest.next()) {
            headers.push(name.as_bytes(), value.as_bytes());
        }
        let mut path = path.map(String::into_bytes);
        let path = path.as_mut().map(|path| bytes_of_latin1(path));
        let mut request = headers.request(method.as_bytes(), path);
        flags::set(&mut request, flags);
        match policy.decide(&request, || Ok::<_, Error>(answer.and_then(function_answer)))? {
            Outcome::Decided(decision) => json::decision(&decision),
            Outcome::Ask(pending) => json::question(&pending),
        }
    })
}

/// A list of strings. It grows as they are read: a list may say that it is longer than memory is, and hold nothing.
pub(crate) fn strings(list: &Array<'_>) -> Result<Vec<String>> {
    let not_a_string = || Error::new(Status::InvalidArg, "corsac: a line has to be a string");
    (0..list.len()).map(|index| list.get(index)?.ok_or_else(not_a_string)).collect::<Result<_>>()
}

/// The policy's `template(index)`, as JSON.
pub(crate) fn template(env: &Env, policy: Arc<CompiledPolicy>) -> Result<Function<'_, (u32,), String>> {
    env.create_function_from_closure("template", move |call: FunctionCallContext<'_>| {
        let index: u32 = call.get(0)?;
        json::template(&policy.policy, index)
    })
}

/// The policy's `forgetAnswers()`: no answer of a function is remembered any more.
pub(crate) fn forget_answers(env: &Env, policy: Arc<CompiledPolicy>) -> Result<Function<'_, (), ()>> {
    env.create_function_from_closure("forgetAnswers", move |_: FunctionCallContext<'_>| {
        policy.forget_answers();
        Ok(())
    })
}

/// What the host knows of a connection, in bits.
pub(crate) mod flags {
    use super::Request;

    const SECURE: i32 = 1;
    const WEBSOCKET: i32 = 2;
    const PATH_DECODED: i32 = 4;

    pub(crate) fn set(request: &mut Request<'_>, bits: i32) {
        request.secure = bits & SECURE != 0;
        request.websocket = bits & WEBSOCKET != 0;
        request.path_decoded = bits & PATH_DECODED != 0;
    }
}

/// Beside the number of an answer, as bits.
const STALE: i32 = 4;
const ERROR_RESPONSE: i32 = 8;

/// What came of asking JavaScript's function: the number of the engine's [`PredicateAnswer`], and the bits above.
pub(crate) fn function_answer(number: i32) -> Option<FunctionAnswer> {
    let answers = [PredicateAnswer::Deny, PredicateAnswer::Allow, PredicateAnswer::Failed];
    let answer = answers.into_iter().find(|answer| *answer as i32 == number & !STALE & !ERROR_RESPONSE)?;
    Some(FunctionAnswer { answer, is_stale: number & STALE != 0, is_error_response: number & ERROR_RESPONSE != 0 })
}
