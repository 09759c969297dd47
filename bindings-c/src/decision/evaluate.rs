//! Deciding on a request: `corsac_policy_evaluate` and its variants for error pages and predicates.

use crate::decision::fields::corsac_decision;
use crate::decision::writer::DecisionWriter;
use crate::panic_boundary;
use crate::pointer;
use crate::policy::counted::corsac_policy;
use crate::predicate::answer::{answer_of, predicate_answer_number};
use crate::predicate::function::corsac_predicate;
use crate::request::fields::corsac_request;
use crate::request::read;
use crate::slice::corsac_slice;
use crate::status::corsac_status;
use engine::{Evaluation, Pending, PredicateAnswer, Request};
use std::ffi::c_void;

/// How the host serves the request.
enum Situation {
    /// The host serves it as it was sent.
    AsSent,
    /// The host continues it with this method.
    AsServed(corsac_slice),
    /// The host answers it with an error of its own.
    HostError,
}

/// # Safety
///
/// The contract is that of `corsac_policy_evaluate`.
#[inline]
unsafe fn decide<'a>(
    policy: *const corsac_policy,
    request: *const corsac_request,
    situation: Situation,
    out: *mut corsac_decision,
    ask: impl FnOnce(Pending<'a>) -> Option<PredicateAnswer>,
) -> corsac_status {
    panic_boundary::status(|| {
        // SAFETY: `out` is the caller's struct, by the caller's contract. This comes first, because an error must leave
        // a refusal.
        let out = unsafe { DecisionWriter::refuse(out)? };
        // SAFETY: NULL or a policy of ours, which lives as long as the caller uses the decision.
        let policy: &'a corsac_policy = unsafe { pointer::reference(policy)? };
        let mut seen = Request::default();
        // SAFETY: the request's slices are valid as long as the caller uses the decision.
        unsafe { read::read(request, policy.protected, &mut seen)? };
        let evaluation = match situation {
            Situation::AsSent => policy.policy.evaluate(&seen),
            Situation::HostError => policy.policy.evaluate_host_error(&seen),
            Situation::AsServed(served) => {
                // SAFETY: it is valid by the caller's contract.
                let served = unsafe { served.bytes()? }.ok_or(corsac_status::CORSAC_NULL)?;
                policy.policy.evaluate_as_served(&seen, served)
            }
        };
        match evaluation {
            Evaluation::Decided(decision) => out.fill(&policy.headers, &decision),
            Evaluation::Ask(pending) => match ask(pending) {
                Some(answer) => out.fill(&policy.headers, &pending.resolve(answer)),
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
/// - `request` is the request, with its `size` and `method` set.
/// - `out` is where the decision is stored. Its `size` has to be set.
///
/// Returns: `CORSAC_OK`; `CORSAC_NULL`; `CORSAC_BAD_SIZE`; `CORSAC_PANIC`. On failure, those fields of `out` that its
/// `size` includes are a refusal.
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
    unsafe { decide(policy, request, Situation::AsSent, out, |_| None) }
}

/// Decides on a request that the server continues with another method. Servers turn a request into a GET when they
/// fetch their error page, or when a backend redirects the request inside the server. This function allocates nothing.
///
/// The decision is the same as that of `corsac_policy_evaluate`, so that a page may read the errors that it caused. But
/// if `protection` refuses the client's request as a write, the decision is about the request with the method `served`:
/// the write has been done already, or never will be, and an error page is not a write. If `served` is the client's
/// method, this is the same as `corsac_policy_evaluate`.
///
/// Parameters: as for `corsac_policy_evaluate`; `request` is the client's, `served` is the method with which the server
/// continues.
///
/// Returns, lifetime, threads: as for `corsac_policy_evaluate`; `CORSAC_NULL` also if `served` is absent. If the
/// decision is `CORSAC_ASK`, `corsac_policy_resolve` decides on the client's request.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn corsac_policy_evaluate_as_served(
    policy: *const corsac_policy,
    request: *const corsac_request,
    served: corsac_slice,
    out: *mut corsac_decision,
) -> corsac_status {
    // SAFETY: the contract of this function is `decide`'s.
    unsafe { decide(policy, request, Situation::AsServed(served), out, |_| None) }
}

/// Decides on an error with which the server itself answers a request, because it could not read all of the request
/// or the request is too large. It allocates nothing.
///
/// The decision is the same as that of `corsac_policy_evaluate`, so that a page may read why its request failed. But if
/// that decision would be `CORSAC_RESPOND`, the error replaces the response, and the decision is the one for a request
/// without `Origin`: no origin is allowed by name. The action is `CORSAC_CONTINUE`: send the error with the decision's
/// headers.
///
/// Parameters: as for `corsac_policy_evaluate`; any part of the request that could not be read is absent.
///
/// Returns, lifetime, threads: as for `corsac_policy_evaluate`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn corsac_policy_evaluate_host_error(
    policy: *const corsac_policy,
    request: *const corsac_request,
    out: *mut corsac_decision,
) -> corsac_status {
    // SAFETY: the contract of this function is `decide`'s.
    unsafe { decide(policy, request, Situation::HostError, out, |_| None) }
}

/// Decides on a request for which `corsac_policy_evaluate` said `CORSAC_ASK`, with the predicate's answer.
///
/// Parameters: as for `corsac_policy_evaluate`, with the same request; `answer` is a `corsac_predicate_answer`; any
/// other number counts as `CORSAC_PREDICATE_FAILED`. If the policy does not ask about the request, the answer
/// changes nothing.
///
/// Returns, lifetime, threads: as for `corsac_policy_evaluate`. The decision is never `CORSAC_ASK`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn corsac_policy_resolve(
    policy: *const corsac_policy,
    request: *const corsac_request,
    answer: predicate_answer_number,
    out: *mut corsac_decision,
) -> corsac_status {
    // SAFETY: the contract of this function is `decide`'s.
    unsafe { decide(policy, request, Situation::AsSent, out, |_| Some(answer_of(answer))) }
}

/// Decides on a request and asks the predicate if that is needed. It combines `corsac_policy_evaluate` and
/// `corsac_policy_resolve` in one call.
///
/// Parameters: as for `corsac_policy_evaluate`; `predicate` is called at most once, with `user`, which may be NULL. It
/// must not free the last reference to the policy: keep a reference until the call has returned and the decision has
/// been used.
///
/// Returns, lifetime, threads: as for `corsac_policy_evaluate`; `CORSAC_NULL` also if `predicate` is NULL. The decision
/// is never `CORSAC_ASK`.
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
        return panic_boundary::status(|| unsafe { DecisionWriter::refuse(out) }.and(Err(corsac_status::CORSAC_NULL)));
    };
    let ask = |pending: Pending<'_>| {
        // SAFETY: the caller vouches for the function; the origin and the request are valid during the call.
        Some(answer_of(unsafe { predicate(corsac_slice::of(pending.origin()), request, user) }))
    };
    // SAFETY: the contract of this function is `decide`'s.
    unsafe { decide(policy, request, Situation::AsSent, out, ask) }
}
