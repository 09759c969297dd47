//! Reading a decision back from the caller's struct.

use crate::decision::action::{action_number, corsac_action};
use crate::decision::fields::{CORSAC_MAX_HEADERS, corsac_decision};
use crate::decision::header::{corsac_header, corsac_op, op_number};
use crate::decision::reason;
use crate::decision::writer::{BEFORE_BODY, FIRST};
use crate::pointer;
use crate::status::corsac_status;
use engine::{Action, Header, HeaderName, Op, Reason};
use std::ptr::addr_of;

/// The changes that a decision makes to a response. They are read before any callback is called, so that a callback
/// may reuse the struct.
pub(crate) struct ReadDecision<'a> {
    pub(crate) action: Action,
    // Arrays, because a decision is read for every response of a server, and allocating memory would cost more than
    // everything else here.
    removed: [Option<HeaderName>; CORSAC_MAX_HEADERS],
    headers: [Option<Header<'a>>; CORSAC_MAX_HEADERS],
}

impl<'a> ReadDecision<'a> {
    /// Nothing has been read yet.
    pub(crate) const NONE: Self = ReadDecision {
        action: Action::Respond,
        removed: [None; CORSAC_MAX_HEADERS],
        headers: [None; CORSAC_MAX_HEADERS],
    };

    /// Reads a decision in place, because the arrays are too large to be moved.
    ///
    /// # Safety
    ///
    /// Unless NULL, `decision` points to a readable struct of the size that it says, of which `header_count` headers
    /// are filled; their slices are valid for `'a`.
    #[inline]
    pub(crate) unsafe fn read(&mut self, decision: *const corsac_decision) -> Result<(), corsac_status> {
        // SAFETY: the caller's contract is this function's own.
        unsafe { pointer::check_size(decision, FIRST)? };
        // SAFETY: not NULL, and large enough.
        let (action, count) = unsafe { ((*decision).action, (*decision).header_count) };
        self.action = action_of(action)?;
        if count > CORSAC_MAX_HEADERS {
            return Err(corsac_status::CORSAC_BAD_SIZE);
        }
        let (mut removed, mut headers) = (self.removed.iter_mut(), self.headers.iter_mut());
        for index in 0..count {
            // SAFETY: `index` is below the array's length, and the header is filled. Only this header is read,
            // without a reference to later ones, which may never have been written.
            let header = unsafe { addr_of!((*decision).headers).cast::<corsac_header>().add(index).read() };
            // SAFETY: the slices are valid by the caller's contract.
            let (name, value) = unsafe { (header.name.bytes()?, header.value.bytes()?) };
            let (name, value) = name.zip(value).ok_or(corsac_status::CORSAC_NULL)?;
            let name = name_of(name, header.number).ok_or(corsac_status::CORSAC_INVALID)?;
            match op_of(header.op)? {
                None => add(&mut removed, name),
                Some(op) => add(&mut headers, Header { name, value, op }),
            }
        }
        Ok(())
    }

    /// The names of the headers to remove.
    pub(crate) fn removed(&self) -> impl Iterator<Item = HeaderName> {
        self.removed.iter().map_while(|name| *name)
    }

    /// The other headers, in their order.
    pub(crate) fn headers(&self) -> impl Iterator<Item = Header<'a>> {
        self.headers.iter().map_while(|header| *header)
    }
}

/// The header with this name. If the name is the library's own text, the number says which, and no text is compared.
fn name_of(name: &[u8], number: u32) -> Option<HeaderName> {
    let hinted = usize::try_from(number).ok().and_then(|number| HeaderName::ALL.get(number).copied());
    hinted.filter(|known| std::ptr::eq(known.as_c_str().to_bytes(), name)).or_else(|| HeaderName::of(name))
}

/// Puts one into the next place of an array, which has as many places as a decision has headers.
fn add<'p, T: 'p>(free: &mut impl Iterator<Item = &'p mut Option<T>>, added: T) {
    if let Some(place) = free.next() {
        *place = Some(added);
    }
}

/// The action, the reason and the reported reason; none if nothing was decided.
///
/// # Safety
///
/// Unless NULL, `decision` points to a readable struct of the size that it says.
pub(crate) unsafe fn read_reasons(
    decision: *const corsac_decision,
) -> Result<Option<(Action, Reason, Option<Reason>)>, corsac_status> {
    // SAFETY: the caller's contract is this function's own.
    unsafe { pointer::check_size(decision, BEFORE_BODY)? };
    // SAFETY: not NULL, and large enough.
    let (action, reason, reported) = unsafe { ((*decision).action, (*decision).reason, (*decision).reported) };
    let (Ok(action), Some(reason)) = (action_of(action), reason::of(reason)) else { return Ok(None) };
    Ok(Some((action, reason, reason::of(reported))))
}

fn action_of(number: action_number) -> Result<Action, corsac_status> {
    const RESPOND: action_number = corsac_action::CORSAC_RESPOND as action_number;
    const CONTINUE: action_number = corsac_action::CORSAC_CONTINUE as action_number;
    match number {
        RESPOND => Ok(Action::Respond),
        CONTINUE => Ok(Action::Continue),
        _ => Err(corsac_status::CORSAC_INVALID),
    }
}

/// The engine's operation; none for a header that is removed.
fn op_of(number: op_number) -> Result<Option<Op>, corsac_status> {
    const REMOVE: op_number = corsac_op::CORSAC_OP_REMOVE as op_number;
    if number == REMOVE {
        return Ok(None);
    }
    let op = [Op::Set, Op::Add, Op::Merge, Op::Default].into_iter().find(|op| *op as op_number == number);
    op.map(Some).ok_or(corsac_status::CORSAC_INVALID)
}
