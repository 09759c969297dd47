//! Signs that something other than the application responded: a proxy, a cache, a login.

use crate::browser::url::Url;
use crate::explain::by_message::MessageId;
use crate::explain::evidence::Evidence;
use crate::explain::messages::preflight_status::RedirectDifference;

/// Whether a status is one with which proxies report that they could not reach a server (RFC 9110, section 15.6; those from
/// 520 on are a CDN's).
pub(crate) fn is_gateway_error(status: u16) -> bool {
    matches!(status, 502..=504 | 520..=527 | 530)
}

/// The name in the `Server` header of a response, without the version.
pub(crate) fn server(evidence: &Evidence, message: MessageId) -> Option<String> {
    let value = evidence.header(message, "server")?;
    let text = String::from_utf8_lossy(&value).into_owned();
    let name = text.split(['/', '(']).next().unwrap_or_default().trim().to_owned();
    (!name.is_empty()).then_some(name)
}

/// A header that shows that a cache responded.
pub(crate) fn cache_sign(evidence: &Evidence, message: MessageId) -> Option<String> {
    const STATUS: [&str; 5] = ["x-cache", "cf-cache-status", "x-vercel-cache", "x-cache-status", "cache-status"];
    for name in STATUS {
        let value = evidence.header(message, name).unwrap_or_default();
        if value.to_ascii_lowercase().windows(3).any(|window| window == b"hit") {
            return Some(format!("{name}: {}", String::from_utf8_lossy(&value)));
        }
    }
    let age = evidence.header(message, "age")?;
    let seconds: u64 = std::str::from_utf8(&age).ok()?.trim().parse().ok()?;
    (seconds > 0).then(|| format!("age: {seconds}"))
}

/// How to put headers on the error pages of the server that responded, if the server is known.
pub(crate) fn headers_on_errors(evidence: &Evidence, message: MessageId) -> Option<&'static str> {
    let of = |name| evidence.header(message, name).map(|value| value.to_ascii_lowercase()).unwrap_or_default();
    let (server, framework) = (of("server"), of("x-powered-by"));
    let has = |text: &[u8], name: &[u8]| text.windows(name.len()).any(|window| window == name);
    if has(&server, b"nginx") || has(&server, b"openresty") {
        Some(
            "write `always` at the end of each `add_header`, since nginx otherwise leaves the header out of error \
         pages",
        )
    } else if has(&server, b"apache") {
        Some("write `Header always set`, since httpd otherwise leaves the header out of error pages")
    } else if has(&server, b"uvicorn") || has(&server, b"hypercorn") {
        Some(
            "put CORS around the whole application, since Starlette answers unhandled exceptions outside its \
         middleware",
        )
    } else if has(&server, b"kestrel") || has(&server, b"microsoft-iis") {
        Some(
            "call `UseExceptionHandler` before `UseCors`, since ASP.NET Core otherwise writes the error page without the headers",
        )
    } else if evidence.header(message, "x-amzn-errortype").is_some() {
        Some(
            "add the header to the gateway responses `DEFAULT_4XX` and `DEFAULT_5XX` of the API, since API Gateway writes \
         such errors itself",
        )
    } else if evidence.header(message, "cf-mitigated").is_some() {
        Some("exempt this path from Cloudflare's challenges, since a script cannot solve them")
    } else if has(&framework, b"php") {
        Some(
            "put CORS into the global middleware (Laravel's `HandleCors`), since the error page is otherwise written outside it",
        )
    } else if has(&framework, b"express") {
        Some("call `app.use(cors())` before the routes, so that error handlers find the headers set")
    } else {
        None
    }
}

/// Whether a `Location` looks like that of a login page.
pub(crate) fn is_login(location: &str) -> bool {
    const WORDS: [&str; 16] = [
        "login",
        "log-in",
        "log_in",
        "logon",
        "signin",
        "sign-in",
        "sign_in",
        "sso",
        "saml",
        "saml2",
        "oauth",
        "oauth2",
        "authorize",
        "auth",
        "cas",
        "adfs",
    ];
    const HOSTS: [&str; 5] =
        ["accounts.google.com", "login.microsoftonline.com", "okta.com", "auth0.com", "cloudflareaccess.com"];
    let lower = location.to_ascii_lowercase();
    let path = lower.split(['?', '#']).next().unwrap_or_default();
    let (host, path) = match path.split_once("://") {
        Some((_, rest)) => rest.split_once('/').unwrap_or((rest, "")),
        None => ("", path),
    };
    HOSTS.iter().any(|known| host == *known || host.ends_with(&format!(".{known}")))
        || host.split('.').next().is_some_and(|label| WORDS.contains(&label))
        || path.split('/').any(|segment| {
            let name = segment.split('.').next().unwrap_or_default();
            WORDS.contains(&name)
        })
}

/// The difference between a redirect's target and the URL, if it is a usual one.
pub(crate) fn redirect_difference(url: &str, location: &str) -> Option<RedirectDifference> {
    let (from, to) = (Url::parse(url, None)?, Url::parse(location, None)?);
    let path = |url: &Url| url.path.split('?').next().unwrap_or_default().to_owned();
    let (from_path, to_path) = (path(&from), path(&to));
    if from.host == to.host && from.scheme == "http" && to.scheme == "https" {
        Some(RedirectDifference::Https)
    } else if from.host == to.host
        && from_path != to_path
        && from_path.trim_end_matches('/') == to_path.trim_end_matches('/')
    {
        Some(RedirectDifference::Slash)
    } else if from.host.strip_prefix("www.") == Some(&to.host) || to.host.strip_prefix("www.") == Some(&from.host) {
        Some(RedirectDifference::Www)
    } else {
        None
    }
}
