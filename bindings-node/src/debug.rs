//! The functions of a policy that are called while a server is developed.

use crate::evaluate::strings;
use crate::misuse::thrown;
use corsac_javascript::{CompiledPolicy, Decided, debug_decision, debug_response};
use napi::bindgen_prelude::{Array, Env, Function, FunctionCallContext, Result};
use std::sync::Arc;

type DebugFunction<'env> = Function<'env, (u32,), Option<String>>;

/// The policy's `debugDecision(index, method, lines, path)`: the block to print about a decision; null if there is
/// nothing new. `index` is that of the decision's template. In `lines`, the names and values of the request's headers
/// alternate.
pub(crate) fn decision(env: &Env, policy: Arc<CompiledPolicy>) -> Result<DebugFunction<'_>> {
    env.create_function_from_closure("debugDecision", move |call: FunctionCallContext<'_>| {
        let mut arguments = Arguments::read(&call)?;
        debug_decision(&policy, arguments.decided()).map_err(thrown)
    })
}

/// The policy's `debugResponse(index, method, lines, path, status, headers)`: the block to print about the headers of a
/// response, in which names and values alternate; null if there is nothing new.
pub(crate) fn response(env: &Env, policy: Arc<CompiledPolicy>) -> Result<DebugFunction<'_>> {
    env.create_function_from_closure("debugResponse", move |call: FunctionCallContext<'_>| {
        let mut arguments = Arguments::read(&call)?;
        let (status, headers): (u32, Array<'_>) = (call.get(4)?, call.get(5)?);
        let headers = strings(&headers)?;
        let headers: Vec<_> = pairs(&headers).collect();
        debug_response(&policy, arguments.decided(), status, &headers).map_err(thrown)
    })
}

/// The first four arguments of both functions.
struct Arguments {
    index: u32,
    method: String,
    lines: Vec<String>,
    path: Vec<u8>,
}

impl Arguments {
    fn read(call: &FunctionCallContext<'_>) -> Result<Self> {
        let lines: Array<'_> = call.get(2)?;
        Ok(Arguments {
            index: call.get(0)?,
            method: call.get(1)?,
            lines: strings(&lines)?,
            path: call.get::<String>(3)?.into_bytes(),
        })
    }

    fn decided(&mut self) -> Decided<'_, impl Iterator<Item = (&[u8], &[u8])>> {
        Decided { index: self.index, method: self.method.as_bytes(), lines: pairs(&self.lines), path: &mut self.path }
    }
}

/// Pairs of the names and values that alternate in a list.
fn pairs(strings: &[String]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let (pairs, _) = strings.as_chunks::<2>();
    pairs.iter().map(|[name, value]| (name.as_bytes(), value.as_bytes()))
}
