//! `Decision`: what to do with one request.

use crate::issues::code::Reason;
use crate::response::header_name::HeaderName;
use crate::response::template::{Action, Op, Template, TemplateValue};

/// One header of a decision. The value borrows from the policy or from the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header<'a> {
    /// Its name.
    pub name: HeaderName,
    /// Its value.
    pub value: &'a [u8],
    /// How it goes on the response.
    pub op: Op,
}

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

    /// The headers to put on the response, in the order in which they are sent. `vary` is merged into what the
    /// application set; every other replaces it, or is a further line.
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

    /// The application's headers that come off and are not set anew.
    #[must_use]
    pub fn removed(&self) -> &'a [HeaderName] {
        self.template.removed()
    }

    /// The template of the answer, for bindings that prepare their own objects for each.
    #[must_use]
    pub fn template(&self) -> &'a Template {
        self.template
    }
}
