//! The result of simulating how a browser handles an exchange.

use crate::browser::blocked::Blocked;
use crate::browser::exchange::HeaderLines;
use crate::browser::words::{NetworkError, Verdict};

/// How one browser handles an exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// How the request ends.
    pub verdict: Verdict,
    /// Whether the request, or one that it is redirected to, goes to another origin.
    pub cross_origin: bool,
    /// Each request on the wire and its preflight, up to the point where the browser stopped.
    pub preflights: Vec<Preflight>,
    /// Each check, in order. Unless all passed, the last one decided.
    pub steps: Vec<Step>,
    /// The response headers that the script can read: lower case, sorted.
    pub readable_headers: Vec<String>,
    /// The response headers that arrived but that the script cannot read: lower case, sorted.
    pub hidden_headers: Vec<String>,
    /// The request headers that the script tried to set but cannot: lower case, sorted.
    pub dropped_headers: Vec<String>,
    /// The URLs whose preflight allows `Authorization` only by `*`, which the standard does not accept.
    pub wildcard_authorization: Vec<String>,
    /// The check that failed, unless all passed or a response is missing.
    pub failure: Option<Failure>,
}

/// A check that failed, and the facts that it found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Which check failed.
    pub step: StepName,
    /// The request on the wire that it is about, from 0.
    pub hop: usize,
    /// The URL of that request, without its fragment.
    pub url: String,
    /// The URL to which it would have been redirected.
    pub location: Option<String>,
    /// The status of the response, if there was one.
    pub status: Option<u16>,
    /// Which rule of CORS failed, if one did.
    pub blocked: Option<Blocked>,
    /// The value of the header that failed, as sent: its lines joined.
    pub value: Vec<u8>,
    /// How many lines that header has.
    pub lines: usize,
    /// Why there was no response, if there was none.
    pub network: Option<NetworkError>,
}

/// One request on the wire, and the preflight before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preflight {
    /// The URL of the request, without its fragment.
    pub url: String,
    /// Whether the request needs a preflight.
    pub needed: bool,
    /// Whether no preflight is sent because an earlier one is still cached.
    pub cached: bool,
    /// Why a preflight is needed: `method`, `header: x-id` for each header, `upload listener`,
    /// `stream`.
    pub because: Vec<String>,
    /// The headers of the preflight that CORS depends on: lower case, in the order of the standard.
    pub headers: HeaderLines,
    /// The value of `Origin` on the request itself, if that has one.
    pub origin: String,
}

/// One check that a browser makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Which check it is.
    pub name: StepName,
    /// The request on the wire that it is about, from 0.
    pub hop: usize,
    /// Whether the check passed, so that the request continues.
    pub passed: bool,
    /// A description of what the check saw.
    pub saw: String,
}

macro_rules! steps {
    ($($name:ident $text:literal $source:literal,)+) => {
        /// The checks that a browser makes, each with its place in a standard.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum StepName { $(#[doc = concat!("`", $text, "`: ", $source, ".")] $name,)+ }

        impl StepName {
            /// Every check.
            pub const ALL: &'static [StepName] = &[$(StepName::$name,)+];

            /// The stable name of the check.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(StepName::$name => $text,)+ }
            }

            /// The standard, its section and its step.
            #[must_use]
            pub const fn source(self) -> &'static str {
                match self { $(StepName::$name => $source,)+ }
            }
        }
    };
}

steps! {
    Url "url" "Fetch, Request constructor, step 5.2",
    UrlWithoutUser "url-without-user" "Fetch, Request constructor, step 5.3",
    Mode "mode" "Fetch, Request constructor, step 17",
    CacheMode "cache-mode" "Fetch, Request constructor, step 21",
    Method "method" "Fetch, Request constructor, step 25.2",
    NoCorsMethod "no-cors-method" "Fetch, Request constructor, step 31.1",
    RequestHeaders "request-headers" "Fetch, Headers, validate, step 1",
    Body "body" "Fetch, Request constructor, step 34",
    StreamMode "stream-mode" "Fetch, Request constructor, step 38.2",
    Port "port" "Fetch, main fetch, step 7",
    MixedContent "mixed-content" "Mixed Content, section 4.4",
    SameOriginMode "same-origin-mode" "Fetch, main fetch, step 12",
    NoCorsRedirectMode "no-cors-redirect-mode" "Fetch, main fetch, step 12",
    Scheme "scheme" "Fetch, main fetch, step 12",
    PreflightResponse "preflight-response" "Fetch, CORS-preflight fetch, step 6",
    PreflightAllowOrigin "preflight-allow-origin" "Fetch, CORS check, step 4",
    PreflightAllowCredentials "preflight-allow-credentials" "Fetch, CORS check, step 7",
    PreflightStatus "preflight-status" "Fetch, CORS-preflight fetch, step 7",
    PreflightMethodList "preflight-method-list" "Fetch, CORS-preflight fetch, step 7.3",
    PreflightHeaderList "preflight-header-list" "Fetch, CORS-preflight fetch, step 7.3",
    PreflightMethod "preflight-method" "Fetch, CORS-preflight fetch, step 7.5",
    PreflightHeader "preflight-header" "Fetch, CORS-preflight fetch, step 7.7",
    Response "response" "Fetch, HTTP fetch, step 4.3",
    AllowOrigin "allow-origin" "Fetch, CORS check, step 4",
    AllowCredentials "allow-credentials" "Fetch, CORS check, step 7",
    ResourcePolicy "resource-policy" "Fetch, HTTP fetch, step 5",
    RedirectMode "redirect-mode" "Fetch, HTTP fetch, step 6.3",
    RedirectUrl "redirect-url" "Fetch, HTTP-redirect fetch, step 5",
    RedirectScheme "redirect-scheme" "Fetch, HTTP-redirect fetch, step 6",
    RedirectCount "redirect-count" "Fetch, HTTP-redirect fetch, step 7",
    RedirectUser "redirect-user" "Fetch, HTTP-redirect fetch, step 9",
    RedirectBody "redirect-body" "Fetch, HTTP-redirect fetch, step 11",
    Integrity "integrity" "Fetch, main fetch, step 23",
    SocketStatus "socket-status" "WebSockets, establish a WebSocket connection, step 11",
}
