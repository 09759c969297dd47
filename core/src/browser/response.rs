//! The checks of a response, and the part of it that the script gets.

use crate::browser::agent::Deviation;
use crate::browser::checks::CheckedRequest;
use crate::browser::exchange::Answer;
use crate::browser::notes::Stopped;
use crate::browser::octets::shown;
use crate::browser::outcome::StepName;
use crate::browser::readable::split_headers;
use crate::browser::response_headers::{ResponseLines, is_redirect_status};
use crate::browser::url::Url;
use crate::browser::walk::{Next, Tainting, Walk};
use crate::browser::words::{Credentials, Initiator, Mode, Redirect, Verdict};

impl Walk<'_> {
    /// Checks a response, and follows it if it is a redirect.
    pub(crate) fn check_response(
        &mut self,
        status: u16,
        answer: &Answer,
        lines: ResponseLines<'_>,
    ) -> Result<Next, Stopped> {
        let is_redirect = is_redirect_status(status);
        if self.tainting == Tainting::Cors {
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
                unsafe_names: &[],
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
        let saw = format!("cross-origin-resource-policy: {}", shown(&policy));
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
