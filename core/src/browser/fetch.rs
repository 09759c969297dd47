//! A request of a page's script: a test client passes in the responses one at a time, and each is checked.

use crate::browser::agent::Agent;
use crate::browser::blocked::Blocked;
use crate::browser::checks::CheckedRequest;
use crate::browser::exchange::HeaderLines;
use crate::browser::preflight::preflight_headers;
use crate::browser::response_headers::ResponseLines;
use crate::browser::safelist::{is_safelisted_method, unsafe_names};

/// The method of a preflight.
pub const PREFLIGHT_METHOD: &str = "OPTIONS";

/// The request of a page's script, with `mode: "cors"`.
///
/// It follows the standard. An [`Exchange`](crate::browser::Exchange) also covers redirects, other modes, and the
/// behaviour of each engine.
#[derive(Clone, Copy, Debug)]
pub struct Fetch<'f> {
    /// The page's serialised origin.
    pub origin: &'f [u8],
    /// The method, as the browser would send it.
    pub method: &'f [u8],
    /// The headers that the script sets.
    pub headers: &'f [(&'f [u8], &'f [u8])],
    /// Whether the script sets `credentials: "include"`.
    pub credentials: bool,
}

type Lines<'l> = &'l [(&'l [u8], &'l [u8])];

impl Fetch<'_> {
    /// The headers of the preflight for this request, if it needs one.
    ///
    /// Source: Fetch, "CORS-preflight fetch", steps 3 to 5, and "HTTP fetch".
    #[must_use]
    pub fn preflight(&self) -> Option<HeaderLines> {
        let names = self.unsafe_names();
        if names.is_empty() && is_safelisted_method(self.method) {
            return None;
        }
        let mut lines = preflight_headers(self.method, &names, "");
        lines.retain(|(name, _)| name.starts_with(b"access-control-"));
        Some(lines)
    }

    /// Whether the preflight's response allows the request.
    ///
    /// # Errors
    ///
    /// What is wrong with the response. Source: Fetch, "CORS-preflight fetch", step 7.
    pub fn check_preflight(&self, status: u16, response: Lines<'_>) -> Result<(), Blocked> {
        self.checked(&self.unsafe_names()).check_preflight(status, lines(response))
    }

    /// Whether the script may read this response.
    ///
    /// # Errors
    ///
    /// What is wrong with it. Source: Fetch, "CORS check".
    pub fn check(&self, response: Lines<'_>) -> Result<(), Blocked> {
        self.checked(&[]).cors_check(lines(response))
    }

    fn checked<'c>(&'c self, unsafe_names: &'c [Vec<u8>]) -> CheckedRequest<'c> {
        CheckedRequest {
            origin: self.origin,
            credentials: self.credentials,
            method: self.method,
            unsafe_names,
            headers: &[],
            agent: Agent::STANDARD,
        }
    }

    fn unsafe_names(&self) -> Vec<Vec<u8>> {
        let headers: HeaderLines = self.headers.iter().map(|(name, value)| (name.to_vec(), value.to_vec())).collect();
        unsafe_names(&headers, Agent::STANDARD)
    }
}

fn lines(lines: Lines<'_>) -> ResponseLines<'_> {
    ResponseLines { lines, agent: Agent::STANDARD }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &[u8] = b"https://app.example.com";

    fn fetch<'f>(method: &'f str, headers: Lines<'f>, credentials: bool) -> Fetch<'f> {
        Fetch { origin: PAGE, method: method.as_bytes(), headers, credentials }
    }

    #[test]
    fn requests_that_need_a_preflight() {
        for (name, value) in [
            ("Accept", "text/html"),
            ("accept-language", "de, en;q=0.5"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("content-type", "Multipart/Form-Data;boundary=x"),
            ("range", "bytes=0-"),
            ("range", "bytes=5-9"),
        ] {
            let headers = [(name.as_bytes(), value.as_bytes())];
            assert_eq!(fetch("POST", &headers, false).preflight(), None, "{name}: {value}");
        }
        let long = "x".repeat(129);
        for (name, value) in [
            ("accept", "a@b"),
            ("accept", &long),
            ("accept-language", "de\"en"),
            ("content-type", "application/json"),
            ("content-type", "text/plain; a=\"b\""),
            ("range", "bytes=-5"),
            ("range", "bytes=9-5"),
            ("X-A", ""),
        ] {
            let headers = [(name.as_bytes(), value.as_bytes())];
            assert!(fetch("GET", &headers, false).preflight().is_some(), "{name}: {value}");
        }
        let headers = [(&b"X-B"[..], &b"1"[..]), (b"x-a", b"2"), (b"x-b", b"3"), (b"accept", b"*/*")];
        assert_eq!(
            fetch("PUT", &headers, false).preflight(),
            Some(vec![
                (b"access-control-request-method".to_vec(), b"PUT".to_vec()),
                (b"access-control-request-headers".to_vec(), b"x-a,x-b".to_vec())
            ])
        );
        let many = vec![(&b"accept"[..], long.as_bytes().get(..100).unwrap_or_default()); 11];
        assert!(fetch("GET", &many, false).preflight().is_some(), "more than 1024 bytes of safelisted values");
    }

    #[test]
    fn who_may_read() {
        let acao = &b"Access-Control-Allow-Origin"[..];
        let acac = &b"access-control-allow-credentials"[..];
        let check = |credentials, answer: Lines<'_>| fetch("GET", &[], credentials).check(answer);
        assert_eq!(check(false, &[(acao, b"*")]), Ok(()));
        assert_eq!(check(true, &[(acao, b"*"), (acac, b"true")]), Err(Blocked::AnyOriginWithCredentials));
        assert_eq!(check(true, &[(acao, PAGE), (acac, b"true")]), Ok(()));
        assert_eq!(check(true, &[(acao, PAGE), (acac, b"True")]), Err(Blocked::NoCredentials("True".into())));
        assert_eq!(check(false, &[(acac, b"true")]), Err(Blocked::NoAllowOrigin));
        assert!(matches!(check(false, &[(acao, b"*"), (acao, b"*")]), Err(Blocked::OtherOrigin(_))));
        assert!(matches!(check(false, &[(acao, b"https://app.example.com/")]), Err(Blocked::OtherOrigin(_))));
    }

    #[test]
    fn requests_that_a_preflight_allows() {
        let headers = [(&b"X-A"[..], &b"1"[..]), (b"Authorization", b"x")];
        let check = |credentials, status, methods: &'static [u8], names: &'static [u8]| {
            fetch("PUT", &headers, credentials).check_preflight(
                status,
                &[
                    (b"access-control-allow-origin", PAGE),
                    (b"access-control-allow-credentials", b"true"),
                    (b"access-control-allow-methods", methods),
                    (b"access-control-allow-headers", names),
                ],
            )
        };
        assert_eq!(check(true, 204, b"GET, PUT", b"x-a,AUTHORIZATION"), Ok(()));
        assert_eq!(check(false, 204, b"*", b"*, authorization"), Ok(()));
        assert_eq!(check(false, 204, b"*", b"*"), Err(Blocked::Header("authorization".into())));
        assert_eq!(check(true, 204, b"*", b"*"), Err(Blocked::Method("PUT".into())));
        assert_eq!(check(true, 204, b"put", b""), Err(Blocked::Method("PUT".into())));
        assert_eq!(check(true, 404, b"PUT", b"x-a,authorization"), Err(Blocked::PreflightStatus(404)));
    }
}
