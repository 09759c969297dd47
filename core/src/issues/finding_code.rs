//! The catalogue of findings: every code that an explanation of an exchange can have.

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum FindingSeverity {
    /// The request fails because of it.
    Error,
    /// It works, and is risky or differs between browsers, or something is not CORS and fails.
    Warning,
    /// It is worth knowing.
    Note,
}

impl FindingSeverity {
    /// The severity as it is written: `error`, `warning` or `note`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            FindingSeverity::Error => "error",
            FindingSeverity::Warning => "warning",
            FindingSeverity::Note => "note",
        }
    }
}

macro_rules! findings {
    ($($name:ident $text:literal $severity:ident $meaning:literal,)+) => {
        /// What an explanation found, as a stable kebab-case code. The same in every language, and never reused.
        ///
        /// Codes are in the order in which they have to be fixed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum FindingCode { $(#[doc = $meaning] $name,)+ }

        impl FindingCode {
            /// Every code, in the order in which findings have to be fixed.
            pub const ALL: &'static [FindingCode] = &[$(FindingCode::$name,)+];

            /// The code as it is printed and compared: kebab-case, never changed once released.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(FindingCode::$name => $text,)+ }
            }

            /// How much a finding with this code matters.
            #[must_use]
            pub const fn severity(self) -> FindingSeverity {
                match self { $(FindingCode::$name => FindingSeverity::$severity,)+ }
            }

            /// One line that says what the code means, whatever the exchange at hand.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(FindingCode::$name => $meaning,)+ }
            }
        }
    };
}

// What has to be fixed first comes first: nothing behind a finding can be seen in a browser before it is fixed.
findings! {
    InvalidUrl "invalid-url" Error "the script asks for a URL that cannot be parsed",
    UrlWithUser "url-with-user" Error "the script asks for a URL with a user name or a password",
    InvalidMode "invalid-mode" Error "a mode that scripts cannot use",
    InvalidCacheMode "invalid-cache-mode" Error "`only-if-cached` without the mode `same-origin`",
    InvalidMethod "invalid-method" Error "a method that scripts cannot use",
    InvalidRequestHeader "invalid-request-header" Error "a request header whose name or value is not valid",
    InvalidBody "invalid-body" Error "a body that the request cannot have",
    NoCorsMethod "no-cors-method" Error "a method that the mode `no-cors` does not allow",
    NoCorsStream "no-cors-stream" Error "a stream as the body of a request with the mode `no-cors`",
    NoCorsRedirectMode "no-cors-redirect-mode" Error "redirects that the mode `no-cors` has to follow",
    MixedContent "mixed-content" Error "a secure page asks for an insecure URL",
    BlockedPort "blocked-port" Error "a port to which browsers send no requests",
    SchemeNotHttp "scheme-not-http" Error "a request to another origin by a scheme other than http and https",
    SameOriginMode "same-origin-mode" Error "the mode `same-origin` for a URL of another origin",
    NameNotResolved "name-not-resolved" Error "the name of the server has no address",
    ConnectionFailed "connection-failed" Error "the server could not be reached, or closed the connection",
    TlsFailed "tls-failed" Error "the browser does not accept the server's certificate",
    TimedOut "timed-out" Error "no response came in time",
    ResponseIncomplete "response-incomplete" Error "the response ended too early",
    GatewayError "gateway-error" Error "a proxy could not reach the server and responded itself, without CORS headers",
    RedirectToLogin "redirect-to-login" Error "the request is redirected to a login page",
    PreflightRedirected "preflight-redirected" Error "the preflight is redirected, which browsers do not follow",
    PreflightUnauthorized "preflight-unauthorized" Error "the preflight is asked for credentials, which it never has",
    PreflightNotFound "preflight-not-found" Error "the server has no response to OPTIONS for this path",
    PreflightOptionsRefused "preflight-options-refused" Error "the server does not accept the method OPTIONS",
    PreflightFailed "preflight-failed" Error "the preflight has another status than 200 to 299",
    RouteAmbiguous "route-ambiguous" Error "servers could read the path as different routes of the policy",
    ProtectionRefused "protection-refused" Error "the policy's protection refuses the request",
    OriginPredicateFailed "origin-predicate-failed" Error "the origin predicate failed",
    AllowOriginMultiple "allow-origin-multiple" Error "more than one value in Access-Control-Allow-Origin",
    AllowOriginAnyWithCredentials "allow-origin-any-with-credentials" Error
        "`*` in Access-Control-Allow-Origin for a request with credentials",
    AllowOriginInvalid "allow-origin-invalid" Error "Access-Control-Allow-Origin is not an origin",
    CachedForAnotherOrigin "cached-for-another-origin" Error "a cache responded with what was meant for another origin",
    RedirectChangesOrigin "redirect-changes-origin" Error "the redirect made the origin of the request `null`",
    AllowOriginMismatch "allow-origin-mismatch" Error "the page's origin is not the one that is allowed",
    ErrorWithoutHeaders "error-without-headers" Error "an error response without CORS headers hides its cause",
    AllowOriginMissing "allow-origin-missing" Error "no Access-Control-Allow-Origin",
    AllowCredentialsMissing "allow-credentials-missing" Error
        "a request with credentials, and Access-Control-Allow-Credentials is not `true`",
    AllowMethodsInvalid "allow-methods-invalid" Error "Access-Control-Allow-Methods is not a list of methods",
    AllowMethodsAnyWithCredentials "allow-methods-any-with-credentials" Error
        "`*` in Access-Control-Allow-Methods for a request with credentials",
    MethodNotUpperCase "method-not-upper-case" Error "the method differs from an allowed one in case alone",
    MethodNotAllowed "method-not-allowed" Error "the preflight does not allow the method",
    AllowHeadersInvalid "allow-headers-invalid" Error "Access-Control-Allow-Headers is not a list of names",
    AllowHeadersAnyWithCredentials "allow-headers-any-with-credentials" Error
        "`*` in Access-Control-Allow-Headers for a request with credentials",
    HeaderNotAllowed "header-not-allowed" Error "the preflight does not allow a request header",
    RedirectNotFollowed "redirect-not-followed" Error "a redirect, and the script asked for an error in that case",
    RedirectInvalid "redirect-invalid" Error "a redirect to what is not a URL",
    RedirectSchemeNotHttp "redirect-scheme-not-http" Error "a redirect to a scheme other than http and https",
    TooManyRedirects "too-many-redirects" Error "more redirects than browsers follow",
    RedirectWithUser "redirect-with-user" Error "a redirect to a URL with a user name or a password",
    RedirectWithStream "redirect-with-stream" Error "a redirect of a request whose body is a stream",
    ResourcePolicyBlocks "resource-policy-blocks" Error "Cross-Origin-Resource-Policy keeps the response from the page",
    OpaqueIntegrity "opaque-integrity" Error "a hash for a response that the browser may not look into",
    HandshakeRefused "handshake-refused" Error "the server does not accept the WebSocket handshake",

    AuthorizationOnlyByWildcard "authorization-only-by-wildcard" Warning
        "`Authorization` is allowed by `*` alone, which the standard does not accept",
    EnginesDiffer "engines-differ" Warning "browsers do not agree on this request",
    HttpError "http-error" Warning "CORS is fine: the script reads a response with an error status",
    CredentialsNotIncluded "credentials-not-included" Warning "the server asks for a login, and the request has no cookies",
    OpaqueResponse "opaque-response" Warning "the mode `no-cors` hides the response from the script",
    ResponseHeaderInRequest "response-header-in-request" Warning "the script sets a header that only servers send",
    ForbiddenHeaderDropped "forbidden-header-dropped" Warning "request headers that scripts cannot set",
    CookieIgnored "cookie-ignored" Warning "a cookie that the browser does not store, since the request has no credentials",
    CookieNotSecure "cookie-not-secure" Warning "a cookie with `SameSite=None` and without `Secure`",
    CookieSameSite "cookie-same-site" Warning "a cookie that requests of other sites do not carry",
    OtherServerResponded "other-server-responded" Warning "the preflight and the request met different servers",
    PreflightNotFromPolicy "preflight-not-from-policy" Warning "the captured preflight is not what the policy responds",
    AppHeaderReplaced "app-header-replaced" Warning "the application sets CORS headers of its own, which the policy replaces",
    AppHeaderKept "app-header-kept" Warning "the application's own CORS headers take the place of the policy's",
    ProtectionReported "protection-reported" Warning "the policy's protection would refuse the request, and only reports it",
    VaryMissing "vary-missing" Warning "a response for one origin that a cache may give to another",
    LocalNetworkAccess "local-network-access" Warning "a public page asks a server in a local network",

    PreflightUnknown "preflight-unknown" Note "the response to the preflight is not known",
    ResponseUnknown "response-unknown" Note "the response is not known",
    PredicateUnknown "predicate-unknown" Note "what the origin predicate says is not known",
    HeaderNotExposed "header-not-exposed" Note "headers that developer tools show and scripts cannot read",
    SameOrigin "same-origin" Note "the request stays within the page's origin",
    NeedlessPreflight "needless-preflight" Note "a header that the request does not need causes the preflight",
    ValueNeedsPreflight "value-needs-preflight" Note "the value of a safelisted header causes the preflight",
    PreflightNotCached "preflight-not-cached" Note "browsers keep the response to the preflight for five seconds only",
}

#[cfg(test)]
mod tests {
    use super::FindingCode;
    use crate::issues::code::{Code, Reason};
    use std::collections::HashSet;

    #[test]
    fn no_name_of_the_catalogue_is_used_twice() {
        let names: Vec<_> = FindingCode::ALL.iter().map(|code| code.as_str()).collect();
        let others = Code::ALL.iter().map(|code| code.as_str()).chain(Reason::ALL.iter().map(|reason| reason.as_str()));
        let mut seen: HashSet<_> = others.collect();
        for name in names {
            assert!(seen.insert(name), "{name}");
        }
    }

    #[test]
    fn errors_come_before_warnings_and_these_before_notes() {
        assert!(FindingCode::ALL.is_sorted_by_key(|code| code.severity()));
    }
}
