//! Access-Control-Allow-Origin and Access-Control-Allow-Credentials.

use super::{About, finding, shown};
use crate::explain::explanation::Finding;
use crate::explain::near::Difference;
use crate::issues::finding_code::FindingCode;
use crate::printable::printable;

pub(crate) fn missing(about: About, origin: &str, credentials: bool) -> Finding {
    let also = if credentials { " and `Access-Control-Allow-Credentials: true`" } else { "" };
    let help = match origin {
        // Every page on the web can have this origin.
        "null" => "serve the page over http or https, so that it has an origin that can be allowed; allow `null` only if every \
                   page on the web may read the response"
            .to_owned(),
        _ => format!(
            "have the server of this URL send `Access-Control-Allow-Origin: {}`{also} {}; nothing in the page can replace it",
            printable(origin),
            about.on()
        ),
    };
    finding(
        FindingCode::AllowOriginMissing,
        format!("there is no `Access-Control-Allow-Origin` in {}", about.inside()),
        help,
    )
}

/// The response to the preflight has none of the CORS headers.
pub(crate) fn missing_with_all(about: About, wanted: &str) -> Finding {
    let rest = match about {
        About::Both => "; send `Access-Control-Allow-Origin` with every other response too, including errors",
        _ => "",
    };
    finding(
        FindingCode::AllowOriginMissing,
        format!("there is no `Access-Control-Allow-Origin` in {}", about.inside()),
        format!("have the server of this URL respond to OPTIONS with {wanted}{rest}"),
    )
}

pub(crate) fn error_without_headers(status: u16, origin: &str, stack: Option<&str>) -> Finding {
    let help = match stack {
        Some(stack) => stack.to_owned(),
        None => "make CORS the outermost layer, so that its headers are on error pages too".to_owned(),
    };
    // A 404 is not a failure of the server.
    let ended = if status < 500 { "responded" } else { "failed" };
    finding(
        FindingCode::ErrorWithoutHeaders,
        format!(
            "the server {ended} with {status}, and its error page has no `Access-Control-Allow-Origin`, so the browser \
             reports a CORS error instead"
        ),
        format!(
            "first find the cause of the {status} in the server's log and fix it; then {help} \
             (`Access-Control-Allow-Origin: {}`)",
            printable(origin)
        ),
    )
}

pub(crate) fn multiple(about: About, value: &[u8], lines: usize, equal: bool, origin: &str) -> Finding {
    let how = match (lines, equal) {
        (2.., true) => format!("`Access-Control-Allow-Origin` occurs {lines} times"),
        (2.., false) => format!("`Access-Control-Allow-Origin` occurs {lines} times, with different values"),
        _ => "`Access-Control-Allow-Origin` has several values in one line".to_owned(),
    };
    let layers = if lines > 1 {
        "two layers, such as the application and a proxy, both add it"
    } else {
        "a list is not allowed there; perhaps something has joined the header lines of two layers"
    };
    finding(
        FindingCode::AllowOriginMultiple,
        format!("in {}, {how} (`{}`), but only one is allowed: {layers}", about.inside(), shown(value)),
        format!(
            "have only one layer send CORS headers, and remove them from the other; the right value is the request's \
             origin, `{}`",
            printable(origin)
        ),
    )
}

pub(crate) fn any_with_credentials(about: About, origin: &str) -> Finding {
    finding(
        FindingCode::AllowOriginAnyWithCredentials,
        format!(
            "{} allows any origin with `*`, and browsers do not accept that for a request with credentials",
            about.name()
        ),
        format!(
            "send `Access-Control-Allow-Origin: {}`, `Access-Control-Allow-Credentials: true` and `Vary: Origin` instead; or, \
             if the request needs no cookies, remove `credentials: \"include\"` (`withCredentials`)",
            printable(origin)
        ),
    )
}

pub(crate) fn invalid(about: About, value: &[u8], origin: &str) -> Finding {
    let text = shown(value);
    let why = match value {
        b"" => "is empty".to_owned(),
        b"true" | b"false" | b"undefined" | b"None" => format!("is `{text}`, which is not an origin"),
        _ if value.contains(&b'*') => format!("is `{text}`, but `*` is only allowed as the whole value"),
        _ if value.contains(&b' ') => format!("is `{text}`, but only one origin is allowed"),
        _ if !value.windows(3).any(|window| window == b"://") => format!("is `{text}`, which has no scheme"),
        _ => format!("is `{text}`, which is not an origin as browsers write it"),
    };
    finding(
        FindingCode::AllowOriginInvalid,
        format!("the `Access-Control-Allow-Origin` of {} {why}", about.inside()),
        format!(
            "have the server look up the request's `Origin` in its list and send that origin back: \
             `Access-Control-Allow-Origin: {}` and `Vary: Origin`",
            printable(origin)
        ),
    )
}

pub(crate) fn mismatch(about: About, value: &[u8], origin: &str, difference: Option<Difference>) -> Finding {
    let (value, origin) = (shown(value), printable(origin));
    let how = difference.map_or_else(String::new, |difference| format!(": {}", difference.sentence()));
    let help = match difference {
        Some(Difference::Slash) => format!("send `Access-Control-Allow-Origin: {origin}`, without a slash at the end"),
        Some(Difference::Case) => format!("send `Access-Control-Allow-Origin: {origin}`: it is compared byte for byte"),
        Some(Difference::Loopback) => format!(
            "allow `{origin}` too: for browsers `localhost`, `127.0.0.1` and `[::1]` are different origins; or open the page \
             under the other name"
        ),
        _ if origin == "null" => {
            "serve the page over http or https, so that it has an origin that can be allowed".to_owned()
        }
        _ => format!(
            "add `{origin}` to the origins that the server allows, and have it send back the request's origin, with \
             `Vary: Origin`"
        ),
    };
    finding(
        FindingCode::AllowOriginMismatch,
        format!("{} allows `{value}`, but the page's origin is `{origin}`{how}", about.name()),
        help,
    )
}

pub(crate) fn cached_for_another(value: &[u8], origin: &str, sign: &str) -> Finding {
    finding(
        FindingCode::CachedForAnotherOrigin,
        format!(
            "the response came from a cache (`{}`): it was made for `{}` and allows that origin, not `{}`",
            printable(sign),
            shown(value),
            printable(origin)
        ),
        "send `Vary: Origin` with every response for this URL, including those without `Access-Control-Allow-Origin`, \
         have the CDN use `Origin` in its cache key, and empty the cache",
    )
}

pub(crate) fn redirect_changes_origin(url: &str, value: &[u8]) -> Finding {
    let allowed = if value.is_empty() {
        "but the response names no origin".to_owned()
    } else {
        format!("but the response allows `{}`", shown(value))
    };
    finding(
        FindingCode::RedirectChangesOrigin,
        format!(
            "the request was redirected from one foreign origin to another, `{}`: browsers then send `Origin: null`, {allowed}",
            printable(url)
        ),
        "request the final URL in the script, or redirect within one origin; allow `null` only if every page on the \
         web may read the response",
    )
}

pub(crate) fn credentials_missing(about: About, value: &[u8]) -> Finding {
    let how = match value {
        b"" => "is missing".to_owned(),
        value if value.eq_ignore_ascii_case(b"true") => {
            format!("is `{}`, and has to be `true` in lower case", shown(value))
        }
        value if value.contains(&b',') => format!("is `{}`: two layers both add it", shown(value)),
        value => format!("is `{}`", shown(value)),
    };
    finding(
        FindingCode::AllowCredentialsMissing,
        format!("the request has credentials, but in {} `Access-Control-Allow-Credentials` {how}", about.inside()),
        format!(
            "send `Access-Control-Allow-Credentials: true` {}; or, if the request needs no cookies, remove \
             `credentials: \"include\"` (`withCredentials`)",
            about.on()
        ),
    )
}
