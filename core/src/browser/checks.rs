//! The checks of CORS: whether a response may be read, and whether a preflight lets its request be sent.

use crate::browser::agent::{Agent, Deviation};
use crate::browser::blocked::Blocked;
use crate::browser::octets::shown;
use crate::browser::outcome::StepName;
use crate::browser::response_headers::{ResponseLines, is_redirect_status};
use crate::browser::safelist::{is_non_wildcard, is_safelisted_method};

/// The properties of a request on which the checks depend.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CheckedRequest<'r> {
    /// The value of its `Origin`.
    pub(crate) origin: &'r [u8],
    /// Whether the credentials mode is `include`.
    pub(crate) credentials: bool,
    pub(crate) method: &'r [u8],
    /// The names of the headers that need a preflight, in lower case and sorted.
    pub(crate) unsafe_names: &'r [Vec<u8>],
    /// The headers as the script wrote them.
    pub(crate) headers: &'r [(Vec<u8>, Vec<u8>)],
    pub(crate) agent: Agent,
}

impl CheckedRequest<'_> {
    /// Fetch, "CORS check".
    pub(crate) fn cors_check(&self, response: ResponseLines<'_>) -> Result<(), Blocked> {
        self.allow_origin(response)?;
        self.allow_credentials(response)
    }

    /// Steps 1 to 4.
    pub(crate) fn allow_origin(&self, response: ResponseLines<'_>) -> Result<(), Blocked> {
        let Some(allowed) = response.get("access-control-allow-origin") else { return Err(Blocked::NoAllowOrigin) };
        match (allowed.as_slice(), self.credentials) {
            (b"*", false) => Ok(()),
            (b"*", true) => Err(Blocked::AnyOriginWithCredentials),
            (allowed, _) if allowed == self.origin => Ok(()),
            (allowed, _) => Err(Blocked::OtherOrigin(shown(allowed))),
        }
    }

    /// Steps 5 to 8.
    pub(crate) fn allow_credentials(&self, response: ResponseLines<'_>) -> Result<(), Blocked> {
        if !self.credentials || self.is_any_origin(response) {
            return Ok(());
        }
        match response.get("access-control-allow-credentials").as_deref() {
            Some(b"true") => Ok(()),
            value => Err(Blocked::NoCredentials(shown(value.unwrap_or_default()))),
        }
    }

    fn is_any_origin(&self, response: ResponseLines<'_>) -> bool {
        !self.credentials && response.get("access-control-allow-origin").as_deref() == Some(b"*")
    }

    /// The checks of a preflight, each with its name, in the order of the agent.
    pub(crate) fn preflight_checks(&self, code: u16, response: ResponseLines<'_>) -> [StepName; 7] {
        use StepName::{
            PreflightAllowCredentials, PreflightAllowOrigin, PreflightHeader, PreflightHeaderList, PreflightMethod,
            PreflightMethodList, PreflightStatus,
        };
        let [origin, credentials, status] = [PreflightAllowOrigin, PreflightAllowCredentials, PreflightStatus];
        let redirect = is_redirect_status(code)
            && response.values("location").next().is_some()
            && self.agent.has(Deviation::PreflightRedirectFirst);
        let [first, second, third] = if redirect || self.agent.has(Deviation::PreflightStatusFirst) {
            [status, origin, credentials]
        } else {
            [origin, credentials, status]
        };
        [first, second, third, PreflightMethodList, PreflightHeaderList, PreflightMethod, PreflightHeader]
    }

    /// Fetch, "CORS-preflight fetch", step 7.
    pub(crate) fn check_preflight(&self, status: u16, response: ResponseLines<'_>) -> Result<(), Blocked> {
        self.preflight_checks(status, response)
            .into_iter()
            .try_for_each(|check| self.preflight_check(check, status, response))
    }

    /// One of the checks.
    pub(crate) fn preflight_check(
        &self,
        check: StepName,
        status: u16,
        response: ResponseLines<'_>,
    ) -> Result<(), Blocked> {
        let (methods, headers) = ("access-control-allow-methods", "access-control-allow-headers");
        match check {
            StepName::PreflightAllowOrigin => self.allow_origin(response),
            StepName::PreflightAllowCredentials => self.allow_credentials(response),
            StepName::PreflightStatus if (200..300).contains(&status) => Ok(()),
            StepName::PreflightStatus => Err(Blocked::PreflightStatus(status)),
            StepName::PreflightMethodList => {
                response.tokens(methods).map(drop).map_err(|bad| Blocked::InvalidMethods(shown(bad)))
            }
            StepName::PreflightHeaderList => {
                response.tokens(headers).map(drop).map_err(|bad| Blocked::InvalidHeaders(shown(bad)))
            }
            StepName::PreflightMethod => self.method_listed(&list(response, methods)),
            StepName::PreflightHeader => self.headers_listed(&list(response, headers)),
            _ => Ok(()),
        }
    }

    fn method_listed(&self, methods: &[&[u8]]) -> Result<(), Blocked> {
        let any = !self.credentials && methods.contains(&&b"*"[..]);
        if any || is_safelisted_method(self.method) || methods.contains(&self.method) {
            return Ok(());
        }
        Err(Blocked::Method(shown(self.method)))
    }

    fn headers_listed(&self, names: &[&[u8]]) -> Result<(), Blocked> {
        let any = !self.credentials && names.contains(&&b"*"[..]);
        let covers_all = self.agent.has(Deviation::WildcardCoversAuthorization);
        let covered = |name: &[u8]| {
            any && (covers_all || !is_non_wildcard(name))
                || names.iter().any(|listed| listed.eq_ignore_ascii_case(name))
        };
        let as_written = || {
            let is_missing = |(name, _): &&(Vec<u8>, Vec<u8>)| {
                self.unsafe_names.binary_search(&name.to_ascii_lowercase()).is_ok() && !covered(name)
            };
            self.headers.iter().find(is_missing).map(|(name, _)| name.to_ascii_lowercase())
        };
        let missing = self.unsafe_names.iter().find(|name| !covered(name)).cloned();
        match missing
            .and_then(|name| if self.agent.has(Deviation::HeadersCheckedAsWritten) { as_written() } else { Some(name) })
        {
            Some(name) => Err(Blocked::Header(shown(&name))),
            None => Ok(()),
        }
    }
}

fn list<'l>(response: ResponseLines<'l>, name: &'l str) -> Vec<&'l [u8]> {
    response.tokens(name).unwrap_or_default().unwrap_or_default()
}
