//! Makes a policy's functions from options or a text, as one JavaScript object. The file also has the functions that
//! need no policy.

use crate::misuse::thrown;
use crate::{debug, evaluate, explain, fast_calls};
use corsac::binding::AnswerCache;
use corsac::{ConfigError, Policy};
use corsac_javascript::{CacheBounds, CompiledPolicy, config_error, new_cache, policy_facts};
use napi::bindgen_prelude::{BufferSlice, Env, Object, Result};
use napi_derive::napi;
use std::sync::Arc;

/// The version of the engine, which has to be the package's own.
#[napi]
pub(crate) fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// The facts about CORS that JavaScript needs, as JSON.
#[napi(catch_unwind)]
pub(crate) fn facts() -> String {
    corsac_javascript::facts()
}

/// Makes a text safe for a log or a message: characters that a terminal does not show are escaped, and a long text
/// is cut.
#[napi(catch_unwind)]
pub(crate) fn printable(text: String) -> String {
    corsac::binding::printable(&text)
}

/// Whether the protocol to which a client wants to switch is WebSocket.
#[napi]
pub(crate) fn is_web_socket(protocol: String) -> bool {
    corsac::binding::is_websocket(protocol.as_bytes())
}

/// Whether a middleware is in debug mode. Its setting decides, or else the environment.
#[napi]
pub(crate) fn is_debug_requested(setting: Option<bool>) -> bool {
    corsac::binding::is_debug_requested(setting)
}

/// Builds a policy from `text`, which is JSON, TOML, or options in the encoding of `lib/policy/options-encoder.js`
/// (`middleware-options` are the options of a middleware, which may be those of the `cors` package;
/// `request-options` are the same, but chosen for one request). `has_predicate` says that there is a predicate,
/// which a text cannot contain. If `size` and `seconds` are given, answers of functions are remembered.
///
/// Returns the policy's functions and, as JSON, its `facts`; or, as JSON, the `error`.
#[napi(catch_unwind)]
pub(crate) fn compile<'env>(
    env: &'env Env,
    format: String,
    text: BufferSlice<'env>,
    has_predicate: bool,
    size: Option<u32>,
    seconds: Option<f64>,
) -> Result<Object<'env>> {
    let cache = size.zip(seconds);
    check_cache(cache)?;
    object(env, corsac_javascript::compile(&format, &text, has_predicate).map_err(thrown)?, cache)
}

/// Fails if a cache cannot have these bounds.
pub(crate) fn check_cache(cache: CacheBounds) -> Result<()> {
    new_cache(cache, AnswerCache::new).map(drop).map_err(thrown)
}

/// The object that JavaScript gets for a policy, or for the reason why there is no policy.
pub(crate) fn object(
    env: &Env,
    built: std::result::Result<Policy, ConfigError>,
    cache: CacheBounds,
) -> Result<Object<'_>> {
    let mut object = Object::new(env)?;
    match built {
        Err(error) => object.set("error", config_error(&error))?,
        Ok(policy) => {
            let policy = Arc::new(CompiledPolicy::new(policy, new_cache(cache, AnswerCache::new).map_err(thrown)?));
            object.set("facts", policy_facts(&policy.policy))?;
            object.set("decide", fast_calls::decide(env, &policy)?)?;
            object.set("decidePreflight", fast_calls::decide_preflight(env, &policy)?)?;
            object.set("decideProtected", fast_calls::decide_protected(env, &policy)?)?;
            object.set("template", evaluate::template(env, Arc::clone(&policy))?)?;
            object.set("forgetAnswers", evaluate::forget_answers(env, Arc::clone(&policy))?)?;
            object.set("explain", explain::explain(env, Arc::clone(&policy))?)?;
            object.set("debugDecision", debug::decision(env, Arc::clone(&policy))?)?;
            object.set("debugResponse", debug::response(env, Arc::clone(&policy))?)?;
            object.set("evaluate", evaluate::evaluate(env, policy)?)?;
        }
    }
    Ok(object)
}
