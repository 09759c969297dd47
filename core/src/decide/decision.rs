//! `Decision`: what to do with one request.

use crate::issues::code::Reason;
use crate::response::header_name::Name;
use crate::response::template::{Action, Op, Shape, SlotValue};

/// One header of a decision. The value borrows from the policy or from the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header<'a> {
    /// Its name.
    pub name: Name,
    /// Its value.
    pub value: &'a [u8],
    /// How it goes on the response.
    pub op: Op,
}

/// What to do with one request.
#[derive(Clone, Copy, Debug)]
pub struct Decision<'a> {
    pub(crate) shape: &'a Shape,
    pub(crate) origin: &'a [u8],
    pub(crate) request_method: &'a [u8],
    pub(crate) request_headers: &'a [u8],
}

impl<'a> Decision<'a> {
    /// Whether the application runs.
    #[must_use]
    pub fn action(&self) -> Action {
        self.shape.action()
    }

    /// The status to answer with, where the application is not run.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.shape.status()
    }

    /// Why the decision is what it is.
    #[must_use]
    pub fn reason(&self) -> Reason {
        self.shape.reason()
    }

    /// A refusal that was let pass and only reported.
    #[must_use]
    pub fn reported(&self) -> Option<Reason> {
        self.shape.reported()
    }

    /// The body to answer with: empty, or one line that names the reason.
    #[must_use]
    pub fn body(&self) -> &'static str {
        self.shape.body().to_str().unwrap_or_default()
    }

    /// The headers to put on the response, in the order in which they are sent. `vary` is merged into what the
    /// application set; every other replaces it, or is a further line.
    pub fn headers(&self) -> impl Iterator<Item = Header<'a>> + use<'a> {
        let decision = *self;
        self.shape.slots().iter().map(move |slot| Header {
            name: slot.name,
            value: decision.value(&slot.value),
            op: slot.op,
        })
    }

    /// The bytes of a slot's value in this decision.
    #[must_use]
    pub fn value(&self, value: &'a SlotValue) -> &'a [u8] {
        match value {
            SlotValue::Static(text) => text.to_bytes(),
            SlotValue::Text(text) => text.to_bytes(),
            SlotValue::Origin => self.origin,
            SlotValue::RequestMethod => self.request_method,
            SlotValue::RequestHeaders => self.request_headers,
        }
    }

    /// The application's headers that come off and are not set anew.
    #[must_use]
    pub fn removed(&self) -> &'a [Name] {
        self.shape.removed()
    }

    /// The shape of the answer, for bindings that prepare their own objects for each.
    #[must_use]
    pub fn shape(&self) -> &'a Shape {
        self.shape
    }
}
