//! `corsac_policy_options`: facts about a policy that only the host knows.

use crate::pointer;
use crate::status::corsac_status;
use engine::PolicyBuilder;
use std::mem::size_of;
use std::ptr::addr_of;

/// Facts about a policy that only the host knows. First set all of the struct to zero, then set `size`.
#[repr(C)]
pub struct corsac_policy_options {
    /// `sizeof(corsac_policy_options)`.
    pub size: usize,
    /// Whether the host has an origin predicate, which decides about well-formed origins that no pattern matches.
    pub has_predicate: bool,
}

// A field that is added later has to begin after this size, because a caller's padding can contain
// anything.
const FIRST: usize = size_of::<usize>() * 2;

/// # Safety
///
/// Unless NULL, `options` points to a readable struct of the size that it says.
pub(crate) unsafe fn builder(options: *const corsac_policy_options) -> Result<PolicyBuilder, corsac_status> {
    if options.is_null() {
        return Ok(PolicyBuilder::new());
    }
    // SAFETY: the caller's contract is this function's own.
    unsafe { pointer::check_size(options, FIRST)? };
    // SAFETY: not NULL and large enough.
    let predicate = unsafe { pointer::flag(addr_of!((*options).has_predicate)) };
    Ok(PolicyBuilder::new().predicate(predicate))
}
