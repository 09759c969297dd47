//! The checks of a request's URL before anything is sent (Fetch, "main fetch").

use crate::browser::agent::Deviation;
use crate::browser::exchange::Answer;
use crate::browser::notes::Stopped;
use crate::browser::outcome::StepName;
use crate::browser::url::is_bad_port;
use crate::browser::walk::{Tainting, Walk};
use crate::browser::words::{Initiator, Mode, Redirect};

impl Walk<'_> {
    /// The checks of "main fetch" in Fetch that come before anything is sent.
    pub(crate) fn before_sending(&mut self) -> Result<(), Stopped> {
        let result = self.check_destination();
        if result.is_err() {
            self.notes.explain(self.url.asked_for(), &Answer::Unknown, |_| {});
        }
        result
    }

    fn check_destination(&mut self) -> Result<(), Stopped> {
        let hop = self.hop;
        if let Some(port) = self.url.port {
            self.notes.check(StepName::Port, hop, !is_bad_port(port), format!("the port is {port}"))?;
        }
        self.check_mixed_content()?;
        let own = self.wire_origin() == self.page && self.page != "null";
        self.cross_origin |= !own;
        if matches!(self.mode, Mode::Navigate | Mode::WebSocket)
            || self.url.scheme == "data"
            || own && self.tainting == Tainting::Basic
        {
            self.started_at_home |= hop == 0;
            return Ok(());
        }
        if self.mode == Mode::SameOrigin {
            let saw = format!("the URL's origin is {} and the page's is {}", self.url.origin(), self.page);
            return self.notes.check(StepName::SameOriginMode, hop, false, saw);
        }
        let saw = format!("the scheme is {}", self.url.scheme);
        if self.mode == Mode::NoCors {
            let redirect = self.exchange.request.redirect;
            let seen = format!("the redirect mode is `{}`", redirect.as_str());
            self.notes.check(StepName::NoCorsRedirectMode, hop, redirect == Redirect::Follow, seen)?;
            self.tainting = Tainting::Opaque;
        } else {
            self.tainting = Tainting::Cors;
        }
        self.notes.check(StepName::Scheme, hop, self.url.is_http(), saw)
    }

    /// The origin of the URL. For `ws` and `wss`, it is the origin with `http` or `https`.
    fn wire_origin(&self) -> String {
        let origin = self.url.origin();
        match origin.strip_prefix("ws") {
            Some(rest) => format!("http{rest}"),
            None => origin,
        }
    }

    /// Whether a secure page makes an insecure request (Mixed Content).
    fn check_mixed_content(&mut self) -> Result<(), Stopped> {
        let is_page_secure = self.page.starts_with("https://")
            || self.exchange.page_url.as_deref().is_some_and(|url| url.starts_with("https://"));
        if !is_page_secure || self.mode == Mode::Navigate {
            return Ok(());
        }
        let loopback = self.url.is_loopback() && self.agent.has(Deviation::LoopbackIsInsecure);
        if self.url.is_trustworthy() && !(loopback && self.url.scheme == "http") {
            return Ok(());
        }
        let is_image = self.exchange.request.initiator == Initiator::Img && self.mode == Mode::NoCors;
        if is_image && self.url.scheme == "http" && !self.url.has_address() {
            // "Upgrade a mixed content request": images are requested over https instead.
            self.url.scheme = "https".to_owned();
            return Ok(());
        }
        let saw = format!("a secure page asks for {}", self.url.asked_for());
        self.notes.check(StepName::MixedContent, self.hop, false, saw)
    }
}
