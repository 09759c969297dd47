//! The head of a request, as corsac and the functions of an application see it.

use corsac::RequestHeaders;
use corsac::binding::{Needs, RequestHeader};
use http::{Extensions, HeaderMap, HeaderValue, Method, Request, Uri};

/// The head of a request: everything except for its body.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct RequestHead<'r> {
    /// The method.
    pub method: &'r Method,
    /// The URI that the client requested. Inside a nested router, it still has the prefix
    /// ([`CorsLayer::original_uri`](crate::CorsLayer::original_uri)).
    pub uri: &'r Uri,
    /// The headers.
    pub headers: &'r HeaderMap,
    /// The extensions, in which other middleware leaves data.
    pub extensions: &'r Extensions,
}

/// Finds the URI that the client requested in the extensions of a request.
pub(crate) type OriginalUri = fn(&Extensions) -> Option<&Uri>;

impl<'r> RequestHead<'r> {
    pub(crate) fn of<B>(request: &'r Request<B>, original_uri: Option<OriginalUri>) -> Self {
        let extensions = request.extensions();
        let original = original_uri.and_then(|find| find(extensions));
        RequestHead {
            method: request.method(),
            uri: original.unwrap_or_else(|| request.uri()),
            headers: request.headers(),
            extensions,
        }
    }

    /// The target as it was sent; `None` if it has no path.
    pub(crate) fn path(&self) -> Option<&'r [u8]> {
        Some(self.uri.path_and_query()?.as_str().as_bytes())
    }

    /// The headers on which a decision depends.
    pub(crate) fn needed_headers(&self, needs: Needs) -> RequestHeaders<'r> {
        RequestHeaders::needed(needs, self.method.as_str().as_bytes(), self.uri, self.headers)
    }

    /// Reads a request if each header on which a decision depends has at most one line; otherwise returns `None`.
    /// Repeated lines, which are very rare, are joined by core's `RequestHeaders`.
    #[inline]
    pub(crate) fn read(&self, needs: Needs, is_secure: bool) -> Option<ReadRequest<'r>> {
        let method = self.method.as_str().as_bytes();
        let mut request = corsac::Request::new(method);
        let mut origin = None;
        for header in needs.headers_of(method).iter().copied() {
            match header.http_name() {
                Some(name) => {
                    let mut lines = self.headers.get_all(name).iter();
                    let Some(line) = lines.next() else { continue };
                    if lines.next().is_some() {
                        return None;
                    }
                    request.set(header, line.as_bytes());
                    if header == RequestHeader::Origin {
                        origin = Some(line);
                    }
                }
                None => {
                    if let Some(authority) = self.uri.authority() {
                        request.set(header, authority.as_str().as_bytes());
                    }
                }
            }
        }
        if needs.path {
            request.path = self.path();
        }
        self.add_connection(&mut request, is_secure);
        Some(ReadRequest { request, origin })
    }

    /// All parts of a request that core reads. `is_secure` means that each connection is TLS.
    pub(crate) fn request<'a>(&'a self, headers: &'a RequestHeaders<'_>, is_secure: bool) -> corsac::Request<'a> {
        let mut request = headers.request(self.method.as_str().as_bytes(), self.path());
        self.add_connection(&mut request, is_secure);
        request
    }

    #[inline]
    fn add_connection(&self, request: &mut corsac::Request<'_>, is_secure: bool) {
        request.secure = is_secure || self.uri.scheme() == Some(&http::uri::Scheme::HTTPS);
        // Extended CONNECT opens a WebSocket (RFC 8441) or another two-way stream that CORS does not cover. The crate
        // `http` does not tell them apart, so each counts as a handshake.
        request.websocket = *self.method == Method::CONNECT;
    }
}

/// A request that could be read without joining lines.
pub(crate) struct ReadRequest<'r> {
    pub(crate) request: corsac::Request<'r>,
    pub(crate) origin: Option<&'r HeaderValue>,
}

/// The extension in which axum's routers keep the URI that the client requested.
#[cfg(feature = "axum")]
pub(crate) const DEFAULT_ORIGINAL_URI: Option<OriginalUri> =
    Some(|extensions| extensions.get::<axum::extract::OriginalUri>().map(|original| &original.0));

#[cfg(not(feature = "axum"))]
pub(crate) const DEFAULT_ORIGINAL_URI: Option<OriginalUri> = None;
