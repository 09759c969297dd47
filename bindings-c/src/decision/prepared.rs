//! The headers of each response of a policy in C's form, prepared when the policy is built. So a decision only has to
//! copy them.

use crate::decision::fields::CORSAC_MAX_HEADERS;
use crate::decision::header::{corsac_header, corsac_op, op_number};
use crate::slice::corsac_slice;
use engine::binding::{Template, TemplateValue};
use engine::{Decision, Policy};
use std::sync::Arc;

/// Up to this many earlier responses are compared, because most responses with equal headers follow each other.
const COMPARED: usize = 32;

/// The headers of all responses of one policy.
pub(crate) struct PreparedHeaders {
    /// One for each template, at its index. Templates with equal headers share them, so that a policy with
    /// thousands of routes stays small.
    responses: Box<[Option<Arc<ResponseHeaders>>]>,
}

/// The headers of one response: those to remove, then the others.
#[derive(PartialEq)]
pub(crate) struct ResponseHeaders {
    headers: Box<[corsac_header]>,
    /// The positions of the headers whose values come from the request.
    of_request: Box<[(usize, RequestValue)]>,
}

// SAFETY: the pointers of the headers are to texts that never change, and that live as long as the policy: texts of the
// program, and texts of the policy's own templates, which are kept with these headers in `corsac_policy`.
unsafe impl Send for ResponseHeaders {}
// SAFETY: as above.
unsafe impl Sync for ResponseHeaders {}

/// A value that a decision takes from its request.
#[derive(Clone, Copy, PartialEq)]
enum RequestValue {
    Origin,
    RequestMethod,
    RequestHeaders,
}

impl PreparedHeaders {
    pub(crate) fn new(policy: &Policy) -> Self {
        let mut different: Vec<Arc<ResponseHeaders>> = Vec::new();
        let mut shared = |template: &Template| {
            let headers = ResponseHeaders::new(template)?;
            let equal = different.iter().rev().take(COMPARED).find(|other| ***other == headers).cloned();
            Some(equal.unwrap_or_else(|| {
                let headers = Arc::new(headers);
                different.push(Arc::clone(&headers));
                headers
            }))
        };
        PreparedHeaders { responses: policy.templates().iter().map(&mut shared).collect() }
    }

    /// The headers of a template of the policy.
    #[inline]
    pub(crate) fn of(&self, template: &Template) -> Option<&ResponseHeaders> {
        self.responses.get(template.index() as usize)?.as_deref()
    }
}

impl ResponseHeaders {
    /// `None` if the template has a header that C cannot have.
    fn new(template: &Template) -> Option<Self> {
        let mut of_request = Vec::new();
        let mut headers: Vec<corsac_header> = template
            .removed()
            .iter()
            .map(|name| corsac_header {
                name: corsac_slice::of_c_str(name.as_c_str()),
                value: corsac_slice::of_c_str(c""),
                op: corsac_op::CORSAC_OP_REMOVE as op_number,
                number: *name as u32,
            })
            .collect();
        for header in template.headers() {
            let value = match &header.value {
                TemplateValue::Static(text) => corsac_slice::of_c_str(text),
                TemplateValue::Text(text) => corsac_slice::of_c_str(text),
                other => {
                    of_request.push((headers.len(), RequestValue::of(other)?));
                    corsac_slice::ABSENT
                }
            };
            headers.push(corsac_header {
                name: corsac_slice::of_c_str(header.name.as_c_str()),
                value,
                op: header.op as op_number,
                number: header.name as u32,
            });
        }
        (headers.len() <= CORSAC_MAX_HEADERS)
            .then(|| ResponseHeaders { headers: headers.into(), of_request: of_request.into() })
    }

    /// Copies the headers with the values of a decision, and returns how many there are.
    ///
    /// # Safety
    ///
    /// `to` points to room for `CORSAC_MAX_HEADERS` headers, which nobody else uses now. The decision has the template
    /// for which these headers were prepared.
    #[inline]
    pub(crate) unsafe fn copy(&self, decision: &Decision<'_>, to: *mut corsac_header) -> usize {
        // SAFETY: there are at most `CORSAC_MAX_HEADERS`, and the caller's struct is not part of the policy.
        unsafe { to.copy_from_nonoverlapping(self.headers.as_ptr(), self.headers.len()) };
        for (position, value) in &self.of_request {
            // SAFETY: the position is that of one of the headers.
            unsafe { (*to.add(*position)).value = corsac_slice::of(value.in_decision(decision)) };
        }
        self.headers.len()
    }
}

impl RequestValue {
    fn of(value: &TemplateValue) -> Option<Self> {
        match value {
            TemplateValue::Origin => Some(RequestValue::Origin),
            TemplateValue::RequestMethod => Some(RequestValue::RequestMethod),
            TemplateValue::RequestHeaders => Some(RequestValue::RequestHeaders),
            _ => None,
        }
    }

    #[inline]
    fn in_decision<'a>(self, decision: &Decision<'a>) -> &'a [u8] {
        match self {
            RequestValue::Origin => decision.value(&TemplateValue::Origin),
            RequestValue::RequestMethod => decision.value(&TemplateValue::RequestMethod),
            RequestValue::RequestHeaders => decision.value(&TemplateValue::RequestHeaders),
        }
    }
}
