//! `corsac_explain` and `corsac_diagnose`: from an exchange to its explanation.

use crate::explain::explanation::corsac_explanation;
use crate::explain::format::{corsac_explanation_format, explanation_format_number};
use crate::issues::error::corsac_error;
use crate::pointer;
use crate::policy::counted::corsac_policy;
use crate::policy::out_parameters::hand_over;
use crate::slice::corsac_slice;
use crate::status::corsac_status;
use engine::binding::explain_with;
use engine::browser::Exchange;
use std::ffi::c_char;

/// Explains how a browser handles a request and the responses that a policy gives: whether the script may read the
/// response, everything that is wrong, and which setting to change.
///
/// Parameters:
/// - `policy` is a policy. Its predicate is not asked; instead, `predicate` in the exchange is its answer.
/// - `exchange`, `len`: the exchange as JSON text in UTF-8, and its length in bytes. It has the request of the
///   page's script, and the application's own response if that is known. `docs/exchange.schema.json` describes it.
///   The text is not kept, and needs no NUL.
/// - `format` is a `corsac_explanation_format`.
/// - `out`: where the explanation is stored; NULL on failure.
/// - `err`: where the error is stored on `CORSAC_EXCHANGE`; otherwise NULL is stored there. `err` itself may be
///   NULL.
///
/// Returns: `CORSAC_OK`, whatever the verdict is; `CORSAC_EXCHANGE` with all problems of the exchange at once;
/// `CORSAC_NULL`; `CORSAC_BAD_SIZE`, also for a number that is not a format; `CORSAC_PANIC`.
///
/// Ownership: the explanation and the error belong to the caller (`corsac_explanation_free`, `corsac_error_free`).
///
/// Threads: any, at the same time, with the same policy; with a stack of 128 KiB or more, because exchanges can be nested.
///
/// Source: docs/specification.md, sections 8 and 9.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn corsac_explain(
    policy: *const corsac_policy,
    exchange: *const c_char,
    len: usize,
    format: explanation_format_number,
    out: *mut *mut corsac_explanation,
    err: *mut *mut corsac_error,
) -> corsac_status {
    let policy = || {
        // SAFETY: NULL or a policy of ours, by the caller's contract.
        Ok(Some(&unsafe { pointer::reference(policy)? }.policy))
    };
    // SAFETY: the contract of this function is `explained`'s.
    unsafe { explained(policy, corsac_slice { ptr: exchange, len }, format, out, err) }
}

/// Explains how a browser handles a request and the responses that any server gave. There is no policy, and the
/// exchange has the responses that the browser got, including the response to the preflight. Everything else is as
/// for `corsac_explain`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn corsac_diagnose(
    exchange: *const c_char,
    len: usize,
    format: explanation_format_number,
    out: *mut *mut corsac_explanation,
    err: *mut *mut corsac_error,
) -> corsac_status {
    // SAFETY: the contract of this function is `explained`'s.
    unsafe { explained(|| Ok(None), corsac_slice { ptr: exchange, len }, format, out, err) }
}

/// # Safety
///
/// The parameters are as `corsac_explain` requires.
unsafe fn explained<'p>(
    policy: impl FnOnce() -> Result<Option<&'p engine::Policy>, corsac_status>,
    exchange: corsac_slice,
    format: explanation_format_number,
    out: *mut *mut corsac_explanation,
    err: *mut *mut corsac_error,
) -> corsac_status {
    let make = || {
        // SAFETY: it is valid by the caller's contract.
        let exchange = unsafe { exchange.bytes()? }.ok_or(corsac_status::CORSAC_NULL)?;
        let format = corsac_explanation_format::from_number(format)?;
        let policy = policy()?;
        let explanation = Exchange::from_json(exchange).map(|exchange| explain_with(policy, &exchange));
        Ok(explanation
            .map(|explanation| match format {
                corsac_explanation_format::CORSAC_EXPLANATION_JSON => explanation.to_json(),
                corsac_explanation_format::CORSAC_EXPLANATION_TEXT => explanation.to_string(),
            })
            .map(|written| Box::into_raw(Box::new(corsac_explanation::new(&written))))
            .map_err(|error| (corsac_status::CORSAC_EXCHANGE, corsac_error::from(&error))))
    };
    // SAFETY: both point to writable pointers, by the caller's contract.
    unsafe { hand_over(out, err, make) }
}
