//! Putting a decision on a response whose request is gone.

use crate::prepared_policy::{PreparedPolicy, PreparedResponse};
use crate::request_values::RequestValues;
use corsac::binding::{Precedence, Template, apply_headers};
use corsac::{Header, HeaderName, ResponseHeaders};
use http::HeaderMap;
use http::header::HeaderValue;
use std::borrow::Cow;
use std::convert::Infallible;

impl PreparedPolicy {
    /// Puts the headers of a template on a response, as core does it.
    pub(crate) fn apply(&self, template: u32, values: &RequestValues, headers: &mut HeaderMap) {
        let Some((template, prepared)) = self.response(template) else { return };
        if !prepared.may_touch(template, headers) {
            // Nothing has to be removed, replaced or merged.
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

/// The headers of a response. A value that is set is shared instead of copied if it is one of those that were prepared.
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
            // Merged with a value of the application.
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
#[allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::request_head::RequestHead;
    use corsac::{Evaluation, Policy};
    use http::Request;
    use http::header::HeaderName;
    use std::sync::Arc;

    /// Policies of every kind: any origin, a list, everything that a response can repeat, what the application sets.
    const POLICIES: [&str; 5] = [
        "allow_origins = ['*']\nexpose_headers = ['x-a']",
        "allow_origins = ['https://a.example']",
        "allow_origins = ['https://a.example']\nallow_credentials = true\nallow_methods = ['*']\nallow_headers = ['*']\n\
         expose_headers = ['x-a', 'x-b']\npreflight_status = 200\nallow_private_network = true",
        "allow_origins = ['https://a.example']\nkeep_app_headers = true\nallow_credentials = true\nexpose_headers = ['x-a']\n\
         preflight_continue = true",
        "allow_origins = []\n[protection]\nwrites = 'reject'",
    ];

    /// What an application sets, each alone and all together.
    const OWN: [(&str, &str); 8] = [
        ("access-control-allow-origin", "https://own.example"),
        ("access-control-allow-credentials", "true"),
        ("access-control-allow-methods", "PURGE"),
        ("access-control-allow-private-network", "true"),
        ("vary", "accept, origin"),
        ("vary", "*"),
        ("cache-control", "public"),
        ("etag", "\"1\""),
    ];

    fn requests() -> Vec<Request<()>> {
        let asked = [
            ("access-control-request-method", "PURGE"),
            ("access-control-request-headers", "x-a, x-b"),
            ("access-control-request-private-network", "true"),
        ];
        let mut requests = Vec::new();
        for method in ["GET", "POST", "OPTIONS"] {
            for origins in [&[][..], &["https://a.example"], &["https://b.example"], &["https://a.example"; 2]] {
                for asked in [&asked[..0], &asked[..1], &asked] {
                    let mut builder = Request::builder().method(method);
                    for origin in origins {
                        builder = builder.header("origin", *origin);
                    }
                    for (name, value) in asked {
                        builder = builder.header(*name, *value);
                    }
                    requests.push(builder.body(()).unwrap());
                }
            }
        }
        requests
    }

    fn lines(headers: &HeaderMap) -> Vec<(HeaderName, HeaderValue)> {
        let mut lines: Vec<_> = headers.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        lines.sort_by(|(a, _), (b, _)| a.as_str().cmp(b.as_str()));
        lines
    }

    /// Whatever is shared and left out, a response has the headers that core puts on it.
    #[test]
    fn prepared_headers_are_those_of_core() {
        for policy in POLICIES {
            let prepared = PreparedPolicy::new(Arc::new(Policy::from_toml(policy).unwrap()));
            for request in requests() {
                let head = RequestHead::of(&request, None);
                let needed = head.needed_headers(prepared.needs);
                let Evaluation::Decided(decision) = prepared.policy.evaluate(&head.request(&needed, false)) else {
                    panic!("there is no predicate")
                };
                if let Some(read) = head.read(prepared.needs, false) {
                    let Evaluation::Decided(again) = prepared.policy.evaluate(&read.request) else {
                        panic!("there is no predicate")
                    };
                    assert_eq!(again.template().index(), decision.template().index(), "{request:?}");
                }
                let values = RequestValues::of(&decision, &head, request.headers().get("origin"));
                let (template, response) = prepared.response(decision.template().index()).unwrap();
                let mut expected = HeaderMap::new();
                decision.apply(&mut expected);
                assert_eq!(lines(&response.own_headers(template, &values)), lines(&expected), "{policy} {request:?}");
                let sets = (0..OWN.len()).map(|index| OWN[index..=index].to_vec());
                for set in sets.chain([vec![], OWN.to_vec()]) {
                    let mut sent = HeaderMap::new();
                    for (name, value) in set {
                        sent.append(name, HeaderValue::from_static(value));
                    }
                    let mut expected = sent.clone();
                    decision.apply(&mut expected);
                    prepared.apply(decision.template().index(), &values, &mut sent);
                    assert_eq!(lines(&sent), lines(&expected), "{policy} {request:?}");
                }
            }
        }
    }
}
