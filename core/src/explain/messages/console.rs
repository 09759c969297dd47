//! The meaning of a sentence from a console. A sentence says less than an exchange.

use super::{About, allow_origin, finding, network, preflight, preflight_status, redirects, script};
use crate::browser::sentences::Problem;
use crate::browser::words::NetworkError;
use crate::explain::explanation::Finding;
use crate::explain::near::difference;
use crate::explain::other_servers::is_gateway_error;
use crate::issues::finding_code::FindingCode;
use crate::origins::extension::ExtensionScheme;
use crate::printable::printable;

/// The facts in a sentence, from which its meaning is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts<'f> {
    pub(crate) about: About,
    /// The origin of the page.
    pub(crate) page: Option<&'f str>,
    pub(crate) url: Option<&'f str>,
    pub(crate) value: Option<&'f str>,
    /// The method, the name of a header, or what is wrong in a list.
    pub(crate) element: Option<&'f str>,
    pub(crate) location: Option<&'f str>,
    pub(crate) status: Option<u16>,
    pub(crate) has_credentials: bool,
    /// The engine prints the same sentence for a missing header and for one with another value.
    pub(crate) is_vague: bool,
}

impl Facts<'_> {
    fn page(&self) -> &str {
        self.page.unwrap_or("<the page's origin>")
    }

    fn wanted(&self) -> String {
        preflight_status::wanted_for_any_request(self.page(), self.has_credentials)
    }

    fn host(&self) -> Option<String> {
        Some(crate::browser::url::Url::parse(self.url?, None)?.host)
    }
}

/// The finding of a problem.
pub(crate) fn of_problem(problem: Problem, facts: &Facts<'_>) -> Finding {
    let value = facts.value.unwrap_or_default().as_bytes();
    match problem {
        Problem::Missing => missing(facts),
        Problem::Mismatch => match (facts.page, facts.value) {
            (Some(page), Some(text)) => allow_origin::mismatch(facts.about, value, page, difference(text, page)),
            _ => finding(
                FindingCode::AllowOriginMismatch,
                format!(
                    "{} allows {} the page's origin: scheme, host and port have to be the same, without a slash at the end",
                    facts.about.name(),
                    facts.value.map_or_else(
                        || "an origin that is not".to_owned(),
                        |value| format!("`{}`, which is not", printable(value))
                    )
                ),
                "add the page's origin to the origins that the server allows, and have it send back the request's \
                 origin, with `Vary: Origin`",
            ),
        },
        Problem::Several => several(facts),
        Problem::Invalid if facts.value.is_none() => finding(
            FindingCode::AllowOriginInvalid,
            format!("the `Access-Control-Allow-Origin` of {} is not an origin", facts.about.name()),
            "have the server look up the request's `Origin` in its list and send that origin back, with `Vary: Origin`",
        ),
        Problem::Invalid => allow_origin::invalid(facts.about, value, facts.page()),
        Problem::AnyOrigin => allow_origin::any_with_credentials(facts.about, facts.page()),
        Problem::NoCredentials => match facts.value {
            Some(value) => allow_origin::credentials_missing(facts.about, value.as_bytes()),
            None => finding(
                FindingCode::AllowCredentialsMissing,
                "the request has credentials, and the response does not have `Access-Control-Allow-Credentials: true`",
                "send `Access-Control-Allow-Credentials: true` in response to OPTIONS and with every other response; \
                 or, if the request needs no cookies, remove `credentials: \"include\"` (`withCredentials`)",
            ),
        },
        Problem::PreflightStatus => preflight(facts),
        Problem::PreflightRedirect => match facts.status {
            Some(status) => preflight_status::redirected(status, facts.location, None),
            None => finding(
                FindingCode::PreflightRedirected,
                "the preflight is redirected, and browsers do not follow redirects of preflights",
                "request the final URL in the script (it often differs in https, `www.` or a slash at the end), or \
                 respond to OPTIONS before anything redirects it, for example to a login page",
            ),
        },
        Problem::MethodList if facts.value.is_some() => preflight::methods_invalid(value),
        Problem::MethodList => finding(
            FindingCode::AllowMethodsInvalid,
            format!("`Access-Control-Allow-Methods` is not a list of methods{}", at_fault(facts)),
            "write methods with commas between them, and nothing else: `Access-Control-Allow-Methods: GET, POST, PUT`",
        ),
        Problem::HeaderList if facts.value.is_some() => preflight::headers_invalid(value),
        Problem::HeaderList => finding(
            FindingCode::AllowHeadersInvalid,
            format!("`Access-Control-Allow-Headers` is not a list of names{}", at_fault(facts)),
            "write names with commas between them, and nothing else: `Access-Control-Allow-Headers: Content-Type, X-Request-Id`",
        ),
        Problem::Method => method(facts),
        Problem::Header => header(facts),
        Problem::RedirectUser => redirects::with_user(facts.location),
        Problem::RedirectScheme
        | Problem::RedirectData
        | Problem::RedirectFtp
        | Problem::RedirectUrl
        | Problem::Scheme => scheme(facts),
        Problem::RedirectCount => redirects::too_many(),
        Problem::RedirectRefused => redirects::not_followed(None),
        Problem::SameOriginMode => finding(
            FindingCode::SameOriginMode,
            "the script requests a URL of another origin with the mode `same-origin`, so nothing is sent",
            "remove `mode: \"same-origin\"`, and have the server of the URL allow the page's origin",
        ),
        Problem::SameOriginRedirected => finding(
            FindingCode::SameOriginMode,
            "the mode is `same-origin`, and a redirect leads to another origin, to which nothing is sent",
            "remove `mode: \"same-origin\"` and have the server allow the page's origin, or request a URL that is not \
             redirected",
        ),
        Problem::NoCorsRedirectMode => script::no_cors_redirect_mode(None),
        Problem::MixedContent => script::mixed_content(facts.url),
        Problem::ResourcePolicy => finding(
            FindingCode::ResourcePolicyBlocks,
            "the response's `Cross-Origin-Resource-Policy` does not allow pages of other origins to load it, or the \
             response does not have this header and the page has `Cross-Origin-Embedder-Policy`",
            "send `Cross-Origin-Resource-Policy: cross-origin` with the response, if any page may load it",
        ),
        Problem::Network | Problem::Other => no_response(facts),
    }
}

fn at_fault(facts: &Facts<'_>) -> String {
    facts.element.map_or_else(String::new, |element| format!(": `{}` is not allowed in it", printable(element)))
}

fn missing(facts: &Facts<'_>) -> Finding {
    let status = facts.status.unwrap_or_default();
    if facts.about != About::Preflight && is_gateway_error(status) {
        return network::gateway_error(status, About::Response, None);
    }
    if facts.about != About::Preflight && status >= 400 {
        return allow_origin::error_without_headers(status, facts.page(), None);
    }
    let origin = match facts.page {
        Some("null") => return null_page(facts),
        Some(page) => format!("`Access-Control-Allow-Origin: {}`", printable(page)),
        None => "`Access-Control-Allow-Origin: <the page's origin>`".to_owned(),
    };
    // An extension does not need the server's permission.
    let manifest = if is_extension(facts.page()) {
        ". Or name the server in `host_permissions` of the extension's manifest, and send the request from its background script"
    } else {
        ""
    };
    let vague = if facts.is_vague { ", or it does not allow the page" } else { "" };
    let (message, help) = match facts.about {
        About::Preflight => (
            format!("there is no `Access-Control-Allow-Origin` in the response to the preflight{vague}"),
            format!(
                "have the server of this URL respond to OPTIONS with 204, {origin} and the methods and headers that are \
                 allowed, before a login or the router responds{manifest}"
            ),
        ),
        _ => (
            format!("there is no `Access-Control-Allow-Origin` in the response{vague}"),
            format!(
                "have the server of this URL send {origin} with each response, including errors and redirects; nothing in the \
                 page can replace it. If the server does that already, look for something that responds instead: an error \
                 page, a login, a proxy{manifest}"
            ),
        ),
    };
    finding(FindingCode::AllowOriginMissing, message, help)
}

/// Whether the origin is that of a browser's extension.
fn is_extension(origin: &str) -> bool {
    origin.split_once("://").is_some_and(|(scheme, _)| ExtensionScheme::of_scheme(scheme.as_bytes()).is_some())
}

fn null_page(facts: &Facts<'_>) -> Finding {
    finding(
        FindingCode::AllowOriginMissing,
        format!(
            "{} does not allow the origin `null`, which the page has, or which the request gets after a \
         redirect",
            facts.about.name()
        ),
        "serve the page over http or https, not from a file or a sandboxed frame; if the request is redirected to another \
         origin, request the final URL instead",
    )
}

fn several(facts: &Facts<'_>) -> Finding {
    match facts.value {
        Some(value) => {
            let origin = facts.page();
            let values: Vec<&str> = value.split(", ").collect();
            let equal = values.windows(2).all(|pair| pair.first() == pair.last());
            // Browsers join the lines of a header with a comma and a space.
            let lines = if values.len() > 1 { values.len() } else { 1 };
            allow_origin::multiple(facts.about, value.as_bytes(), lines, equal, origin)
        }
        None => finding(
            FindingCode::AllowOriginMultiple,
            "`Access-Control-Allow-Origin` has several values, and only one is allowed: two layers, such as the application \
             and a proxy, both add it",
            "have only one layer send CORS headers, and remove them from the other",
        ),
    }
}

fn preflight(facts: &Facts<'_>) -> Finding {
    let wanted = facts.wanted();
    match facts.status {
        Some(status @ 300..=399) => preflight_status::redirected(status, facts.location, None),
        Some(status @ (401 | 403 | 407)) => preflight_status::unauthorized(status, &wanted),
        Some(404) => preflight_status::not_found(facts.url, &wanted),
        Some(status @ (405 | 501)) => preflight_status::options_refused(status, None, &wanted),
        Some(status) if is_gateway_error(status) => network::gateway_error(status, About::Preflight, None),
        Some(status) => preflight_status::failed(status, &wanted),
        None => finding(
            FindingCode::PreflightFailed,
            "the status of the response to the preflight (OPTIONS) is outside the range from 200 to 299: most often a login \
             (401, 403) or a router that does not know OPTIONS (404, 405) responds before CORS does",
            format!("respond to OPTIONS before anything else does, with {wanted}"),
        ),
    }
}

fn method(facts: &Facts<'_>) -> Finding {
    let method = match facts.element {
        Some(method) => format!("`{}`", printable(method)),
        None => "the method of the request".to_owned(),
    };
    let upper = facts.element.map(str::to_ascii_uppercase).unwrap_or_default();
    let case = match facts.element {
        Some(method) if method != upper => {
            format!("; methods are case-sensitive, so write `{}` in the script", printable(&upper))
        }
        _ => String::new(),
    };
    finding(
        FindingCode::MethodNotAllowed,
        format!("the response to the preflight does not allow {method}: it is not in `Access-Control-Allow-Methods`"),
        format!("add {method} to the methods that the server allows in response to OPTIONS{case}"),
    )
}

fn header(facts: &Facts<'_>) -> Finding {
    let Some(name) = facts.element.map(str::to_ascii_lowercase) else {
        return finding(
            FindingCode::HeaderNotAllowed,
            "the response to the preflight does not allow a header of the request: it is not in \
             `Access-Control-Allow-Headers`, or the list is only `*`, which is not a wildcard for a \
             request with credentials",
            "add every header that the script sets, such as `content-type` and `authorization`, to the headers that the server \
             allows in response to OPTIONS",
        );
    };
    if name.starts_with("access-control-allow-") {
        return finding(
            FindingCode::ResponseHeaderInRequest,
            format!(
                "the script sends `{}`, a header that only servers send, and the preflight does not allow it",
                printable(&name)
            ),
            "remove the header from the script; the server of the URL has to send it with its response",
        );
    }
    let also = match name.as_str() {
        "content-type" => " (a JSON body needs it)",
        "authorization" => " (`*` does not cover it)",
        _ => "",
    };
    finding(
        FindingCode::HeaderNotAllowed,
        format!(
            "the response to the preflight does not allow the request header `{}`: it is not in \
             `Access-Control-Allow-Headers`, or the list is only `*`, which is not a wildcard for a \
             request with credentials",
            printable(&name)
        ),
        format!(
            "add `{}` to the headers that the server allows in response to OPTIONS{also}, or do not send it",
            printable(&name)
        ),
    )
}

fn scheme(facts: &Facts<'_>) -> Finding {
    if let Some(location) = facts.location {
        return redirects::scheme_not_http(location);
    }
    finding(
        FindingCode::SchemeNotHttp,
        "a request to another origin has a scheme other than http and https, such as `file:`, or the URL has none",
        "serve the page and the URL over http or https, and write the URL with its scheme: `http://localhost:8000/items`",
    )
}

/// Firefox prints the same sentence for everything that prevents a response.
fn no_response(facts: &Facts<'_>) -> Finding {
    finding(
        FindingCode::ConnectionFailed,
        format!(
            "although the sentence mentions CORS, Firefox got no usable response from {}, because of \
             the connection, the certificate, the name, an extension or a redirect",
            facts.host().map_or_else(|| "the server".to_owned(), |host| format!("`{}`", printable(&host)))
        ),
        "if another line names another reason, that one is the cause, and Firefox prints this sentence after it; otherwise open the \
         URL itself in a tab, which shows an error of the certificate or the connection, and check that the server is running",
    )
}

/// The finding of a network error.
pub(crate) fn of_network(error: NetworkError, facts: &Facts<'_>) -> Finding {
    network::no_response(error, facts.about, facts.host().as_deref())
}

/// The browser and the server have not begun to speak TLS.
pub(crate) fn no_tls(facts: &Facts<'_>) -> Finding {
    let server = facts.host().map_or_else(|| "the server".to_owned(), |host| format!("`{}`", printable(&host)));
    finding(
        FindingCode::TlsFailed,
        format!("the browser and {server} could not agree on a TLS connection"),
        "check that this port speaks https, and write `http://` if it does not; otherwise open the URL itself in a tab, which shows \
         the reason",
    )
}

/// The browser has no network.
pub(crate) fn offline() -> Finding {
    finding(
        FindingCode::ConnectionFailed,
        "the device on which the browser runs has no connection to the internet",
        "connect it, and reload the page",
    )
}

/// The finding of a code that is not about a failed check.
pub(crate) fn of_code(code: FindingCode, facts: &Facts<'_>) -> Finding {
    let name = facts.element.unwrap_or_default();
    let help = match code {
        FindingCode::ForbiddenHeaderDropped => {
            "remove the header from the script, which cannot set it; if it is \
         needed, the browser sets it"
        }
        FindingCode::AuthorizationOnlyByWildcard => {
            return preflight::authorization_only_by_wildcard(false);
        }
        FindingCode::OpaqueResponse => {
            "load the image with `crossorigin=\"anonymous\"`, and have its server send `Access-Control-Allow-Origin`"
        }
        FindingCode::OpaqueIntegrity => {
            return finding(
                code,
                "the hash in `integrity` is not that of the response, or the browser cannot check it, because the request has the \
                 mode `no-cors`",
                "add `crossorigin=\"anonymous\"` to the element, or remove the mode `no-cors`, and check that the hash is \
                 that of the file",
            );
        }
        FindingCode::LocalNetworkAccess if !name.is_empty() => {
            return finding(
                code,
                "a public page calls a server on a local network, and a Chromium older than version 138 asks that server for \
                 permission",
                format!(
                    "update the browser, which then asks the user instead; for older ones, have the server send `{}: true` in \
                     response to OPTIONS",
                    printable(name)
                ),
            );
        }
        FindingCode::LocalNetworkAccess => {
            "serve the page over https, and let the user grant the permission for devices on the local network; no header of \
             the server replaces it"
        }
        FindingCode::CookieNotSecure => {
            "set `SameSite=None; Secure` on a cookie that pages of other sites have to send, and use https"
        }
        FindingCode::CookieSameSite => {
            "send `SameSite=None; Secure` with the cookie, over https, or put the page and the server on one site, such as \
             `app.example.com` and `api.example.com`; in browsers that block third-party cookies, only one site for both works"
        }
        FindingCode::HeaderNotExposed => return header_not_exposed(name),
        FindingCode::TooManyRedirects => return redirects::too_many(),
        FindingCode::BlockedPort => "use another port: browsers do not connect to ports of other protocols",
        _ => "see the page about this code",
    };
    let message = if name.is_empty() {
        lower(code.meaning())
    } else {
        format!("{}: `{}`", lower(code.meaning()), printable(name))
    };
    finding(code, message, help)
}

/// The script asked for a response header that it cannot read.
fn header_not_exposed(name: &str) -> Finding {
    let name = printable(name);
    let help = if name.eq_ignore_ascii_case("set-cookie") {
        "remove the line from the script: no header of the server lets a script read cookies of another origin"
            .to_owned()
    } else {
        format!("have the server send `Access-Control-Expose-Headers: {name}` with its response to the request itself")
    };
    let message = format!("the script cannot read the response header `{name}`, although developer tools show it");
    finding(FindingCode::HeaderNotExposed, message, help)
}

/// A sentence of the catalogue as a message: lower case, no full stop.
fn lower(sentence: &str) -> String {
    let mut characters = sentence.trim_end_matches('.').chars();
    characters.next().map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}
