//! The responses that a policy can give, all rendered when the policy is built.
//!
//! A decision is one of these templates and up to three values from the request. So deciding copies nothing, and a
//! binding may prepare its own objects for each template.

use crate::issues::code::Reason;
use crate::response::header_name::HeaderName;
use std::ffi::CStr;
use std::sync::Arc;

/// Whether the application runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Action {
    /// Send this response; the application does not run.
    Respond = 0,
    /// Run the application, and put the headers on its response.
    Continue = 1,
}

impl Action {
    /// The action as it is printed and compared: `respond` or `continue`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Action::Respond => "respond",
            Action::Continue => "continue",
        }
    }
}

/// How a header is put on a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
#[non_exhaustive]
pub enum Op {
    /// Replaces the application's own value.
    Set = 0,
    /// A further line of the same name. It is left out if a `Default` header before it was left out.
    Add = 1,
    /// `Vary`: merged into what the application set ([`merge_vary`](crate::merge_vary)).
    Merge = 2,
    /// `keep_app_headers`: set unless the application has set it. If the application has, the `Default` headers after
    /// it are left out too, so that credentials are never allowed for an origin that the application chose.
    Default = 4,
}

/// One header of a decision, whose value borrows from the policy or from the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header<'a> {
    /// The header's name.
    pub name: HeaderName,
    /// The header's value: visible ASCII, spaces and tabs.
    pub value: &'a [u8],
    /// How the header is put on the response.
    pub op: Op,
}

/// The value of a header in a template.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum TemplateValue {
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

/// One header of a template.
#[derive(Clone, Debug)]
pub struct TemplateHeader {
    /// The header's name.
    pub name: HeaderName,
    /// The header's value, or the part of the request that is used as its value.
    pub value: TemplateValue,
    /// How the header is put on the response.
    pub op: Op,
}

/// One response of a policy, prepared in advance. Only values from the request are filled in.
#[derive(Clone, Debug)]
pub struct Template {
    pub(crate) index: u32,
    pub(crate) action: Action,
    pub(crate) status: Option<u16>,
    pub(crate) reason: Reason,
    pub(crate) reported: Option<Reason>,
    pub(crate) headers: Box<[TemplateHeader]>,
    pub(crate) removed: Box<[HeaderName]>,
    pub(crate) replaced: Box<[HeaderName]>,
}

impl Template {
    /// The template's position in [`Policy::templates`](crate::Policy::templates).
    #[must_use]
    pub fn index(&self) -> u32 {
        self.index
    }

    /// Whether the application runs.
    #[must_use]
    pub fn action(&self) -> Action {
        self.action
    }

    /// The status of the response if the application does not run; `None` if it runs.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.status
    }

    /// The reason for the decision.
    #[must_use]
    pub fn reason(&self) -> Reason {
        self.reason
    }

    /// The refusal that was only reported, because the policy says `report_only`.
    #[must_use]
    pub fn reported(&self) -> Option<Reason> {
        self.reported
    }

    /// The body of the response, NUL-terminated. It is empty except for refusals.
    #[must_use]
    pub fn body(&self) -> &'static CStr {
        if self.status == Some(REFUSAL_STATUS) { self.reason.refusal() } else { c"" }
    }

    /// The headers, in the order in which they are sent.
    #[must_use]
    pub fn headers(&self) -> &[TemplateHeader] {
        &self.headers
    }

    /// Whether the response lets browsers send cookies and HTTP authentication.
    #[must_use]
    pub fn allows_credentials(&self) -> bool {
        self.headers.iter().any(|header| header.name == HeaderName::AllowCredentials)
    }

    /// The application's headers that are removed and not set again.
    #[must_use]
    pub fn removed(&self) -> &[HeaderName] {
        &self.removed
    }

    /// The application's headers that are removed, whether or not they are set again. This is for hosts that build a
    /// new list of headers.
    #[must_use]
    pub fn replaced(&self) -> &[HeaderName] {
        &self.replaced
    }
}

/// The HTTP status of a refusal, which a binding also sends if it has no decision.
pub const REFUSAL_STATUS: u16 = 403;
