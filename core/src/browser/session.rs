//! A simulated browser for test suites. Its requests come one at a time, and the caller sends them to a server.

use crate::browser::agent::Agent;
use crate::browser::exchange::{Answer, Exchange, HeaderLines, Hop};
use crate::browser::exchange_error::ExchangeError;
use crate::browser::fetch_site::FetchSite;
use crate::browser::header_lines;
use crate::browser::octets::latin1;
use crate::browser::read_exchange::{parse, read_answer, with_secrets};
use crate::browser::server::{Captured, Server, WireRequest};
use crate::browser::walk::play_with;
use crate::browser::words::{Credentials, Mode};
use crate::config::value::Value;
use crate::json_writer::JsonWriter;

/// A simulated browser that makes one request of a page's script. It returns the request that it sends next, and is
/// then given the response.
///
/// It follows the Fetch standard, with preflights, redirects, and the headers that a redirect removes. It keeps
/// secrets, because they have to be sent; the result of [`exchange`](Self::exchange) has none.
///
/// ```
/// use corsac::browser::{Answer, Exchange, Session};
///
/// let mut exchange = Exchange::new("https://app.example.com", "https://api.example.com/items/7");
/// exchange.request.method = "delete".to_owned();
/// let mut browser = Session::new(exchange);
///
/// let preflight = browser.next_request().unwrap();
/// assert_eq!((preflight.method.as_str(), preflight.is_preflight), ("OPTIONS", true));
/// browser.respond(Answer::Response { status: 404, headers: Vec::new() });
/// // The preflight failed, so the request itself is never sent.
/// assert_eq!(browser.next_request(), None);
/// ```
#[derive(Clone, Debug)]
pub struct Session {
    exchange: Exchange,
    /// The caller had no answer to a request, so no other request follows.
    is_given_up: bool,
}

/// A request as it goes over the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentRequest {
    /// The number of the request in the exchange, from 0. Each redirect adds one. A preflight has the number of its
    /// request.
    pub hop: usize,
    /// Whether it is the preflight of that request.
    pub is_preflight: bool,
    /// The URL, without a fragment and without user name and password.
    pub url: String,
    /// The method: a token.
    pub method: String,
    /// The headers. Names that the browser sets are in lower case. The caller adds `Host`, `Cookie` and, if there is a
    /// body, the headers for its length.
    pub headers: HeaderLines,
    /// Whether the script's body is sent with the request.
    pub has_body: bool,
    /// Whether cookies are sent with the request.
    pub with_cookies: bool,
}

impl Session {
    /// A browser that makes this request. Responses that the exchange already has count as received.
    #[must_use]
    pub fn new(exchange: Exchange) -> Self {
        Session { exchange, is_given_up: false }
    }

    /// A browser that makes the request of an exchange, which is written as JSON text.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the exchange, each with its path.
    pub fn from_json(text: &[u8]) -> Result<Self, ExchangeError> {
        Self::from_value(parse(text)?)
    }

    /// A browser that makes the request of an exchange, which is a value of any language.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the exchange, each with its path.
    pub fn from_value(value: Value) -> Result<Self, ExchangeError> {
        with_secrets(value).map(Self::new)
    }

    /// The request that the browser sends next; none if the browser has finished.
    #[must_use]
    pub fn next_request(&self) -> Option<SentRequest> {
        if self.is_given_up {
            return None;
        }
        let mut server = Asking {
            exchange: &self.exchange,
            captured: Captured(&self.exchange),
            site: FetchSite::SameOrigin,
            next: None,
        };
        play_with(&self.exchange, Agent::STANDARD, &mut server);
        server.next
    }

    /// Gives the browser the answer to [`next_request`](Self::next_request). With [`Answer::Unknown`] the browser
    /// gives up.
    pub fn respond(&mut self, answer: Answer) {
        let Some(request) = self.next_request() else { return };
        if answer == Answer::Unknown {
            self.is_given_up = true;
            return;
        }
        let hops = &mut self.exchange.hops;
        if hops.len() <= request.hop {
            hops.resize(request.hop + 1, Hop::default());
        }
        if let Some(hop) = hops.get_mut(request.hop) {
            *(if request.is_preflight { &mut hop.preflight } else { &mut hop.response }) = answer;
        }
    }

    /// Gives the browser an answer that is written as JSON text: `{"status": 200, "headers": []}`, `{"error":
    /// "timeout"}` or `null`.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the answer. The browser then waits for another.
    pub fn respond_json(&mut self, text: &[u8]) -> Result<(), ExchangeError> {
        let answer = read_answer(parse(text)?)?;
        self.respond(answer);
        Ok(())
    }

    /// The exchange with the answers so far, without its secrets.
    #[must_use]
    pub fn exchange(&self) -> Exchange {
        self.exchange.redacted()
    }
}

impl SentRequest {
    /// The request as JSON text in snake_case. Header strings are Latin-1, one character for each byte.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut out = JsonWriter::default();
        out.object(|out| {
            out.key("hop").raw(self.hop);
            out.key("is_preflight").raw(self.is_preflight);
            out.key("url").string(&self.url);
            out.key("method").string(&self.method);
            out.key("headers").headers(&self.headers);
            out.key("has_body").raw(self.has_body);
            out.key("with_cookies").raw(self.with_cookies);
        });
        out.finish()
    }
}

/// A server that gives the known answers, and keeps the first request to which no answer is known.
#[derive(Debug)]
struct Asking<'e> {
    exchange: &'e Exchange,
    captured: Captured<'e>,
    /// The greatest distance of all URLs so far.
    site: FetchSite,
    next: Option<SentRequest>,
}

impl Asking<'_> {
    fn note(&mut self, request: WireRequest<'_>, is_preflight: bool) {
        self.site = self.site.max(FetchSite::of(&self.exchange.page, request.url));
        let mut headers = request.headers.clone();
        if header_lines::values(&headers, "accept").next().is_none() {
            headers.push((b"accept".to_vec(), b"*/*".to_vec()));
        }
        // Fetch, "HTTP-network-or-cache fetch", step 8.5.
        if !request.has_body && !is_preflight && matches!(request.method, b"POST" | b"PUT") {
            headers.push((b"content-length".to_vec(), b"0".to_vec()));
        }
        if request.url.is_trustworthy() {
            let script = &self.exchange.request;
            let mode = if is_preflight { Mode::Cors } else { script.mode() };
            let metadata = [("sec-fetch-site", self.site.as_str()), ("sec-fetch-mode", mode.as_str())];
            headers.extend(metadata.map(|(name, value)| (name.as_bytes().to_vec(), value.as_bytes().to_vec())));
        }
        self.next.get_or_insert(SentRequest {
            hop: request.hop,
            is_preflight,
            url: request.url.asked_for(),
            method: latin1(request.method),
            headers,
            has_body: request.has_body,
            with_cookies: !is_preflight && self.with_cookies(),
        });
    }

    /// Fetch, "HTTP-network-or-cache fetch", step 8.
    fn with_cookies(&self) -> bool {
        match self.exchange.request.credentials() {
            Credentials::Include => true,
            Credentials::SameOrigin => self.site == FetchSite::SameOrigin,
            Credentials::Omit => false,
        }
    }
}

impl Server for Asking<'_> {
    fn preflight(&mut self, request: WireRequest<'_>) -> Answer {
        let answer = self.captured.preflight(request);
        if answer == Answer::Unknown {
            self.note(request, true);
        }
        answer
    }

    fn response(&mut self, request: WireRequest<'_>) -> Answer {
        self.site = self.site.max(FetchSite::of(&self.exchange.page, request.url));
        let answer = self.captured.response(request);
        if answer == Answer::Unknown {
            self.note(request, false);
        }
        answer
    }
}
