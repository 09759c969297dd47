//! `Decision`: what to do with one request.

use crate::issues::code::Reason;
use crate::response::apply::{Precedence, ResponseHeaders, apply_headers};
use crate::response::header_name::HeaderName;
use crate::response::template::{Action, Header, Template, TemplateValue};

/// What to do with one request: whether the application runs, and which headers go on the response.
///
/// It borrows from the policy and from the request, and copies neither.
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

    /// The status of the response if the application does not run; `None` if it runs.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.template.status()
    }

    /// The reason for the decision.
    #[must_use]
    pub fn reason(&self) -> Reason {
        self.template.reason()
    }

    /// The refusal that was only reported, because the policy says `report_only`. The request continues.
    #[must_use]
    pub fn reported(&self) -> Option<Reason> {
        self.template.reported()
    }

    /// The body of the response if the application does not run: empty, or one line that names the reason.
    #[must_use]
    pub fn body(&self) -> &'static str {
        self.template.body().to_str().unwrap_or_default()
    }

    /// The headers to put on the response, in the order in which they are sent.
    ///
    /// [`Header::op`] says how each is put on the response. The application's lines with the names in
    /// [`removed`](Self::removed) are removed first. [`apply_to`](Self::apply_to) does both.
    ///
    /// ```
    /// use corsac::{Evaluation, Op, Policy, Request};
    ///
    /// let policy = Policy::from_toml("allow_origins = ['https://app.example.com']")?;
    /// let request = Request::new(b"GET").origin(b"https://app.example.com");
    /// let Evaluation::Decided(decision) = policy.evaluate(&request) else {
    ///     unreachable!("the policy has no predicate")
    /// };
    ///
    /// // The application's own lines with these names are removed first.
    /// let removed: Vec<_> = decision.removed().iter().map(|name| name.as_str()).collect();
    /// assert!(removed.contains(&"access-control-allow-credentials"));
    /// // Then these are set or merged.
    /// let headers: Vec<_> =
    ///     decision.headers().map(|header| (header.name.as_str(), header.value, header.op)).collect();
    /// assert_eq!(headers, [
    ///     ("access-control-allow-origin", &b"https://app.example.com"[..], Op::Set),
    ///     ("vary", b"Origin", Op::Merge),
    /// ]);
    /// # Ok::<(), corsac::ConfigError>(())
    /// ```
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

    /// The names of the application's headers to remove first: those that corsac owns and this decision does not set.
    #[must_use]
    pub fn removed(&self) -> &'a [HeaderName] {
        self.template.removed()
    }

    /// Puts the decision's headers on a response: the application's own CORS headers are removed, `Vary` is merged.
    ///
    /// # Errors
    ///
    /// The host's own error. The response is then half changed and must not be sent.
    pub fn apply_to<R: ResponseHeaders>(&self, response: &mut R) -> Result<(), R::Error> {
        apply_headers(self.removed().iter().copied(), self.headers(), Precedence::OfPolicy, response)
    }

    /// The response template that the decision fills in, for bindings that prepare their own objects for each template.
    #[must_use]
    pub fn template(&self) -> &'a Template {
        self.template
    }
}
