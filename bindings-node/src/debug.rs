//! What a server prints while it is developed. Requests and responses come whole, since this need not be fast.

use crate::compiled_policy::CompiledPolicy;
use crate::evaluate::strings;
use crate::latin1::bytes_of_latin1;
use corsac::binding::Template;
use corsac::{Request, RequestHeaders};
use napi::bindgen_prelude::{Array, Env, Error, Function, FunctionCallContext, Result, Status};
use std::sync::Arc;

type DebugFunction<'env> = Function<'env, (u32,), Option<String>>;

/// The policy's `debugDecision(index, method, lines, path)`: the block to print about a decision, which is a template by its
/// index, on a request with these header lines, names and values in turn; null if there is nothing new.
pub(crate) fn decision(env: &Env, policy: Arc<CompiledPolicy>) -> Result<DebugFunction<'_>> {
    env.create_function_from_closure("debugDecision", move |call: FunctionCallContext<'_>| {
        with_request(&policy, &call, |request, path, template| {
            Ok(policy.debug_log.decision(&policy.policy, request, path, template))
        })
    })
}

/// The policy's `debugResponse(index, method, lines, path, status, headers)`: the block to print about the headers of a
/// response, names and values in turn; null if there is nothing new.
pub(crate) fn response(env: &Env, policy: Arc<CompiledPolicy>) -> Result<DebugFunction<'_>> {
    env.create_function_from_closure("debugResponse", move |call: FunctionCallContext<'_>| {
        let (status, headers): (u32, Array<'_>) = (call.get(4)?, call.get(5)?);
        let headers = strings(&headers)?;
        let mut lines = Vec::with_capacity(headers.len() / 2);
        let mut rest = headers.iter();
        while let (Some(name), Some(value)) = (rest.next(), rest.next()) {
            lines.push((name.as_bytes(), value.as_bytes()));
        }
        let status = u16::try_from(status).unwrap_or_default();
        with_request(&policy, &call, |request, path, template| {
            Ok(policy.debug_log.response(&policy.policy, request, path, template, status, &lines))
        })
    })
}

/// Reads the first four arguments.
fn with_request<T>(
    policy: &CompiledPolicy,
    call: &FunctionCallContext<'_>,
    then: impl FnOnce(&Request<'_>, &[u8], &Template) -> Result<T>,
) -> Result<T> {
    let (index, method): (u32, String) = (call.get(0)?, call.get(1)?);
    let lines: Array<'_> = call.get(2)?;
    let lines = strings(&lines)?;
    let mut path = call.get::<String>(3)?.into_bytes();
    let path = bytes_of_latin1(&mut path);
    let template = policy.policy.templates().get(index as usize);
    let template = template.ok_or_else(|| Error::new(Status::InvalidArg, "corsac: the policy has no such template"))?;
    let mut headers = RequestHeaders::default();
    let mut rest = lines.iter();
    while let (Some(name), Some(value)) = (rest.next(), rest.next()) {
        headers.push(name.as_bytes(), value.as_bytes());
    }
    then(&headers.request(method.as_bytes(), Some(path)), path, template)
}
