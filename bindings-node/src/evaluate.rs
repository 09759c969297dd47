//! The general way to decide, with all headers of a request, and the other functions of a policy that are rarely
//! called.

use crate::misuse::thrown;
use corsac_javascript::{CompiledPolicy, function_answer};
use napi::bindgen_prelude::{Array, Env, Error, Function, FunctionCallContext, Result, Status};
use std::sync::Arc;

/// The policy's `evaluate(method, lines, path, flags, answer)`, where names and values of the header lines
/// alternate in `lines`. Returns JSON.
pub(crate) fn evaluate(env: &Env, policy: Arc<CompiledPolicy>) -> Result<Function<'_, (String,), String>> {
    env.create_function_from_closure("evaluate", move |call: FunctionCallContext<'_>| {
        let (method, lines): (String, Array<'_>) = (call.get(0)?, call.get(1)?);
        let lines = strings(&lines)?;
        let (path, flags): (Option<String>, i32) = (call.get(2)?, call.get(3)?);
        let answer: Option<i32> = call.get(4)?;
        let mut path = path.map(String::into_bytes);
        let answer = answer.and_then(function_answer);
        let (lines, _) = lines.as_chunks::<2>();
        let lines = lines.iter().map(|[name, value]| (name.as_bytes(), value.as_bytes()));
        corsac_javascript::evaluate(&policy, method.as_bytes(), lines, path.as_deref_mut(), flags, answer)
            .map_err(thrown)
    })
}

/// Reads a list of strings. The result grows while they are read, because a list could claim a length beyond the
/// memory and contain nothing.
pub(crate) fn strings(list: &Array<'_>) -> Result<Vec<String>> {
    let not_a_string = || Error::new(Status::InvalidArg, "corsac: a line has to be a string");
    (0..list.len()).map(|index| list.get(index)?.ok_or_else(not_a_string)).collect::<Result<_>>()
}

/// The policy's `template(index)`, as JSON.
pub(crate) fn template(env: &Env, policy: Arc<CompiledPolicy>) -> Result<Function<'_, (u32,), String>> {
    env.create_function_from_closure("template", move |call: FunctionCallContext<'_>| {
        let index: u32 = call.get(0)?;
        corsac_javascript::template(&policy.policy, index).map_err(thrown)
    })
}

/// The policy's `forgetAnswers()`: no answer of a function is remembered any more.
pub(crate) fn forget_answers(env: &Env, policy: Arc<CompiledPolicy>) -> Result<Function<'_, (), ()>> {
    env.create_function_from_closure("forgetAnswers", move |_: FunctionCallContext<'_>| {
        policy.forget_answers();
        Ok(())
    })
}
