//! Protection refuses writes and WebSocket handshakes that a browser sends on behalf of a foreign page.
//!
//! CORS keeps a foreign page from reading the response, but the request is still carried out. A foreign page is
//! recognised by `Origin` and `Sec-Fetch-Site` (Fetch Metadata), which pages cannot set.

use crate::decide::request::Request;
use crate::issues::code::Reason;
use crate::origins::origin::{Origin, default_port};
use crate::origins::set::{OriginSet, Verdict};
use crate::tokens::is_token;

/// Which requests a policy refuses, and which origins it trusts.
#[derive(Debug)]
pub(crate) struct Protection {
    pub(crate) writes: Mode,
    pub(crate) websockets: Mode,
    pub(crate) trusted: OriginSet,
}

/// How a request that is not trusted is handled. Later variants are stricter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mode {
    Off,
    /// It passes and is reported.
    Report,
    Refuse,
}

impl Mode {
    pub(crate) fn new(on: bool, report_only: bool) -> Self {
        match (on, report_only) {
            (false, _) => Mode::Off,
            (true, true) => Mode::Report,
            (true, false) => Mode::Refuse,
        }
    }
}

/// Why a request is not trusted, and how it is handled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Objection {
    pub(crate) reason: Reason,
    pub(crate) refuse: bool,
}

impl Protection {
    /// Whether protection objects to an actual request (specification 7.1). `allowed` says that a policy with
    /// credentials allows its origin.
    pub(crate) fn objection(&self, request: &Request<'_>, allowed: bool) -> Option<Objection> {
        let (mode, reason) = if is_handshake(request) {
            (self.websockets, Reason::WebsocketRefused)
        } else if is_safe(request.method) {
            return None;
        } else {
            (self.writes, Reason::WriteRefused)
        };
        let objects = mode != Mode::Off && !self.passes(request, allowed);
        objects.then_some(Objection { reason, refuse: mode == Mode::Refuse })
    }

    /// Whether protection will object to the request that a preflight asks for (specification 7.3).
    pub(crate) fn objection_to_preflight(&self, request: &Request<'_>, allowed: bool) -> Option<Objection> {
        let method = request.access_control_request_method.unwrap_or_default();
        let objects = self.writes != Mode::Off && !is_safe(method) && !self.is_trusted(request, allowed);
        objects.then_some(Objection { reason: Reason::WriteRefused, refuse: self.writes == Mode::Refuse })
    }

    /// The rules of specification 7.2: the first that applies decides.
    fn passes(&self, request: &Request<'_>, allowed: bool) -> bool {
        let origin = match request.origin {
            None => PageOrigin::Absent,
            Some(b"null") => PageOrigin::Null,
            Some(text) => match Origin::parse(text) {
                // Rule 1. Several lines are joined by commas, so they are malformed too.
                None => return false,
                Some(origin) => PageOrigin::Tuple(origin),
            },
        };
        // Rule 2.
        if request.sec_fetch_site.is_some_and(|site| !is_structured_token(site)) {
            return false;
        }
        // Rule 3.
        if self.is_trusted(request, allowed) {
            return true;
        }
        // Rule 4.
        if let Some(site) = request.sec_fetch_site {
            return matches!(site, b"same-origin" | b"none");
        }
        match origin {
            // Rule 5. Every browser sends at least one of the two headers with a write.
            PageOrigin::Absent => true,
            PageOrigin::Null => false,
            // Rules 6 and 7.
            PageOrigin::Tuple(origin) => is_same_host(&origin, request),
        }
    }

    /// Rule 3: the policy allows the origin with credentials, or the origin is trusted by name.
    fn is_trusted(&self, request: &Request<'_>, allowed: bool) -> bool {
        allowed || request.origin.is_some_and(|origin| self.trusts(origin))
    }

    pub(crate) fn trusts(&self, origin: &[u8]) -> bool {
        self.trusted.check(origin, false) == Verdict::Allowed
    }
}

/// The `Origin` of a request, if it is not malformed.
enum PageOrigin<'r> {
    Absent,
    Null,
    Tuple(Origin<'r>),
}

impl Request<'_> {
    /// Whether the headers say that the request comes from a page of its own host: `Sec-Fetch-Site`, or otherwise
    /// `Origin` and `Host`. Such a page needs no CORS, so a log need not mention that its origin is not allowed. Use
    /// this only for logs, because any client can send these headers.
    #[must_use]
    pub fn is_same_origin(&self) -> bool {
        match self.sec_fetch_site {
            Some(site) => site == b"same-origin",
            None => self.origin.and_then(Origin::parse).is_some_and(|origin| is_same_host(&origin, self)),
        }
    }
}

/// RFC 9110, section 9.2.1, without TRACE, which no server should have.
fn is_safe(method: &[u8]) -> bool {
    matches!(method, b"GET" | b"HEAD" | b"OPTIONS")
}

/// RFC 6455, section 4.1, and RFC 8441 if the host reports it.
pub(crate) fn is_handshake(request: &Request<'_>) -> bool {
    let upgrades = || request.upgrade.unwrap_or_default().split(|byte| *byte == b',').any(is_websocket);
    request.websocket || (request.method == b"GET" && (request.sec_websocket_key.is_some() || upgrades()))
}

/// Whether the protocol to which a client wants to switch is WebSocket. It is an element of `Upgrade`, or the
/// `:protocol` of extended CONNECT (RFC 8441).
#[must_use]
pub fn is_websocket(protocol: &[u8]) -> bool {
    protocol.trim_ascii().eq_ignore_ascii_case(b"websocket")
}

/// RFC 9651, section 3.3.4: the value of `Sec-Fetch-Site` is one word.
fn is_structured_token(text: &[u8]) -> bool {
    text.first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'*')
        && text.split(|byte| matches!(byte, b':' | b'/')).all(|part| part.is_empty() || is_token(part))
}

/// Rules 6 and 7: whether the page comes from the host of the request. The scheme counts only if it is known: behind a
/// proxy that terminates TLS, https looks like http.
fn is_same_host(origin: &Origin<'_>, request: &Request<'_>) -> bool {
    let (Some(host), Some(default)) = (request.host, default_port(origin.scheme)) else { return false };
    if origin.scheme == b"http" && request.secure {
        return false;
    }
    let without_default = host.strip_suffix(default).and_then(|rest| rest.strip_suffix(b":")).unwrap_or(host);
    let authority = origin.text.get(origin.scheme.len() + "://".len()..).unwrap_or_default();
    authority.eq_ignore_ascii_case(without_default)
}

#[cfg(test)]
mod tests {
    use super::Request;

    fn request<'r>(origin: Option<&'r str>, host: Option<&'r str>, site: Option<&'r str>) -> Request<'r> {
        Request {
            origin: origin.map(str::as_bytes),
            host: host.map(str::as_bytes),
            sec_fetch_site: site.map(str::as_bytes),
            ..Request::new(b"POST")
        }
    }

    #[test]
    fn a_page_of_the_host_itself() {
        for (origin, host, site, expected) in [
            (Some("https://a.example"), Some("a.example"), None, true),
            (Some("https://a.example"), Some("A.example:443"), None, true),
            (Some("http://a.example:8080"), Some("a.example:8080"), None, true),
            (Some("http://a.example:8080"), Some("a.example"), None, false),
            (Some("https://b.example"), Some("a.example"), None, false),
            (Some("https://a.example"), None, None, false),
            (Some("null"), Some("null"), None, false),
            (Some("https://a.example, https://a.example"), Some("a.example"), None, false),
            (Some("app://a.example"), Some("a.example"), None, false),
            (None, Some("a.example"), None, false),
            // The browser's own header decides, even behind a proxy that changes `Host`.
            (Some("https://a.example"), Some("inner"), Some("same-origin"), true),
            (None, Some("a.example"), Some("same-origin"), true),
            (Some("https://a.example"), Some("a.example"), Some("cross-site"), false),
            (Some("https://a.example"), Some("a.example"), Some("same-site"), false),
            (Some("https://a.example"), Some("a.example"), Some("none"), false),
            (Some("https://a.example"), Some("a.example"), Some(""), false),
            (Some("https://a.example"), Some("a.example"), Some("same-origin, same-origin"), false),
        ] {
            assert_eq!(request(origin, host, site).is_same_origin(), expected, "{origin:?} {host:?} {site:?}");
        }
        let downgraded = Request { secure: true, ..request(Some("http://a.example"), Some("a.example"), None) };
        assert!(!downgraded.is_same_origin());
    }
}
