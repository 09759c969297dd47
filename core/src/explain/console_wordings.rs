//! Wordings of consoles other than the sentences in `core/src/browser`: those of older versions, names of errors, and
//! sentences that only follow a failure or have nothing to do with CORS.

use crate::browser::sentences::Problem;
use crate::browser::words::NetworkError;
use crate::issues::finding_code::FindingCode;

/// The meaning of a wording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// One of the problems in the table of sentences.
    Problem(Problem),
    /// One of the problems in the table of sentences, but in the response to a preflight.
    InPreflight(Problem),
    /// There was no response.
    NoResponse(NetworkError),
    /// There was no response, because TLS could not begin. The certificate need not be the reason.
    NoTls,
    /// There was no response, because the browser has no network.
    Offline,
    /// A finding that is not about a failed check.
    Code(FindingCode),
    /// Something failed. Another sentence, and not this one, says what.
    Consequence,
    /// Something that is not CORS and has no finding, with a message and a help.
    NotCors(&'static str, &'static str),
    /// A server's own message, in its log or in a response, about the origin, the method or a header: a message and a help.
    FromServer(&'static str, &'static str),
    /// A server's own message about a check other than CORS: a message and a help.
    OtherCheck(&'static str, &'static str),
}

use Meaning::{
    Code, Consequence, FromServer, InPreflight, NoResponse, NoTls, NotCors, Offline, OtherCheck, Problem as Is,
};

/// Wordings, written like the table of sentences, with placeholders in braces.
pub(crate) const WORDINGS: &[(&str, Meaning)] = &[
    // Firefox before version 100, which does not print the status.
    ("CORS header 'Access-Control-Allow-Origin' missing", Is(Problem::Missing)),
    ("CORS preflight response did not succeed", Is(Problem::PreflightStatus)),
    ("CORS preflight channel did not succeed", Is(Problem::PreflightStatus)),
    (
        "missing token '{element}' in CORS header 'Access-Control-Allow-Headers' from CORS preflight channel",
        Is(Problem::Header),
    ),
    ("CORS request did not succeed", Is(Problem::Network)),
    (
        "CORS disabled",
        NotCors(
            "CORS is disabled in the settings of this Firefox (`content.cors.disable`)",
            "set `content.cors.disable` to false in `about:config`",
        ),
    ),
    ("CORS request not HTTP", Is(Problem::RedirectScheme)),
    (
        "header '{element}' is not allowed according to header 'Access-Control-Allow-Headers' from CORS preflight response",
        Is(Problem::Header),
    ),
    // WebKit in versions that do not print the status.
    ("Origin {sent} is not allowed by Access-Control-Allow-Origin.", Is(Problem::Missing)),
    ("Origin {sent} is not allowed by Access-Control-Allow-Origin.", Is(Problem::Mismatch)),
    ("Preflight response is not successful", Is(Problem::PreflightStatus)),
    // Chromium up to version 72.
    ("The response had HTTP status code {status}.", Consequence),
    (
        "A wildcard '*' cannot be used in the 'Access-Control-Allow-Origin' header when the credentials flag is true.",
        Is(Problem::AnyOrigin),
    ),
    ("Response for preflight is invalid (redirect)", InPreflight(Problem::PreflightRedirect)),
    ("Response for preflight has invalid HTTP status code {status}", InPreflight(Problem::PreflightStatus)),
    // Chromium, for pages from a file or with a scheme other than http and https.
    ("Cross origin requests are only supported for protocol schemes:", Is(Problem::RedirectScheme)),
    (
        "The request client is not a secure context and the resource is in more-private address space",
        Code(FindingCode::LocalNetworkAccess),
    ),
    (
        "Permission was denied for this request to access the `{value}` address space",
        Code(FindingCode::LocalNetworkAccess),
    ),
    // Chromium before version 138, which removed Private Network Access.
    (
        "No '{element}' header was present in the preflight response for this private network request",
        Code(FindingCode::LocalNetworkAccess),
    ),
    ("Refused to get unsafe header \"{element}\"", Code(FindingCode::HeaderNotExposed)),
    ("Refused to set unsafe header \"{element}\"", Code(FindingCode::ForbiddenHeaderDropped)),
    ("Attempt to set a forbidden header was denied: {element}", Code(FindingCode::ForbiddenHeaderDropped)),
    (
        "When the 'Access-Control-Allow-Headers' is '*', the 'Authorization' header is not covered",
        Code(FindingCode::AuthorizationOnlyByWildcard),
    ),
    ("because the canvas has been tainted by cross-origin data", Code(FindingCode::OpaqueResponse)),
    ("Tainted canvases may not be exported", Code(FindingCode::OpaqueResponse)),
    ("Fetch API cannot load {url}. SRI's integrity checks failed", Code(FindingCode::OpaqueIntegrity)),
    (
        "Failed to find a valid digest in the 'integrity' attribute for resource '{url}'",
        Code(FindingCode::OpaqueIntegrity),
    ),
    (
        "hashes in the integrity attribute match the content of the subresource at \"{url}\"",
        Code(FindingCode::OpaqueIntegrity),
    ),
    ("Failed integrity metadata check", Code(FindingCode::OpaqueIntegrity)),
    // No response.
    ("ERR_NAME_NOT_RESOLVED", NoResponse(NetworkError::Dns)),
    ("ENOTFOUND", NoResponse(NetworkError::Dns)),
    ("A server with the specified hostname could not be found", NoResponse(NetworkError::Dns)),
    ("ERR_CONNECTION_", NoResponse(NetworkError::Connection)),
    ("ERR_EMPTY_RESPONSE", NoResponse(NetworkError::Connection)),
    ("ERR_ADDRESS_UNREACHABLE", NoResponse(NetworkError::Connection)),
    ("ERR_INTERNET_DISCONNECTED", Offline),
    ("ECONNREFUSED", NoResponse(NetworkError::Connection)),
    ("Could not connect to {value}: Connection refused", NoResponse(NetworkError::Connection)),
    ("Could not connect to the server", NoResponse(NetworkError::Connection)),
    ("The network connection was lost", NoResponse(NetworkError::Connection)),
    ("ERR_CONNECTION_TIMED_OUT", NoResponse(NetworkError::Timeout)),
    ("ERR_TIMED_OUT", NoResponse(NetworkError::Timeout)),
    ("ERR_CERT_", NoResponse(NetworkError::Tls)),
    ("ERR_SSL_", NoTls),
    ("SEC_ERROR_", NoResponse(NetworkError::Tls)),
    ("The certificate for this server is invalid", NoResponse(NetworkError::Tls)),
    ("ERR_CONTENT_LENGTH_", NoResponse(NetworkError::Incomplete)),
    ("ERR_INCOMPLETE_", NoResponse(NetworkError::Incomplete)),
    ("ERR_TOO_MANY_REDIRECTS", Code(FindingCode::TooManyRedirects)),
    ("ERR_UNSAFE_PORT", Code(FindingCode::BlockedPort)),
    ("ERR_BLOCKED_BY_RESPONSE", Is(Problem::ResourcePolicy)),
    (
        "Mixed Content: The page at '{page_url}' was loaded over HTTPS, but requested an insecure {value} '{url}'",
        Is(Problem::MixedContent),
    ),
    // The names of Chromium's errors, as its network panel shows them. The errors of preflights begin with `Preflight`.
    ("PreflightMissingAllowOriginHeader", InPreflight(Problem::Missing)),
    ("PreflightWildcardOriginNotAllowed", InPreflight(Problem::AnyOrigin)),
    ("PreflightMultipleAllowOriginValues", InPreflight(Problem::Several)),
    ("PreflightInvalidAllowOriginValue", InPreflight(Problem::Invalid)),
    ("PreflightAllowOriginMismatch", InPreflight(Problem::Mismatch)),
    ("PreflightInvalidAllowCredentials", InPreflight(Problem::NoCredentials)),
    ("MissingAllowOriginHeader", Is(Problem::Missing)),
    ("WildcardOriginNotAllowed", Is(Problem::AnyOrigin)),
    ("MultipleAllowOriginValues", Is(Problem::Several)),
    ("InvalidAllowOriginValue", Is(Problem::Invalid)),
    ("AllowOriginMismatch", Is(Problem::Mismatch)),
    ("InvalidAllowCredentials", Is(Problem::NoCredentials)),
    ("CorsDisabledScheme", Is(Problem::RedirectScheme)),
    ("PreflightInvalidStatus", InPreflight(Problem::PreflightStatus)),
    ("PreflightDisallowedRedirect", InPreflight(Problem::PreflightRedirect)),
    ("InvalidAllowMethodsPreflightResponse", InPreflight(Problem::MethodList)),
    ("InvalidAllowHeadersPreflightResponse", InPreflight(Problem::HeaderList)),
    ("MethodDisallowedByPreflightResponse", InPreflight(Problem::Method)),
    ("HeaderDisallowedByPreflightResponse", InPreflight(Problem::Header)),
    ("RedirectContainsCredentials", Is(Problem::RedirectUser)),
    ("LocalNetworkAccessPermissionDenied", Code(FindingCode::LocalNetworkAccess)),
    // The names of the error pages to which Firefox's console links. They are the same in every language.
    ("CORSMissingAllowOrigin", Is(Problem::Missing)),
    ("CORSMissingAllowHeaderFromPreflight", Is(Problem::Header)),
    ("CORSMissingAllowCredentials", Is(Problem::NoCredentials)),
    ("CORSNotSupportingCredentials", Is(Problem::AnyOrigin)),
    ("CORSMultipleAllowOriginNotAllowed", Is(Problem::Several)),
    ("CORSAllowOriginNotMatchingOrigin", Is(Problem::Mismatch)),
    ("CORSDidNotSucceed", Is(Problem::Network)),
    ("CORSPreflightDidNotSucceed", Is(Problem::PreflightStatus)),
    ("CORSExternalRedirectNotAllowed", Is(Problem::PreflightRedirect)),
    ("CORSInvalidAllowMethod", Is(Problem::MethodList)),
    ("CORSInvalidAllowHeader", Is(Problem::HeaderList)),
    ("CORSMethodNotFound", Is(Problem::Method)),
    ("CORSRequestNotHttp", Is(Problem::RedirectScheme)),
    // Sentences that scripts and consoles print for any failure.
    ("Fetch API cannot load {url} due to access control checks", Consequence),
    ("XMLHttpRequest cannot load {url} due to access control checks", Consequence),
    ("EventSource cannot load {url} due to access control checks", Consequence),
    ("Cannot load image {url} due to access control checks", Consequence),
    ("Cannot load script {url} due to access control checks", Consequence),
    ("Beacon API cannot load {url}. ", Consequence),
    ("Cross-origin script load denied by Cross-Origin Resource Sharing policy", Consequence),
    ("Cross-origin redirection to {location} denied by Cross-Origin Resource Sharing policy", Consequence),
    ("source URI is not allowed in this document: \"{url}\"", Consequence),
    ("Firefox can't establish a connection to the server at {url}.", Consequence),
    ("downloadable font: download failed", Consequence),
    ("Not allowed to request resource", Consequence),
    ("ERR_FAILED", Consequence),
    ("TypeError: Failed to fetch", Consequence),
    ("NetworkError when attempting to fetch resource", Consequence),
    ("TypeError: Load failed", Consequence),
    ("AxiosError: Network Error", Consequence),
    ("Error: Network Error", Consequence),
    // Other things that browsers block.
    (
        "violates the following Content Security Policy directive",
        NotCors(
            "the page's own Content-Security-Policy does not allow the page to connect to that server",
            "add the URL's origin to the directive that the sentence names (`connect-src` for requests from scripts), in \
         the header `Content-Security-Policy` of the page; the server that is called has nothing to do with it",
        ),
    ),
    (
        "Content-Security-Policy: The page",
        NotCors(
            "the page's own Content-Security-Policy does not allow the page to connect to that server",
            "add the URL's origin to the directive that the sentence names (`connect-src` for requests from scripts), in \
         the header `Content-Security-Policy` of the page; the server that is called has nothing to do with it",
        ),
    ),
    (
        "ERR_BLOCKED_BY_CLIENT",
        NotCors(
            "an extension of the browser, most likely an ad blocker, stopped the request",
            "try in a private window without extensions; if users run into this too, change the URL",
        ),
    ),
    (
        "ERR_BLOCKED_BY_ORB",
        NotCors(
            "the response to a request for an image, a script or a style sheet is something else, such as HTML or JSON",
            "open the URL itself: it has to respond with the type that the element expects; if a script is to read it, use \
         `fetch()`, for which the server has to allow the page's origin",
        ),
    ),
    (
        "Blocked a frame with origin",
        NotCors(
            "a page may not reach into a frame of another origin, whatever the headers say",
            "have the two pages talk with `postMessage()`",
        ),
    ),
    (
        "X-Frame-Options",
        NotCors(
            "the page in the frame does not allow other pages to show it",
            "change `X-Frame-Options`, or `frame-ancestors` of `Content-Security-Policy`, on the page in the frame",
        ),
    ),
    (
        "Refused to display '{url}' in a frame",
        NotCors(
            "the page in the frame does not allow other pages to show it",
            "change `X-Frame-Options`, or `frame-ancestors` of `Content-Security-Policy`, on the page in the frame",
        ),
    ),
    (
        "WebSocket connection to '{url}' failed",
        NotCors(
            "the WebSocket handshake failed, and CORS does not apply to WebSockets",
            "look for the server's own check of `Origin`, for a proxy that changes `Host` (such as a dev server's `changeOrigin`), \
             and for one that does not pass `Upgrade` and `Connection` on",
        ),
    ),
    ("Some cookies are misusing the", Code(FindingCode::CookieNotSecure)),
    // Firefox's console and the tooltips of Chromium's network panel about a cookie.
    (
        "because it has the \"SameSite=None\" attribute but is missing the \"secure\" attribute",
        Code(FindingCode::CookieNotSecure),
    ),
    (
        "because it had the \"SameSite=None\" attribute but did not have the \"Secure\" attribute",
        Code(FindingCode::CookieNotSecure),
    ),
    ("has been rejected because it is in a cross-site context", Code(FindingCode::CookieSameSite)),
    (
        "came from a cross-site response which was not the response to a top-level navigation",
        Code(FindingCode::CookieSameSite),
    ),
    (
        "the request was made from a different site and was not initiated by a top-level navigation",
        Code(FindingCode::CookieSameSite),
    ),
    (
        "the server responded with a status of {status} (",
        NotCors(
            "the server responded with an error status",
            "look in the server's log; if another line of the console says that CORS blocked the response, the \
             server sends no CORS headers with errors",
        ),
    ),
    // What frameworks and clouds write into their responses and logs.
    (
        "Disallowed CORS ",
        FromServer(
            "Starlette or FastAPI refused the preflight with 400, and names what it does not allow: origin, method or headers",
            "add it to `allow_origins`, `allow_methods` or `allow_headers` of `CORSMiddleware`, the origin exactly as \
             `location.origin` prints it",
        ),
    ),
    (
        "Invalid CORS request",
        FromServer(
            "Spring refused the request with 403: the origin, the method or a request header is not allowed",
            "add the origin to `allowedOrigins` or `allowedOriginPatterns`, the method to `allowedMethods`, and the headers to \
             `allowedHeaders`",
        ),
    ),
    (
        "allowedOrigins cannot contain the special value",
        FromServer(
            "Spring is configured with `*` and with credentials, which browsers refuse, so it responds with 500",
            "name the origins in `allowedOrigins`, or write patterns such as `https://*.example.com` into \
             `allowedOriginPatterns`; `*` there would let every site read what your users' cookies give \
             access to",
        ),
    ),
    (
        "does not allow specifying a wildcard (any) origin",
        FromServer(
            "ASP.NET Core is configured with `AllowAnyOrigin()` and `AllowCredentials()`, which browsers refuse together",
            "replace `AllowAnyOrigin()` with `WithOrigins(…)`, or remove `AllowCredentials()` if no cookies are needed",
        ),
    ),
    (
        "CORS policy execution failed",
        FromServer(
            "ASP.NET Core does not allow the origin, the method or a request header; the next line of its log says which",
            "add it to the policy with `WithOrigins(…)`, `WithMethods(…)` or `WithHeaders(…)`",
        ),
    ),
    (
        "Not allowed by CORS",
        FromServer(
            "the application's own function for `origin` refused the origin with an error, as in many tutorials for \
             Express, so the response is a 500",
            "add the origin to its list, and write `callback(null, false)` instead of `callback(new Error(…))`",
        ),
    ),
    (
        "is missing scheme or netloc",
        FromServer(
            "an entry of `CORS_ALLOWED_ORIGINS` in Django's settings is not an origin",
            "write `https://` or `http://` before the host, and look for an empty or misread environment variable",
        ),
    ),
    (
        "Cannot combine `Access-Control-Allow-Credentials: true` with",
        FromServer(
            "the layer of tower-http is configured with credentials and with `*`, which browsers refuse together",
            "list the origins, methods and headers, or use `mirror_request()` for methods and headers",
        ),
    ),
    (
        "CORS not enabled or no matching rule found",
        FromServer(
            "no CORS rule of the Azure storage account has the origin, the method and all request headers",
            "add a rule in *Resource sharing (CORS)* of the account; uploads also send `x-ms-blob-type`, so allow `x-ms-*`",
        ),
    ),
    (
        "AADSTS9002326",
        FromServer(
            "Microsoft Entra ID gives tokens to pages only if the redirect URI is registered for a single-page application",
            "move the redirect URI of the app registration from *Web* to *Single-page application*",
        ),
    ),
    (
        "Origin checking failed",
        OtherCheck(
            "Django's CSRF check refused the request with 403",
            "add the page's origin to `CSRF_TRUSTED_ORIGINS`; behind a proxy, set `SECURE_PROXY_SSL_HEADER`",
        ),
    ),
    (
        "CSRF verification failed",
        OtherCheck(
            "Django's CSRF check refused the request with 403",
            "send the CSRF token, and add the page's origin to `CSRF_TRUSTED_ORIGINS`",
        ),
    ),
    (
        "CSRF token mismatch",
        OtherCheck(
            "Laravel's CSRF check refused the request with 419",
            "request `/sanctum/csrf-cookie` first, with credentials, and add the page's host to `SANCTUM_STATEFUL_DOMAINS`",
        ),
    ),
    (
        "didn't match request.base_url",
        OtherCheck(
            "Rails' CSRF check compared `Origin` with the server's own address, and refused the request with 422",
            "have the proxy pass `Host` and `X-Forwarded-Proto` on; an API with tokens can skip the check",
        ),
    ),
    (
        "does not match origin",
        OtherCheck(
            "the server compares `Host` with `Origin`, and a proxy has changed `Host` or dropped its port",
            "have the proxy pass `Host` on as it came: in nginx `proxy_set_header Host $http_host;`, in a dev server's proxy no \
             `changeOrigin`",
        ),
    ),
    (
        "Invalid Host header",
        OtherCheck(
            "webpack's dev server refused the host name in the address",
            "add the host name to `allowedHosts` of the dev server",
        ),
    ),
    (
        "Blocked request. This host",
        OtherCheck(
            "Vite's dev server refused the host name in the address",
            "add the host name to `server.allowedHosts`, or to `preview.allowedHosts`",
        ),
    ),
    (
        "Blocked cross-origin request from",
        OtherCheck(
            "the dev server of Next.js refused a page of another host name",
            "add the host name to `allowedDevOrigins` in `next.config.js`",
        ),
    ),
];

/// Headers that a sentence in any language may name, and the problems that it can then mean.
pub(crate) const HEADERS_IN_ANY_LANGUAGE: &[(&str, &[Problem])] = &[
    ("Access-Control-Allow-Credentials", &[Problem::NoCredentials]),
    ("Access-Control-Allow-Methods", &[Problem::Method, Problem::MethodList]),
    ("Access-Control-Allow-Headers", &[Problem::Header, Problem::HeaderList]),
    ("Access-Control-Allow-Origin", &[Problem::Missing, Problem::Mismatch, Problem::Several, Problem::AnyOrigin]),
];

/// The beginnings of sentences whose end is the reason. If the end is not known, the beginning still shows that the
/// reason is CORS.
pub(crate) const BEGINNINGS: [&str; 2] = ["has been blocked by CORS policy", "Cross-Origin Request Blocked"];
