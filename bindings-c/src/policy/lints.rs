//! `corsac_policy_lint`: settings of a policy that are valid but useless or risky.

use crate::issues::issue::{corsac_issue, write_issue};
use crate::panic_boundary;
use crate::pointer;
use crate::policy::counted::corsac_policy;
use crate::status::corsac_status;

/// The number of lints that a policy has. A lint is about a setting that is valid but useless or risky. Log each lint
/// once, when the policy is built.
///
/// Parameters: `policy` is a policy, or NULL.
///
/// Returns: the number of lints; 0 for NULL.
///
/// Threads: any.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn corsac_policy_lint_count(policy: *const corsac_policy) -> usize {
    panic_boundary::value(0, || {
        // SAFETY: NULL or a policy of ours, by the caller's contract.
        unsafe { policy.as_ref() }.map_or(0, |policy| policy.lints.len())
    })
}

/// One lint of a policy.
///
/// Parameters:
/// - `policy` is a policy.
/// - `index` is below `corsac_policy_lint_count(policy)`.
/// - `out` is where the lint is stored. Its `size` has to be set.
///
/// Returns: `CORSAC_OK`; `CORSAC_NULL` if a pointer is NULL or there is no such lint; `CORSAC_BAD_SIZE`. If there is
/// no such lint, the slices of `out` are absent.
///
/// Lifetime: the texts are valid as long as the policy.
///
/// Threads: any.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn corsac_policy_lint(
    policy: *const corsac_policy,
    index: usize,
    out: *mut corsac_issue,
) -> corsac_status {
    panic_boundary::status(|| {
        // SAFETY: NULL or a policy of ours, by the caller's contract.
        let policy = unsafe { pointer::reference(policy)? };
        // SAFETY: `out` is the caller's struct, by the caller's contract.
        unsafe { write_issue(&policy.lints, index, out) }
    })
}
