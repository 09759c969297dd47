//! `corsac_decision`: what to do with one request.

use crate::guard;
use crate::reason::{self, reason_number};
use crate::slice::corsac_slice;
use crate::status::corsac_status;
use engine::{Action, Decision, Op};
use std::mem::{offset_of, size_of};
use std::ptr::addr_of_mut;

/// Whether the application runs. Numbers are never reused.
#[repr(i32)]
#[derive(Clone, Copy)]
pub enum corsac_action {
    /// Answer now with `status`, `headers` and `body`; the application is not run.
    CORSAC_RESPOND = 0,
    /// Run the application, and put the headers on whatever response it makes.
    CORSAC_CONTINUE = 1,
    /// Ask the predicate about the request's origin, then call `corsac_policy_resolve`. Only policies built with
    /// `has_predicate` ask.
    CORSAC_ASK = 2,
}

/// An action as the engine numbers it.
pub type action_number = i32;

/// How a header goes on the response. Numbers are never reused.
#[repr(i32)]
#[derive(Clone, Copy)]
pub enum corsac_op {
    /// Replace whatever the application set.
    CORSAC_OP_SET = 0,
    /// Add a further line of the same name; leave it out where a `CORSAC_OP_DEFAULT` before it was left out.
    CORSAC_OP_ADD = 1,
    /// Merge into what the application set: `corsac_vary_merge`.
    CORSAC_OP_MERGE = 2,
    /// Take the application's lines of this name off. The value is empty.
    CORSAC_OP_REMOVE = 3,
    /// Set it unless the application has set it. Once it has, all further headers of this op are left out as well:
    /// none of ours stands beside an origin that the policy did not decide on.
    CORSAC_OP_DEFAULT = 4,
}

/// An op as the engine numbers it.
pub type op_number = i32;

// The engine's numbers are passed on as they are.
const _: () = {
    assert!(Action::Respond as action_number == corsac_action::CORSAC_RESPOND as action_number);
    assert!(Action::Continue as action_number == corsac_action::CORSAC_CONTINUE as action_number);
    assert!(Op::Set as op_number == corsac_op::CORSAC_OP_SET as op_number);
    assert!(Op::Add as op_number == corsac_op::CORSAC_OP_ADD as op_number);
    assert!(Op::Merge as op_number == corsac_op::CORSAC_OP_MERGE as op_number);
    assert!(corsac_op::CORSAC_OP_REMOVE as op_number != Op::Default as op_number);
    assert!(Op::Default as op_number == corsac_op::CORSAC_OP_DEFAULT as op_number);
};

/// One header of a decision.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct corsac_header {
    /// The name, in lower case; static and NUL-terminated.
    pub name: corsac_slice,
    /// The value. It borrows from the policy (NUL-terminated then) or from the request (not NUL-terminated).
    pub value: corsac_slice,
    /// How it goes on the response.
    pub op: op_number,
}

/// The most headers that a decision has.
pub const CORSAC_MAX_HEADERS: usize = 16;

/// What to do with one request. Set `size` to `sizeof(corsac_decision)` before the call.
///
/// Every call first makes it a refusal (`CORSAC_RESPOND`, 403, no headers), so that whoever ignores a failed
/// call's status refuses. With a `size` that is too small only the fields before `body` are written, and only if it
/// reaches that far.
///
/// Its slices borrow from the policy and from the request's slices, and hold as long as both do.
#[repr(C)]
pub struct corsac_decision {
    /// `sizeof(corsac_decision)`.
    pub size: usize,
    /// Whether the application runs.
    pub action: action_number,
    /// The status to answer with; 0 where the application answers.
    pub status: u16,
    /// Why the decision is what it is; `CORSAC_REASON_NONE` if there is none yet.
    pub reason: reason_number,
    /// A refusal that was let pass and only reported, else `CORSAC_REASON_NONE`.
    pub reported: reason_number,
    /// The body to answer with; static and NUL-terminated, mostly empty.
    pub body: corsac_slice,
    /// How many of `headers` are filled.
    pub header_count: usize,
    /// The headers to put on the response: first those to take off, then the others in the order in which they are sent.
    /// Those past `header_count` are not written.
    pub headers: [corsac_header; CORSAC_MAX_HEADERS],
}

/// The size that the first version of the header had. Later fields are written only where `size` reaches them.
const FIRST: usize = offset_of!(corsac_decision, headers) + size_of::<[corsac_header; CORSAC_MAX_HEADERS]>();

/// A caller's decision, which is a refusal until it is filled.
pub(crate) struct Out(*mut corsac_decision);

impl Out {
    /// Makes a decision a refusal.
    ///
    /// # Safety
    ///
    /// Unless NULL, `out` points to a writable struct of the size that it says, which nobody else uses now.
    #[inline]
    pub(crate) unsafe fn refuse(out: *mut corsac_decision) -> Result<Self, corsac_status> {
        // SAFETY: the caller's contract is this function's own.
        let enough = unsafe { guard::check_size(out, FIRST) };
        // SAFETY: as above. What a smaller struct has room for says no too, lest it says what an earlier call said.
        unsafe { guard::check_size(out, offset_of!(corsac_decision, body))? };
        // SAFETY: not NULL, and large enough for the fields before `body`.
        unsafe {
            addr_of_mut!((*out).action).write(Action::Respond as action_number);
            addr_of_mut!((*out).status).write(engine::binding::REFUSAL_STATUS);
            addr_of_mut!((*out).reason).write(reason::NONE);
            addr_of_mut!((*out).reported).write(reason::NONE);
        }
        enough?;
        // SAFETY: not NULL, and large enough for all fields.
        unsafe {
            addr_of_mut!((*out).body).write(corsac_slice::of_c_str(c""));
            addr_of_mut!((*out).header_count).write(0);
        }
        Ok(Out(out))
    }

    /// Says that the predicate is to be asked. All else stays a refusal.
    #[inline]
    pub(crate) fn ask(self) {
        // SAFETY: `refuse` checked the pointer, and its caller vouched for it.
        unsafe { addr_of_mut!((*self.0).action).write(corsac_action::CORSAC_ASK as action_number) };
    }

    /// Writes the decision.
    #[inline]
    pub(crate) fn fill(self, decision: &Decision<'_>) -> Result<(), corsac_status> {
        let removed = decision.removed().iter().map(|name| corsac_header {
            name: corsac_slice::of_c_str(name.as_c_str()),
            value: corsac_slice::of_c_str(c""),
            op: corsac_op::CORSAC_OP_REMOVE as op_number,
        });
        let put = decision.headers().map(|header| corsac_header {
            name: corsac_slice::of_c_str(header.name.as_c_str()),
            value: corsac_slice::of(header.value),
            op: header.op as op_number,
        });
        let mut count = 0;
        for header in removed.chain(put) {
            if count == CORSAC_MAX_HEADERS {
                return Err(corsac_status::CORSAC_PANIC);
            }
            // SAFETY: as in `ask`; `count` is below the array's length.
            unsafe { addr_of_mut!((*self.0).headers).cast::<corsac_header>().add(count).write(header) };
            count += 1;
        }
        // SAFETY: as in `ask`.
        unsafe {
            addr_of_mut!((*self.0).header_count).write(count);
            addr_of_mut!((*self.0).body).write(corsac_slice::of_c_str(decision.template().body()));
            addr_of_mut!((*self.0).reason).write(reason::number(Some(decision.reason())));
            addr_of_mut!((*self.0).reported).write(reason::number(decision.reported()));
            addr_of_mut!((*self.0).status).write(decision.status().unwrap_or(0));
            addr_of_mut!((*self.0).action).write(decision.action() as action_number);
        }
        Ok(())
    }
}
