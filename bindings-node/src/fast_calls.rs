//! The functions that decide on every request: they take a few strings and return a small number.
//!
//! A decision is a template of the policy and values of the request. JavaScript has both, so one call into native
//! code is enough. It copies its strings onto the stack and returns the template's index.

use crate::node_api::{Arguments, Failure, Index, NOT_A_STRING, StackString, Value, callback, create_function};
use corsac::Request;
use corsac::binding::PREFLIGHT_METHOD;
use corsac::binding::limits::{METHOD_BYTES, ORIGIN_BYTES, PATH_BYTES, REQUESTED_HEADERS_BYTES};
use corsac_javascript::{CompiledPolicy, FunctionAnswer, function_answer, set_flags, template_index};
use napi::bindgen_prelude::{Env, Result, Unknown};
use std::sync::Arc;

/// Each buffer has more space than the longest value that the engine accepts. Cutting can lose up to one character
/// at the end, and a value that was cut is still too long.
const ROOM: usize = 16;
type Origin = StackString<{ ORIGIN_BYTES + ROOM }>;
type Method = StackString<{ METHOD_BYTES + ROOM }>;
type Headers = StackString<{ REQUESTED_HEADERS_BYTES + ROOM }>;
/// This value is compared with one word, or only its presence matters.
type Flag = StackString<16>;
/// Each character stands for one byte of the path, and needs up to two bytes in UTF-8.
type Path = StackString<{ 2 * PATH_BYTES + ROOM }>;
/// This value is compared with the host of an origin.
type Host = StackString<{ ORIGIN_BYTES + ROOM }>;
/// A longer value is read again as a whole, since all of it counts.
type Word = StackString<64>;

/// `decide(origin, path, answer)`: the index of the template for a request of any method but that of preflights, for
/// policies without protection. Strings are undefined if the request has no such value. `answer` is the result of
/// asking the function that had to be asked.
pub(crate) fn decide<'env>(env: &'env Env, policy: &Arc<CompiledPolicy>) -> Result<Unknown<'env>> {
    let function = if is_simple(policy) { callback!(on_decide) } else { callback!(on_decide_all) };
    create_function(env, policy, c"decide", function, policy.policy.memory())
}

/// `decidePreflight(origin, requestMethod, requestHeaders, privateNetwork, path, answer)`: the same for the method of
/// preflights, for all policies.
pub(crate) fn decide_preflight<'env>(env: &'env Env, policy: &Arc<CompiledPolicy>) -> Result<Unknown<'env>> {
    let function = if is_simple(policy) { callback!(on_decide_preflight) } else { callback!(on_decide_preflight_all) };
    create_function(env, policy, c"decidePreflight", function, 0)
}

/// `decideProtected(method, flags, origin, path, host, site, upgrade, key, answer)`: as `decide`, for policies with
/// protection.
pub(crate) fn decide_protected<'env>(env: &'env Env, policy: &Arc<CompiledPolicy>) -> Result<Unknown<'env>> {
    create_function(env, policy, c"decideProtected", callback!(on_decide_protected), 0)
}

/// Whether the policy needs neither the path nor the answer of a function, so that fewer arguments have to be read.
fn is_simple(policy: &CompiledPolicy) -> bool {
    !policy.needs.path && !policy.needs.predicate
}

fn on_decide(call: Arguments<'_, 1>) -> Index {
    let [origin] = call.values;
    actual(call.policy, Origin::new().read(origin)?, None, origin)
}

fn on_decide_all(call: Arguments<'_, 3>) -> Index {
    let [origin, path, answer] = call.values;
    let (mut origins, mut paths) = (Origin::new(), Path::new());
    let path = if call.policy.needs.path { paths.read_latin1(path)? } else { None };
    actual(call.policy, origins.read(origin)?, path, answer)
}

fn on_decide_preflight(call: Arguments<'_, 4>) -> Index {
    let headers @ [origin, ..] = call.values;
    preflight(call.policy, headers, None, origin)
}

fn on_decide_preflight_all(call: Arguments<'_, 6>) -> Index {
    let [headers @ .., path, answer] = call.values;
    let mut paths = Path::new();
    let path = if call.policy.needs.path { paths.read_latin1(path)? } else { None };
    preflight(call.policy, headers, path, answer)
}

#[inline]
fn actual(policy: &CompiledPolicy, origin: Option<&[u8]>, path: Option<&[u8]>, answer: Value<'_>) -> Index {
    // Without protection the engine distinguishes the method of preflights from all others, and nothing more.
    let mut request = Request::default();
    request.origin = origin;
    request.path = path;
    index(policy, &request, answer)
}

#[inline]
fn preflight(policy: &CompiledPolicy, headers: [Value<'_>; 4], path: Option<&[u8]>, answer: Value<'_>) -> Index {
    let [origin, method, names, private_network] = headers;
    let mut strings = (Origin::new(), Method::new(), Headers::new(), Flag::new());
    let mut request = Request::new(PREFLIGHT_METHOD.as_bytes());
    request.path = path;
    request.origin = strings.0.read(origin)?;
    request.access_control_request_method = strings.1.read(method)?;
    request.access_control_request_headers = strings.2.read(names)?;
    request.access_control_request_private_network = strings.3.read(private_network)?;
    index(policy, &request, answer)
}

fn on_decide_protected(call: Arguments<'_, 9>) -> Index {
    let [method, bits, origin, path, host, site, upgrade, key, answer] = call.values;
    let mut strings = (Method::new(), Origin::new(), Path::new(), Host::new());
    let mut more = (Word::new(), Word::new(), Flag::new());
    let (mut long_site, mut long_upgrade) = (Vec::new(), Vec::new());
    let bits = bits.integer().ok_or(c"corsac: the flags have to be a number")?;
    let mut request = Request::new(strings.0.read(method)?.ok_or(NOT_A_STRING)?);
    request.origin = strings.1.read(origin)?;
    if call.policy.needs.path {
        request.path = strings.2.read_latin1(path)?;
    }
    request.host = strings.3.read(host)?;
    request.sec_fetch_site = more.0.read_whole(site, &mut long_site)?;
    request.upgrade = more.1.read_whole(upgrade, &mut long_upgrade)?;
    request.sec_websocket_key = more.2.read(key)?;
    set_flags(&mut request, bits);
    index(call.policy, &request, answer)
}

#[inline]
fn index(policy: &CompiledPolicy, request: &Request<'_>, answer: Value<'_>) -> Index {
    template_index(policy, request, || read_answer(answer))
}

/// The result of asking the host's predicate; none if it was not asked.
fn read_answer(value: Value<'_>) -> std::result::Result<Option<FunctionAnswer>, Failure> {
    if value.is_undefined() {
        return Ok(None);
    }
    match value.integer().and_then(function_answer) {
        None => Err(c"corsac: no such answer of a predicate"),
        answer => Ok(answer),
    }
}
