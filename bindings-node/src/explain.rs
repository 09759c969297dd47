//! Explanations of exchanges, with the responses of any server or of a policy.

use crate::misuse::thrown;
use corsac_javascript::{CompiledPolicy, explained};
use napi::bindgen_prelude::{BufferSlice, Env, Function, FunctionCallContext, Result};
use napi_derive::napi;
use std::sync::Arc;

/// Explains how a browser handles an exchange, as JSON. `format` is `json`, `encoded` or `captured`.
#[napi(catch_unwind)]
pub(crate) fn diagnose(format: String, text: BufferSlice<'_>) -> Result<String> {
    explained(None, &format, &text).map_err(thrown)
}

/// The policy's `explain(format, text)`: explains an exchange with the responses of the policy.
pub(crate) fn explain(
    env: &Env,
    policy: Arc<CompiledPolicy>,
) -> Result<Function<'_, (String, BufferSlice<'_>), String>> {
    env.create_function_from_closure("explain", move |call: FunctionCallContext<'_>| {
        let (format, text): (String, BufferSlice<'_>) = (call.get(0)?, call.get(1)?);
        explained(Some(&policy.policy), &format, &text).map_err(thrown)
    })
}
