//! `Decision`: what to do with one request.

use crate::issues::code::Reason;
use crate::response::apply::{Precedence, ResponseHeaders, apply_headers};
use crate::response::header_name::HeaderName;
use crate::response::template::{Action, Header, Template, TemplateValue};

/// What to do with one request.
#[derive(Clone, Copy, Debug)]
pub struct Decision<'a> {
    pub(crate) template: &'a Template,
    pub(crate) origin: &'a [u8],
    pub(crate) request_method: &'a [u8],
    pub(crate) request_headers: &'a [u8],
}

impl<'a> Decision<'a> {
    /// Whether the application runs.
    #[must_use]
    pub fn action(&self) -> Action {
        self.template.action()
    }

    /// The status to answer with, where the application is not run.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.template.status()
    }

    /// Why the decision is what it is.
    #[must_use]
    pub fn reason(&self) -> Reason {
        self.template.reason()
    }

    /// A refusal that was let pass and only reported.
    #[must_use]
    pub fn reported(&self) -> Option<Reason> {
        self.template.reported()
    }

    /// The body to answer with: empty, or one line that names the reason.
    #[must_use]
    pub fn body(&self) -> &'static str {
        self.template.body().to_str().unwrap_or_default()
    }

    /// The headers to put on the response, in the order in which they are sent. [`Header::op`] says how each goes on;
    /// the application's lines of the names in [`removed`](Self::removed) come off first. [`apply_to`](Self::apply_to)
    /// does both.
    pub fn headers(&self) -> impl Iterator<Item = Header<'a>> + use<'a> {
        let decision = *self;
        self.template.headers().iter().map(move |header| Header {
            name: header.name,
            value: decision.value(&header.value),
            op: header.op,
        })
    }

    /// The bytes of a header's value in this decision.
    #[must_use]
    pub fn value(&self, value: &'a TemplateValue) -> &'a [u8] {
        match value {
            TemplateValue::Static(text) => text.to_bytes(),
            TemplateValue::Text(text) => text.to_bytes(),
            TemplateValue::Origin => self.origin,
            TemplateValue::RequestMethod => self.request_method,
            TemplateValue::RequestHeaders => self.request_headers,
        }
    }

    /// The names of the application's headers to remove before [`headers`](Self::headers) go on: those that corsac owns
    /// and this decision does not set.
    #[must_use]
    pub fn removed(&self) -> &'a [HeaderName] {
        self.template.removed()
    }

    /// Puts the decision's headers on a response: the application's own CORS headers are removed, `Vary` is merged.
    ///
    /// # Errors
    ///
    /// The host's own. The response is then half changed and must not be sent.
    pub fn apply_to<R: ResponseHeaders>(&self, response: &mut R) -> Result<(), R::Error> {
        apply_headers(self.removed().iter().copied(), self.headers(), Precedence::OfPolicy, response)
    }

    /// The template of the answer, for bindings that prepare their own objects for each.
    #[must_use]
    pub fn template(&self) -> &'a Template {
        self.template
    }
}
