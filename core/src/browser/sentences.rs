//! The sentences that engines print, as a table.

use crate::browser::agent::Engine;
use crate::browser::blocked::Blocked;
use crate::browser::outcome::{Failure, StepName};
use crate::browser::response_headers::is_redirect_status;
use crate::browser::url::Url;

/// The kinds of failures for which engines print different sentences.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    Missing,
    Several,
    Invalid,
    Mismatch,
    AnyOrigin,
    NoCredentials,
    PreflightStatus,
    PreflightRedirect,
    MethodList,
    HeaderList,
    Method,
    Header,
    RedirectUser,
    RedirectScheme,
    RedirectData,
    RedirectFtp,
    RedirectUrl,
    RedirectRefused,
    RedirectCount,
    Scheme,
    SameOriginMode,
    SameOriginRedirected,
    NoCorsRedirectMode,
    MixedContent,
    ResourcePolicy,
    Network,
    Other,
}

/// The sentence of each engine: Chromium, Firefox, WebKit. Empty where it prints none.
///
/// Chromium begins with the URL of the request, and Firefox with what it blocks; `console.rs` adds
/// these beginnings.
pub(crate) const SENTENCES: &[(Problem, [&str; 3])] = &[
    (
        Problem::Missing,
        [
            "No 'Access-Control-Allow-Origin' header is present on the requested resource.",
            "CORS header ‘Access-Control-Allow-Origin’ missing). Status code: {status}.",
            "Origin {sent} is not allowed by Access-Control-Allow-Origin. Status code: {status}",
        ],
    ),
    (
        Problem::Several,
        [
            "The 'Access-Control-Allow-Origin' header contains multiple values '{value}', but only one is allowed.{fetch}",
            "Multiple CORS header ‘Access-Control-Allow-Origin’ not allowed).",
            "Access-Control-Allow-Origin cannot contain more than one origin.",
        ],
    ),
    (
        Problem::Invalid,
        [
            "The 'Access-Control-Allow-Origin' header contains the invalid value '{value}'.{fetch}",
            "CORS header ‘Access-Control-Allow-Origin’ does not match ‘{value}’).",
            "Origin {sent} is not allowed by Access-Control-Allow-Origin. Status code: {status}",
        ],
    ),
    (
        Problem::Mismatch,
        [
            "The 'Access-Control-Allow-Origin' header has a value '{value}' that is not equal to the supplied origin.{fetch}",
            "CORS header ‘Access-Control-Allow-Origin’ does not match ‘{value}’).",
            "Origin {sent} is not allowed by Access-Control-Allow-Origin. Status code: {status}",
        ],
    ),
    (
        Problem::AnyOrigin,
        [
            "The value of the 'Access-Control-Allow-Origin' header in the response must not be the wildcard '*' when the \
         request's credentials mode is 'include'.{xhr}",
            "Credential is not supported if the CORS header ‘Access-Control-Allow-Origin’ is ‘*’).",
            "Cannot use wildcard in Access-Control-Allow-Origin when credentials flag is true.",
        ],
    ),
    (
        Problem::NoCredentials,
        [
            "The value of the 'Access-Control-Allow-Credentials' header in the response is '{value}' which must be 'true' \
         when the request's credentials mode is 'include'.{xhr}",
            "expected ‘true’ in CORS header ‘Access-Control-Allow-Credentials’).",
            "Credentials flag is true, but Access-Control-Allow-Credentials is not \"true\".",
        ],
    ),
    (
        Problem::PreflightStatus,
        [
            "It does not have HTTP ok status.",
            "CORS preflight response did not succeed). Status code: {status}.",
            "Preflight response is not successful. Status code: {status}",
        ],
    ),
    (
        Problem::PreflightRedirect,
        [
            "Redirect is not allowed for a preflight request.",
            "CORS request external redirect not allowed).",
            "Preflight response is not successful. Status code: {status}",
        ],
    ),
    (
        Problem::MethodList,
        [
            "Cannot parse Access-Control-Allow-Methods response header field in preflight response.",
            "invalid token ‘{element}’ in CORS header ‘Access-Control-Allow-Methods’).",
            "Header Access-Control-Allow-Methods has an invalid value: {value}",
        ],
    ),
    (
        Problem::HeaderList,
        [
            "Cannot parse Access-Control-Allow-Headers response header field in preflight response.",
            "invalid token ‘{element}’ in CORS header ‘Access-Control-Allow-Headers’).",
            "Header Access-Control-Allow-Headers has an invalid value: {value}",
        ],
    ),
    (
        Problem::Method,
        [
            "Method {element} is not allowed by Access-Control-Allow-Methods in preflight response.",
            "Did not find method in CORS header ‘Access-Control-Allow-Methods’).",
            "Method {element} is not allowed by Access-Control-Allow-Methods.",
        ],
    ),
    (
        Problem::Header,
        [
            "Request header field {element} is not allowed by Access-Control-Allow-Headers in preflight response.",
            "header ‘{element}’ is not allowed according to header ‘Access-Control-Allow-Headers’ from CORS preflight \
         response).",
            "Request header field {title} is not allowed by Access-Control-Allow-Headers.",
        ],
    ),
    (
        Problem::RedirectUser,
        [
            "Redirect location '' contains a username and password, which is disallowed for cross-origin requests.",
            "",
            "redirection URL {location} has credentials",
        ],
    ),
    (
        Problem::RedirectScheme,
        [
            "Cross origin requests are only supported for protocol schemes: chrome, chrome-experimental-site-token-provider, \
         chrome-extension, chrome-untrusted, data, http, https, isolated-app.",
            "CORS request not http).",
            "not allowed to follow a cross-origin CORS redirection with non CORS scheme",
        ],
    ),
    (
        Problem::RedirectData,
        [
            "",
            "Redirecting to data: URI not allowed (Blocked loading of: “{location}”)",
            "not allowed to follow a cross-origin CORS redirection with non CORS scheme",
        ],
    ),
    (
        Problem::RedirectFtp,
        [
            "Cross origin requests are only supported for protocol schemes: chrome, chrome-experimental-site-token-provider, \
         chrome-extension, chrome-untrusted, data, http, https, isolated-app.",
            "CORS request not http).",
            "FTP URLs are disabled",
        ],
    ),
    (Problem::RedirectUrl, ["", "", "not allowed to follow a cross-origin CORS redirection with non CORS scheme"]),
    (Problem::RedirectRefused, ["", "", "Not allowed to follow a redirection while loading {url}"]),
    (
        Problem::SameOriginMode,
        [
            "Fetch API cannot load {url}. Request mode is \"same-origin\" but the URL's origin is not same as the request \
         origin {page}.",
            "Security Error: Content at {page_url} may not load data from {url}.",
            "Fetch API cannot load {url}.",
        ],
    ),
    (
        Problem::SameOriginRedirected,
        [
            "Unsafe attempt to load URL {url} from frame with URL {page_url}. Domains, protocols and ports must match.",
            "Security Error: Content at {page_url} may not load data from {url}.",
            "Unsafe attempt to load URL {url} from origin {page}. Domains, protocols and ports must match.",
        ],
    ),
    (
        Problem::Scheme,
        [
            "Fetch API cannot load {url}. URL scheme \"{scheme}\" is not supported.",
            "CORS request not http).",
            "Cross origin requests are only supported for HTTP.",
        ],
    ),
    (Problem::RedirectCount, ["", "", "Load cannot follow more than 20 redirections"]),
    (
        Problem::NoCorsRedirectMode,
        [
            "Fetch API cannot load {url}. Request mode is \"no-cors\" but the redirect mode is not \"follow\".",
            "",
            "No-Cors mode requires follow redirect mode",
        ],
    ),
    (
        Problem::MixedContent,
        [
            "Mixed Content: The page at '{page_url}' was loaded over HTTPS, but requested an insecure resource '{url}'. This \
         request has been blocked; the content must be served over HTTPS.",
            "Blocked loading mixed active content “{url}”",
            "[blocked] The page at {page_url} requested insecure content from {url}. This content was blocked and must",
        ],
    ),
    (
        Problem::ResourcePolicy,
        [
            "",
            "The resource at “{url}” was blocked due to its Cross-Origin-Resource-Policy header (or lack thereof). See \
         https://developer.mozilla.org/docs/Web/HTTP/Cross-Origin_Resource_Policy_(CORP)#",
            "Cancelled load to {url} because it violates the resource's Cross-Origin-Resource-Policy response header.",
        ],
    ),
];

/// Which kind of failure it is for an engine.
pub(crate) fn problem(failure: &Failure, engine: Engine) -> Problem {
    if failure.network.is_some() {
        return Problem::Network;
    }
    let value = failure.value.as_slice();
    match (&failure.blocked, failure.step) {
        (Some(Blocked::NoAllowOrigin), _) => Problem::Missing,
        (Some(Blocked::AnyOriginWithCredentials), _) => Problem::AnyOrigin,
        (Some(Blocked::OtherOrigin(_)), _) => match engine {
            Engine::Chromium if value.contains(&b',') || value.contains(&b' ') => Problem::Several,
            Engine::Chromium if value != b"null" && Url::parse(&String::from_utf8_lossy(value), None).is_none() => {
                Problem::Invalid
            }
            Engine::Firefox if failure.lines > 1 => Problem::Several,
            Engine::WebKit if value.contains(&b',') => Problem::Several,
            _ => Problem::Mismatch,
        },
        (Some(Blocked::NoCredentials(_)), _) => Problem::NoCredentials,
        (Some(Blocked::PreflightStatus(_)), _) if is_preflight_redirect(failure) => Problem::PreflightRedirect,
        (Some(Blocked::PreflightStatus(_)), _) => Problem::PreflightStatus,
        (Some(Blocked::InvalidMethods(_)), _) => Problem::MethodList,
        (Some(Blocked::InvalidHeaders(_)), _) => Problem::HeaderList,
        (Some(Blocked::Method(_)), _) => Problem::Method,
        (Some(Blocked::Header(_)), _) => Problem::Header,
        (None, StepName::RedirectUser) => Problem::RedirectUser,
        (None, StepName::RedirectScheme) => {
            let scheme = failure.location.as_deref().and_then(|location| location.split_once(':'));
            match scheme {
                Some(("data", _)) => Problem::RedirectData,
                Some(("ftp", _)) => Problem::RedirectFtp,
                _ => Problem::RedirectScheme,
            }
        }
        (None, StepName::RedirectUrl) => Problem::RedirectUrl,
        (None, StepName::RedirectMode) => Problem::RedirectRefused,
        (None, StepName::RedirectCount) => Problem::RedirectCount,
        (None, StepName::Scheme) => Problem::Scheme,
        (None, StepName::SameOriginMode) if failure.hop > 0 => Problem::SameOriginRedirected,
        (None, StepName::SameOriginMode) => Problem::SameOriginMode,
        (None, StepName::NoCorsRedirectMode) => Problem::NoCorsRedirectMode,
        (None, StepName::MixedContent) => Problem::MixedContent,
        (None, StepName::ResourcePolicy) => Problem::ResourcePolicy,
        _ => Problem::Other,
    }
}

/// Whether the failed response is a redirect.
pub(crate) fn is_preflight_redirect(failure: &Failure) -> bool {
    failure.location.is_some() && failure.status.is_some_and(is_redirect_status)
}
