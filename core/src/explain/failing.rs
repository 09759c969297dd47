//! Checks that fail, each as a finding: the cause and the fix.

use crate::browser::blocked::Blocked;
use crate::browser::exchange::Exchange;
use crate::browser::outcome::{Failure, StepName};
use crate::browser::safelist::is_non_wildcard;
use crate::browser::url::Url;
use crate::browser::words::Credentials;
use crate::explain::evidence::Evidence;
use crate::explain::explanation::Finding;
use crate::explain::messages::{About, allow_origin, network, preflight, preflight_status, redirects, script};
use crate::explain::near::difference;
use crate::explain::other_servers::{
    cache_sign, headers_on_errors, is_gateway_error, is_login, redirect_difference, server,
};
use crate::issues::finding_code::FindingCode;
use crate::printable::printable;

/// A finding, and the check that it explains.
#[derive(Clone, Debug)]
pub(crate) struct Explained {
    pub(crate) finding: Finding,
    /// The number of the request on the wire, from 0.
    pub(crate) hop: usize,
    /// The check that failed; none if the finding is not about a failed check.
    pub(crate) step: Option<StepName>,
    /// The method or the header names that the finding is about.
    pub(crate) names: Vec<String>,
}

impl Explained {
    pub(crate) fn new(finding: Finding) -> Self {
        Explained { finding, hop: 0, step: None, names: Vec::new() }
    }
}

/// Explains every check that fails. `by_policy` means that a policy responds, whose own findings say what it allows.
pub(crate) fn explain_failures(exchange: &Exchange, evidence: &Evidence, by_policy: bool) -> Vec<Explained> {
    let explainer = Explainer { exchange, evidence, by_policy };
    let mut found: Vec<Explained> = Vec::new();
    for failure in &evidence.failures {
        let Some((finding, names)) = explainer.explain(failure) else { continue };
        found.push(Explained { finding, hop: failure.hop, step: Some(failure.step), names });
    }
    found
}

#[derive(Clone, Copy)]
struct Explainer<'e> {
    exchange: &'e Exchange,
    evidence: &'e Evidence,
    by_policy: bool,
}

impl<'e> Explainer<'e> {
    fn explain(self, failure: &Failure) -> Option<(Finding, Vec<String>)> {
        let request = &self.exchange.request;
        let location = failure.location.as_deref();
        let saw = || self.evidence.outcome.steps.last().map(|step| step.saw.clone()).unwrap_or_default();
        let none = Vec::new();
        let finding = match failure.step {
            StepName::Url => script::invalid_url(&request.url),
            StepName::UrlWithoutUser => script::url_with_user(),
            StepName::Mode => script::invalid_mode(request.mode().as_str()),
            StepName::CacheMode => script::invalid_cache_mode(),
            StepName::Method => script::invalid_method(&request.method),
            StepName::NoCorsMethod => script::no_cors_method(&request.method),
            StepName::RequestHeaders => script::invalid_request_header(&saw()),
            StepName::Body => script::invalid_body(&saw()),
            StepName::StreamMode => script::no_cors_stream(),
            StepName::Port => script::blocked_port(&failure.url),
            StepName::MixedContent if failure.hop > 0 => script::mixed_content_by_redirect(&failure.url),
            StepName::MixedContent => script::mixed_content(Some(&failure.url)),
            StepName::SameOriginMode => script::same_origin_mode(&self.exchange.page, &failure.url),
            StepName::NoCorsRedirectMode => script::no_cors_redirect_mode(Some(request.redirect.as_str())),
            StepName::Scheme => script::scheme_not_http(&failure.url),
            StepName::PreflightResponse | StepName::Response => {
                let about = if failure.step == StepName::Response { About::Response } else { About::Preflight };
                network::no_response(failure.network?, about, Some(&host(&failure.url)))
            }
            StepName::PreflightAllowOrigin | StepName::AllowOrigin => {
                return self.allow_origin(failure).map(|it| (it, none));
            }
            StepName::PreflightAllowCredentials | StepName::AllowCredentials => {
                allow_origin::credentials_missing(self.about(failure)?, &failure.value)
            }
            StepName::PreflightStatus => self.preflight_status(failure),
            StepName::PreflightMethodList => preflight::methods_invalid(&failure.value),
            StepName::PreflightHeaderList => preflight::headers_invalid(&failure.value),
            StepName::PreflightMethod | StepName::PreflightHeader if self.is_bare(failure.hop) && !self.by_policy => {
                return None;
            }
            StepName::PreflightMethod => return self.method(failure),
            StepName::PreflightHeader => return self.headers(failure),
            StepName::ResourcePolicy => redirects::resource_policy(&failure.value),
            StepName::RedirectMode => redirects::not_followed(location),
            StepName::RedirectUrl => redirects::invalid(location.unwrap_or_default()),
            StepName::RedirectScheme => redirects::scheme_not_http(location.unwrap_or_default()),
            StepName::RedirectCount => redirects::too_many(),
            StepName::RedirectUser => redirects::with_user(location),
            StepName::RedirectBody => redirects::with_stream(failure.status.unwrap_or_default()),
            StepName::Integrity => redirects::opaque_integrity(),
            StepName::SocketStatus => network::handshake_refused(failure.status.unwrap_or_default()),
        };
        Some((finding, none))
    }

    /// Which response the failure is about. None if a finding about the preflight already says the same.
    fn about(self, failure: &Failure) -> Option<About> {
        let twin = |step: StepName| {
            self.evidence.failures.iter().any(|other| {
                other.step == step
                    && other.hop == failure.hop
                    && other.blocked == failure.blocked
                    && other.lines == failure.lines
                    && !is_explained_by_status(other)
            })
        };
        let is_bare = self.is_bare(failure.hop) && !self.by_policy;
        let is_any = |step: StepName| {
            let mut failures =
                self.evidence.failures.iter().filter(|other| other.hop == failure.hop && other.step == step);
            failures.any(|other| other.blocked == Some(Blocked::AnyOriginWithCredentials))
        };
        match failure.step {
            // A login page is not for scripts, whatever its headers are.
            StepName::PreflightAllowCredentials | StepName::AllowCredentials
                if self.led_to_login(failure).is_some() =>
            {
                None
            }
            // The help about `*` already names this header.
            StepName::PreflightAllowCredentials if is_any(StepName::PreflightAllowOrigin) => None,
            StepName::AllowCredentials if is_any(StepName::AllowOrigin) => None,
            StepName::PreflightAllowOrigin if is_bare && self.has_bad_status(failure.hop) => None,
            StepName::PreflightAllowCredentials if is_bare => None,
            StepName::AllowCredentials if is_bare => Some(About::Response),
            StepName::AllowOrigin if is_bare && self.has_bad_status(failure.hop) => Some(About::Response),
            StepName::PreflightAllowOrigin if twin(StepName::AllowOrigin) => Some(About::Both),
            StepName::PreflightAllowCredentials if twin(StepName::AllowCredentials) => Some(About::Both),
            StepName::PreflightAllowOrigin | StepName::PreflightAllowCredentials => Some(About::Preflight),
            StepName::AllowOrigin if twin(StepName::PreflightAllowOrigin) => None,
            StepName::AllowCredentials if twin(StepName::PreflightAllowCredentials) => None,
            _ => Some(About::Response),
        }
    }

    /// Whether the response to a preflight has no CORS header at all. One finding then lists all headers that it needs.
    fn is_bare(self, hop: usize) -> bool {
        let lines = self.evidence.lines((hop, true));
        !lines.iter().any(|(name, _)| name.to_ascii_lowercase().starts_with(b"access-control-"))
    }

    fn has_bad_status(self, hop: usize) -> bool {
        self.evidence.failures.iter().any(|other| other.hop == hop && other.step == StepName::PreflightStatus)
    }

    /// The headers that have to be sent in response to a preflight.
    fn wanted(self, hop: usize) -> String {
        let asked = |name: &str| self.asked(hop, name);
        preflight_status::wanted(
            self.evidence.origins.get((hop, true)).map_or(&self.exchange.page, String::as_str),
            asked("access-control-request-method").as_deref(),
            asked("access-control-request-headers").as_deref(),
            self.is_credentialed(),
        )
    }

    /// The status of the redirect that led to a login page, if the failure is about that page.
    fn led_to_login(self, failure: &Failure) -> Option<u16> {
        let before = failure.hop.checked_sub(1)?;
        is_login(&failure.url).then(|| self.evidence.status((before, false)))?
    }

    fn is_credentialed(self) -> bool {
        self.exchange.request.credentials() == Credentials::Include
    }

    fn origin(self, failure: &Failure, is_preflight: bool) -> &'e str {
        self.evidence.origins.get((failure.hop, is_preflight)).map_or(&self.exchange.page, String::as_str)
    }

    fn allow_origin(self, failure: &Failure) -> Option<Finding> {
        let is_preflight = failure.step == StepName::PreflightAllowOrigin;
        let message = (failure.hop, is_preflight);
        let origin = self.origin(failure, is_preflight);
        let status = failure.status.unwrap_or_default();
        let is_tainted = origin == "null" && self.exchange.page != "null";
        let is_missing = failure.blocked == Some(Blocked::NoAllowOrigin);
        if is_missing && is_gateway_error(status) {
            // A finding of its own explains the preflight's status.
            let about = if is_preflight { About::Preflight } else { About::Response };
            return (!is_preflight)
                .then(|| network::gateway_error(status, about, server(self.evidence, message).as_deref()));
        }
        if is_missing && !is_preflight && (300..400).contains(&status) {
            let location = self.evidence.header(message, "location").unwrap_or_default();
            let location = String::from_utf8_lossy(&location).into_owned();
            if is_login(&location) {
                return Some(preflight_status::redirect_to_login(status, &location, false));
            }
        }
        if let Some(status) = self.led_to_login(failure) {
            return Some(preflight_status::redirect_to_login(status, &failure.url, false));
        }
        if is_tainted && failure.blocked != Some(Blocked::AnyOriginWithCredentials) && failure.lines < 2 {
            return Some(allow_origin::redirect_changes_origin(&failure.url, &failure.value));
        }
        if is_missing && !is_preflight && status >= 400 {
            let stack = headers_on_errors(self.evidence, message);
            return Some(allow_origin::error_without_headers(status, origin, stack));
        }
        let about = self.about(failure)?;
        Some(match &failure.blocked {
            Some(Blocked::NoAllowOrigin) if is_preflight && self.is_bare(failure.hop) => {
                allow_origin::missing_with_all(about, &self.wanted(failure.hop))
            }
            Some(Blocked::NoAllowOrigin) => allow_origin::missing(about, origin, self.is_credentialed()),
            Some(Blocked::AnyOriginWithCredentials) => allow_origin::any_with_credentials(about, origin),
            _ => self.other_origin(failure, about, origin, message),
        })
    }

    /// Access-Control-Allow-Origin has a value that is neither `*` nor the origin.
    fn other_origin(self, failure: &Failure, about: About, origin: &str, message: (usize, bool)) -> Finding {
        let value = failure.value.as_slice();
        let elements: Vec<&[u8]> = value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii).collect();
        if failure.lines > 1 || elements.len() > 1 {
            let equal = elements.windows(2).all(|pair| pair.first() == pair.last());
            return allow_origin::multiple(about, value, failure.lines, equal, origin);
        }
        let text = String::from_utf8_lossy(value).into_owned();
        let is_origin = text == "null"
            || Url::parse(&text, None).is_some_and(|url| {
                url.is_http() && matches!(url.path.as_str(), "" | "/") && !text.contains(['*', ' ', '?', '#', '@'])
            });
        if !is_origin {
            return allow_origin::invalid(about, value, origin);
        }
        if let Some(sign) = cache_sign(self.evidence, message) {
            return allow_origin::cached_for_another(value, origin, &sign);
        }
        let difference = difference(&text, origin);
        let mut finding = allow_origin::mismatch(about, value, origin, difference);
        finding.near = difference.map(|difference| crate::explain::explanation::NearMiss {
            what: difference.as_str(),
            configured: printable(&text),
            field: "access-control-allow-origin".to_owned(),
            line: None,
        });
        finding
    }

    fn preflight_status(self, failure: &Failure) -> Finding {
        let status = failure.status.unwrap_or_default();
        let message = (failure.hop, true);
        let location =
            self.evidence.header(message, "location").map(|value| String::from_utf8_lossy(&value).into_owned());
        let wanted = self.wanted(failure.hop);
        match status {
            300..=399 => match location {
                Some(location) if is_login(&location) => preflight_status::redirect_to_login(status, &location, true),
                location => {
                    let location = location.map(|location| resolved(&location, &failure.url));
                    let difference =
                        location.as_deref().and_then(|location| redirect_difference(&failure.url, location));
                    preflight_status::redirected(status, location.as_deref(), difference)
                }
            },
            401 | 403 | 407 => preflight_status::unauthorized(status, &wanted),
            404 => preflight_status::not_found(Some(&failure.url), &wanted),
            405 | 501 => {
                let allow =
                    self.evidence.header(message, "allow").map(|value| String::from_utf8_lossy(&value).into_owned());
                preflight_status::options_refused(status, allow.as_deref(), &wanted)
            }
            _ if is_gateway_error(status) => {
                network::gateway_error(status, About::Preflight, server(self.evidence, message).as_deref())
            }
            _ => preflight_status::failed(status, &wanted),
        }
    }

    /// The value of a header that was sent with the preflight.
    fn asked(self, hop: usize, name: &str) -> Option<String> {
        let preflight = self.evidence.repaired.preflights.get(hop)?;
        let (_, value) = preflight.headers.iter().find(|(found, _)| found == name.as_bytes())?;
        Some(String::from_utf8_lossy(value).into_owned())
    }

    fn method(self, failure: &Failure) -> Option<(Finding, Vec<String>)> {
        let method = self.asked(failure.hop, "access-control-request-method")?;
        let value = self.evidence.header((failure.hop, true), "access-control-allow-methods");
        let listed: Vec<String> = elements(value.as_deref());
        let finding = if self.is_credentialed() && listed.iter().any(|listed| listed == "*") {
            preflight::methods_any_with_credentials(&method)
        } else if let Some(allowed) = listed.iter().find(|listed| listed.eq_ignore_ascii_case(&method)) {
            preflight::method_not_upper_case(&method, allowed)
        } else {
            preflight::method_not_allowed(&method, value.as_deref())
        };
        Some((finding, vec![method]))
    }

    /// All names that the preflight does not allow. The check stops at the first.
    fn headers(self, failure: &Failure) -> Option<(Finding, Vec<String>)> {
        let value = self.evidence.header((failure.hop, true), "access-control-allow-headers");
        let listed: Vec<String> = elements(value.as_deref());
        let has_wildcard = listed.iter().any(|listed| listed == "*");
        let any = has_wildcard && !self.is_credentialed();
        let missing = |name: &String| {
            !listed.iter().any(|listed| listed.eq_ignore_ascii_case(name)) && (!any || is_non_wildcard(name.as_bytes()))
        };
        let asked = self.asked(failure.hop, "access-control-request-headers")?;
        let names: Vec<String> = elements(Some(asked.as_bytes())).into_iter().filter(missing).collect();
        let finding = if has_wildcard && self.is_credentialed() {
            preflight::headers_any_with_credentials(&names)
        } else if any {
            preflight::authorization_only_by_wildcard(true)
        } else {
            preflight::header_not_allowed(&names, value.as_deref())
        };
        Some((finding, names))
    }
}

/// Whether the status of a response explains why the header is missing.
fn is_explained_by_status(failure: &Failure) -> bool {
    failure.blocked == Some(Blocked::NoAllowOrigin)
        && match failure.step {
            StepName::AllowOrigin => failure.status.is_some_and(|status| status >= 400),
            _ => failure.status.is_some_and(is_gateway_error),
        }
}

/// The elements of a list.
pub(crate) fn elements(value: Option<&[u8]>) -> Vec<String> {
    let elements = value.unwrap_or_default().split(|byte| *byte == b',').map(<[u8]>::trim_ascii);
    elements
        .filter(|element| !element.is_empty())
        .map(|element| String::from_utf8_lossy(element).into_owned())
        .collect()
}

pub(crate) fn host(url: &str) -> String {
    Url::parse(url, None).map_or_else(
        || url.to_owned(),
        |url| match url.port {
            Some(port) => format!("{}:{port}", url.host),
            None => url.host,
        },
    )
}

/// The URL of a `Location`, which may be relative.
fn resolved(location: &str, url: &str) -> String {
    let base = Url::parse(url, None);
    Url::parse(location, base.as_ref()).map_or_else(|| location.to_owned(), |url| url.asked_for())
}

/// Sorts findings, with those that have to be fixed first at the beginning. Of two findings with the same code and
/// message, the first is kept.
pub(crate) fn rank(mut found: Vec<Explained>) -> Vec<Finding> {
    found.sort_by_key(|explained| (explained.finding.code, explained.hop));
    let mut findings: Vec<Finding> = Vec::new();
    for Explained { finding, .. } in found {
        let known = |other: &Finding| {
            other.code == finding.code && (other.message == finding.message || is_one_cause(finding.code))
        };
        if !findings.iter().any(known) {
            findings.push(finding);
        }
    }
    findings
}

/// Whether a second finding with this code would say nothing new.
fn is_one_cause(code: FindingCode) -> bool {
    matches!(code, FindingCode::GatewayError | FindingCode::RedirectToLogin | FindingCode::ProtectionRefused)
}
