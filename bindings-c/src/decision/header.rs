//! `corsac_header`: one header of a decision.

use crate::slice::corsac_slice;
use engine::Op;

/// How a header is applied to the response; `corsac_decision_apply` does it. Numbers are never reused.
#[repr(i32)]
#[derive(Clone, Copy)]
pub enum corsac_op {
    /// Replace whatever the application set.
    CORSAC_OP_SET = 0,
    /// Add another line with the same name. Leave it out if a `CORSAC_OP_DEFAULT` before it was left out.
    CORSAC_OP_ADD = 1,
    /// Merge into the application's own value: `corsac_vary_merge`.
    CORSAC_OP_MERGE = 2,
    /// Remove the application's lines of this name. The value is empty.
    CORSAC_OP_REMOVE = 3,
    /// Set the header unless the application has set it. If the application has, leave out all further headers
    /// with this op as well, so that corsac's own headers are never sent with an origin that the policy did not
    /// decide on.
    CORSAC_OP_DEFAULT = 4,
}

/// An operation as C passes it, which can be any number.
pub type op_number = i32;

// The engine's numbers are passed on as they are.
const _: () = {
    assert!(Op::Set as op_number == corsac_op::CORSAC_OP_SET as op_number);
    assert!(Op::Add as op_number == corsac_op::CORSAC_OP_ADD as op_number);
    assert!(Op::Merge as op_number == corsac_op::CORSAC_OP_MERGE as op_number);
    assert!(Op::Default as op_number == corsac_op::CORSAC_OP_DEFAULT as op_number);
    // The engine has no operation for removing. Its decisions have a separate list of the headers to remove.
    assert!(corsac_op::CORSAC_OP_REMOVE as op_number == 3);
};

/// One header of a decision.
#[repr(C)]
#[derive(Clone, Copy, PartialEq)]
pub struct corsac_header {
    /// The name, in lower case; static and NUL-terminated.
    pub name: corsac_slice,
    /// The value. It borrows from the policy (NUL-terminated then) or from the request (not NUL-terminated).
    pub value: corsac_slice,
    /// How the header is applied to the response.
    pub op: op_number,
    /// For the library's own use: `corsac_decision_apply` recognises the name by it. It can be zero in a header that you
    /// write yourself.
    pub number: u32,
}
