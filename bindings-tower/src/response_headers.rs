//! Puts a decision on a response. By then, the request no longer exists.

use crate::prepared_policy::{PreparedPolicy, PreparedResponse};
use crate::request_values::RequestValues;
use corsac::binding::{Precedence, Template, apply_headers};
use corsac::{Header, HeaderName, ResponseHeaders};
use http::HeaderMap;
use http::header::HeaderValue;
use std::borrow::Cow;
use std::convert::Infallible;

impl PreparedPolicy {
    /// Puts the headers of a template on a response, as core does.
    pub(crate) fn apply(&self, template: u32, values: &RequestValues, headers: &mut HeaderMap) {
        let Some((template, prepared)) = self.response(template) else { return };
        if !prepared.may_touch(template, headers) {
            // No header has to be removed, replaced or merged.
            for (header, fixed) in template.headers().iter().zip(&prepared.values) {
                if let Some(value) = fixed.as_ref().or_else(|| values.get(&header.value)) {
                    headers.append(header.name.http_name(), value.clone());
                }
            }
            return;
        }
        let mut response = PreparedHeaders { headers, prepared, values };
        let Ok(()) = apply_headers(
            template.removed().iter().copied(),
            template_headers(template, prepared, values),
            Precedence::OfPolicy,
            &mut response,
        );
    }
}

fn template_headers<'a>(
    template: &'a Template,
    prepared: &'a PreparedResponse,
    values: &'a RequestValues,
) -> impl Iterator<Item = Header<'a>> {
    template.headers().iter().zip(&prepared.values).filter_map(|(header, fixed)| {
        let value = fixed.as_ref().or_else(|| values.get(&header.value))?;
        Some(Header { name: header.name, value: value.as_bytes(), op: header.op })
    })
}

/// The headers of a response. A prepared value is shared instead of copied.
struct PreparedHeaders<'r> {
    headers: &'r mut HeaderMap,
    prepared: &'r PreparedResponse,
    values: &'r RequestValues,
}

impl PreparedHeaders<'_> {
    fn shared(&self, bytes: &[u8]) -> Option<HeaderValue> {
        let mut known = self.prepared.values.iter().flatten().chain(self.values.all());
        match known.find(|value| std::ptr::eq(value.as_bytes(), bytes)) {
            Some(value) => Some(value.clone()),
            // The value was merged with one that the application had set.
            None => HeaderValue::from_bytes(bytes).ok(),
        }
    }
}

impl ResponseHeaders for PreparedHeaders<'_> {
    type Error = Infallible;

    fn values(&self, name: HeaderName) -> Result<Vec<Cow<'_, [u8]>>, Infallible> {
        ResponseHeaders::values(self.headers, name)
    }

    fn contains(&self, name: HeaderName) -> Result<bool, Infallible> {
        ResponseHeaders::contains(self.headers, name)
    }

    fn remove(&mut self, name: HeaderName) -> Result<(), Infallible> {
        ResponseHeaders::remove(self.headers, name)
    }

    fn set(&mut self, name: HeaderName, value: &[u8]) -> Result<(), Infallible> {
        if let Some(value) = self.shared(value) {
            self.headers.insert(name.http_name(), value);
        }
        Ok(())
    }

    fn append(&mut self, name: HeaderName, value: &[u8]) -> Result<(), Infallible> {
        if let Some(value) = self.shared(value) {
            self.headers.append(name.http_name(), value);
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "tests/prepared_headers.rs"]
mod tests;
