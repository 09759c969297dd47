//! The parts of a request that the policy reads, copied out of Envoy once.

use crate::header_map::HeaderMap;
use corsac::binding::{Needs, RequestHeader};
use corsac::{Request, RequestHeaders};
use proxy_wasm::hostcalls::get_property;
use proxy_wasm::types::{MapType, Status};

/// Envoy's names for the parts of HTTP/1's request line.
const METHOD: &[u8] = b":method";
const PATH: &[u8] = b":path";

/// A request, as far as its policy reads it. It is kept until the response comes.
#[derive(Default)]
pub(crate) struct KeptRequest {
    method: Vec<u8>,
    path: Option<Vec<u8>>,
    lines: Vec<(RequestHeader, Vec<u8>)>,
    secure: bool,
}

impl KeptRequest {
    /// Reads the parts of the current request that the policy needs.
    pub(crate) fn read(needs: Needs) -> Result<Self, Status> {
        let headers = HeaderMap::read(MapType::HttpRequestHeaders)?;
        let mut request = KeptRequest { secure: needs.protection && is_tls(), ..KeptRequest::default() };
        for (name, value) in headers.lines() {
            if let Some(header) = needs.header(name) {
                request.lines.push((header, value.to_vec()));
            } else if name == METHOD {
                request.method = value.to_vec();
            } else if needs.path && name == PATH {
                request.path = Some(value.to_vec());
            }
        }
        Ok(request)
    }

    /// Its headers, repeated lines joined.
    pub(crate) fn headers(&self) -> RequestHeaders<'_> {
        let mut headers = RequestHeaders::default();
        for (header, value) in &self.lines {
            headers.put(*header, value);
        }
        headers
    }

    /// The request for core, with its own [`headers`](Self::headers).
    pub(crate) fn request<'a>(&'a self, headers: &'a RequestHeaders<'_>) -> Request<'a> {
        let mut request = headers.request(&self.method, self.path.as_deref());
        request.secure = self.secure;
        request
    }
}

/// Whether the client's connection to Envoy is known to be TLS.
fn is_tls() -> bool {
    matches!(get_property(vec!["connection", "tls_version"]), Ok(Some(version)) if !version.is_empty())
}
