//! The console output of engines, from a table of sentences.

use crate::browser::agent::Engine;
use crate::browser::blocked::Blocked;
use crate::browser::exchange::Exchange;
use crate::browser::octets::latin1;
use crate::browser::outcome::{Failure, Outcome};
use crate::browser::sentences::{Problem, SENTENCES, is_preflight_redirect, problem};
use crate::browser::url::Url;
use crate::browser::words::{Initiator, NetworkError, Verdict};
use crate::tokens::is_token;
use std::borrow::Cow;
use std::fmt::Write;

/// The beginning of Firefox's sentences, before the URL.
pub(crate) const FIREFOX_PREFIX: &str =
    "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at";

/// The text that Chromium writes before the sentence about a failed check of the response to a preflight.
pub(crate) const CHROMIUM_PREFLIGHT: &str = "Response to preflight request doesn't pass access control check: ";

/// Whether Chromium writes [`CHROMIUM_PREFLIGHT`] before the problem's sentence, if it is a preflight that fails.
pub(crate) fn is_check_of_preflight(problem: Problem) -> bool {
    matches!(
        problem,
        Problem::Missing
            | Problem::Several
            | Problem::Invalid
            | Problem::Mismatch
            | Problem::AnyOrigin
            | Problem::NoCredentials
            | Problem::PreflightStatus
            | Problem::PreflightRedirect
    )
}

/// Whether Chromium prints the problem's sentence without the beginning that [`chromium_line`] writes.
pub(crate) fn is_alone_in_chromium(problem: Problem) -> bool {
    matches!(
        problem,
        Problem::Scheme
            | Problem::SameOriginMode
            | Problem::SameOriginRedirected
            | Problem::NoCorsRedirectMode
            | Problem::MixedContent
    )
}

/// Chromium's line about a request that CORS blocks.
pub(crate) fn chromium_line(kind: &str, url: &str, redirected: &str, page: &str, sentence: &str) -> String {
    format!("Access to {kind} at '{url}'{redirected} from origin '{page}' has been blocked by CORS policy: {sentence}")
}

/// An engine's console output for an exchange, without the line about a resource that failed to load.
pub(crate) fn console(engine: Engine, exchange: &Exchange, outcome: &Outcome) -> Vec<String> {
    let mut lines = dropped(engine, exchange, outcome);
    if engine == Engine::Firefox {
        lines.extend(outcome.wildcard_authorization.iter().map(|url| {
            format!(
                "Cross-Origin Request Warning: The Same Origin Policy will disallow reading the remote resource at {url} \
                 soon. (Reason: When the `Access-Control-Allow-Headers` is `*`, the `Authorization` header is not \
                 covered. To include the `Authorization` header, it must be explicitly listed in CORS header \
                 `Access-Control-Allow-Headers`)."
            )
        }));
    }
    let Some(failure) = &outcome.failure else {
        if engine == Engine::WebKit
            && outcome.verdict == Verdict::Opaque
            && exchange.request.initiator == Initiator::Img
        {
            let line = "Unable to get image data from canvas because the canvas has been tainted by cross-origin data.";
            lines.push(line.to_owned());
        }
        return lines;
    };
    if outcome.verdict == Verdict::Invalid {
        return lines;
    }
    let told = Told { engine, exchange, outcome, failure, problem: problem(failure, engine) };
    match engine {
        Engine::Chromium => told.chromium(&mut lines),
        Engine::Firefox => told.firefox(&mut lines),
        Engine::WebKit => told.webkit(&mut lines),
    }
    lines
}

/// For `XMLHttpRequest`, the engine prints which headers it does not set.
fn dropped(engine: Engine, exchange: &Exchange, outcome: &Outcome) -> Vec<String> {
    if exchange.request.initiator != Initiator::Xhr {
        return Vec::new();
    }
    let names = exchange.request.headers.iter().map(|(name, _)| latin1(name));
    names
        .filter(|name| outcome.dropped_headers.contains(&name.to_ascii_lowercase()))
        .map(|name| match engine {
            Engine::Firefox => format!("Attempt to set a forbidden header was denied: {name}"),
            _ => format!("Refused to set unsafe header \"{name}\""),
        })
        .collect()
}

/// A failure for which an engine's sentence is written.
struct Told<'t> {
    engine: Engine,
    exchange: &'t Exchange,
    outcome: &'t Outcome,
    failure: &'t Failure,
    problem: Problem,
}

impl Told<'_> {
    /// The sentence of the table, filled in.
    fn sentence(&self) -> Option<String> {
        let (_, sentences) = SENTENCES.iter().find(|(problem, _)| *problem == self.problem)?;
        let column = Engine::ALL.iter().position(|engine| *engine == self.engine)?;
        let text = sentences.get(column).filter(|text| !text.is_empty())?;
        Some(self.fill(text))
    }

    fn fill(&self, text: &str) -> String {
        let failure = self.failure;
        let is = |initiator, text| if self.exchange.request.initiator == initiator { text } else { "" };
        let page_url = self.page_url();
        let status = failure.status.map(|status| status.to_string()).unwrap_or_default();
        let fetch = is(Initiator::Fetch, " Have the server send the header with a valid value.");
        let xhr = " The credentials mode of requests initiated by the XMLHttpRequest is controlled by the \
                   withCredentials attribute.";
        let sent = self.sent_origin();
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            out.push_str(before);
            match name {
                "status" => out.push_str(&status),
                "value" => out.push_str(&self.value()),
                "element" => out.push_str(&self.element()),
                "title" => out.push_str(&self.title()),
                "scheme" => out.push_str(failure.url.split_once(':').map_or("", |(scheme, _)| scheme)),
                "fetch" => out.push_str(fetch),
                "xhr" => out.push_str(is(Initiator::Xhr, xhr)),
                "sent" => out.push_str(&sent),
                "url" => out.push_str(&failure.url),
                "page" => out.push_str(&self.exchange.page),
                "page_url" => out.push_str(&page_url),
                "location" => out.push_str(failure.location.as_deref().unwrap_or_default()),
                _ => {}
            }
            rest = after;
        }
        out.push_str(rest);
        out
    }

    /// The URL of the page. If only its origin is known, it is the shortest URL that a page of that origin can have.
    fn page_url(&self) -> Cow<'_, str> {
        match (&self.exchange.page_url, self.exchange.page.as_str()) {
            (Some(url), _) => Cow::Borrowed(url),
            (None, "null") => Cow::Borrowed("null"),
            (None, page) => Cow::Owned(format!("{page}/")),
        }
    }

    /// The value of the header, with bytes beyond ASCII as the engine shows them.
    fn value(&self) -> String {
        match self.engine {
            Engine::Chromium => escape_latin1(&self.failure.value),
            Engine::Firefox => String::from_utf8_lossy(&self.failure.value).into_owned(),
            // This engine reads UTF-8 as Latin-1.
            Engine::WebKit => latin1(String::from_utf8_lossy(&self.failure.value).as_bytes()),
        }
    }

    /// The method, the name or the invalid element at which the check of a list failed.
    fn element(&self) -> String {
        match &self.failure.blocked {
            Some(Blocked::Method(text) | Blocked::Header(text)) => text.clone(),
            Some(Blocked::InvalidMethods(_) | Blocked::InvalidHeaders(_)) => {
                let mut elements = self.failure.value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii);
                let bad = elements.find(|element| !element.is_empty() && !is_token(element)).unwrap_or_default();
                String::from_utf8_lossy(bad).into_owned()
            }
            _ => String::new(),
        }
    }

    /// The name of a request header as WebKit prints it. WebKit writes names that it knows in its
    /// own way, and others as the script wrote them.
    fn title(&self) -> String {
        let element = self.element();
        let mut written = self.exchange.request.headers.iter().map(|(name, _)| latin1(name));
        match title_case(&element) {
            Some(known) => known,
            None => written.find(|name| name.eq_ignore_ascii_case(&element)).unwrap_or(element),
        }
    }

    /// Whether a redirect leads to the server that it comes from.
    fn stays(&self) -> bool {
        let url = Url::parse(&self.failure.url, None);
        let target = self.failure.location.as_deref().and_then(|location| Url::parse(location, url.as_ref()));
        target.is_some_and(|target| url.is_some_and(|url| url.origin() == target.origin()))
    }

    /// The `Origin` of the request that failed.
    fn sent_origin(&self) -> String {
        let preflight = self.outcome.preflights.get(self.failure.hop);
        let lines = preflight.map(|preflight| preflight.headers.as_slice()).unwrap_or_default();
        match lines.iter().find(|(name, _)| name == b"origin") {
            Some((_, origin)) => latin1(origin),
            None => preflight.map_or_else(|| self.exchange.page.clone(), |preflight| preflight.origin.clone()),
        }
    }

    fn is_preflight(&self) -> bool {
        self.failure.step.as_str().starts_with("preflight-")
    }

    fn kind(&self) -> &'static str {
        match self.exchange.request.initiator {
            Initiator::Fetch => "fetch",
            Initiator::Xhr => "XMLHttpRequest",
            Initiator::Img => "image",
            Initiator::Script | Initiator::Module => "script",
            Initiator::Css => "CSS stylesheet",
            Initiator::Font => "font",
            _ => "resource",
        }
    }

    fn chromium(&self, lines: &mut Vec<String>) {
        let Some(sentence) = self.sentence() else { return };
        match self.problem {
            // Console output was recorded only for `fetch`.
            Problem::Scheme if self.exchange.request.initiator != Initiator::Fetch => return,
            Problem::RedirectUser if !self.outcome.cross_origin && self.stays() => return,
            problem if is_alone_in_chromium(problem) => {
                lines.push(sentence);
                return;
            }
            _ => {}
        }
        let first = self.outcome.preflights.first().map(|first| first.url.as_str()).unwrap_or_default();
        let (url, redirected) = match (&self.failure.location, self.failure.hop) {
            (Some(location), _) if matches!(self.problem, Problem::RedirectScheme | Problem::RedirectFtp) => {
                (location.as_str(), format!(" (redirected from '{first}')"))
            }
            (_, 0) => (self.failure.url.as_str(), String::new()),
            _ => (self.failure.url.as_str(), format!(" (redirected from '{first}')")),
        };
        let twin = if self.is_preflight() && is_check_of_preflight(self.problem) { CHROMIUM_PREFLIGHT } else { "" };
        let sentence = format!("{twin}{sentence}");
        lines.push(chromium_line(self.kind(), url, &redirected, &self.exchange.page, &sentence));
    }

    fn firefox(&self, lines: &mut Vec<String>) {
        let url = &self.failure.url;
        let gave_up =
            || format!("{FIREFOX_PREFIX} {url}. (Reason: CORS request did not succeed). Status code: (null).");
        let dotted = |reason: String| if reason.ends_with('.') { reason } else { format!("{reason}.") };
        match (self.problem, self.sentence()) {
            (
                Problem::SameOriginMode
                | Problem::SameOriginRedirected
                | Problem::MixedContent
                | Problem::ResourcePolicy,
                Some(sentence),
            ) => {
                lines.push(sentence);
                return;
            }
            (Problem::AnyOrigin, Some(sentence)) => {
                lines.push(format!("{FIREFOX_PREFIX} ‘{url}’. (Reason: {}", dotted(sentence)));
            }
            (Problem::RedirectData, Some(sentence)) => lines.push(sentence),
            (Problem::RedirectScheme | Problem::RedirectFtp, Some(sentence)) => {
                let location = self.failure.location.as_deref().unwrap_or_default();
                lines.push(format!("{FIREFOX_PREFIX} {location}. (Reason: {}", dotted(sentence)));
            }
            (_, Some(sentence)) => lines.push(format!("{FIREFOX_PREFIX} {url}. (Reason: {}", dotted(sentence))),
            _ => {}
        }
        let is_redirect = is_preflight_redirect(self.failure);
        match self.problem {
            Problem::PreflightRedirect => {
                let status = self.failure.status.unwrap_or_default();
                let reason = if self.stays() {
                    format!("CORS preflight response did not succeed). Status code: {status}.")
                } else {
                    format!("CORS header ‘Access-Control-Allow-Origin’ does not match ‘{}’).", self.exchange.page)
                };
                lines.push(format!("{FIREFOX_PREFIX} {url}. (Reason: {reason}"));
                lines.push(gave_up());
            }
            // The headers of the response were accepted.
            Problem::Network if !self.is_preflight() && self.failure.network == Some(NetworkError::Incomplete) => {}
            Problem::Network => {
                lines.extend(std::iter::repeat_with(gave_up).take(1 + usize::from(self.is_preflight())))
            }
            Problem::RedirectUser
            | Problem::RedirectUrl
            | Problem::RedirectCount
            | Problem::RedirectScheme
            | Problem::RedirectData
            | Problem::RedirectFtp => lines.push(gave_up()),
            Problem::Other | Problem::Scheme | Problem::RedirectRefused | Problem::NoCorsRedirectMode => {}
            _ if self.is_preflight() && is_redirect => lines.extend([gave_up(), gave_up()]),
            _ if self.is_preflight() || is_redirect => lines.push(gave_up()),
            _ => {}
        }
        match self.exchange.request.initiator {
            Initiator::Script => {
                lines.push(format!("<script> source URI is not allowed in this document: “{url}”."));
            }
            Initiator::Module => lines.push(format!("Module source URI is not allowed in this document: “{url}”.")),
            Initiator::EventSource => {
                lines.push(format!("Firefox can’t establish a connection to the server at {url}."));
            }
            _ => {}
        }
    }

    fn webkit(&self, lines: &mut Vec<String>) {
        let url = &self.failure.url;
        let is_redirect = is_preflight_redirect(self.failure) && !self.is_preflight();
        let reason = self.sentence();
        if matches!(self.problem, Problem::RedirectFtp | Problem::RedirectRefused | Problem::RedirectCount) {
            lines.extend(reason);
            self.cannot_load(url, lines);
            return;
        }
        if self.problem == Problem::RedirectUrl && self.failure.location.as_deref() == Some("") {
            return;
        }
        if self.problem == Problem::SameOriginMode {
            lines.extend(reason);
            return;
        }
        if self.problem == Problem::Network {
            match self.failure.network {
                Some(NetworkError::Connection) if self.is_preflight() => {
                    let host = Url::parse(url, None).map(|url| url.host).unwrap_or_default();
                    lines.push(format!("Could not connect to {host}: Connection refused"));
                }
                Some(NetworkError::Incomplete) if self.is_preflight() => {
                    lines.push("Connection terminated unexpectedly".to_owned());
                }
                _ => return,
            }
            self.cannot_load(url, lines);
            return;
        }
        match (&self.failure.location, &reason) {
            (Some(location), Some(reason)) if is_redirect => {
                let base = Url::parse(url, None);
                let target =
                    Url::parse(location, base.as_ref()).map_or_else(|| location.clone(), |url| url.asked_for());
                lines.push(format!(
                    "Cross-origin redirection to {target} denied by Cross-Origin Resource Sharing policy: {reason}"
                ));
            }
            (_, Some(reason)) => lines.push(reason.clone()),
            _ => {}
        }
        if matches!(self.problem, Problem::NoCorsRedirectMode)
            || self.problem == Problem::MixedContent && self.failure.hop == 0
        {
            lines.push("Not allowed to request resource".to_owned());
        }
        if self.problem == Problem::Other {
            return;
        }
        // If a redirect leads to mixed content, the sentence names the URL that redirected.
        let before = self.failure.hop.checked_sub(1).and_then(|hop| self.outcome.preflights.get(hop));
        let url = match before {
            Some(before) if self.problem == Problem::MixedContent => &before.url,
            _ => url,
        };
        match self.exchange.request.initiator {
            Initiator::Beacon => {
                lines.push(format!("Beacon API cannot load {url}. {}", reason.unwrap_or_default()));
            }
            _ => self.cannot_load(url, lines),
        }
    }

    /// The last line of WebKit, which names the API or element that made the request.
    fn cannot_load(&self, url: &str, lines: &mut Vec<String>) {
        match self.exchange.request.initiator {
            Initiator::Fetch => lines.push(format!("Fetch API cannot load {url} due to access control checks.")),
            Initiator::Xhr => lines.push(format!("XMLHttpRequest cannot load {url} due to access control checks.")),
            Initiator::Img => lines.push(format!("Cannot load image {url} due to access control checks.")),
            Initiator::Script => {
                lines.push("Cross-origin script load denied by Cross-Origin Resource Sharing policy.".to_owned());
            }
            Initiator::EventSource => {
                lines.push(format!("EventSource cannot load {url} due to access control checks."));
            }
            _ => {}
        }
    }
}

/// Bytes as Chromium shows them.
fn escape_latin1(bytes: &[u8]) -> String {
    let mut out = String::new();
    for byte in bytes {
        if byte.is_ascii() {
            out.push(char::from(*byte));
        } else {
            let _ = write!(out, "\\u{byte:04X}");
        }
    }
    out
}

/// A header name as WebKit writes it, if WebKit knows the name.
fn title_case(name: &str) -> Option<String> {
    const KNOWN: [&str; 8] = [
        "authorization",
        "content-type",
        "content-language",
        "accept",
        "accept-language",
        "cache-control",
        "range",
        "user-agent",
    ];
    if !KNOWN.contains(&name) {
        return None;
    }
    let words: Vec<String> = name
        .split('-')
        .map(|word| {
            let mut chars = word.chars();
            chars.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(chars).collect()
        })
        .collect();
    Some(words.join("-"))
}
