//! Tokens (RFC 9110, section 5.6.2), and Fetch's lists of methods and header names.

/// `tchar` of RFC 9110.
#[inline]
// The index is in bounds, because the table has an entry for each byte.
#[allow(clippy::indexing_slicing)]
pub(crate) const fn is_tchar(byte: u8) -> bool {
    static TABLE: [bool; 256] = {
        let mut table = [false; 256];
        let mut byte = 0u8;
        while byte < 128 {
            table[byte as usize] = byte.is_ascii_alphanumeric()
                || matches!(
                    byte,
                    b'!' | b'#'
                        | b'$'
                        | b'%'
                        | b'&'
                        | b'\''
                        | b'*'
                        | b'+'
                        | b'-'
                        | b'.'
                        | b'^'
                        | b'_'
                        | b'`'
                        | b'|'
                        | b'~'
                );
            byte += 1;
        }
        table
    };
    TABLE[byte as usize]
}

/// One or more `tchar`.
pub(crate) fn is_token(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(|byte| is_tchar(*byte))
}

/// CORS-safelisted methods, which are always in the effective list, in the order in which they are sent.
pub(crate) const SAFELISTED_METHODS: [&str; 3] = ["GET", "HEAD", "POST"];

/// The methods that `*` means with credentials, where a literal `*` would not work.
pub(crate) const USUAL_METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// Methods that people often write in the wrong case.
pub(crate) const KNOWN_METHODS: [&str; 8] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY"];

/// Fetch's forbidden methods, in upper or lower case.
pub(crate) fn is_forbidden_method(method: &[u8]) -> bool {
    [&b"CONNECT"[..], b"TRACE", b"TRACK"].iter().any(|forbidden| method.eq_ignore_ascii_case(forbidden))
}

/// Request headers that are always in the effective list, in the order in which they are sent.
pub(crate) const SAFELISTED_HEADERS: [&str; 4] = ["accept", "accept-language", "content-language", "content-type"];

/// The one request header that `*` does not cover.
pub(crate) const AUTHORIZATION: &str = "authorization";

/// Fetch's forbidden request-header names (lower case), apart from those that are recognised by a prefix.
const FORBIDDEN_HEADERS: [&str; 23] = [
    "accept-charset",
    "accept-encoding",
    "access-control-request-headers",
    "access-control-request-method",
    "access-control-request-private-network",
    "connection",
    "content-length",
    "cookie",
    "cookie2",
    "date",
    "dnt",
    "expect",
    "host",
    "keep-alive",
    "origin",
    "referer",
    "set-cookie",
    "set-cookie2",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
];

/// Whether scripts cannot set the request header (Fetch, "forbidden request-header"); lower case.
pub(crate) fn is_forbidden_request_header(name: &str) -> bool {
    FORBIDDEN_HEADERS.contains(&name) || name.starts_with("proxy-") || name.starts_with("sec-")
}

/// Header names that only responses carry; lower case.
pub(crate) fn is_response_only(name: &str) -> bool {
    const NAMES: [&str; 23] = [
        "access-control-expose-headers",
        "access-control-max-age",
        "accept-ranges",
        "age",
        "allow",
        "alt-svc",
        "clear-site-data",
        "content-security-policy",
        "content-security-policy-report-only",
        "cross-origin-opener-policy",
        "cross-origin-resource-policy",
        "etag",
        "last-modified",
        "location",
        "permissions-policy",
        "retry-after",
        "server",
        "server-timing",
        "strict-transport-security",
        "timing-allow-origin",
        "vary",
        "www-authenticate",
        "x-frame-options",
    ];
    NAMES.contains(&name) || name.starts_with("access-control-allow-")
}

/// Header names that only requests carry; lower case.
pub(crate) fn is_request_only(name: &str) -> bool {
    // Requests and responses both have these, although scripts cannot set them on a request.
    const BOTH: [&str; 9] = [
        "connection",
        "content-length",
        "date",
        "keep-alive",
        "set-cookie",
        "set-cookie2",
        "trailer",
        "transfer-encoding",
        "upgrade",
    ];
    const NAMES: [&str; 11] = [
        "accept",
        "accept-language",
        "authorization",
        "if-match",
        "if-modified-since",
        "if-none-match",
        "if-range",
        "if-unmodified-since",
        "range",
        "user-agent",
        "upgrade-insecure-requests",
    ];
    let forbidden =
        is_forbidden_request_header(name) && !BOTH.contains(&name) && name != "via" && !is_response_sec(name);
    NAMES.contains(&name) || forbidden
}

/// `sec-` and `proxy-` names that servers send.
fn is_response_sec(name: &str) -> bool {
    matches!(
        name,
        "proxy-authenticate"
            | "proxy-authentication-info"
            | "proxy-status"
            | "sec-websocket-accept"
            | "sec-websocket-protocol"
            | "sec-websocket-extensions"
    )
}

/// Response headers that no script may read, whatever is exposed (Fetch, "forbidden response-header name").
pub(crate) fn is_forbidden_response_header(name: &str) -> bool {
    matches!(name, "set-cookie" | "set-cookie2")
}
