//! `corsac_policy`: a validated, compiled, immutable policy with a reference count.

use crate::decision::prepared::PreparedHeaders;
use crate::issues::issue::IssueTexts;
use crate::panic_boundary;
use crate::status::corsac_status;
use engine::Policy;
use std::ptr::null_mut;
use std::sync::Arc;

/// A validated, compiled policy. It is opaque and immutable, and any number of threads may use it at the same
/// time.
pub struct corsac_policy {
    pub(crate) policy: Policy,
    /// The headers of the policy's responses, some of whose texts belong to the policy.
    pub(crate) headers: PreparedHeaders,
    /// Whether the policy reads the fields that only protection needs.
    pub(crate) protected: bool,
    /// Whether the policy reads the request's path.
    pub(crate) by_path: bool,
    pub(crate) lints: Vec<IssueTexts>,
}

impl From<Policy> for corsac_policy {
    fn from(policy: Policy) -> Self {
        let lints = policy.lints().iter().map(IssueTexts::from).collect();
        let headers = PreparedHeaders::new(&policy);
        let needs = policy.needs();
        corsac_policy { protected: needs.protection, by_path: needs.path, headers, policy, lints }
    }
}

const _: () = {
    const fn any_thread<T: Send + Sync>() {}
    any_thread::<corsac_policy>();
};

/// Takes another reference to a caller's policy.
///
/// # Safety
///
/// `policy` is NULL or a policy of ours to which the caller holds a reference.
pub(crate) unsafe fn shared(policy: *const corsac_policy) -> Result<Arc<corsac_policy>, corsac_status> {
    if policy.is_null() {
        return Err(corsac_status::CORSAC_NULL);
    }
    // SAFETY: it came from `Arc::into_raw`, and the caller holds a reference; the reference that is added
    // here is the one that is taken.
    unsafe {
        Arc::increment_strong_count(policy);
        Ok(Arc::from_raw(policy))
    }
}

/// Takes another reference to a policy, which has to be given back separately. It costs one atomic addition.
///
/// Parameters: `policy` is a policy that has not been freed yet, or NULL.
///
/// Returns: the same policy; NULL for NULL.
///
/// Ownership: the new reference belongs to the caller, in addition to the old one.
///
/// Threads: any.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn corsac_policy_clone(policy: *const corsac_policy) -> *mut corsac_policy {
    panic_boundary::value(null_mut(), || {
        if !policy.is_null() {
            // SAFETY: it came from `Arc::into_raw`, and the caller holds a reference.
            unsafe { Arc::increment_strong_count(policy) };
        }
        policy.cast_mut()
    })
}

/// Gives back a reference to a policy. The policy is freed with its last reference.
///
/// Parameters: `policy` is a policy that has not been freed yet, or NULL, which does nothing.
///
/// Ownership: the library takes the reference. Decisions that borrow from the policy are valid as long as
/// another reference exists.
///
/// Threads: any.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn corsac_policy_free(policy: *mut corsac_policy) {
    panic_boundary::value((), || {
        if !policy.is_null() {
            // SAFETY: it came from `Arc::into_raw`, and the caller gives one reference back.
            unsafe { Arc::decrement_strong_count(policy.cast_const()) };
        }
    });
}
