//! The walk through the steps of Fetch, from a script's request to what the script gets.
//!
//! The standard and the engines share one walk. At the steps where an engine differs, the walk asks the
//! agent.

use crate::browser::agent::{Agent, Deviation};
use crate::browser::exchange::{Answer, Exchange, HeaderLines};
use crate::browser::notes::{Notes, Stopped};
use crate::browser::outcome::{Outcome, Preflight, StepName};
use crate::browser::preflight_cache::PreflightCache;
use crate::browser::prepared::{lower_sorted, prepare};
use crate::browser::response_headers::{ResponseLines, borrow};
use crate::browser::server::{Captured, Server, WireRequest};
use crate::browser::url::Url;
use crate::browser::words::{Credentials, Initiator, Mode, Verdict};

/// How much of a response a script gets (Fetch, "response tainting").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tainting {
    Basic,
    Cors,
    Opaque,
}

/// A request on its way.
#[derive(Debug)]
pub(crate) struct Walk<'e> {
    pub(crate) agent: Agent,
    pub(crate) exchange: &'e Exchange,
    /// The serialised origin of the page.
    pub(crate) page: &'e str,
    pub(crate) url: Url,
    pub(crate) method: Vec<u8>,
    pub(crate) headers: HeaderLines,
    pub(crate) has_body: bool,
    pub(crate) stream: bool,
    pub(crate) mode: Mode,
    pub(crate) tainting: Tainting,
    /// Whether redirects have changed the origin of the request to `null`.
    pub(crate) tainted: bool,
    pub(crate) hop: usize,
    /// Whether the request that the script wrote needed a preflight.
    pub(crate) needed_at_first: bool,
    /// The headers that later preflights ask for, if they differ from those of the request.
    pub(crate) asked_headers: Option<HeaderLines>,
    /// Whether a request other than a preflight has been sent.
    sent: bool,
    pub(crate) cross_origin: bool,
    /// Whether the first request on the wire went to the page's own origin.
    pub(crate) started_at_home: bool,
    pub(crate) preflights: Vec<Preflight>,
    pub(crate) wildcard_authorization: Vec<String>,
    pub(crate) notes: Notes,
}

/// The result of one request on the wire.
pub(crate) enum Next {
    /// The request was redirected.
    Hop,
    /// The request ends with this verdict. The lists have the response headers that the script can read, and those that
    /// it cannot.
    End(Verdict, Vec<String>, Vec<String>),
}

/// Simulates a browser with the responses of an exchange.
#[cfg(test)]
pub(crate) fn play(exchange: &Exchange, agent: Agent) -> Outcome {
    play_with(exchange, agent, &mut Captured(exchange))
}

/// Simulates a browser with a server. Earlier exchanges are simulated with their own responses.
pub(crate) fn play_with(exchange: &Exchange, agent: Agent, server: &mut dyn Server) -> Outcome {
    let mut cache = earlier(exchange, agent);
    walk(exchange, agent, server, &mut cache)
}

/// The preflights that earlier exchanges left in the cache.
fn earlier(exchange: &Exchange, agent: Agent) -> PreflightCache {
    // The earliest exchange is nested deepest, so it is the last in this list.
    let mut chain = Vec::new();
    let mut after = exchange.after.as_deref();
    while let Some(earlier) = after {
        chain.push(earlier);
        after = earlier.exchange.after.as_deref();
    }
    let mut cache = PreflightCache::default();
    for earlier in chain.into_iter().rev() {
        walk(&earlier.exchange, agent, &mut Captured(&earlier.exchange), &mut cache);
        cache.age(earlier.seconds);
    }
    cache
}

fn walk(exchange: &Exchange, agent: Agent, server: &mut dyn Server, cache: &mut PreflightCache) -> Outcome {
    let mut dropped = Vec::new();
    let mut notes = Notes::default();
    let prepared = prepare(exchange, agent, &mut dropped);
    let dropped_headers = lower_sorted(dropped.iter().map(Vec::as_slice));
    let prepared = match prepared {
        Ok(prepared) => prepared,
        Err((step, saw)) => {
            // The notes say what failed.
            let _ = notes.check(step, 0, false, saw);
            notes.explain(exchange.request.url.clone(), &Answer::Unknown, |_| {});
            return Outcome {
                verdict: Verdict::Invalid,
                cross_origin: false,
                preflights: Vec::new(),
                steps: notes.steps,
                readable_headers: Vec::new(),
                hidden_headers: Vec::new(),
                dropped_headers,
                wildcard_authorization: Vec::new(),
                failure: notes.failure,
            };
        }
    };
    let mut walk = Walk {
        agent,
        exchange,
        page: &exchange.page,
        url: prepared.url,
        method: prepared.method,
        headers: prepared.headers,
        has_body: prepared.has_body,
        stream: prepared.stream,
        mode: prepared.mode,
        tainting: Tainting::Basic,
        tainted: false,
        hop: 0,
        needed_at_first: false,
        asked_headers: None,
        sent: false,
        cross_origin: false,
        started_at_home: false,
        preflights: Vec::new(),
        wildcard_authorization: Vec::new(),
        notes,
    };
    walk.needed_at_first = !walk.reasons(&walk.headers).is_empty();
    let (verdict, readable_headers, hidden_headers) = loop {
        match walk.step(server, cache) {
            Ok(Next::Hop) => {}
            Ok(Next::End(verdict, readable, hidden)) => break (verdict, readable, hidden),
            Err(Stopped) => break (walk.stopped(), Vec::new(), Vec::new()),
        }
    };
    Outcome {
        verdict,
        cross_origin: walk.cross_origin,
        preflights: walk.preflights,
        steps: walk.notes.steps,
        readable_headers,
        hidden_headers,
        dropped_headers,
        wildcard_authorization: walk.wildcard_authorization,
        failure: walk.notes.failure,
    }
}

impl Walk<'_> {
    /// The verdict of a request that failed a check.
    fn stopped(&self) -> Verdict {
        match (self.notes.failure.as_ref().and_then(|failure| failure.network), self.sent) {
            (Some(_), _) => Verdict::Failed,
            (None, false) => Verdict::Blocked,
            (None, true) if self.is_unheard() => Verdict::Sent,
            (None, true) => Verdict::SentButUnreadable,
        }
    }

    /// Whether no script waits for the response.
    pub(crate) fn is_unheard(&self) -> bool {
        matches!(self.exchange.request.initiator, Initiator::Beacon | Initiator::Form)
    }

    /// One request on the wire.
    fn step(&mut self, server: &mut dyn Server, cache: &mut PreflightCache) -> Result<Next, Stopped> {
        self.before_sending()?;
        if self.tainting == Tainting::Cors {
            match self.preflight(server, cache)? {
                Some(()) => {}
                None => return Ok(Next::End(Verdict::Unknown, Vec::new(), Vec::new())),
            }
        } else {
            self.preflights.push(Preflight {
                url: self.url.asked_for(),
                needed: false,
                cached: false,
                because: Vec::new(),
                headers: Vec::new(),
                origin: self.request_origin().to_owned(),
            });
        }
        if self.url.scheme == "data" {
            return Ok(Next::End(Verdict::Readable, Vec::new(), Vec::new()));
        }
        self.sent = true;
        let headers = self.request_headers();
        let answer = server.response(WireRequest {
            hop: self.hop,
            url: &self.url,
            method: &self.method,
            headers: &headers,
            has_body: self.has_body,
        });
        let status = match &answer {
            Answer::Unknown => {
                let verdict = if self.is_unheard() { Verdict::Sent } else { Verdict::Unknown };
                return Ok(Next::End(verdict, Vec::new(), Vec::new()));
            }
            Answer::Failed(error) => {
                let saw = format!("no response: {}", error.as_str());
                let stopped = self.notes.check(StepName::Response, self.hop, false, saw);
                self.notes.explain(self.url.asked_for(), &answer, |_| {});
                return stopped.map(|()| Next::Hop);
            }
            Answer::Response { status, .. } => *status,
        };
        self.notes.check(StepName::Response, self.hop, true, format!("the status is {status}"))?;
        let borrowed = borrow(answer.headers());
        let lines = ResponseLines { lines: &borrowed, agent: self.agent };
        let checked = self.check_response(status, &answer, lines);
        if checked.is_err() && self.tainting == Tainting::Cors && !self.agent.has(Deviation::CacheKeptAfterFailure) {
            cache.clear(self.request_origin(), &self.url.asked_for());
        }
        checked
    }

    pub(crate) fn is_credentialed(&self) -> bool {
        self.exchange.request.credentials() == Credentials::Include
    }

    /// The value of `Origin` (Fetch, "byte-serializing a request origin").
    pub(crate) fn request_origin(&self) -> &str {
        if self.tainted { "null" } else { self.page }
    }

    /// The headers of the request itself, with `origin` if it is sent.
    fn request_headers(&self) -> HeaderLines {
        let mut headers = self.headers.clone();
        let reads = matches!(self.method.as_slice(), b"GET" | b"HEAD");
        if self.tainting == Tainting::Cors || self.mode == Mode::WebSocket || !reads {
            headers.push((b"origin".to_vec(), self.request_origin().as_bytes().to_vec()));
        }
        headers
    }
}
