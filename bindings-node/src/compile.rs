//! From options or a text to a policy's functions, as one JavaScript object.

use crate::door::{self, CacheSize, Door};
use crate::{encoded, evaluate, raw, report};
use corsac::binding::Notation;
use corsac::{ConfigError, Policy, PolicyBuilder};
use napi::bindgen_prelude::{BufferSlice, Env, Error, Object, Result, Status};
use napi_derive::napi;
use std::sync::Arc;

/// The version of the engine, which has to be the package's own.
#[napi]
pub(crate) fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// A text as it may stand in a log or a message: what no terminal shows is escaped, what is long is cut.
#[napi]
pub(crate) fn printable(text: String) -> String {
    corsac::binding::printable(&text)
}

/// Builds a policy from `text`, which is JSON, TOML, or options in the encoding of `lib/options.js`
/// (`middleware`: those of a middleware, which may be the `cors` package's).
/// `predicate` says that there is a function to ask beside them; `size` and `seconds`, that its answers are
/// remembered.
///
/// Returns the policy's functions and, as JSON, its `table`; or, as JSON, the `error`.
#[napi(catch_unwind)]
pub(crate) fn compile<'env>(
    env: &'env Env,
    format: String,
    text: BufferSlice<'env>,
    predicate: bool,
    size: Option<u32>,
    seconds: Option<f64>,
) -> Result<Object<'env>> {
    let cache = size.zip(seconds);
    door::build(cache)?;
    object(env, build(&format, &text, predicate)?, cache)
}

/// What JavaScript gets of a policy, or of why there is none.
pub(crate) fn object(
    env: &Env,
    built: std::result::Result<Policy, ConfigError>,
    cache: CacheSize,
) -> Result<Object<'_>> {
    let mut object = Object::new(env)?;
    match built {
        Err(error) => object.set("error", report::error(&error)?)?,
        Ok(policy) => {
            let door = Arc::new(Door::new(policy, cache)?);
            object.set("table", report::table(&door.policy)?)?;
            object.set("decide", raw::decide(env, &door)?)?;
            object.set("decidePreflight", raw::decide_preflight(env, &door)?)?;
            object.set("judge", raw::judge(env, &door)?)?;
            object.set("shape", evaluate::shape(env, Arc::clone(&door))?)?;
            object.set("forget", evaluate::forget(env, Arc::clone(&door))?)?;
            object.set("evaluate", evaluate::function(env, door)?)?;
        }
    }
    Ok(object)
}

fn build(format: &str, text: &[u8], predicate: bool) -> Result<std::result::Result<Policy, ConfigError>> {
    // Texts have a notation of their own.
    let builder = PolicyBuilder::new().predicate(predicate).notation(Notation::JavaScript);
    Ok(match format {
        "options" => builder.value(encoded::read(text)?),
        "middleware" => builder.cors_options(true).value(encoded::read(text)?),
        "json" => builder.json(text),
        "toml" => builder.toml(text),
        _ => return Err(Error::new(Status::InvalidArg, format!("corsac: no format `{format}`"))),
    })
}
