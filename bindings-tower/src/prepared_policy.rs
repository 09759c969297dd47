//! A policy with header values that are made once and sent many times.

use crate::request_values::RequestValues;
use corsac::binding::{DebugLog, Needs, SERVER_TIMING, Template, TemplateHeader, TemplateValue};
use corsac::{Op, Policy};
use http::header::{HeaderName, HeaderValue};
use http::{HeaderMap, StatusCode};
use std::collections::HashMap;
use std::ffi::CStr;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// A policy in force.
#[derive(Debug)]
pub(crate) struct PreparedPolicy {
    pub(crate) policy: Arc<Policy>,
    pub(crate) needs: Needs,
    pub(crate) debug_log: DebugLog,
    /// One entry for each template, made at its first use, because a policy with many routes has many templates that
    /// are never used.
    responses: Box<[OnceLock<Box<PreparedResponse>>]>,
    /// The texts that several templates have in common.
    texts: Mutex<HashMap<usize, HeaderValue>>,
}

/// The parts of a template that are the same in every response.
#[derive(Debug)]
pub(crate) struct PreparedResponse {
    pub(crate) status: StatusCode,
    /// One value for each header of the template. It is `None` if the value comes from the request.
    pub(crate) values: Box<[Option<HeaderValue>]>,
    /// The headers of a response that has no others. The origin's value is empty, and is replaced for each request.
    headers: HeaderMap,
    /// The lengths of all names that the template sets or removes, one bit each.
    name_lengths: u64,
    server_timing: Option<HeaderValue>,
}

impl PreparedPolicy {
    pub(crate) fn new(policy: Arc<Policy>) -> Self {
        PreparedPolicy {
            needs: policy.needs(),
            debug_log: DebugLog::new(),
            responses: policy.templates().iter().map(|_| OnceLock::new()).collect(),
            texts: Mutex::default(),
            policy,
        }
    }

    /// The template with this index, and its prepared values.
    #[inline]
    pub(crate) fn response(&self, index: u32) -> Option<(&Template, &PreparedResponse)> {
        let template = self.policy.templates().get(index as usize)?;
        let prepared = self.responses.get(index as usize)?.get_or_init(|| Box::new(self.prepare(template)));
        Some((template, prepared))
    }

    fn prepare(&self, template: &Template) -> PreparedResponse {
        let values: Box<[_]> = template.headers().iter().map(|header| self.fixed_value(header)).collect();
        let mut headers = HeaderMap::with_capacity(values.len());
        for (header, value) in template.headers().iter().zip(&values) {
            match value {
                Some(value) => {
                    headers.append(header.name.http_name(), value.clone());
                }
                None if is_origin(header) => {
                    headers.append(header.name.http_name(), HeaderValue::from_static(""));
                }
                None => {}
            }
        }
        let names = template.removed().iter().copied().chain(template.headers().iter().map(|header| header.name));
        PreparedResponse {
            status: template.status().and_then(|status| status.try_into().ok()).unwrap_or_default(),
            values,
            headers,
            name_lengths: names.fold(0, |lengths, name| lengths | length_bit(name.as_str())),
            server_timing: HeaderValue::try_from(template.server_timing()).ok(),
        }
    }

    fn fixed_value(&self, header: &TemplateHeader) -> Option<HeaderValue> {
        match &header.value {
            TemplateValue::Static(text) => text.to_str().ok().map(HeaderValue::from_static),
            TemplateValue::Text(text) => {
                let mut texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
                let address = Arc::as_ptr(text).cast::<u8>() as usize;
                let value = texts.entry(address).or_insert_with(|| value_of(text));
                Some(value.clone())
            }
            _ => None,
        }
    }
}

/// The texts of core have only visible ASCII, spaces and tabs.
fn value_of(text: &CStr) -> HeaderValue {
    HeaderValue::from_bytes(text.to_bytes()).unwrap_or(HeaderValue::from_static(""))
}

fn is_origin(header: &TemplateHeader) -> bool {
    matches!((&header.value, header.op), (TemplateValue::Origin, Op::Set | Op::Default))
}

/// Names of 63 bytes and more share a bit.
fn length_bit(name: &str) -> u64 {
    1 << name.len().min(63)
}

impl PreparedResponse {
    /// All headers of a response that corsac sends itself.
    pub(crate) fn own_headers(&self, template: &Template, values: &RequestValues) -> HeaderMap {
        let mut headers = self.headers.clone();
        for (header, fixed) in template.headers().iter().zip(&self.values) {
            if fixed.is_some() {
                continue;
            }
            let name = header.name.http_name();
            match (values.get(&header.value).cloned(), headers.get_mut(name)) {
                // Replaces it in place, because an insertion would first make room.
                (Some(value), Some(place)) if is_origin(header) => *place = value,
                (Some(value), _) => drop(headers.append(name, value)),
                (None, _) => drop(headers.remove(name)),
            }
        }
        headers
    }

    /// Whether a response may have a header that the template sets or removes. Few have one.
    #[inline]
    pub(crate) fn may_touch(&self, template: &Template, headers: &HeaderMap) -> bool {
        headers.keys().any(|name| self.name_lengths & length_bit(name.as_str()) != 0 && touches(template, name))
    }

    /// Adds the reason to a response, for developers of the service.
    pub(crate) fn add_server_timing(&self, headers: &mut HeaderMap) {
        if let Some(value) = &self.server_timing {
            headers.append(HeaderName::from_static(SERVER_TIMING), value.clone());
        }
    }
}

fn touches(template: &Template, name: &HeaderName) -> bool {
    let set = template.headers().iter().map(|header| header.name);
    template.removed().iter().copied().chain(set).any(|touched| touched.http_name() == name)
}
