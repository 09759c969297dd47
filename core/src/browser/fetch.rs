//! The browser's side: what a script's request needs, and whether the script may read the answer.

use crate::tokens::SAFELISTED_METHODS;
use std::collections::BTreeSet;
use std::fmt;

/// The method of a preflight.
pub const PREFLIGHT_METHOD: &str = "OPTIONS";

/// What a page's script asks for, with `mode: "cors"`.
#[derive(Clone, Copy, Debug)]
pub struct Fetch<'f> {
    /// The page's serialised origin.
    pub origin: &'f [u8],
    /// The method, as the browser would send it.
    pub method: &'f [u8],
    /// The headers that the script sets.
    pub headers: &'f [(&'f [u8], &'f [u8])],
    /// `credentials: "include"`.
    pub credentials: bool,
}

/// Why a script may not read an answer, or why its request is not even sent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Blocked {
    /// The answer has no `Access-Control-Allow-Origin`.
    NoAllowOrigin,
    /// It names another origin, or several; here it is.
    OtherOrigin(String),
    /// It is `*`, which does not do with credentials.
    AnyOriginWithCredentials,
    /// `Access-Control-Allow-Credentials` is not `true`.
    NoCredentials,
    /// The preflight's status is not 200 to 299; here it is.
    PreflightStatus(u16),
    /// The preflight does not allow the method; here it is.
    Method(String),
    /// The preflight does not allow a header; here is its name.
    Header(String),
}

impl fmt::Display for Blocked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Blocked::NoAllowOrigin => f.write_str("the answer has no `access-control-allow-origin`"),
            Blocked::OtherOrigin(value) => {
                write!(f, "`access-control-allow-origin` is `{value}`, not the page's origin")
            }
            Blocked::AnyOriginWithCredentials => {
                f.write_str("`access-control-allow-origin` is `*`, which does not do with credentials")
            }
            Blocked::NoCredentials => f.write_str("`access-control-allow-credentials` is not `true`"),
            Blocked::PreflightStatus(status) => write!(f, "the preflight's status is {status}, not 200 to 299"),
            Blocked::Method(method) => write!(f, "the preflight's `access-control-allow-methods` lacks `{method}`"),
            Blocked::Header(name) => write!(f, "the preflight's `access-control-allow-headers` lacks `{name}`"),
        }
    }
}

type Lines<'l> = &'l [(&'l [u8], &'l [u8])];

impl Fetch<'_> {
    /// The headers of the preflight that goes before this request, if one does.
    ///
    /// Source: Fetch, "CORS-preflight fetch", steps 1 to 5, and "HTTP fetch".
    #[must_use]
    pub fn preflight(&self) -> Option<Vec<(&'static str, Vec<u8>)>> {
        let names = self.unsafe_names();
        if names.is_empty() && is_safelisted_method(self.method) {
            return None;
        }
        let mut lines = vec![("access-control-request-method", self.method.to_vec())];
        if !names.is_empty() {
            let names: Vec<Vec<u8>> = names.into_iter().collect();
            lines.push(("access-control-request-headers", names.join(&b',')));
        }
        Some(lines)
    }

    /// Whether the preflight's answer lets the request go on.
    ///
    /// # Errors
    ///
    /// What is wrong with the answer. Source: Fetch, "CORS-preflight fetch", step 7.
    pub fn check_preflight(&self, status: u16, answer: Lines<'_>) -> Result<(), Blocked> {
        self.check(answer)?;
        if !(200..300).contains(&status) {
            return Err(Blocked::PreflightStatus(status));
        }
        let listed = |name: &str, of: &[u8], fold: bool| {
            elements(answer, name).any(|element| if fold { element.eq_ignore_ascii_case(of) } else { element == of })
        };
        let any = |name: &str| !self.credentials && listed(name, b"*", false);
        let (methods, headers) = ("access-control-allow-methods", "access-control-allow-headers");
        if !is_safelisted_method(self.method) && !listed(methods, self.method, false) && !any(methods) {
            return Err(Blocked::Method(text(self.method)));
        }
        for name in self.unsafe_names() {
            // `Authorization` is the one name that `*` does not cover.
            let covered = any(headers) && name != b"authorization";
            if !covered && !listed(headers, &name, true) {
                return Err(Blocked::Header(text(&name)));
            }
        }
        Ok(())
    }

    /// Whether the script may read this answer.
    ///
    /// # Errors
    ///
    /// What is wrong with it. Source: Fetch, "CORS check".
    pub fn check(&self, answer: Lines<'_>) -> Result<(), Blocked> {
        let Some(allowed) = combined(answer, "access-control-allow-origin") else { return Err(Blocked::NoAllowOrigin) };
        if allowed == b"*" {
            return if self.credentials { Err(Blocked::AnyOriginWithCredentials) } else { Ok(()) };
        }
        if allowed != self.origin {
            return Err(Blocked::OtherOrigin(text(&allowed)));
        }
        if self.credentials && combined(answer, "access-control-allow-credentials").as_deref() != Some(b"true") {
            return Err(Blocked::NoCredentials);
        }
        Ok(())
    }

    /// Fetch, "CORS-unsafe request-header names", in their order.
    fn unsafe_names(&self) -> BTreeSet<Vec<u8>> {
        let (safe, others): (Vec<_>, Vec<_>) =
            self.headers.iter().partition(|(name, value)| is_safelisted_header(name, value));
        let size: usize = safe.iter().map(|(_, value)| value.len()).sum();
        let too_much = if size > 1024 { safe } else { Vec::new() };
        others.into_iter().chain(too_much).map(|(name, _)| name.to_ascii_lowercase()).collect()
    }
}

fn is_safelisted_method(method: &[u8]) -> bool {
    SAFELISTED_METHODS.iter().any(|safe| safe.as_bytes() == method)
}

/// Fetch, "CORS-safelisted request-header".
fn is_safelisted_header(name: &[u8], value: &[u8]) -> bool {
    let named = |other: &str| name.eq_ignore_ascii_case(other.as_bytes());
    let no_unsafe_byte = !value.iter().any(|byte| match byte {
        b'\t' => false,
        0..=0x1f | 0x7f => true,
        _ => b"\"():<>?@[\\]{}".contains(byte),
    });
    value.len() <= 128
        && if named("accept") {
            no_unsafe_byte
        } else if named("accept-language") || named("content-language") {
            value.iter().all(|byte| byte.is_ascii_alphanumeric() || b" *,-.;=".contains(byte))
        } else if named("content-type") {
            let essence = value.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
            no_unsafe_byte
                && ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"]
                    .iter()
                    .any(|simple| essence.eq_ignore_ascii_case(simple.as_bytes()))
        } else {
            named("range") && is_simple_range(value)
        }
}

/// `bytes=`, a number, `-`, and perhaps a number that is not less.
fn is_simple_range(value: &[u8]) -> bool {
    let Some((first, last)) = std::str::from_utf8(value)
        .ok()
        .and_then(|value| value.strip_prefix("bytes="))
        .and_then(|range| range.split_once('-'))
    else {
        return false;
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if first.is_empty() || !digits(first) || !digits(last) {
        return false;
    }
    last.is_empty() || matches!((first.parse::<u128>(), last.parse::<u128>()), (Ok(first), Ok(last)) if first <= last)
}

/// All lines of a header, as Fetch's "get" joins them.
fn combined(answer: Lines<'_>, name: &str) -> Option<Vec<u8>> {
    let lines: Vec<&[u8]> = answer
        .iter()
        .filter(|(other, _)| other.eq_ignore_ascii_case(name.as_bytes()))
        .map(|(_, value)| value.trim_ascii())
        .collect();
    (!lines.is_empty()).then(|| lines.join(&b", "[..]))
}

fn elements<'l>(answer: Lines<'l>, name: &str) -> impl Iterator<Item = &'l [u8]> {
    answer
        .iter()
        .filter(move |(other, _)| other.eq_ignore_ascii_case(name.as_bytes()))
        .flat_map(|(_, value)| value.split(|byte| *byte == b','))
        .map(<[u8]>::trim_ascii)
}

fn text(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &[u8] = b"https://app.example.com";

    fn fetch<'f>(method: &'f str, headers: Lines<'f>, credentials: bool) -> Fetch<'f> {
        Fetch { origin: PAGE, method: method.as_bytes(), headers, credentials }
    }

    #[test]
    fn what_needs_a_preflight() {
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
                ("access-control-request-method", b"PUT".to_vec()),
                ("access-control-request-headers", b"x-a,x-b".to_vec())
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
        assert_eq!(check(true, &[(acao, PAGE), (acac, b"True")]), Err(Blocked::NoCredentials));
        assert_eq!(check(false, &[(acac, b"true")]), Err(Blocked::NoAllowOrigin));
        assert!(matches!(check(false, &[(acao, b"*"), (acao, b"*")]), Err(Blocked::OtherOrigin(_))));
        assert!(matches!(check(false, &[(acao, b"https://app.example.com/")]), Err(Blocked::OtherOrigin(_))));
    }

    #[test]
    fn what_a_preflight_allows() {
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
