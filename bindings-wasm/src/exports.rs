//! The functions that JavaScript calls, and those that the module calls. All unsafe code of the module is here: a function has
//! to be exported under its own name.
#![allow(unsafe_code)]

use crate::decide::{Lengths, PreflightLengths, ProtectionLengths, actual, preflight, protected};
use crate::state::{State, with};
use crate::texts::{self, Compiled, no_policy};
use corsac_javascript::CompiledPolicy;
use std::time::Duration;

#[cfg(target_family = "wasm")]
#[link(wasm_import_module = "host")]
unsafe extern "C" {
    /// Milliseconds since a fixed moment, which never changes for one instance.
    safe fn now() -> f64;
    /// Reports why the module is about to trap: a text in UTF-8.
    safe fn panicked(text: *const u8, length: usize);
}

/// On other targets the module is only type-checked, and never run.
#[cfg(not(target_family = "wasm"))]
fn now() -> f64 {
    0.0
}

fn clock() -> Duration {
    Duration::try_from_secs_f64(now() / 1000.0).unwrap_or(Duration::ZERO)
}

/// Prepares the instance. Call it once, before anything else.
// SAFETY: no other function has this name; the same holds below.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn start() {
    #[cfg(target_family = "wasm")]
    std::panic::set_hook(Box::new(|information| {
        // The place of the panic is not in the text, because the module may be compiled without the places of panics.
        let payload = information.payload();
        let text = payload.downcast_ref::<String>().map(String::as_str).or_else(|| payload.downcast_ref().copied());
        let text = text.unwrap_or_default();
        panicked(text.as_ptr(), text.len());
    }));
}

/// Makes room for this many bytes, and returns the address to which JavaScript writes them. The address is valid until
/// the next call to this function.
// SAFETY: see above.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn reserve(length: usize) -> *mut u8 {
    with(|state| {
        state.input.clear();
        state.input.resize(length, 0);
        state.input.shrink_to(length);
        state.input.as_mut_ptr()
    })
}

/// The address of the text that the last call made.
// SAFETY: see above.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn output() -> *const u8 {
    with(|state| state.output.as_ptr())
}

/// The length of that text in bytes.
// SAFETY: see above.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn output_length() -> usize {
    with(|state| state.output.len())
}

/// The engine's version.
// SAFETY: see above.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn version() -> i32 {
    with(|state| state.finish(Ok(env!("CARGO_PKG_VERSION").to_owned())))
}

/// The facts about CORS that JavaScript needs, as JSON.
// SAFETY: see above.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn facts() -> i32 {
    with(|state| state.finish(Ok(corsac_javascript::facts())))
}

/// Makes a text safe for a log.
// SAFETY: see above.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn printable(length: i32) -> i32 {
    with(|state| {
        let text = String::from_utf8_lossy(state.parts().0.take(length).unwrap_or_default()).into_owned();
        state.finish(Ok(corsac::binding::printable(&text)))
    })
}

/// Whether the protocol to which a client wants to switch is WebSocket.
// SAFETY: see above.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn is_web_socket(length: i32) -> i32 {
    with(|state| i32::from(corsac::binding::is_websocket(state.parts().0.take(length).unwrap_or_default())))
}

/// Whether a value of `CORSAC_DEBUG` asks for debugging. The module does not see the environment.
// SAFETY: see above.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn is_debug_value(length: i32) -> i32 {
    with(|state| i32::from(corsac::binding::is_debug_value(state.parts().0.take(length).unwrap_or_default())))
}

const REFUSED: i32 = -1;
const WRONG: i32 = -2;

/// Compiles a policy from a text in a format, or from the text of a file if there is a path. Answers
/// of functions are remembered if `seconds` is a number. Returns the policy's number, with its facts
/// as text; or -1, with the reason why the policy is refused; or -2, with what is wrong with the
/// call.
// SAFETY: see above.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn compile(
    format: usize,
    path: i32,
    length: i32,
    has_predicate: i32,
    size: u32,
    seconds: f64,
) -> i32 {
    with(|state| {
        let (mut input, policies) = state.parts();
        let bounds = (!seconds.is_nan()).then_some((size, seconds));
        let (file, text) = (input.take(path), input.take(length).unwrap_or_default());
        let (number, text) = match texts::compile(policies, file, text, format, has_predicate != 0, bounds, clock) {
            Ok(Compiled::Policy(number, facts)) => (number as i32, facts),
            Ok(Compiled::Refused(error)) => (REFUSED, error),
            Err(misuse) => (WRONG, misuse.to_string()),
        };
        state.output = text;
        number
    })
}

/// The reason why the file at the path in the buffer is not read, as text.
// SAFETY: see above.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn refused_file(path: i32, kind: usize) -> i32 {
    with(|state| {
        let result = texts::refused_file(state.parts().0.take(path).unwrap_or_default(), kind);
        state.finish(result)
    })
}

/// Drops a policy.
// SAFETY: see above.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn drop_policy(policy: u32) {
    with(|state| state.policies.remove(policy));
}

/// The index of the template for a request of any method except that of preflights, without
/// protection.
// SAFETY: see above.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn decide(policy: u32, origin: i32, path: i32, answer: i32) -> i32 {
    decided(policy, |compiled, input| actual(compiled, input, &Lengths { origin, path }, answer))
}

/// The index of the template for a request with the method of preflights.
// SAFETY: see above.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn decide_preflight(
    policy: u32,
    origin: i32,
    path: i32,
    method: i32,
    headers: i32,
    private_network: i32,
    answer: i32,
) -> i32 {
    let more = PreflightLengths { method, headers, private_network };
    decided(policy, |compiled, input| preflight(compiled, input, &Lengths { origin, path }, &more, answer))
}

/// The index of the template for the same requests as `decide`, with protection.
// SAFETY: see above.
#[unsafe(no_mangle)]
#[allow(clippy::too_many_arguments, reason = "only numbers can be passed")]
pub(crate) extern "C" fn decide_protected(
    policy: u32,
    origin: i32,
    path: i32,
    method: i32,
    host: i32,
    site: i32,
    upgrade: i32,
    key: i32,
    flags: i32,
    answer: i32,
) -> i32 {
    let more = ProtectionLengths { method, host, site, upgrade, key };
    decided(policy, |compiled, input| protected(compiled, input, &Lengths { origin, path }, &more, flags, answer))
}

#[inline]
fn decided(policy: u32, decide: impl FnOnce(&CompiledPolicy, crate::input::Input<'_>) -> i32) -> i32 {
    with(|state| {
        let (input, policies) = state.parts();
        // JavaScript has no template with this index, so the request fails.
        policies.get(policy).map_or(i32::MAX, |compiled| decide(compiled, input))
    })
}

/// A whole decision, as text.
// SAFETY: see above.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn evaluate(policy: u32, path: i32, method: i32, lines: i32, flags: i32, answer: i32) -> i32 {
    on_policy(policy, |compiled, input| texts::evaluate(compiled, input, path, method, lines, flags, answer))
}

/// A template of a policy, as text.
// SAFETY: see above.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn template(policy: u32, index: u32) -> i32 {
    on_policy(policy, |compiled, _| corsac_javascript::template(&compiled.policy, index))
}

/// Forgets the answers of functions.
// SAFETY: see above.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn forget_answers(policy: u32) {
    with(|state| state.policies.get(policy).map(CompiledPolicy::forget_answers));
}

/// Explains an exchange with the responses of a policy.
#[cfg(feature = "explain")]
// SAFETY: see above.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn explain(policy: u32, format: usize, length: i32) -> i32 {
    on_policy(policy, |compiled, mut input| {
        texts::explain(Some(compiled), input.take(length).unwrap_or_default(), format)
    })
}

/// Explains an exchange.
#[cfg(feature = "explain")]
// SAFETY: see above.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn diagnose(format: usize, length: i32) -> i32 {
    with(|state| {
        let result = texts::explain(None, state.parts().0.take(length).unwrap_or_default(), format);
        state.finish(result)
    })
}

/// The block to print about a decision while its server is developed; empty if there is nothing new.
#[cfg(feature = "explain")]
// SAFETY: see above.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn debug_decision(policy: u32, index: u32, method: i32, lines: i32, path: i32) -> i32 {
    on_policy(policy, |compiled, input| texts::debug_decision(compiled, input, index, [method, lines, path]))
}

/// The block to print about a response; empty if there is nothing new.
#[cfg(feature = "explain")]
// SAFETY: see above.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn debug_response(
    policy: u32,
    index: u32,
    method: i32,
    lines: i32,
    path: i32,
    status: u32,
    headers: i32,
) -> i32 {
    on_policy(policy, |compiled, input| {
        texts::debug_response(compiled, input, index, [method, lines, path], status, headers)
    })
}

/// The next step of a simulated browser.
#[cfg(feature = "explain")]
// SAFETY: see above.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn browser_session(exchange: i32, answers: i32) -> i32 {
    with(|state| {
        let result = texts::browser_session(state.parts().0, exchange, answers);
        state.finish(result)
    })
}

/// Returns the issues of a policy, and a browser's reaction to an exchange with it. If `captured` is set, the responses
/// are those of the exchange instead of the policy's.
#[cfg(feature = "playground")]
// SAFETY: see above.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn examine(policy: i32, exchange: i32, captured: i32) -> i32 {
    playground_call(|mut input| {
        let policy = input.take(policy).unwrap_or_default();
        crate::playground::examine(policy, input.take(exchange).unwrap_or_default(), captured != 0)
    })
}

/// The edits that fix what [`examine`] finds, as far as they can be tried within `milliseconds`.
#[cfg(feature = "playground")]
// SAFETY: see above.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn edits(policy: i32, exchange: i32, milliseconds: f64) -> i32 {
    let end = now() + milliseconds;
    playground_call(|mut input| {
        let policy = input.take(policy).unwrap_or_default();
        crate::playground::edits(policy, input.take(exchange).unwrap_or_default(), || now() < end)
    })
}

/// Reads a text about a request that a person has pasted.
#[cfg(feature = "playground")]
// SAFETY: see above.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn read_pasted(length: i32) -> i32 {
    playground_call(|mut input| crate::playground::read_pasted(input.take(length).unwrap_or_default()))
}

#[cfg(feature = "playground")]
fn playground_call(call: impl FnOnce(crate::input::Input<'_>) -> String) -> i32 {
    with(|state| {
        let text = call(state.parts().0);
        state.finish(Ok(text))
    })
}

fn on_policy(
    policy: u32,
    call: impl FnOnce(&CompiledPolicy, crate::input::Input<'_>) -> corsac_javascript::Result<String>,
) -> i32 {
    with(|state: &mut State| {
        let (input, policies) = state.parts();
        let result = policies.get(policy).ok_or_else(no_policy).and_then(|compiled| call(compiled, input));
        state.finish(result)
    })
}
