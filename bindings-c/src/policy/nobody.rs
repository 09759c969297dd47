//! `corsac_policy_nobody`: the policy that allows nobody.

use crate::issues::error::corsac_error;
use crate::policy::counted::corsac_policy;
use crate::policy::out_parameters::{hand_over, refused};
use crate::status::corsac_status;
use engine::Policy;
use std::ptr::null_mut;
use std::sync::Arc;

/// Builds the policy that allows no origin, for servers that cannot know which policy is in force.
/// It removes the application's CORS headers, and the response varies on `Origin`.
///
/// Parameters: `out`: where the policy is stored; NULL on failure.
///
/// Returns: `CORSAC_OK`; `CORSAC_NULL`; `CORSAC_PANIC`.
///
/// Ownership: the policy belongs to the caller (`corsac_policy_free`).
///
/// Threads: any, with the stack that building a policy needs.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn corsac_policy_nobody(out: *mut *mut corsac_policy) -> corsac_status {
    let make = || {
        let policy = Policy::nobody().map_err(|error| refused(&error));
        Ok(policy.map(|policy| Arc::into_raw(Arc::new(corsac_policy::from(policy))).cast_mut()))
    };
    // SAFETY: `out` is writable by the caller's contract.
    unsafe { hand_over(out, null_mut::<*mut corsac_error>(), make) }
}
