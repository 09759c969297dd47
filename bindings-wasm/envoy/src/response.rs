//! The response in Envoy: changes its headers, and sends one instead of the upstream's.

use crate::header_map::HeaderMap;
use corsac::binding::REFUSAL_STATUS;
use corsac::{Decision, HeaderName, ResponseHeaders};
use proxy_wasm::hostcalls;
use proxy_wasm::types::MapType::HttpResponseHeaders;
use proxy_wasm::types::Status;
use std::borrow::Cow;

/// The headers of the current response that a decision may change, read once. Changes are made here and in Envoy.
pub(crate) struct EnvoyResponse {
    lines: Vec<(HeaderName, Vec<u8>)>,
}

impl EnvoyResponse {
    pub(crate) fn read() -> Result<Self, Status> {
        let headers = HeaderMap::read(HttpResponseHeaders)?;
        // Envoy's names are in lower case.
        let lines = headers.lines().filter_map(|(name, value)| Some((HeaderName::of(name)?, value.to_vec())));
        Ok(EnvoyResponse { lines: lines.collect() })
    }
}

impl ResponseHeaders for EnvoyResponse {
    type Error = Status;

    fn values(&self, name: HeaderName) -> Result<Vec<Cow<'_, [u8]>>, Status> {
        let lines = self.lines.iter().filter(|(other, _)| *other == name);
        Ok(lines.map(|(_, value)| Cow::Borrowed(value.as_slice())).collect())
    }

    fn contains(&self, name: HeaderName) -> Result<bool, Status> {
        Ok(self.lines.iter().any(|(other, _)| *other == name))
    }

    fn remove(&mut self, name: HeaderName) -> Result<(), Status> {
        // Most responses have none of these headers, and this check costs less than a call to Envoy.
        if self.contains(name)? {
            self.lines.retain(|(other, _)| *other != name);
            hostcalls::remove_map_value(HttpResponseHeaders, name.as_str())?;
        }
        Ok(())
    }

    fn set(&mut self, name: HeaderName, value: &[u8]) -> Result<(), Status> {
        // The lines are removed first, because Envoy's replacement changes only the first line of a repeated header.
        self.remove(name)?;
        self.append(name, value)
    }

    fn append(&mut self, name: HeaderName, value: &[u8]) -> Result<(), Status> {
        self.lines.push((name, value.to_vec()));
        hostcalls::add_map_value_bytes(HttpResponseHeaders, name.as_str(), value)
    }
}

/// Sends the decision as the response. The upstream never sees the request.
pub(crate) fn send(decision: &Decision<'_>) {
    let headers: Option<Vec<_>> = decision
        .headers()
        .map(|header| Some((header.name.as_str(), std::str::from_utf8(header.value).ok()?)))
        .collect();
    let Some(headers) = headers else { return refuse() };
    let body = Some(decision.body().as_bytes()).filter(|body| !body.is_empty());
    let status = decision.status().unwrap_or(REFUSAL_STATUS);
    if hostcalls::send_http_response(status.into(), headers, body).is_err() {
        refuse();
    }
}

/// Refuses a request about which there is no decision.
pub(crate) fn refuse() {
    let _ = hostcalls::send_http_response(REFUSAL_STATUS.into(), Vec::new(), None);
}
