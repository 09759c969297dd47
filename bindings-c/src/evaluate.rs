//! Deciding on a request: `corsac_policy_evaluate`, `_resolve`, and `_evaluate_with` a predicate.

use crate::decision::{Out, corsac_decision};
use crate::guard;
use crate::policy::corsac_policy;
use crate::request::{self, corsac_request};
use crate::slice::corsac_slice;
use crate::status::corsac_status;
use engine::{Evaluation, Pending, PredicateAnswer, Request};
use std::ffi::c_void;

/// What a predicate says of an origin. Numbers are never reused.
#[repr(i32)]
#[derive(Clone, Copy)]
pub enum corsac_answer {
    /// The origin is refused.
    CORSAC_ANSWER_DENY = 0,
    /// The origin may read the response.
    CORSAC_ANSWER_ALLOW = 1,
    /// The predicate failed: the origin is refused, and the decision's reason says why.
    CORSAC_ANSWER_FAILED = 2,
}

/// An answer as C hands it over: any number.
pub type answer_number = i32;

/// What is not an answer is a failure.
pub(crate) fn answer(number: answer_number) -> PredicateAnswer {
    const DENY: answer_number = corsac_answer::CORSAC_ANSWER_DENY as answer_number;
    const ALLOW: answer_number = corsac_answer::CORSAC_ANSWER_ALLOW as answer_number;
    match number {
        DENY => PredicateAnswer::Deny,
        ALLOW => PredicateAnswer::Allow,
        _ => PredicateAnswer::Failed,
    }
}

/// An origin predicate: whether an origin that no pattern matched may read the response to this request.
///
/// The origin is well-formed and never `null`. `user` is what was given to `corsac_policy_evaluate_with`. It is
/// called on the same thread, before that function returns. It may not throw or `longjmp`.
pub type corsac_predicate = Option<
    unsafe extern "C" fn(origin: corsac_slice, request: *const corsac_request, user: *mut c_void) -> answer_number,
>;

/// # Safety
///
/// As `corsac_policy_evaluate` says.
#[inline]
unsafe fn decide<'a>(
    policy: *const corsac_policy,
    request: *const corsac_request,
    out: *mut corsac_decision,
    ask: impl FnOnce(Pending<'a>) -> Option<PredicateAnswer>,
) -> corsac_status {
    guard::status(|| {
        // SAFETY: `out` is the caller's struct, by the caller's contract. First of all: an error must leave a refusal.
        let out = unsafe { Out::refuse(out)? };
        // SAFETY: NULL or a policy of ours, which lives as long as the caller uses the decision.
        let policy: &'a corsac_policy = unsafe { guard::reference(policy)? };
        let mut seen = Request::default();
        // SAFETY: the request's slices hold as long as the caller uses the decision.
        unsafe { request::read(request, policy.protected, &mut seen)? };
        match policy.policy.evaluate(&seen) {
            Evaluation::Decided(decision) => out.fill(&decision),
            Evaluation::Ask(pending) => match ask(pending) {
                Some(answer) => out.fill(&pending.resolve(answer)),
                None => {
                    out.ask();
                    Ok(())
                }
            },
        }
    })
}

/// Decides on a request. It allocates nothing.
///
/// Parameters:
/// - `policy` is a policy.
/// - `request` is the request; its `size` and `method` are set.
/// - `out` is where the decision goes; its `size` is set.
///
/// Returns: `CORSAC_OK`; `CORSAC_NULL`; `CORSAC_BAD_SIZE`; `CORSAC_PANIC`. On failure `out` is a refusal, as far as its
/// `size` reaches.
///
/// Lifetime: the decision borrows from the policy and from the request's slices.
///
/// Threads: any, at the same time, with the same policy.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn corsac_policy_evaluate(
    policy: *const corsac_policy,
    request: *const corsac_request,
    out: *mut corsac_decision,
) -> corsac_status {
    // SAFETY: the contract of this function is `decide`'s.
    unsafe { decide(policy, request, out, |_| None) }
}

/// Decides on a request for which `corsac_policy_evaluate` said `CORSAC_ASK`, with the predicate's answer.
///
/// Parameters: as `corsac_policy_evaluate`, with the same request; `answer` is a `corsac_answer`, any other number
/// counts as `CORSAC_ANSWER_FAILED`. Where the policy does not ask about the request, the answer changes nothing.
///
/// Returns, lifetime, threads: as `corsac_policy_evaluate`. The decision never is `CORSAC_ASK`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn corsac_policy_resolve(
    policy: *const corsac_policy,
    request: *const corsac_request,
    answer: answer_number,
    out: *mut corsac_decision,
) -> corsac_status {
    // SAFETY: the contract of this function is `decide`'s.
    unsafe { decide(policy, request, out, |_| Some(self::answer(answer))) }
}

/// Decides on a request and asks the predicate where the policy says so: both of the above in one call.
///
/// Parameters: as `corsac_policy_evaluate`; `predicate` is called at most once, with `user`, which may be NULL. It may
/// not free the last reference to the policy: hold one until the call has returned and the decision is used.
///
/// Returns, lifetime, threads: as `corsac_policy_evaluate`; `CORSAC_NULL` also where `predicate` is NULL. The
/// decision never is `CORSAC_ASK`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn corsac_policy_evaluate_with(
    policy: *const corsac_policy,
    request: *const corsac_request,
    predicate: corsac_predicate,
    user: *mut c_void,
    out: *mut corsac_decision,
) -> corsac_status {
    let Some(predicate) = predicate else {
        // SAFETY: `out` is the caller's struct, by the caller's contract.
        return guard::status(|| unsafe { Out::refuse(out) }.and(Err(corsac_status::CORSAC_NULL)));
    };
    let ask = |pending: Pending<'_>| {
        // SAFETY: the caller vouches for the function; the origin and the request hold during the call.
        Some(answer(unsafe { predicate(corsac_slice::of(pending.origin()), request, user) }))
    };
    // SAFETY: the contract of this function is `decide`'s.
    unsafe { decide(policy, request, out, ask) }
}
