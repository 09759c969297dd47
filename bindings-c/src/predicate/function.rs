//! `corsac_predicate`: the caller's function that is asked about an origin.

use crate::predicate::answer::predicate_answer_number;
use crate::request::fields::corsac_request;
use crate::slice::corsac_slice;
use std::ffi::c_void;

/// An origin predicate. It says whether an origin that no pattern matches may read the response to this request.
///
/// The origin is well-formed and never `null`. `user` is the pointer that was passed to
/// `corsac_policy_evaluate_with`. The predicate is called on the same thread, before that function returns. It must
/// not throw or `longjmp`.
pub type corsac_predicate = Option<
    unsafe extern "C" fn(
        origin: corsac_slice,
        request: *const corsac_request,
        user: *mut c_void,
    ) -> predicate_answer_number,
>;
