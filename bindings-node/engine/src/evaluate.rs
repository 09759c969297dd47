//! The general way to decide: from all headers of a request to a whole decision, as JSON. The file also has functions
//! that the fast calls use.

use crate::compiled_policy::{CompiledPolicy, FunctionAnswer, Outcome};
use crate::json;
use crate::latin1::bytes_of_latin1;
use crate::misuse::Result;
use corsac::{PredicateAnswer, Request, RequestHeaders};

/// Evaluates a request with these header lines. `path` has one character for each byte that was sent, in UTF-8.
///
/// Returns JSON: `[action, status, headers, body, reason, reported]`, or `[route, origin]` if a function has to be asked.
///
/// # Errors
///
/// No error is known to occur. This returns a `Result` only because the other calls do.
pub fn evaluate<'a>(
    policy: &CompiledPolicy,
    method: &[u8],
    lines: impl Iterator<Item = (&'a [u8], &'a [u8])>,
    path: Option<&mut [u8]>,
    flags: i32,
    answer: Option<FunctionAnswer>,
) -> Result<String> {
    let mut headers = RequestHeaders::default();
    for (name, value) in lines {
        headers.push(name, value);
    }
    let path = path.map(bytes_of_latin1);
    let mut request = headers.request(method, path);
    set_flags(&mut request, flags);
    match policy.decide(&request, || Ok::<_, crate::Misuse>(answer))? {
        Outcome::Decided(decision) => Ok(json::decision(&decision)),
        Outcome::Ask(pending) => Ok(json::question(&pending)),
    }
}

const SECURE: i32 = 1;
const WEBSOCKET: i32 = 2;
const PATH_DECODED: i32 = 4;

/// Sets the facts that the host knows about a connection. JavaScript passes them as bits.
pub fn set_flags(request: &mut Request<'_>, bits: i32) {
    request.secure = bits & SECURE != 0;
    request.websocket = bits & WEBSOCKET != 0;
    request.path_decoded = bits & PATH_DECODED != 0;
}

/// Bits that JavaScript adds to the number of an answer.
const STALE: i32 = 4;
const ERROR_RESPONSE: i32 = 8;

/// Reads the result of asking JavaScript's function: the number of a [`PredicateAnswer`], and the bits above.
#[must_use]
pub fn function_answer(number: i32) -> Option<FunctionAnswer> {
    let answers = [PredicateAnswer::Deny, PredicateAnswer::Allow, PredicateAnswer::Failed];
    let answer = answers.into_iter().find(|answer| *answer as i32 == number & !STALE & !ERROR_RESPONSE)?;
    Some(FunctionAnswer { answer, is_stale: number & STALE != 0, is_error_response: number & ERROR_RESPONSE != 0 })
}
