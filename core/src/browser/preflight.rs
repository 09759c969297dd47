//! The preflight of a request: whether one is needed, its headers, and the checks of its response.

use crate::browser::agent::{Agent, Deviation};
use crate::browser::blocked::Blocked;
use crate::browser::checks::CheckedRequest;
use crate::browser::exchange::{Answer, Body, HeaderLines};
use crate::browser::notes::Stopped;
use crate::browser::octets::{latin1, shown};
use crate::browser::outcome::{Preflight, StepName};
use crate::browser::preflight_cache::{CachedRequest, PreflightCache};
use crate::browser::response_headers::{ResponseLines, borrow};
use crate::browser::safelist::{is_safelisted_method, unsafe_names};
use crate::browser::server::{Server, WireRequest};
use crate::browser::walk::Walk;
use crate::browser::words::Initiator;

impl Walk<'_> {
    /// Why the request, with these headers, needs a preflight.
    pub(crate) fn reasons(&self, headers: &HeaderLines) -> Vec<String> {
        let request = &self.exchange.request;
        let mut because = Vec::new();
        // Only these initiators can send anything that needs a preflight; elements cannot.
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

    /// The reasons for a preflight other than the method and headers (Fetch, "use-CORS-preflight
    /// flag").
    pub(crate) fn flags(&self) -> impl Iterator<Item = &'static str> {
        let request = &self.exchange.request;
        let listener = request.initiator == Initiator::Xhr
            && request.upload_listener
            && !(request.body == Body::None && self.agent.has(Deviation::UploadListenerWithoutBody));
        let flags = [(listener, "upload listener"), (self.stream, "stream")];
        flags.into_iter().filter(|(set, _)| *set).map(|(_, name)| name)
    }

    /// Sends a preflight, if one is needed and not cached. The result is none if the response is
    /// not known.
    pub(crate) fn preflight(
        &mut self,
        server: &mut dyn Server,
        cache: &mut PreflightCache,
    ) -> Result<Option<()>, Stopped> {
        let headers = self.asked_headers.clone().unwrap_or_else(|| self.headers.clone());
        let unsafe_names = unsafe_names(&headers, self.agent);
        let mut because = self.reasons(&headers);
        let url = self.url.asked_for();
        let kept = self.hop > 0 && self.needed_at_first && self.agent.has(Deviation::PreflightAfterRedirectKept);
        if because.is_empty() && kept {
            because.push("redirect".to_owned());
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
        let wire = WireRequest { hop: self.hop, url: &self.url, method: b"OPTIONS", headers: &asked, has_body: false };
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

    /// Adds a check of CORS to the notes, with the value that it read.
    pub(crate) fn note_check(
        &mut self,
        step: StepName,
        result: Result<(), Blocked>,
        answer: &Answer,
        lines: ResponseLines<'_>,
    ) -> Result<(), Stopped> {
        let name = checked_header(step);
        let value = name.and_then(|name| lines.get(name));
        let saw = match (name, &value) {
            (Some(name), Some(value)) => format!("{name}: {}", shown(value)),
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
}

/// The headers of a preflight (Fetch, "CORS-preflight fetch", steps 2 to 5).
pub(crate) fn preflight_headers(method: &[u8], unsafe_names: &[Vec<u8>], origin: &str) -> HeaderLines {
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
