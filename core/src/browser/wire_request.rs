//! From a request on the wire, as developer tools or a capture show it, back to the request that the script made.

use crate::browser::exchange::{Answer, Body, Exchange, HeaderLines, Hop};
use crate::browser::header_lines::values;
use crate::browser::octets::{is_form_type, latin1};
use crate::browser::url::Url;
use crate::browser::words::{Credentials, Initiator, Mode};
use crate::tokens::is_forbidden_request_header;

/// The method of preflights, and the headers that only preflights have.
const PREFLIGHT: &str = "OPTIONS";
const REQUEST_METHOD: &str = "access-control-request-method";
const REQUEST_HEADERS: &str = "access-control-request-headers";

/// Headers that browsers usually set themselves, although scripts can set them.
const SET_BY_BROWSERS: [&str; 9] =
    ["accept", "accept-language", "user-agent", "priority", "dpr", "downlink", "rtt", "save-data", "viewport-width"];

/// Headers that developer tools add while the cache is switched off.
const WITHOUT_CACHE: [(&str, &[u8]); 2] = [("cache-control", b"no-cache"), ("pragma", b"no-cache")];

/// A request as it was seen on the wire.
#[derive(Clone, Copy, Debug)]
pub struct SeenRequest<'s> {
    /// The URL.
    pub url: &'s str,
    /// The method: a token.
    pub method: &'s str,
    /// The headers, including those that the browser has set.
    pub headers: &'s [(Vec<u8>, Vec<u8>)],
    /// Whether the request has a body.
    pub has_body: bool,
}

impl SeenRequest<'_> {
    /// Whether it is the preflight of another request (Fetch, "CORS-preflight request").
    #[must_use]
    pub fn is_preflight(&self) -> bool {
        self.method == PREFLIGHT && self.header(REQUEST_METHOD).is_some()
    }

    /// The origin of the page, from `Origin` or `Referer`; none if the request has neither.
    #[must_use]
    pub fn page(&self) -> Option<String> {
        let referer = || Url::parse(&latin1(self.header("referer")?), None).map(|url| url.origin());
        self.header("origin")
            .filter(|origin| *origin != b"null")
            .map(latin1)
            .or_else(referer)
            .or_else(|| self.header("origin").map(latin1))
    }

    /// Whether this is the preflight of the given request.
    #[must_use]
    pub fn is_preflight_of(&self, request: &SeenRequest<'_>) -> bool {
        let method = self.header(REQUEST_METHOD);
        self.is_preflight()
            && !request.is_preflight()
            && self.url == request.url
            && method == Some(request.method.as_bytes())
    }

    /// The exchange with the script's request, without any response. If this is a preflight, the request is the
    /// one for which it was sent. Headers that the browser sets are left out. Cookies on the wire mean that the
    /// script set `credentials: "include"`.
    ///
    /// The page is the given one, or else the one that the request names. The result is none if there is neither.
    #[must_use]
    pub fn exchange(&self, page: Option<&str>) -> Option<Exchange> {
        let page = page.map(str::to_owned).or_else(|| self.page())?;
        let mut exchange = Exchange::new(&page, self.url);
        exchange.page_url = self
            .header("referer")
            .map(latin1)
            .filter(|url| Url::parse(url, None).is_some_and(|url| url.origin() == page));
        let request = &mut exchange.request;
        request.method = match self.header(REQUEST_METHOD) {
            Some(method) if self.is_preflight() => latin1(method),
            _ => self.method.to_owned(),
        };
        request.headers = self.script_headers();
        let is_json = self.is_preflight() && !matches!(request.method.as_str(), "GET" | "HEAD");
        let kind = request.headers.iter().position(|(name, _)| name.eq_ignore_ascii_case(b"content-type"));
        if let Some(index) = kind.filter(|_| is_json) {
            let (_, kind) = request.headers.remove(index);
            request.body = Body::Typed(latin1(&kind));
        }
        if self.has_body && !self.is_preflight() {
            // `script_headers` leaves out `Content-Type` if there is a body, because the body's type implies it.
            request.body = match self.header("content-type") {
                Some(kind) => Body::Typed(latin1(kind)),
                None => Body::Typed(String::new()),
            };
        }
        if self.header("cookie").is_some() {
            request.credentials = Some(Credentials::Include);
        }
        request.initiator = match self.header("sec-fetch-dest") {
            Some(b"image") => Initiator::Img,
            Some(b"script") => Initiator::Script,
            Some(b"style") => Initiator::Css,
            Some(b"font") => Initiator::Font,
            Some(b"document" | b"iframe") => Initiator::Form,
            _ => Initiator::Fetch,
        };
        request.mode = match self.header("sec-fetch-mode") {
            Some(b"no-cors") => Some(Mode::NoCors),
            Some(b"same-origin") => Some(Mode::SameOrigin),
            Some(b"cors") if request.initiator != Initiator::Fetch => Some(Mode::Cors),
            _ => None,
        };
        Some(exchange)
    }

    /// The headers that the script set.
    fn script_headers(&self) -> HeaderLines {
        if self.is_preflight() {
            let names =
                self.header(REQUEST_HEADERS).unwrap_or_default().split(|byte| *byte == b',').map(<[u8]>::trim_ascii);
            // A preflight has only the names. With this value, every name needs a preflight, except for `accept` and, in
            // Chromium, client hints.
            return names
                .filter(|name| !name.is_empty())
                .map(|name| (name.to_vec(), b"application/json".to_vec()))
                .collect();
        }
        let is_script = |(name, value): &&(Vec<u8>, Vec<u8>)| {
            let name = latin1(name).to_ascii_lowercase();
            let by_tools = WITHOUT_CACHE.iter().any(|(tools, its)| *tools == name && value.eq_ignore_ascii_case(its));
            let by_body = name == "content-type" && (self.has_body || is_form_type(value));
            let by_browser = is_forbidden_request_header(&name) || SET_BY_BROWSERS.contains(&name.as_str());
            !(by_tools || by_body || by_browser || name.starts_with(':'))
        };
        self.headers.iter().filter(is_script).cloned().collect()
    }

    fn header<'s>(&'s self, name: &'s str) -> Option<&'s [u8]> {
        values(self.headers, name).next()
    }
}

impl Exchange {
    /// The exchange with an answer to its first request, or to the preflight of that request.
    #[must_use]
    pub fn answered(mut self, is_preflight: bool, answer: Answer) -> Self {
        if self.hops.is_empty() {
            self.hops.push(Hop::default());
        }
        if let Some(first) = self.hops.first_mut() {
            *(if is_preflight { &mut first.preflight } else { &mut first.response }) = answer;
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(lines: &[(&str, &str)]) -> HeaderLines {
        lines.iter().map(|(name, value)| (name.as_bytes().to_vec(), value.as_bytes().to_vec())).collect()
    }

    #[test]
    fn headers_that_the_browser_sets_are_left_out() {
        let headers = lines(&[
            ("accept", "*/*"),
            ("content-type", "application/json"),
            ("Origin", "https://app.example.com"),
            ("referer", "https://app.example.com/items"),
            ("sec-fetch-mode", "cors"),
            ("sec-fetch-dest", "empty"),
            ("cookie", "sid=1"),
            ("pragma", "no-cache"),
            ("X-Id", "7"),
        ]);
        let seen = SeenRequest { url: "https://api.example.com/", method: "PUT", headers: &headers, has_body: true };
        let exchange = seen.exchange(None).unwrap();
        assert_eq!(exchange.page, "https://app.example.com");
        assert_eq!(exchange.request.headers, lines(&[("X-Id", "7")]));
        assert_eq!(exchange.request.body, Body::Typed("application/json".to_owned()));
        assert_eq!(exchange.request.credentials(), Credentials::Include);
        assert_eq!(exchange.page_url.as_deref(), Some("https://app.example.com/items"));
    }

    #[test]
    fn a_preflight_shows_the_request_behind_it() {
        let headers = lines(&[
            ("origin", "https://app.example.com"),
            ("access-control-request-method", "PUT"),
            ("access-control-request-headers", "content-type,x-id"),
        ]);
        let seen =
            SeenRequest { url: "https://api.example.com/", method: "OPTIONS", headers: &headers, has_body: false };
        let request = SeenRequest { method: "PUT", headers: &[], ..seen };
        assert!(seen.is_preflight() && seen.is_preflight_of(&request) && !request.is_preflight_of(&seen));
        let exchange = seen.exchange(None).unwrap();
        assert_eq!(exchange.request.method, "PUT");
        assert_eq!(exchange.request.headers.len(), 1);
        assert_eq!(exchange.request.body, Body::Typed("application/json".to_owned()));
        assert_eq!(request.exchange(None), None);
        assert_eq!(request.exchange(Some("https://a.example")).unwrap().page, "https://a.example");
    }
}
