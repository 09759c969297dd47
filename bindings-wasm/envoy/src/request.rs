//! What the policy reads of a request, copied out of Envoy once.

use corsac::Request;
use corsac::binding::{Needs, RequestHeader};
use proxy_wasm::hostcalls::{get_map_value_bytes, get_property};
use proxy_wasm::types::MapType::HttpRequestHeaders;

/// Envoy's names of what HTTP/1 has in the request line.
const METHOD: &str = ":method";
const PATH: &str = ":path";

/// A request, as far as its policy reads it.
#[derive(Default)]
pub(crate) struct KeptRequest {
    method: Vec<u8>,
    path: Option<Vec<u8>>,
    headers: Vec<(RequestHeader, Vec<u8>)>,
    secure: bool,
}

impl KeptRequest {
    /// Reads what the policy needs of the current request: each header is one call to Envoy.
    ///
    /// Envoy joins the lines of a repeated header.
    pub(crate) fn read(needs: Needs) -> Self {
        let method = header(METHOD).unwrap_or_default();
        let mut headers: Vec<(RequestHeader, Vec<u8>)> = Vec::new();
        for name in needs.headers_of(&method) {
            let is_replaced = headers.last().is_some_and(|(before, _)| before.fallback() == Some(name));
            if !is_replaced && let Some(value) = header(name.as_str()) {
                headers.push((name, value));
            }
        }
        let path = if needs.path { header(PATH) } else { None };
        KeptRequest { path, secure: needs.protection && is_tls(), method, headers }
    }

    /// The request for core.
    pub(crate) fn request(&self) -> Request<'_> {
        let mut request = Request::new(&self.method);
        request.path = self.path.as_deref();
        request.secure = self.secure;
        for (header, value) in &self.headers {
            request.set(*header, value);
        }
        request
    }
}

fn header(name: &str) -> Option<Vec<u8>> {
    get_map_value_bytes(HttpRequestHeaders, name).ok().flatten()
}

/// Whether the client's connection to Envoy is known to be TLS.
fn is_tls() -> bool {
    matches!(get_property(vec!["connection", "tls_version"]), Ok(Some(version)) if !version.is_empty())
}
