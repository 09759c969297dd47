//! The values of a request that its response repeats.

use crate::request_head::RequestHead;
use corsac::Decision;
use corsac::binding::{RequestHeader, TemplateValue};
use http::header::HeaderValue;

/// The values of a request that its response repeats: the origin and, if the response lists them, the method and
/// headers that a preflight requests.
#[derive(Clone, Debug, Default)]
pub(crate) struct RequestValues {
    origin: Option<HeaderValue>,
    /// Few policies make responses that repeat these.
    asked: Option<Box<AskedValues>>,
}

#[derive(Clone, Debug, Default)]
struct AskedValues {
    method: Option<HeaderValue>,
    headers: Option<HeaderValue>,
}

impl RequestValues {
    /// Collects the values that the decision repeats. `origin` is the request's `Origin`, if it has one.
    #[inline]
    pub(crate) fn of(decision: &Decision<'_>, head: &RequestHead<'_>, origin: Option<&HeaderValue>) -> Self {
        let mut values = RequestValues::default();
        for header in decision.template().headers() {
            match header.value {
                TemplateValue::Static(_) | TemplateValue::Text(_) => {}
                TemplateValue::Origin => values.origin = shared(origin, decision.value(&header.value)),
                TemplateValue::RequestMethod => {
                    let value = kept(head, RequestHeader::RequestMethod, decision.value(&header.value));
                    values.asked.get_or_insert_default().method = value;
                }
                TemplateValue::RequestHeaders => {
                    let value = kept(head, RequestHeader::RequestHeaders, decision.value(&header.value));
                    values.asked.get_or_insert_default().headers = value;
                }
                _ => {}
            }
        }
        values
    }

    /// The value of the request that a template's header repeats.
    pub(crate) fn get(&self, value: &TemplateValue) -> Option<&HeaderValue> {
        match value {
            TemplateValue::Origin => self.origin.as_ref(),
            TemplateValue::RequestMethod => self.asked.as_ref()?.method.as_ref(),
            TemplateValue::RequestHeaders => self.asked.as_ref()?.headers.as_ref(),
            _ => None,
        }
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &HeaderValue> {
        let asked = self.asked.as_deref();
        let asked = asked.into_iter().flat_map(|asked| [asked.method.as_ref(), asked.headers.as_ref()]);
        std::iter::once(self.origin.as_ref()).chain(asked).flatten()
    }
}

fn kept(head: &RequestHead<'_>, header: RequestHeader, bytes: &[u8]) -> Option<HeaderValue> {
    shared(header.http_name().and_then(|name| head.headers.get(name)), bytes)
}

/// A value of the request. It shares the bytes of its header line, unless several lines were joined.
fn shared(line: Option<&HeaderValue>, bytes: &[u8]) -> Option<HeaderValue> {
    match line.filter(|line| std::ptr::eq(line.as_bytes(), bytes)) {
        Some(line) => Some(line.clone()),
        None => HeaderValue::from_bytes(bytes).ok(),
    }
}
