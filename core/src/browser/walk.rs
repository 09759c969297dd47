//! The walk through Fetch: from a script's request to what the script gets.
//!
//! It is one walk for the standard and for each engine. Where an engine differs it asks the agent.

use crate::browser::agent::{Agent, Deviation};
use crate::browser::blocked::Blocked;
use crate::browser::checks::CheckedRequest;
use crate::browser::exchange::{Answer, Body, Exchange, HeaderLines};
use crate::browser::notes::{Notes, Stopped};
use crate::browser::outcome::{Outcome, Preflight, StepName};
use crate::browser::preflight_cache::{CachedRequest, PreflightCache};
use crate::browser::prepared::{lower_sorted, prepare};
use crate::browser::readable::split_headers;
use crate::browser::response_headers::{ResponseLines, is_redirect_status};
use crate::browser::safelist::{is_safelisted_method, unsafe_names};
use crate::browser::server::{Captured, Server, WireRequest};
use crate::browser::url::{Url, is_bad_port};
use crate::browser::words::{Credentials, Initiator, Mode, Redirect, Verdict};
use std::collections::BTreeSet;

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
    exchange: &'e Exchange,
    /// The serialised origin of the page.
    pub(crate) page: &'e str,
    pub(crate) url: Url,
    pub(crate) method: Vec<u8>,
    pub(crate) headers: HeaderLines,
    pub(crate) stream: bool,
    pub(crate) mode: Mode,
    pub(crate) tainting: Tainting,
    /// Whether the origin of the request has become `null` by redirects.
    pub(crate) tainted: bool,
    pub(crate) hop: usize,
    /// Whether the request needed a preflight as the script wrote it.
    needed_at_first: bool,
    /// The headers that later preflights ask for, where those differ from the request's.
    pub(crate) asked_headers: Option<HeaderLines>,
    /// Whether a request other than a preflight has been sent.
    sent: bool,
    cross_origin: bool,
    /// Whether the first request of the wire went to the page's own origin.
    started_at_home: bool,
    preflights: Vec<Preflight>,
    wildcard_authorization: Vec<String>,
    pub(crate) notes: Notes,
}

/// What comes of one request of the wire.
enum Next {
    /// It was redirected.
    Hop,
    /// The script gets this, or nothing.
    End(Verdict, Vec<String>, Vec<String>),
}

/// Plays the browser over the responses that an exchange holds.
pub(crate) fn play(exchange: &Exchange, agent: Agent) -> Outcome {
    play_with(exchange, agent, &mut Captured(exchange))
}

/// Plays the browser against a server. Earlier exchanges are played over the responses that they hold.
pub(crate) fn play_with(exchange: &Exchange, agent: Agent, server: &mut dyn Server) -> Outcome {
    let mut cache = earlier(exchange, agent);
    walk(exchange, agent, server, &mut cache)
}

/// What the earlier exchanges left in the cache of preflights.
fn earlier(exchange: &Exchange, agent: Agent) -> PreflightCache {
    // The last one is the deepest.
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
            // What failed is in the notes.
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
    /// What a request comes to that failed a check.
    fn stopped(&self) -> Verdict {
        match (self.notes.failure.as_ref().and_then(|failure| failure.network), self.sent) {
            (Some(_), _) => Verdict::Failed,
            (None, false) => Verdict::Blocked,
            (None, true) if self.is_unheard() => Verdict::Sent,
            (None, true) => Verdict::SentButUnreadable,
        }
    }

    /// Whether no script waits for the response.
    fn is_unheard(&self) -> bool {
        matches!(self.exchange.request.initiator, Initiator::Beacon | Initiator::Form)
    }

    /// One request of the wire.
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
        let answer =
            server.response(WireRequest { hop: self.hop, url: &self.url, method: &self.method, headers: &headers });
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

    /// Fetch, "main fetch", before anything goes over the wire.
    fn before_sending(&mut self) -> Result<(), Stopped> {
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

    /// The origin of the URL, where that of a WebSocket counts as that of its http twin.
    fn wire_origin(&self) -> String {
        let origin = self.url.origin();
        match origin.strip_prefix("ws") {
            Some(rest) => format!("http{rest}"),
            None => origin,
        }
    }

    /// Mixed Content: what a secure page asks of an insecure server.
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
            // "Upgrade a mixed content request": images are asked for over https instead.
            self.url.scheme = "https".to_owned();
            return Ok(());
        }
        let saw = format!("a secure page asks for {}", self.url.asked_for());
        self.notes.check(StepName::MixedContent, self.hop, false, saw)
    }

    /// Why the request, with these headers, needs a preflight.
    fn reasons(&self, headers: &HeaderLines) -> Vec<String> {
        let request = &self.exchange.request;
        let mut because = Vec::new();
        // Only these two set the unsafe-request flag; elements cannot send what is unsafe.
        if !matches!(request.initiator, Initiator::Fetch | Initiator::Xhr | Initiator::Beacon) {
            return because;
        }
        if !is_safelisted_method(&self.method) {
            because.push("method".to_owned());
        }
        for name in unsafe_names(headers, self.agent) {
            because.push(format!("header: {}", latin1(&name)));
        }
        because.extend(self.flags().map(str::to_owned));
        because
    }

    /// What needs a preflight whatever the method and headers are (Fetch, "use-CORS-preflight flag").
    fn flags(&self) -> impl Iterator<Item = &'static str> {
        let request = &self.exchange.request;
        let listener = request.initiator == Initiator::Xhr
            && request.upload_listener
            && !(request.body == Body::None && self.agent.has(Deviation::UploadListenerWithoutBody));
        let flags = [(listener, "upload listener"), (self.stream, "stream")];
        flags.into_iter().filter(|(set, _)| *set).map(|(_, name)| name)
    }

    fn is_credentialed(&self) -> bool {
        self.exchange.request.credentials() == Credentials::Include
    }

    /// The value of `Origin` (Fetch, "byte-serializing a request origin").
    fn request_origin(&self) -> &str {
        if self.tainted { "null" } else { self.page }
    }

    /// The headers of the request itself, with `origin` where it is sent.
    fn request_headers(&self) -> HeaderLines {
        let mut headers = self.headers.clone();
        let reads = matches!(self.method.as_slice(), b"GET" | b"HEAD");
        if self.tainting == Tainting::Cors || self.mode == Mode::WebSocket || !reads {
            headers.push((b"origin".to_vec(), self.request_origin().as_bytes().to_vec()));
        }
        headers
    }

    /// Sends a preflight, if one is needed and none is cached. None if its response is not known.
    fn preflight(&mut self, server: &mut dyn Server, cache: &mut PreflightCache) -> Result<Option<()>, Stopped> {
        let headers = self.asked_headers.clone().unwrap_or_else(|| self.headers.clone());
        let unsafe_names = unsafe_names(&headers, self.agent);
        let mut because = self.reasons(&headers);
        let url = self.url.asked_for();
        if because.is_empty() && self.hop > 0 && self.needed_at_first {
            if self.agent.has(Deviation::PreflightAfterRedirectKept) {
                because.push("redirect".to_owned());
            }
        }
        let needed = !because.is_empty();
        let later = self.hop > 0 && self.agent.has(Deviation::PageOriginInLaterPreflight);
        let origin = if later { self.page } else { self.request_origin() }.to_owned();
        let method = self.method.clone();
        let request = CachedRequest {
            origin: &origin,
            url: &url,
            credentials: self.is_credentialed(),
            method: &method,
            unsafe_names: &unsafe_names,
            flagged: self.flags().next().is_some() || because.iter().any(|reason| reason == "redirect"),
            agent: self.agent,
        };
        let cached = needed && cache.covers(request, &self.exchange.request);
        let asked = if needed { preflight_headers(&method, &unsafe_names, &origin) } else { Vec::new() };
        let own = self.request_origin().to_owned();
        let lines = asked.clone();
        self.preflights.push(Preflight { url: url.clone(), needed, cached, because, headers: lines, origin: own });
        if !needed || cached {
            return Ok(Some(()));
        }
        let wire = WireRequest { hop: self.hop, url: &self.url, method: b"OPTIONS", headers: &asked };
        let answer = server.preflight(wire);
        let status = match &answer {
            Answer::Unknown => return Ok(None),
            Answer::Failed(error) => {
                let saw = format!("no response: {}", error.as_str());
                let stopped = self.notes.check(StepName::PreflightResponse, self.hop, false, saw);
                self.notes.explain(url, &answer, |_| {});
                return stopped.map(Some);
            }
            Answer::Response { status, .. } => *status,
        };
        self.notes.check(StepName::PreflightResponse, self.hop, true, format!("the status is {status}"))?;
        let borrowed = borrow(answer.headers());
        let lines = ResponseLines { lines: &borrowed, agent: self.agent };
        let checked = CheckedRequest {
            origin: origin.as_bytes(),
            credentials: self.is_credentialed(),
            method: &method,
            unsafe_names: &unsafe_names,
            headers: &headers,
            agent: self.agent,
        };
        for check in checked.preflight_checks(status, lines) {
            let result = checked.preflight_check(check, status, lines);
            self.note_check(check, result, &answer, lines)?;
        }
        if (CheckedRequest { agent: Agent::STANDARD, ..checked }).check_preflight(status, lines).is_err() {
            self.wildcard_authorization.push(url.clone());
        }
        cache.store(request, lines);
        Ok(Some(()))
    }

    /// Notes a check of CORS and what it saw.
    fn note_check(
        &mut self,
        step: StepName,
        result: Result<(), Blocked>,
        answer: &Answer,
        lines: ResponseLines<'_>,
    ) -> Result<(), Stopped> {
        let name = checked_header(step);
        let value = name.and_then(|name| lines.get(name));
        let saw = match (name, &value) {
            (Some(name), Some(value)) => format!("{name}: {}", crate::browser::blocked::shown(value)),
            (Some(name), None) => format!("no {name}"),
            (None, _) => format!("the status is {}", answer.status().unwrap_or_default()),
        };
        let noted = self.notes.check(step, self.hop, result.is_ok(), saw);
        if noted.is_err() {
            self.notes.explain(self.url.asked_for(), answer, |failure| {
                failure.blocked = result.err();
                failure.lines = name.map_or(0, |name| lines.spelled_alike(name));
                failure.location = lines.get("location").map(|value| latin1(&value));
                failure.value = value.unwrap_or_default();
            });
        }
        noted
    }

    /// The checks of a response, and where it leads.
    fn check_response(&mut self, status: u16, answer: &Answer, lines: ResponseLines<'_>) -> Result<Next, Stopped> {
        let is_redirect = is_redirect_status(status);
        if self.tainting == Tainting::Cors {
            let none = BTreeSet::new();
            let origin = self.request_origin().to_owned();
            let left_own = self.started_at_home
                && self.hop == 1
                && is_redirect
                && self.exchange.request.credentials() == Credentials::SameOrigin
                && self.agent.has(Deviation::CredentialsAfterSameOrigin);
            let checked = CheckedRequest {
                origin: origin.as_bytes(),
                credentials: self.is_credentialed() || left_own,
                method: &[],
                unsafe_names: &none,
                headers: &[],
                agent: self.agent,
            };
            self.note_check(StepName::AllowOrigin, checked.allow_origin(lines), answer, lines)?;
            if checked.credentials {
                self.note_check(StepName::AllowCredentials, checked.allow_credentials(lines), answer, lines)?;
            }
        }
        if self.tainting == Tainting::Opaque {
            self.check_resource_policy(answer, lines)?;
        }
        if is_redirect && self.mode != Mode::WebSocket {
            match self.exchange.request.redirect {
                Redirect::Error => {
                    let saw = "the redirect mode is `error`";
                    let stopped = self.notes.check(StepName::RedirectMode, self.hop, false, saw);
                    self.notes.explain(self.url.asked_for(), answer, |_| {});
                    return stopped.map(|()| Next::Hop);
                }
                Redirect::Manual if self.mode != Mode::Navigate => {
                    return Ok(Next::End(Verdict::Opaque, Vec::new(), Vec::new()));
                }
                _ => {
                    if self.follow(status, answer, lines)? {
                        return Ok(Next::Hop);
                    }
                }
            }
        }
        self.finish(status, answer, lines)
    }

    /// Cross-Origin-Resource-Policy (Fetch, "cross-origin resource policy internal check").
    fn check_resource_policy(&mut self, answer: &Answer, lines: ResponseLines<'_>) -> Result<(), Stopped> {
        let Some(policy) = lines.get("cross-origin-resource-policy") else { return Ok(()) };
        let page = Url::parse(self.page, None);
        let fine = match policy.as_slice() {
            b"same-origin" => self.url.origin() == self.page,
            b"same-site" => page.is_some_and(|page| {
                page.is_schemelessly_same_site(&self.url) && (page.scheme == "https" || self.url.scheme != "https")
            }),
            _ => true,
        };
        let saw = format!("cross-origin-resource-policy: {}", crate::browser::blocked::shown(&policy));
        let result = self.notes.check(StepName::ResourcePolicy, self.hop, fine, saw);
        if result.is_err() {
            self.notes.explain(self.url.asked_for(), answer, |failure| failure.value = policy);
        }
        result
    }

    /// What the script gets.
    fn finish(&mut self, status: u16, answer: &Answer, lines: ResponseLines<'_>) -> Result<Next, Stopped> {
        let request = &self.exchange.request;
        if self.mode == Mode::WebSocket {
            let saw = format!("the status is {status}");
            let result = self.notes.check(StepName::SocketStatus, self.hop, status == 101, saw);
            if result.is_err() {
                self.notes.explain(self.url.asked_for(), answer, |_| {});
            }
            return result.map(|()| Next::End(Verdict::Readable, Vec::new(), Vec::new()));
        }
        if self.is_unheard() {
            return Ok(Next::End(Verdict::Sent, Vec::new(), Vec::new()));
        }
        if self.tainting == Tainting::Opaque && !request.integrity.is_empty() {
            let saw = "the hash of an opaque response is not computed";
            let result = self.notes.check(StepName::Integrity, self.hop, false, saw);
            self.notes.explain(self.url.asked_for(), answer, |_| {});
            return result.map(|()| Next::Hop);
        }
        let seen = match request.initiator {
            Initiator::Font => self.agent.has(Deviation::FontsWithoutCors),
            Initiator::Script => self.agent.has(Deviation::ScriptErrorsReadable),
            _ => false,
        };
        let verdict = if self.tainting == Tainting::Opaque && !seen { Verdict::Opaque } else { Verdict::Readable };
        let is_api = matches!(request.initiator, Initiator::Fetch | Initiator::Xhr);
        let (readable, hidden) = match (verdict, is_api) {
            (Verdict::Readable, true) => split_headers(lines, self.tainting == Tainting::Cors, self.is_credentialed()),
            _ => (Vec::new(), Vec::new()),
        };
        Ok(Next::End(verdict, readable, hidden))
    }
}

/// The headers of a preflight (Fetch, "CORS-preflight fetch", steps 2 to 5).
pub(crate) fn preflight_headers(method: &[u8], unsafe_names: &BTreeSet<Vec<u8>>, origin: &str) -> HeaderLines {
    let mut lines =
        vec![(b"accept".to_vec(), b"*/*".to_vec()), (b"access-control-request-method".to_vec(), method.to_vec())];
    if !unsafe_names.is_empty() {
        let names: Vec<&[u8]> = unsafe_names.iter().map(Vec::as_slice).collect();
        lines.push((b"access-control-request-headers".to_vec(), names.join(&b',')));
    }
    lines.push((b"origin".to_vec(), origin.as_bytes().to_vec()));
    lines
}

/// The header that a check reads.
fn checked_header(step: StepName) -> Option<&'static str> {
    match step {
        StepName::PreflightAllowOrigin | StepName::AllowOrigin => Some("access-control-allow-origin"),
        StepName::PreflightAllowCredentials | StepName::AllowCredentials => Some("access-control-allow-credentials"),
        StepName::PreflightMethodList | StepName::PreflightMethod => Some("access-control-allow-methods"),
        StepName::PreflightHeaderList | StepName::PreflightHeader => Some("access-control-allow-headers"),
        _ => None,
    }
}

pub(crate) fn borrow(lines: &[(Vec<u8>, Vec<u8>)]) -> Vec<(&[u8], &[u8])> {
    lines.iter().map(|(name, value)| (name.as_slice(), value.as_slice())).collect()
}

pub(crate) fn latin1(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}
