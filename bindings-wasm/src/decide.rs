//! Decisions: the calls take a few strings, and return the index of a template.

use crate::input::Input;
use corsac::Request;
use corsac::binding::PREFLIGHT_METHOD;
use corsac_javascript::{CompiledPolicy, bytes_of_latin1, function_answer, set_flags, template_index};
use std::convert::Infallible;

/// The lengths of the strings of a call, in the order of the strings in the buffer; negative if there is no string.
pub(crate) struct Lengths {
    pub(crate) origin: i32,
    pub(crate) path: i32,
}

/// The strings that only preflights have.
pub(crate) struct PreflightLengths {
    pub(crate) method: i32,
    pub(crate) headers: i32,
    pub(crate) private_network: i32,
}

/// The strings that only protection reads.
pub(crate) struct ProtectionLengths {
    pub(crate) method: i32,
    pub(crate) host: i32,
    pub(crate) site: i32,
    pub(crate) upgrade: i32,
    pub(crate) key: i32,
}

/// Decides on a request of any method except that of preflights, for policies without protection.
#[inline]
pub(crate) fn actual(policy: &CompiledPolicy, mut input: Input<'_>, lengths: &Lengths, answer: i32) -> i32 {
    let mut request = Request::default();
    request.origin = input.take(lengths.origin);
    request.path = path(&mut input, lengths.path);
    index(policy, &request, answer)
}

/// Decides on a request with the method of preflights, for all policies.
pub(crate) fn preflight(
    policy: &CompiledPolicy,
    mut input: Input<'_>,
    lengths: &Lengths,
    more: &PreflightLengths,
    answer: i32,
) -> i32 {
    let mut request = Request::new(PREFLIGHT_METHOD.as_bytes());
    request.origin = input.take(lengths.origin);
    request.path = path(&mut input, lengths.path);
    request.access_control_request_method = input.take(more.method);
    request.access_control_request_headers = input.take(more.headers);
    request.access_control_request_private_network = input.take(more.private_network);
    index(policy, &request, answer)
}

/// Decides on the same requests as [`actual`], for policies with protection.
pub(crate) fn protected(
    policy: &CompiledPolicy,
    mut input: Input<'_>,
    lengths: &Lengths,
    more: &ProtectionLengths,
    flags: i32,
    answer: i32,
) -> i32 {
    let mut request = Request::default();
    request.origin = input.take(lengths.origin);
    request.path = path(&mut input, lengths.path);
    request.method = input.take(more.method).unwrap_or_default();
    request.host = input.take(more.host);
    request.sec_fetch_site = input.take(more.site);
    request.upgrade = input.take(more.upgrade);
    request.sec_websocket_key = input.take(more.key);
    set_flags(&mut request, flags);
    index(policy, &request, answer)
}

fn path<'a>(input: &mut Input<'a>, length: i32) -> Option<&'a [u8]> {
    input.take_mut(length).map(bytes_of_latin1)
}

/// A negative answer means that no function was asked.
#[inline]
fn index(policy: &CompiledPolicy, request: &Request<'_>, answer: i32) -> i32 {
    let answer = || Ok::<_, Infallible>(function_answer(answer));
    template_index(policy, request, answer).unwrap_or(i32::MIN)
}
