//! The calls whose results are texts: JSON for JavaScript to read.

use crate::input::Input;
use crate::policies::Policies;
use corsac::binding::AnswerCache;
use corsac_javascript::{CacheBounds, CompiledPolicy, Misuse, Result};
use std::time::Duration;

const FORMATS: [&str; 5] = ["options", "middleware-options", "request-options", "json", "toml"];
#[cfg(feature = "explain")]
const EXCHANGE_FORMATS: [&str; 3] = ["json", "encoded", "captured"];

/// The result of compiling a policy.
pub(crate) enum Compiled {
    /// The policy's number, and its facts as JSON.
    Policy(u32, String),
    /// The reason why there is no policy, as JSON.
    Refused(String),
}

/// Builds a policy from the text of a file, or from a text in the format with this number.
pub(crate) fn compile(
    policies: &mut Policies,
    file: Option<&[u8]>,
    text: &[u8],
    format: usize,
    has_predicate: bool,
    bounds: CacheBounds,
    clock: fn() -> Duration,
) -> Result<Compiled> {
    let cache = corsac_javascript::new_cache(bounds, |size, time| AnswerCache::with_clock(size, time, clock))?;
    let built = match file {
        Some(path) => corsac_javascript::compile_file(&String::from_utf8_lossy(path), text, has_predicate),
        None => corsac_javascript::compile(name(&FORMATS, format)?, text, has_predicate)?,
    };
    Ok(match built {
        Err(error) => Compiled::Refused(corsac_javascript::config_error(&error)),
        Ok(policy) => {
            let facts = corsac_javascript::policy_facts(&policy);
            Compiled::Policy(policies.add(CompiledPolicy::new(policy, cache)), facts)
        }
    })
}

/// The reason why a file is not read.
pub(crate) fn refused_file(path: &[u8], kind: usize) -> Result<String> {
    let error = corsac_javascript::refused_file(&String::from_utf8_lossy(path), kind)?;
    Ok(corsac_javascript::config_error(&error))
}

/// A whole decision. The buffer has the path, the method, and the header lines. Each line begins
/// with the lengths of its name and value, as four bytes each in little-endian order.
pub(crate) fn evaluate(
    policy: &CompiledPolicy,
    mut input: Input<'_>,
    path: i32,
    method: i32,
    lines: i32,
    flags: i32,
    answer: i32,
) -> Result<String> {
    let path = input.take_mut(path);
    let method = input.take(method).unwrap_or_default();
    let lines = input.take(lines).unwrap_or_default();
    let answer = corsac_javascript::function_answer(answer);
    corsac_javascript::evaluate(policy, method, Lines::new(lines), path, flags, answer)
}

/// Strings, each with its length before it.
struct Strings<'a>(&'a [u8]);

impl<'a> Iterator for Strings<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<Self::Item> {
        let (length, rest) = self.0.split_first_chunk()?;
        let (string, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        self.0 = rest;
        Some(string)
    }
}

/// Pairs of the names and values that alternate in a list of strings.
struct Lines<'a>(Strings<'a>);

impl<'a> Lines<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Lines(Strings(bytes))
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        Some((self.0.next()?, self.0.next()?))
    }
}

#[cfg(feature = "explain")]
/// An explanation of the exchange in the buffer, with the responses of the policy if one is given.
pub(crate) fn explain(policy: Option<&CompiledPolicy>, text: &[u8], format: usize) -> Result<String> {
    corsac_javascript::explained(policy.map(|compiled| &compiled.policy), name(&EXCHANGE_FORMATS, format)?, text)
}

/// The block to print about a decision while its server is developed; empty if there is nothing new. In the buffer are the
/// method, the header lines as for [`evaluate`], and the path.
#[cfg(feature = "explain")]
pub(crate) fn debug_decision(
    policy: &CompiledPolicy,
    mut input: Input<'_>,
    index: u32,
    [method, lines, path]: [i32; 3],
) -> Result<String> {
    let decided = decided(&mut input, index, [method, lines, path]);
    corsac_javascript::debug_decision(policy, decided).map(Option::unwrap_or_default)
}

/// The block to print about a response; empty if there is nothing new. The response's header lines
/// come last in the buffer.
#[cfg(feature = "explain")]
pub(crate) fn debug_response(
    policy: &CompiledPolicy,
    mut input: Input<'_>,
    index: u32,
    [method, lines, path]: [i32; 3],
    status: u32,
    headers: i32,
) -> Result<String> {
    let decided = decided(&mut input, index, [method, lines, path]);
    let headers: Vec<_> = Lines::new(input.take(headers).unwrap_or_default()).collect();
    corsac_javascript::debug_response(policy, decided, status, &headers).map(Option::unwrap_or_default)
}

#[cfg(feature = "explain")]
fn decided<'a>(
    input: &mut Input<'a>,
    index: u32,
    [method, lines, path]: [i32; 3],
) -> corsac_javascript::Decided<'a, Lines<'a>> {
    corsac_javascript::Decided {
        index,
        method: input.take(method).unwrap_or_default(),
        lines: Lines::new(input.take(lines).unwrap_or_default()),
        path: input.take_mut(path).unwrap_or_default(),
    }
}

/// A simulated browser's next step after these answers. The JSON has its next request, or null, and
/// the exchange so far, both as texts. The buffer has the exchange, and the answers with the length
/// of each before it.
#[cfg(feature = "explain")]
pub(crate) fn browser_session(mut input: Input<'_>, exchange: i32, answers: i32) -> Result<String> {
    let exchange = input.take(exchange).unwrap_or_default();
    corsac_javascript::browser_session(exchange, Strings(input.take(answers).unwrap_or_default()))
}

fn name<'n>(names: &[&'n str], number: usize) -> Result<&'n str> {
    names.get(number).copied().ok_or_else(|| Misuse::new("there is no such format"))
}

/// The message if a policy was dropped, or belongs to another instance.
pub(crate) fn no_policy() -> Misuse {
    Misuse::new("there is no such policy")
}
