//! The blocks that a server prints while it is developed. Requests and responses are passed as a whole, since
//! this need not be fast.

use crate::compiled_policy::CompiledPolicy;
use crate::latin1::bytes_of_latin1;
use crate::misuse::{Misuse, Result};
use corsac::binding::Template;
use corsac::{Request, RequestHeaders};

/// A request that was decided, as the host's JavaScript describes it.
pub struct Decided<'a, L> {
    /// The index of the decision's template.
    pub index: u32,
    /// The method of the request.
    pub method: &'a [u8],
    /// The header lines of the request that policies read.
    pub lines: L,
    /// The path, with one character for each byte that was sent, in UTF-8.
    pub path: &'a mut [u8],
}

/// The block to print about a decision; none if there is nothing new.
///
/// # Errors
///
/// The policy has no such template.
pub fn debug_decision<'a>(
    policy: &CompiledPolicy,
    decided: Decided<'a, impl Iterator<Item = (&'a [u8], &'a [u8])>>,
) -> Result<Option<String>> {
    with_request(policy, decided, |request, path, template| {
        policy.debug_log.decision(&policy.policy, request, path, template)
    })
}

/// The block to print about the status and all headers of a response; none if there is nothing new.
///
/// # Errors
///
/// The policy has no such template.
pub fn debug_response<'a>(
    policy: &CompiledPolicy,
    decided: Decided<'a, impl Iterator<Item = (&'a [u8], &'a [u8])>>,
    status: u32,
    headers: &[(&[u8], &[u8])],
) -> Result<Option<String>> {
    let status = u16::try_from(status).unwrap_or_default();
    with_request(policy, decided, |request, path, template| {
        policy.debug_log.response(&policy.policy, request, path, template, status, headers)
    })
}

fn with_request<'a, T>(
    policy: &CompiledPolicy,
    decided: Decided<'a, impl Iterator<Item = (&'a [u8], &'a [u8])>>,
    then: impl FnOnce(&Request<'_>, &[u8], &Template) -> T,
) -> Result<T> {
    let Decided { index, method, lines, path } = decided;
    let template = policy.policy.templates().get(index as usize);
    let template = template.ok_or_else(|| Misuse::new("the policy has no such template"))?;
    let path = bytes_of_latin1(path);
    let mut headers = RequestHeaders::default();
    for (name, value) in lines {
        headers.push(name, value);
    }
    Ok(then(&headers.request(method, Some(path)), path, template))
}
