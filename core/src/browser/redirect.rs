//! Where a redirect leads, and what it changes (Fetch, "HTTP-redirect fetch").

use crate::browser::agent::Deviation;
use crate::browser::exchange::Answer;
use crate::browser::notes::Stopped;
use crate::browser::outcome::StepName;
use crate::browser::response_headers::ResponseLines;
use crate::browser::safelist::is_non_wildcard;
use crate::browser::url::Url;
use crate::browser::walk::{Tainting, Walk};
use crate::browser::words::Mode;

/// The most redirects that are followed.
const MOST_REDIRECTS: usize = 20;

/// Whether a header belongs to a body (Fetch, "request-body-header name").
fn is_body_header(name: &[u8]) -> bool {
    [&b"content-encoding"[..], b"content-language", b"content-location", b"content-type"]
        .iter()
        .any(|other| name.eq_ignore_ascii_case(other))
}

/// The URL of a `Location`. If its bytes are not UTF-8, each byte is one character.
fn location_text(value: &[u8]) -> String {
    match std::str::from_utf8(value) {
        Ok(text) => text.to_owned(),
        Err(_) => value.iter().copied().map(char::from).collect(),
    }
}

impl Walk<'_> {
    /// Follows a redirect if the response is one, and says whether it is.
    pub(crate) fn follow(&mut self, status: u16, answer: &Answer, lines: ResponseLines<'_>) -> Result<bool, Stopped> {
        let locations: Vec<&[u8]> = lines.values("location").collect();
        let Some(written) = locations.first().map(|value| location_text(value)) else { return Ok(false) };
        if written.is_empty() && self.agent.has(Deviation::EmptyLocationIgnored) {
            return Ok(false);
        }
        let one = !(written.is_empty() && self.agent.has(Deviation::EmptyLocationRefused))
            && locations.iter().all(|value| Some(value) == locations.first());
        let target = Url::parse(&written, Some(&self.url)).filter(|_| one).map(|mut target| {
            // A redirect keeps the fragment unless it has its own.
            target.fragment = target.fragment.or_else(|| self.url.fragment.clone());
            target
        });
        let result = self.check_target(status, target.as_ref(), &written);
        if result.is_err() {
            let location = target.as_ref().map_or(written, Url::text);
            self.notes.explain(self.url.asked_for(), answer, |failure| failure.location = Some(location));
        }
        result?;
        if let Some(target) = target {
            self.redirect(status, target);
        }
        Ok(true)
    }

    fn check_target(&mut self, status: u16, target: Option<&Url>, written: &str) -> Result<(), Stopped> {
        let hop = self.hop;
        self.notes.check(StepName::RedirectUrl, hop, target.is_some(), format!("location: {written}"))?;
        let Some(target) = target else { return Err(Stopped) };
        let saw = format!("the scheme is {}", target.scheme);
        self.notes.check(StepName::RedirectScheme, hop, target.is_http(), saw)?;
        let saw = format!("redirect {} of at most {MOST_REDIRECTS}", hop + 1);
        self.notes.check(StepName::RedirectCount, hop, hop < MOST_REDIRECTS, saw)?;
        let crosses = target.origin() != self.page;
        let refused = self.mode == Mode::Cors && crosses
            || self.tainting == Tainting::Cors
            || self.agent.has(Deviation::UserInLocationRefused);
        if !target.user.is_empty() {
            let saw = "the URL has a user name or a password";
            self.notes.check(StepName::RedirectUser, hop, !refused, saw)?;
        }
        if self.stream {
            let saw = "the body is a stream, which cannot be sent again";
            self.notes.check(StepName::RedirectBody, hop, status == 303, saw)?;
        }
        Ok(())
    }

    fn redirect(&mut self, status: u16, target: Url) {
        let is_post = self.method == b"POST";
        let is_read = matches!(self.method.as_slice(), b"GET" | b"HEAD");
        let before = self.headers.clone();
        let is_delete_elsewhere = self.method == b"DELETE"
            && self.url.origin() != target.origin()
            && self.agent.has(Deviation::DeleteRedirectedAsGet);
        if matches!(status, 301 | 302) && is_post || status == 303 && !is_read || is_delete_elsewhere {
            self.method = b"GET".to_vec();
            self.stream = false;
            self.has_body = false;
            self.headers.retain(|(name, _)| !is_body_header(name));
        }
        if self.url.origin() != target.origin() {
            self.headers.retain(|(name, _)| !is_non_wildcard(name));
            // Fetch, "redirect-tainted origin": redirects of the page's own origin do not taint the
            // request.
            self.tainted |= self.url.origin() != self.page;
        }
        if self.agent.has(Deviation::HeadersKeptInLaterPreflight) && self.asked_headers.is_none() {
            self.asked_headers = Some(before);
        }
        self.url = target;
        self.hop += 1;
    }
}
