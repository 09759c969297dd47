//! Preflights with a status other than 200 to 299.

use super::finding;
use crate::explain::explanation::Finding;
use crate::issues::finding_code::FindingCode;
use crate::printable::printable;
use crate::sentence;

/// The status and the headers that the response to the preflight must have, as a sentence lists them.
pub(crate) fn wanted(origin: &str, method: Option<&str>, headers: Option<&str>, credentials: bool) -> String {
    let mut parts = status_and_origin(origin, credentials);
    if let Some(method) = method {
        parts.push(format!("`Access-Control-Allow-Methods: {}`", printable(method)));
    }
    if let Some(headers) = headers {
        parts.push(format!("`Access-Control-Allow-Headers: {}`", printable(headers)));
    }
    sentence::list(&parts, "and")
}

/// The same, if neither the method nor the headers of the request are known.
pub(crate) fn wanted_for_any_request(origin: &str, credentials: bool) -> String {
    let mut parts = status_and_origin(origin, credentials);
    parts.push("the methods and headers that are allowed".to_owned());
    sentence::list(&parts, "and")
}

fn status_and_origin(origin: &str, credentials: bool) -> Vec<String> {
    let mut parts = vec!["204".to_owned(), format!("`Access-Control-Allow-Origin: {}`", printable(origin))];
    if credentials {
        parts.push("`Access-Control-Allow-Credentials: true`".to_owned());
    }
    parts
}

pub(crate) fn redirect_to_login(status: u16, location: &str, is_preflight: bool) -> Finding {
    let location = printable(location);
    let (message, help) = if is_preflight {
        (
            format!(
                "the preflight is redirected ({status}) to the login page `{location}`: it carries no cookies, so to \
                 the server it looks like a visitor who is not logged in"
            ),
            "respond to OPTIONS before anything asks for a login; in a framework this means that CORS comes first",
        )
    } else {
        (
            format!(
                "the request is redirected ({status}) to the login page `{location}`, because the \
                     session is missing or has expired, and that page is not for scripts"
            ),
            "respond to requests from scripts with 401 instead of a redirect, and have the page send the user to the \
             login; if the user is logged in, check that the cookie is sent (`credentials: \"include\"`, \
             `SameSite=None; Secure`)",
        )
    };
    finding(FindingCode::RedirectToLogin, message, help)
}

pub(crate) fn redirected(status: u16, location: Option<&str>, difference: Option<RedirectDifference>) -> Finding {
    let target = location.map_or_else(|| "another URL".to_owned(), |location| format!("`{}`", printable(location)));
    let message = format!(
        "the preflight is redirected ({status}) to {target}, and browsers do not follow redirects of preflights"
    );
    let help = match difference {
        Some(RedirectDifference::Https) => {
            format!("request {target} in the script; the server redirects http to https")
        }
        Some(RedirectDifference::Slash) => {
            format!(
                "request {target} in the script: the URLs differ in a slash at the end; or turn the router's redirect \
                 off"
            )
        }
        Some(RedirectDifference::Www) => format!("request {target} in the script: the hosts differ in `www.`"),
        None => format!("request {target} in the script, or respond to OPTIONS before the redirect"),
    };
    finding(FindingCode::PreflightRedirected, message, help)
}

/// How a redirect's target differs from the URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RedirectDifference {
    Https,
    Slash,
    Www,
}

pub(crate) fn unauthorized(status: u16, wanted: &str) -> Finding {
    finding(
        FindingCode::PreflightUnauthorized,
        format!(
            "the preflight is refused with {status}: it never carries cookies or `Authorization`, so anything that requires \
                 a login refuses it"
        ),
        format!(
            "respond to OPTIONS before authentication, with {wanted}; in a framework this means that CORS is the \
                 outermost middleware"
        ),
    )
}

pub(crate) fn not_found(url: Option<&str>, wanted: &str) -> Finding {
    let path = url.map_or_else(|| "this path".to_owned(), |url| format!("`{}`", printable(url)));
    finding(
        FindingCode::PreflightNotFound,
        format!("the server does not handle OPTIONS for {path}: it responded with 404"),
        format!("check the path first; if it is right, have CORS respond to OPTIONS before the router, with {wanted}"),
    )
}

pub(crate) fn options_refused(status: u16, allow: Option<&str>, wanted: &str) -> Finding {
    let allow = allow.map_or_else(String::new, |allow| format!("; it allows `{}`", printable(allow)));
    finding(
        FindingCode::PreflightOptionsRefused,
        format!("the server does not accept the method OPTIONS here: it responded with {status}{allow}"),
        format!("have CORS respond to OPTIONS before the router, with {wanted}"),
    )
}

pub(crate) fn failed(status: u16, wanted: &str) -> Finding {
    let because = match status {
        500.. => "the server failed while it responded",
        429 => "a rate limit counts preflights",
        _ => "only 200 to 299 are accepted",
    };
    finding(
        FindingCode::PreflightFailed,
        format!("the status of the preflight is {status}: {because}"),
        format!("respond to OPTIONS before anything else does, with {wanted}"),
    )
}
