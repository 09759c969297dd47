//! Requests that a script cannot make: the browser throws, or blocks the request before anything is sent.

use super::finding;
use crate::explain::explanation::Finding;
use crate::issues::finding_code::FindingCode;
use crate::printable::printable;

pub(crate) fn invalid_url(url: &str) -> Finding {
    finding(
        FindingCode::InvalidUrl,
        format!("`{}` is not a valid URL, so the call throws and nothing is sent", printable(url)),
        "write scheme, host and path, as in `https://api.example.com/items`",
    )
}

pub(crate) fn url_with_user() -> Finding {
    finding(
        FindingCode::UrlWithUser,
        "the URL has a user name or a password, which `fetch()` refuses",
        "remove them from the URL, and send the header `Authorization` instead",
    )
}

pub(crate) fn invalid_mode(mode: &str) -> Finding {
    finding(
        FindingCode::InvalidMode,
        format!("a script cannot use the mode `{mode}`, so the call throws"),
        "write `cors`, or leave the mode out",
    )
}

pub(crate) fn invalid_cache_mode() -> Finding {
    finding(
        FindingCode::InvalidCacheMode,
        "the cache mode `only-if-cached` works only in the mode `same-origin`, so the call throws",
        "write `force-cache`, which requests the response from the server if it is not cached",
    )
}

pub(crate) fn invalid_method(method: &str) -> Finding {
    finding(
        FindingCode::InvalidMethod,
        format!("a script cannot send the method `{}`, so the call throws", printable(method)),
        "use a method such as `POST` or `PUT`; scripts cannot use CONNECT, TRACE or TRACK",
    )
}

pub(crate) fn invalid_request_header(saw: &str) -> Finding {
    finding(
        FindingCode::InvalidRequestHeader,
        format!("{}, so the call throws", printable(saw)),
        "write a name of letters, digits and hyphens, and a value on one line; common causes are an undefined \
         variable and a line break at the end of an access token",
    )
}

pub(crate) fn invalid_body(saw: &str) -> Finding {
    finding(
        FindingCode::InvalidBody,
        format!("{}, so the call throws", printable(saw)),
        "send the body with `POST` or another method that can have one, or move its content into the URL's query",
    )
}

pub(crate) fn no_cors_method(method: &str) -> Finding {
    finding(
        FindingCode::NoCorsMethod,
        format!("the mode `no-cors` allows only GET, HEAD and POST, but the method is `{}`", printable(method)),
        "remove `mode: \"no-cors\"`, which never lets a script read a response, and have the server allow the method",
    )
}

pub(crate) fn no_cors_stream() -> Finding {
    finding(
        FindingCode::NoCorsStream,
        "a stream cannot be the body of a request with the mode `no-cors`",
        "remove `mode: \"no-cors\"`, and have the server allow the page's origin",
    )
}

pub(crate) fn no_cors_redirect_mode(redirect: Option<&str>) -> Finding {
    let redirect = redirect.map_or_else(|| "not `follow`".to_owned(), |redirect| format!("`{redirect}`"));
    finding(
        FindingCode::NoCorsRedirectMode,
        format!(
            "a request to another origin with the mode `no-cors` has to follow redirects, but `redirect` is {redirect}"
        ),
        "remove `redirect`, or remove `mode: \"no-cors\"`",
    )
}

pub(crate) fn mixed_content(url: Option<&str>) -> Finding {
    let url = url.map_or_else(|| "insecure URLs".to_owned(), |url| format!("`{}`", printable(url)));
    finding(
        FindingCode::MixedContent,
        format!("the page was loaded over https, and browsers block its requests to {url}"),
        "serve the URL over https, and request it with `https://`",
    )
}

/// The page requested a URL with https, and was redirected to http.
pub(crate) fn mixed_content_by_redirect(url: &str) -> Finding {
    finding(
        FindingCode::MixedContent,
        format!(
            "the server redirects from https to `{}`, and a page that was loaded over https cannot request that",
            printable(url)
        ),
        REDIRECT_TO_HTTPS,
    )
}

/// Behind a proxy that terminates TLS, an application gets its requests over http, so it also redirects to http.
pub(crate) const REDIRECT_TO_HTTPS: &str = "have the server redirect to https; behind a proxy that terminates TLS, have the \
    proxy send `X-Forwarded-Proto`, and the application trust it (in Express `trust proxy`, in uvicorn \
    `--forwarded-allow-ips`, in Django `SECURE_PROXY_SSL_HEADER`)";

pub(crate) fn blocked_port(url: &str) -> Finding {
    finding(
        FindingCode::BlockedPort,
        format!("browsers send no requests to the port of `{}`", printable(url)),
        "have the server listen on another port, such as 443, 3000 or 8080",
    )
}

pub(crate) fn scheme_not_http(url: &str) -> Finding {
    finding(
        FindingCode::SchemeNotHttp,
        format!("`{}` is neither http nor https, and only these can be requested across origins", printable(url)),
        "serve it over http or https; a file that was opened from a disk needs a local server",
    )
}

pub(crate) fn same_origin_mode(page: &str, url: &str) -> Finding {
    finding(
        FindingCode::SameOriginMode,
        format!(
            "the mode is `same-origin`, but `{}` is not on the page's origin `{}`",
            printable(url),
            printable(page)
        ),
        "remove `mode: \"same-origin\"`, and have the server allow the page's origin",
    )
}
