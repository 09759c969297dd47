//! The answers a policy can give, all rendered when the policy is built.
//!
//! A decision is one of these shapes and up to three pieces of the request, so that deciding copies nothing,
//! and a binding may prepare its own objects for each shape.

use crate::issues::code::Reason;
use crate::response::header_name::Name;
use std::ffi::CStr;
use std::sync::Arc;

/// Whether the application runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Action {
    /// Answer now; the application is not run.
    Respond = 0,
    /// Run the application, and put the headers on whatever response it makes.
    Continue = 1,
}

impl Action {
    /// `respond` or `continue`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Action::Respond => "respond",
            Action::Continue => "continue",
        }
    }
}

/// How a header goes on a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
#[non_exhaustive]
pub enum Op {
    /// Replaces whatever the application set.
    Set = 0,
    /// A further line of the same name; left out where a `Default` before it was.
    Add = 1,
    /// `Vary`: merged into what the application set ([`merge_vary`](crate::merge_vary)).
    Merge = 2,
    /// Taken off; the value is empty.
    Remove = 3,
    /// `keep_app_headers`: set unless the application has set it. Where the application has, the `Default` headers
    /// after it are left out too, so that no credentials are allowed beside another's origin.
    Default = 4,
}

/// The value of a header in a shape.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum SlotValue {
    /// A text that never changes.
    Static(&'static CStr),
    /// A text of this policy.
    Text(Arc<CStr>),
    /// The request's `Origin`, byte for byte.
    Origin,
    /// The request's `Access-Control-Request-Method`, one checked token.
    RequestMethod,
    /// The request's `Access-Control-Request-Headers`, as sent, checked.
    RequestHeaders,
}

/// One header of a shape.
#[derive(Clone, Debug)]
pub struct Slot {
    /// Its name.
    pub name: Name,
    /// Its value.
    pub value: SlotValue,
    /// How it goes on.
    pub op: Op,
}

/// One answer of a policy, but for the pieces of the request in it.
#[derive(Clone, Debug)]
pub struct Shape {
    pub(crate) index: u32,
    pub(crate) action: Action,
    pub(crate) status: Option<u16>,
    pub(crate) reason: Reason,
    pub(crate) reported: Option<Reason>,
    pub(crate) slots: Box<[Slot]>,
    pub(crate) removed: Box<[Name]>,
    pub(crate) replaced: Box<[Name]>,
}

impl Shape {
    /// Its place in [`Policy::shapes`](crate::Policy::shapes).
    #[must_use]
    pub fn index(&self) -> u32 {
        self.index
    }

    /// Whether the application runs.
    #[must_use]
    pub fn action(&self) -> Action {
        self.action
    }

    /// The status to answer with, where the application is not run.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.status
    }

    /// Why.
    #[must_use]
    pub fn reason(&self) -> Reason {
        self.reason
    }

    /// A refusal that was let pass and only reported.
    #[must_use]
    pub fn reported(&self) -> Option<Reason> {
        self.reported
    }

    /// The body to answer with, NUL-terminated; empty but for refusals.
    #[must_use]
    pub fn body(&self) -> &'static CStr {
        if self.status == Some(REFUSED) { self.reason.refusal() } else { c"" }
    }

    /// The headers, in the order in which they are sent.
    #[must_use]
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// The application's headers that come off and are not set anew.
    #[must_use]
    pub fn removed(&self) -> &[Name] {
        &self.removed
    }

    /// All of the application's headers that come off, whether or not they are set anew: for hosts that build a
    /// new list of headers.
    #[must_use]
    pub fn replaced(&self) -> &[Name] {
        &self.replaced
    }
}

/// The status of a refusal: what a binding answers with, too, where it has no decision.
pub const REFUSED: u16 = 403;
