//! Findings that do not come from checks that fail.

use crate::browser::exchange::{Body, Exchange};
use crate::browser::header_lines;
use crate::browser::octets::is_form_type;
use crate::browser::outcome::{Outcome, StepName};
use crate::browser::url::Url;
use crate::browser::words::{Credentials, Initiator, Mode, Verdict};
use crate::explain::cookies::cookie_findings;
use crate::explain::evidence::Evidence;
use crate::explain::explanation::{EngineExplanation, Finding};
use crate::explain::failing::elements;
use crate::explain::messages::{cookies, other_layers, preflight, worth_knowing};
use crate::explain::other_servers::server;
use crate::issues::finding_code::FindingCode;
use crate::tokens::{SAFELISTED_HEADERS, is_response_only};

/// The findings that do not come from failed checks.
pub(crate) fn observe(exchange: &Exchange, evidence: &Evidence) -> Vec<Finding> {
    let observer = Observer { exchange, evidence };
    let mut found = Vec::new();
    if evidence.outcome.verdict == Verdict::Invalid {
        return found;
    }
    observer.request(&mut found);
    observer.preflight(&mut found);
    observer.response(&mut found);
    found.extend(observer.local_network());
    found.extend(observer.redirect_to_http());
    let is_sent = !evidence.outcome.preflights.is_empty();
    if is_sent && !evidence.outcome.cross_origin {
        found.push(worth_knowing::same_origin());
    }
    found
}

/// A finding about engines that differ from the standard or from each other.
pub(crate) fn compare_engines(outcome: &Outcome, engines: &[EngineExplanation], found: &[Finding]) -> Option<Finding> {
    let is_known = found.iter().any(|finding| finding.code == FindingCode::AuthorizationOnlyByWildcard);
    let verdict = |engine: &EngineExplanation| engine.verdict;
    if is_known || engines.iter().all(|engine| verdict(engine) == outcome.verdict) {
        return None;
    }
    let says = |verdict: Verdict, name: &str| format!("{name} says `{}`", verdict.as_str());
    let mut groups: Vec<String> = engines.iter().map(|engine| says(engine.verdict, engine.name)).collect();
    groups.push(says(outcome.verdict, "the standard"));
    Some(worth_knowing::engines_differ(&groups.join(", ")))
}

#[derive(Clone, Copy)]
struct Observer<'e> {
    exchange: &'e Exchange,
    evidence: &'e Evidence,
}

impl Observer<'_> {
    fn is_api(self) -> bool {
        matches!(self.exchange.request.initiator, Initiator::Fetch | Initiator::Xhr)
    }

    fn is_credentialed(self) -> bool {
        self.exchange.request.credentials() == Credentials::Include
    }

    /// The request on the wire that the last response is for.
    fn last(self) -> Option<(usize, Url)> {
        let last = self.evidence.repaired.preflights.len().checked_sub(1)?;
        let url = self.evidence.repaired.preflights.get(last)?;
        Some((last, Url::parse(&url.url, None)?))
    }

    fn request(self, found: &mut Vec<Finding>) {
        let outcome = &self.evidence.outcome;
        if self.is_api() && self.exchange.request.mode() != Mode::NoCors {
            if !outcome.dropped_headers.is_empty() {
                found.push(worth_knowing::forbidden_header_dropped(&outcome.dropped_headers));
            }
            let names = self
                .exchange
                .request
                .headers
                .iter()
                .map(|(name, _)| String::from_utf8_lossy(name).to_ascii_lowercase());
            let mut names: Vec<String> =
                names.filter(|name| is_response_only(name) || name.starts_with("access-control-allow-")).collect();
            names.dedup();
            if !names.is_empty() && outcome.cross_origin {
                found.push(worth_knowing::response_header_in_request(&names));
            }
        }
        // Requests after a failure were never sent, so nobody could have captured their responses.
        if let (Verdict::Unknown, Some((hop, is_preflight))) = (outcome.verdict, self.evidence.unknown.first())
            && let Some(preflight) = self.evidence.repaired.preflights.get(*hop)
        {
            found.push(match is_preflight {
                true => preflight::unknown(&preflight.because, &preflight.url),
                false => worth_knowing::response_unknown(&preflight.url),
            });
        }
        if outcome.verdict == Verdict::Opaque && self.is_api() && self.exchange.request.mode() == Mode::NoCors {
            found.push(worth_knowing::opaque(&self.exchange.request.url));
        }
    }

    fn preflight(self, found: &mut Vec<Finding>) {
        let Some(first) = self.evidence.repaired.preflights.first().filter(|first| first.needed) else { return };
        let request = &self.exchange.request;
        let names: Vec<String> =
            first.because.iter().filter_map(|because| because.strip_prefix("header: ")).map(str::to_owned).collect();
        let only_headers = names.len() == first.because.len();
        if only_headers && names == ["content-type"] && request.body == Body::None {
            found.push(preflight::needless(&names, &request.method));
        } else {
            for name in names.iter().filter(|name| SAFELISTED_HEADERS.contains(&name.as_str()) || *name == "range") {
                found.extend(self.value_needs_preflight(name));
            }
        }
        let message = (0, true);
        let failed = self.evidence.failures.iter().any(|failure| failure.step.as_str().starts_with("preflight-"));
        let came = self.evidence.status(message).is_some();
        if came && !failed && !first.cached && self.evidence.header(message, "access-control-max-age").is_none() {
            found.push(preflight::not_cached());
        }
    }

    fn value_needs_preflight(self, name: &str) -> Option<Finding> {
        let value = header_lines::values(&self.exchange.request.headers, name).next()?;
        let why = if value.len() > 128 {
            format!("it has {} bytes, more than 128", value.len())
        } else if name == "content-type" && !is_form_type(value) {
            // A body such as JSON needs its own type, so there is nothing to change.
            return None;
        } else if name == "range" {
            "only a single range is safelisted, and it has to begin with a number".to_owned()
        } else {
            "it has a character that is not safelisted".to_owned()
        };
        Some(preflight::value_needs_preflight(name, &why))
    }

    fn response(self, found: &mut Vec<Finding>) {
        let Some((hop, url)) = self.last() else { return };
        let message = (hop, false);
        let Some(status) = self.evidence.status(message) else { return };
        let cross_origin = self.evidence.outcome.cross_origin;
        let is_readable = self.evidence.outcome.verdict == Verdict::Readable;
        if self.is_api() && status >= 400 && is_readable {
            found.push(worth_knowing::http_error(status));
        }
        let request = &self.exchange.request;
        let has_token = header_lines::values(&request.headers, "authorization").next().is_some();
        if self.is_api() && cross_origin && matches!(status, 401 | 403) && !self.is_credentialed() && !has_token {
            found.push(cookies::credentials_not_included(status, request.credentials().as_str()));
        }
        if let (Some(preflight), Some(response)) = (server(self.evidence, (hop, true)), server(self.evidence, message))
            && !preflight.eq_ignore_ascii_case(&response)
        {
            found.push(other_layers::other_server(&preflight, &response));
        }
        let hidden = worth_exposing(self.evidence);
        if self.is_api() && !hidden.is_empty() {
            found.push(worth_knowing::header_not_exposed(&hidden));
        }
        if cross_origin {
            let lines = self.evidence.lines(message);
            found.extend(cookie_findings(&self.exchange.page, &url, lines, self.is_credentialed()));
            found.extend(self.vary_missing(message));
        }
    }

    /// A finding about a response that may be cached and allows only one origin, but has no `Vary: Origin`.
    fn vary_missing(self, message: (usize, bool)) -> Option<Finding> {
        let header =
            |name| self.evidence.header(message, name).map(|value| String::from_utf8_lossy(&value).into_owned());
        let failed = |failure: &crate::browser::outcome::Failure| {
            failure.hop == message.0 && failure.step == StepName::AllowOrigin
        };
        let value = header("access-control-allow-origin").filter(|value| value != "*")?;
        let control = header("cache-control").unwrap_or_default().to_ascii_lowercase();
        let is_kept = ["max-age", "s-maxage", "public"].iter().any(|word| control.contains(word));
        let is_private = ["no-store", "private"].iter().any(|word| control.contains(word));
        let vary = elements(header("vary").map(String::into_bytes).as_deref());
        let varies = vary.iter().any(|name| name == "*" || name.eq_ignore_ascii_case("origin"));
        let is_wanted = is_kept && !is_private && !varies && !self.evidence.failures.iter().any(failed);
        is_wanted.then(|| other_layers::vary_missing(&value))
    }

    /// A redirect from https to http, unless it is already blocked as mixed content.
    fn redirect_to_http(self) -> Option<Finding> {
        let schemes = |url: &str| url.split(':').next().unwrap_or_default().to_ascii_lowercase();
        let hops = self.evidence.repaired.preflights.windows(2);
        let mut target = hops.filter_map(|pair| match pair {
            [from, to] if schemes(&from.url) == "https" && schemes(&to.url) == "http" => Some(to),
            _ => None,
        });
        let is_mixed = self.evidence.failures.iter().any(|failure| failure.step == StepName::MixedContent);
        target.next_back().filter(|_| !is_mixed).map(|to| worth_knowing::redirect_to_http(&to.url))
    }

    fn local_network(self) -> Option<Finding> {
        let page = Url::parse(self.exchange.page_url.as_deref().unwrap_or(&self.exchange.page), None)?;
        let (_, url) = self.last()?;
        let is_public = page.is_http() && !is_local(&page);
        (is_public && is_local(&url)).then(|| worth_knowing::local_network(&url.host, page.scheme == "https"))
    }
}

/// Whether a host is the user's own machine or on a local network (Local Network Access, "IP address space").
fn is_local(url: &Url) -> bool {
    if url.is_loopback() || url.host.ends_with(".local") {
        return true;
    }
    let host = url.host.trim_start_matches('[').trim_end_matches(']');
    match host.parse::<std::net::IpAddr>() {
        Ok(std::net::IpAddr::V4(address)) => address.is_private() || address.is_link_local() || address.is_loopback(),
        Ok(std::net::IpAddr::V6(address)) => {
            address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local()
        }
        Err(_) => false,
    }
}

/// The response headers that the script may want to read but cannot.
pub(crate) fn worth_exposing(evidence: &Evidence) -> Vec<String> {
    evidence.repaired.hidden_headers.iter().filter(|name| !is_housekeeping(name)).cloned().collect()
}

/// Headers that scripts do not need.
fn is_housekeeping(name: &str) -> bool {
    const NAMES: [&str; 27] = [
        "accept-ranges",
        "age",
        "alt-svc",
        "connection",
        "content-encoding",
        "content-security-policy",
        "content-security-policy-report-only",
        "date",
        "expect-ct",
        "keep-alive",
        "nel",
        "origin-agent-cluster",
        "permissions-policy",
        "referrer-policy",
        "report-to",
        "reporting-endpoints",
        "server",
        "server-timing",
        "set-cookie",
        "set-cookie2",
        "strict-transport-security",
        "transfer-encoding",
        "vary",
        "via",
        "x-content-type-options",
        "x-dns-prefetch-control",
        "x-download-options",
    ];
    const BEGINNINGS: [&str; 8] =
        ["access-control-", "cf-", "cross-origin-", "x-amz-", "x-cache", "x-frame-", "x-powered-by", "x-xss-"];
    NAMES.contains(&name) || BEGINNINGS.iter().any(|beginning| name.starts_with(beginning)) || name.is_empty()
}
