//! Writing a decision into the caller's struct. Until it is written, the struct is a refusal.

use crate::decision::action::{action_number, corsac_action};
use crate::decision::fields::{CORSAC_MAX_HEADERS, corsac_decision};
use crate::decision::header::corsac_header;
use crate::decision::prepared::PreparedHeaders;
use crate::decision::reason;
use crate::pointer;
use crate::slice::corsac_slice;
use crate::status::corsac_status;
use engine::{Action, Decision};
use std::mem::{offset_of, size_of};
use std::ptr::addr_of_mut;

/// The size in the first version of the header. Later fields are written only if `size` includes them.
pub(crate) const FIRST: usize = offset_of!(corsac_decision, headers) + size_of::<[corsac_header; CORSAC_MAX_HEADERS]>();

/// The size up to the fields that say whether the request is refused.
pub(crate) const BEFORE_BODY: usize = offset_of!(corsac_decision, body);

/// A caller's decision. It is a refusal until it is filled.
pub(crate) struct DecisionWriter(*mut corsac_decision);

impl DecisionWriter {
    /// Makes a decision a refusal.
    ///
    /// # Safety
    ///
    /// Unless NULL, `out` points to a writable struct of the size that it says, which nobody else uses now.
    #[inline]
    pub(crate) unsafe fn refuse(out: *mut corsac_decision) -> Result<Self, corsac_status> {
        // SAFETY: the caller's contract is this function's own.
        let enough = unsafe { pointer::check_size(out, FIRST) };
        // SAFETY: as above. The fields of a smaller struct become a refusal too, and keep no values of an
        // earlier call.
        unsafe { pointer::check_size(out, BEFORE_BODY)? };
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
        Ok(DecisionWriter(out))
    }

    /// Records that the predicate has to be asked. All other fields stay those of a refusal.
    #[inline]
    pub(crate) fn ask(self) {
        // SAFETY: `refuse` checked the pointer, and its caller vouched for it.
        unsafe { addr_of_mut!((*self.0).action).write(corsac_action::CORSAC_ASK as action_number) };
    }

    /// Writes the decision. `prepared` are the headers of its policy.
    #[inline]
    pub(crate) fn fill(self, prepared: &PreparedHeaders, decision: &Decision<'_>) -> Result<(), corsac_status> {
        // Every template of the policy is prepared.
        let response = prepared.of(decision.template()).ok_or(corsac_status::CORSAC_PANIC)?;
        // SAFETY: as in `ask`; the response has been found by the decision's template.
        let count = unsafe { response.copy(decision, addr_of_mut!((*self.0).headers).cast()) };
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
