//! Requests that show more about a server than those of one page: with other origins, for an error page, without a
//! login.

use crate::browser::exchange::{Answer, Exchange, HeaderLines};
use crate::browser::fetch_site::FetchSite;
use crate::browser::header_lines::{remove, values};
use crate::browser::octets::latin1;
use crate::browser::url::Url;
use crate::browser::{SentRequest, Session};

/// An origin that no server has a reason to allow. Nobody can register the name (RFC 2606).
const FOREIGN_ORIGIN: &str = "https://foreign-page.example";

/// A path that no server is likely to have.
const MISSING_PATH: &str = "/corsac-probe/no-such-page";

/// A request that shows how a server treats an origin, an error or a missing login.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Experiment {
    /// The page's request without `Origin`, as GET or HEAD.
    NoOrigin,
    /// The same request from a page that the server does not know.
    ForeignOrigin,
    /// The same request from a page whose origin is `null`, such as a sandboxed frame.
    NullOrigin,
    /// A request for a path that does not exist.
    MissingPath,
    /// The page's request without its `Authorization`.
    WithoutAuthorization,
    /// The requests of pages whose origins attackers would use.
    AttackOrigins,
    /// The requests of two pages for the same URL, one after the other.
    TwoPages,
}

impl Experiment {
    /// The name of the experiment in kebab-case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Experiment::NoOrigin => "no-origin",
            Experiment::ForeignOrigin => "foreign-origin",
            Experiment::NullOrigin => "null-origin",
            Experiment::MissingPath => "missing-path",
            Experiment::WithoutAuthorization => "without-authorization",
            Experiment::AttackOrigins => "attack-origins",
            Experiment::TwoPages => "two-pages",
        }
    }
}

/// A fact that the answer to an experiment shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observation {
    /// The experiment.
    pub experiment: Experiment,
    /// Whether this is a risk: somebody can read what they should not, or something breaks. Otherwise it is only
    /// worth knowing.
    pub is_risk: bool,
    /// The conclusion from the answer.
    pub message: String,
    /// What to do.
    pub help: String,
}

/// The experiments for the request of an exchange, with the request that each sends: GET, HEAD or a preflight, and
/// nothing else.
///
/// Pass the exchange with its secrets, because they are sent.
#[must_use]
pub fn experiments(exchange: &Exchange) -> Vec<(Experiment, SentRequest)> {
    let unanswered = Exchange { hops: Vec::new(), ..exchange.clone() };
    let Some(first) = Session::new(unanswered.clone()).next_request() else { return Vec::new() };
    let method = exchange.request.method.to_ascii_uppercase();
    let is_read = matches!(method.as_str(), "GET" | "HEAD");
    let get = read_request(&first, &unanswered, is_read);
    // A preflight shows whether the server allows an origin, and changes nothing.
    let asking = if first.is_preflight { first } else { get.clone() };
    let mut found = vec![
        (Experiment::NoOrigin, with_origin(&get, None)),
        (Experiment::ForeignOrigin, with_origin(&asking, Some(FOREIGN_ORIGIN))),
    ];
    if exchange.page != "null" {
        found.push((Experiment::NullOrigin, with_origin(&asking, Some("null"))));
    }
    if let Some(url) = Url::parse(&get.url, None).filter(|url| !get.url.ends_with(MISSING_PATH) && url.is_http()) {
        let missing = SentRequest { url: format!("{}{MISSING_PATH}", address(&url, &get.url)), ..get.clone() };
        found.push((Experiment::MissingPath, missing));
    }
    if is_read && values(&get.headers, "authorization").next().is_some() {
        let mut without = get;
        remove(&mut without.headers, "authorization");
        found.push((Experiment::WithoutAuthorization, without));
    }
    found
}

/// The scheme, host and port of the URL, as they are written.
fn address(url: &Url, text: &str) -> String {
    let end =
        text.find("://").and_then(|start| text.get(start + 3..)?.find(['/', '?', '#']).map(|end| start + 3 + end));
    end.and_then(|end| text.get(..end)).map_or_else(|| url.origin(), str::to_owned)
}

/// The request as a GET or HEAD, which a program can send without changing anything.
fn read_request(first: &SentRequest, exchange: &Exchange, is_read: bool) -> SentRequest {
    let kept: &[&str] = &["accept", "origin", "sec-fetch-site", "sec-fetch-mode"];
    let mut headers: HeaderLines = first.headers.clone();
    headers.retain(|(name, _)| kept.iter().any(|kept| name.eq_ignore_ascii_case(kept.as_bytes())));
    if values(&headers, "origin").next().is_none() {
        headers.push((b"origin".to_vec(), exchange.page.clone().into_bytes()));
    }
    if is_read {
        let scripts = exchange.request.headers.iter().filter(|(name, _)| {
            !crate::tokens::is_forbidden_request_header(&latin1(name).to_ascii_lowercase())
                && !name.eq_ignore_ascii_case(b"accept")
        });
        headers.extend(scripts.cloned());
    }
    let method = if is_read { exchange.request.method.to_ascii_uppercase() } else { "GET".to_owned() };
    SentRequest { hop: 0, is_preflight: false, method, headers, has_body: false, with_cookies: false, ..first.clone() }
}

fn with_origin(request: &SentRequest, origin: Option<&str>) -> SentRequest {
    let mut request = request.clone();
    remove(&mut request.headers, "origin");
    let Some(origin) = origin else { return request };
    // A browser would send the `Sec-Fetch-Site` of this page, and a server may treat pages of other sites differently.
    if let Some(url) = Url::parse(&request.url, None) {
        let site = FetchSite::of(origin, &url).as_str();
        for (_, value) in request.headers.iter_mut().filter(|(name, _)| name.eq_ignore_ascii_case(b"sec-fetch-site")) {
            *value = site.into();
        }
    }
    request.headers.push((b"origin".to_vec(), origin.as_bytes().to_vec()));
    request
}

/// The facts that the answers show, without those that an explanation of the exchange already has.
#[must_use]
pub fn observe_experiments(exchange: &Exchange, answers: &[(Experiment, Answer)]) -> Vec<Observation> {
    let own = own_answer(exchange);
    answers.iter().filter_map(|(experiment, answer)| observe(*experiment, answer, exchange, own)).collect()
}

/// The answer that the page itself got, either to its request or to the preflight.
fn own_answer(exchange: &Exchange) -> Option<&Answer> {
    let first = exchange.hops.first()?;
    [&first.response, &first.preflight].into_iter().find(|answer| answer.status().is_some())
}

pub(crate) fn header(answer: &Answer, name: &str) -> Option<String> {
    let all: Vec<String> = values(answer.headers(), name).map(latin1).collect();
    (!all.is_empty()).then(|| all.join(", "))
}

fn allowed(answer: &Answer) -> Option<String> {
    header(answer, "access-control-allow-origin")
}

pub(crate) fn varies(answer: &Answer) -> bool {
    let vary = header(answer, "vary").unwrap_or_default();
    vary.split(',').map(str::trim).any(|name| name == "*" || name.eq_ignore_ascii_case("origin"))
}

fn observe(experiment: Experiment, answer: &Answer, exchange: &Exchange, own: Option<&Answer>) -> Option<Observation> {
    let status = answer.status()?;
    let value = allowed(answer);
    let with_credentials = header(answer, "access-control-allow-credentials").as_deref() == Some("true");
    let own_value = own.and_then(allowed);
    let is_page_allowed = own_value.as_deref().is_some_and(|value| value == "*" || value == exchange.page);
    let found = |is_risk, message: String, help: &str| {
        Some(Observation { experiment, is_risk, message, help: help.to_owned() })
    };
    match experiment {
        Experiment::ForeignOrigin => match value.as_deref() {
            Some(FOREIGN_ORIGIN) if with_credentials => found(
                true,
                format!("the server allows any origin with credentials: it answered a request from `{FOREIGN_ORIGIN}` with that \
                         origin and `Access-Control-Allow-Credentials: true`, so any page can read what a user who is logged in sees"),
                "compare `Origin` with a list of whole origins, and send back only what is in it",
            ),
            Some(FOREIGN_ORIGIN) => found(
                false,
                format!("the server allows any origin: it sends back whatever `Origin` it gets, here `{FOREIGN_ORIGIN}`"),
                "if the response is public, send `Access-Control-Allow-Origin: *`; if not, send back only origins from a list",
            ),
            Some("*") => None,
            _ if is_page_allowed && own_value.as_deref() != Some("*") && !varies(answer) && own.is_none_or(|own| allowed(own) != value) => found(
                true,
                "responses to other origins have no `Vary: Origin`: a cache can keep such a response and give it to this page, \
                 which then gets no `Access-Control-Allow-Origin`"
                    .to_owned(),
                "send `Vary: Origin` with every response for this URL, even if the origin is refused",
            ),
            _ => None,
        },
        Experiment::NullOrigin if value.as_deref() == Some("null") => found(
            true,
            "the server allows the origin `null`, which any page can have in a sandboxed frame".to_owned(),
            "remove `null` from the origins that the server allows",
        ),
        Experiment::NoOrigin => {
            let own_status = own.and_then(Answer::status)?;
            let is_refused_for_origin = matches!(status, 200..=299) && matches!(own_status, 400 | 401 | 403);
            if is_refused_for_origin && exchange.hops.first().is_some_and(|hop| hop.response.status().is_some()) {
                return found(
                    false,
                    format!("the server responds with {status} if there is no `Origin`, and with {own_status} to the \
                     page: it refuses the page because of its origin"),
                    "add the page's origin to the origins that the server allows",
                );
            }
            let is_specific = own_value.as_deref().is_some_and(|value| value != "*");
            if is_specific && value.is_none() && !varies(answer) {
                return found(
                    true,
                    "without `Origin` the response has neither `Access-Control-Allow-Origin` nor `Vary: Origin`: a \
                     cache that keeps this response can give it to the page"
                        .to_owned(),
                    "send `Vary: Origin` with every response for this URL",
                );
            }
            None
        }
        Experiment::MissingPath if is_page_allowed && status >= 400 && value.is_none() => found(
            true,
            format!("error pages have no CORS headers: a path that does not exist is answered with {status} and without \
                     `Access-Control-Allow-Origin`, so scripts see a failed request and not the error"),
            "make CORS the outermost layer, so that its headers are on error pages too",
        ),
        Experiment::WithoutAuthorization if is_page_allowed && status >= 400 && value.is_none() => found(
            true,
            format!("without `Authorization` the server responds with {status} and without `Access-Control-Allow-Origin`, so a \
                     token that has expired looks like a CORS error"),
            "make CORS the outermost layer, before authentication",
        ),
        Experiment::WithoutAuthorization if matches!(status, 200..=299) => found(
            false,
            format!("without `Authorization` the server responds with {status} too"),
            "if the response is not public, check that the server looks at the token",
        ),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed test may panic")]

    use super::*;

    #[test]
    fn each_page_says_how_far_it_is_from_the_server() {
        let text =
            br#"{"page": "https://app.example.com", "request": {"url": "https://api.example.com/", "method": "PUT"}}"#;
        let exchange = Exchange::from_json(text).unwrap();
        let sites = experiments(&exchange).into_iter().map(|(experiment, request)| {
            (experiment, values(&request.headers, "sec-fetch-site").map(latin1).collect::<Vec<_>>())
        });
        let of_page = vec!["same-site".to_owned()];
        let foreign = vec!["cross-site".to_owned()];
        assert_eq!(
            sites.collect::<Vec<_>>(),
            [
                (Experiment::NoOrigin, of_page.clone()),
                (Experiment::ForeignOrigin, foreign.clone()),
                (Experiment::NullOrigin, foreign),
                (Experiment::MissingPath, of_page),
            ]
        );
    }
}
