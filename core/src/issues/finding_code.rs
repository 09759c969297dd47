//! The catalogue of findings: every code that an explanation of an exchange can have.

use crate::issues::code::ERRORS_PAGE;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum FindingSeverity {
    /// The request fails because of it.
    Error,
    /// Browsers let the request through, but it is risky, differs between browsers, or does not do what the script
    /// expects.
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

/// The subject of a finding.
#[derive(Clone, Copy)]
enum Subject {
    Cors,
    NotCors,
}

impl Subject {
    const fn is_not_cors(self) -> bool {
        matches!(self, Subject::NotCors)
    }
}

macro_rules! findings {
    ($($name:ident $text:literal $severity:ident $subject:ident $meaning:literal,)+) => {
        /// A stable kebab-case code that names what an explanation found. It is the same in every language, and never
        /// reused.
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

            /// Whether it is about something that has nothing to do with CORS. The message of a finding then begins
            /// with "this is not CORS".
            #[must_use]
            pub const fn is_not_cors(self) -> bool {
                match self { $(FindingCode::$name => Subject::$subject.is_not_cors(),)+ }
            }

            /// A sentence about the meaning of the code, independent of the exchange.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(FindingCode::$name => $meaning,)+ }
            }

            /// The address of the section that explains the code, with an example and its fix.
            #[must_use]
            pub fn docs(self) -> String {
                format!("{ERRORS_PAGE}#{}", self.as_str())
            }
        }
    };
}

// The problem that has to be fixed first comes first, because browsers show later problems only after it is fixed.
findings! {
    InvalidUrl "invalid-url" Error Cors "The script requests a URL that cannot be parsed.",
    UrlWithUser "url-with-user" Error Cors "The script requests a URL that contains a user name or a password.",
    InvalidMode "invalid-mode" Error Cors "The request has a mode that scripts cannot use.",
    InvalidCacheMode "invalid-cache-mode" Error Cors
        "The cache mode `only-if-cached` is used without the mode `same-origin`.",
    InvalidMethod "invalid-method" Error Cors "The request has a method that scripts cannot use.",
    InvalidRequestHeader "invalid-request-header" Error Cors "The name or the value of a request header is not valid.",
    InvalidBody "invalid-body" Error Cors "The request has a body, but its method does not allow one.",
    NoCorsMethod "no-cors-method" Error Cors "The mode `no-cors` does not allow the method.",
    NoCorsStream "no-cors-stream" Error Cors "The mode `no-cors` does not allow a stream as the body.",
    NoCorsRedirectMode "no-cors-redirect-mode" Error Cors
        "With the mode `no-cors`, the script cannot choose how redirects are handled.",
    MixedContent "mixed-content" Error NotCors "A secure page requests an insecure URL.",
    BlockedPort "blocked-port" Error NotCors "Browsers send no requests to this port.",
    SchemeNotHttp "scheme-not-http" Error Cors "A request to another origin has a scheme other than http and https.",
    SameOriginMode "same-origin-mode" Error Cors "The mode `same-origin` is used for a URL of another origin.",
    NameNotResolved "name-not-resolved" Error NotCors "The server's name does not resolve to an address.",
    ConnectionFailed "connection-failed" Error NotCors "The server could not be reached, or it closed the connection.",
    TlsFailed "tls-failed" Error NotCors "The browser does not accept the server's certificate.",
    TimedOut "timed-out" Error NotCors "No response came in time.",
    ResponseIncomplete "response-incomplete" Error NotCors "The response ended too early.",
    GatewayError "gateway-error" Error NotCors
        "A proxy could not reach the server, and sent its own response without CORS headers.",
    RedirectToLogin "redirect-to-login" Error NotCors "The request is redirected to a login page.",
    PreflightRedirected "preflight-redirected" Error Cors
        "The preflight is redirected, but browsers do not follow such redirects.",
    PreflightUnauthorized "preflight-unauthorized" Error Cors
        "The server requires a login for the preflight, but preflights never carry cookies or `Authorization`.",
    PreflightNotFound "preflight-not-found" Error Cors "The server does not handle OPTIONS for this path.",
    PreflightOptionsRefused "preflight-options-refused" Error Cors "The server does not accept the method OPTIONS.",
    PreflightFailed "preflight-failed" Error Cors "The status of the preflight's response is outside the range from 200 to 299.",
    RouteAmbiguous "route-ambiguous" Error Cors "Servers could assign the path to different routes of the policy.",
    ProtectionRefused "protection-refused" Error Cors "The policy's protection refuses the request.",
    OriginPredicateFailed "origin-predicate-failed" Error Cors "The origin predicate failed.",
    AllowOriginMultiple "allow-origin-multiple" Error Cors "Access-Control-Allow-Origin has more than one value.",
    AllowOriginAnyWithCredentials "allow-origin-any-with-credentials" Error Cors
        "Access-Control-Allow-Origin is `*`, but the request has credentials.",
    AllowOriginInvalid "allow-origin-invalid" Error Cors "The value of Access-Control-Allow-Origin is not an origin.",
    CachedForAnotherOrigin "cached-for-another-origin" Error Cors
        "A cache returned a response that was made for another origin.",
    RedirectChangesOrigin "redirect-changes-origin" Error Cors
        "A redirect changed the origin of the request to `null`.",
    AllowOriginMismatch "allow-origin-mismatch" Error Cors "The response allows an origin other than the page's.",
    ErrorWithoutHeaders "error-without-headers" Error Cors
        "An error response has no CORS headers, which hides the error from the script.",
    AllowOriginMissing "allow-origin-missing" Error Cors "The response has no Access-Control-Allow-Origin.",
    AllowCredentialsMissing "allow-credentials-missing" Error Cors
        "The request has credentials, but Access-Control-Allow-Credentials is not `true`.",
    AllowMethodsInvalid "allow-methods-invalid" Error Cors
        "The value of Access-Control-Allow-Methods is not a list of methods.",
    AllowMethodsAnyWithCredentials "allow-methods-any-with-credentials" Error Cors
        "Access-Control-Allow-Methods is `*`, which is not a wildcard for a request with credentials.",
    MethodNotUpperCase "method-not-upper-case" Error Cors "The method differs from an allowed one only in case.",
    MethodNotAllowed "method-not-allowed" Error Cors "The response to the preflight does not allow the method.",
    AllowHeadersInvalid "allow-headers-invalid" Error Cors
        "The value of Access-Control-Allow-Headers is not a list of names.",
    AllowHeadersAnyWithCredentials "allow-headers-any-with-credentials" Error Cors
        "Access-Control-Allow-Headers is `*`, which is not a wildcard for a request with credentials.",
    HeaderNotAllowed "header-not-allowed" Error Cors "The response to the preflight does not allow a request header.",
    RedirectNotFollowed "redirect-not-followed" Error Cors
        "The response is a redirect, but the script does not accept redirects.",
    RedirectInvalid "redirect-invalid" Error Cors "The target of a redirect is not a URL.",
    RedirectSchemeNotHttp "redirect-scheme-not-http" Error Cors
        "The target of a redirect has a scheme other than http and https.",
    TooManyRedirects "too-many-redirects" Error NotCors "There are more redirects than browsers follow.",
    RedirectWithUser "redirect-with-user" Error Cors "The target of a redirect contains a user name or a password.",
    RedirectWithStream "redirect-with-stream" Error Cors "A request whose body is a stream is redirected.",
    ResourcePolicyBlocks "resource-policy-blocks" Error NotCors
        "Cross-Origin-Resource-Policy does not allow the page to load the response.",
    OpaqueIntegrity "opaque-integrity" Error Cors
        "The script sets `integrity`, but the browser cannot check the hash of a response in the mode `no-cors`.",
    HandshakeRefused "handshake-refused" Error NotCors "The server does not accept the WebSocket handshake.",

    AuthorizationOnlyByWildcard "authorization-only-by-wildcard" Warning Cors
        "`Authorization` is allowed only by `*`, which the standard does not accept.",
    EnginesDiffer "engines-differ" Warning Cors "Browsers handle this request differently.",
    HttpError "http-error" Warning NotCors
        "CORS works, and the script can read the response, but its status is an error.",
    CredentialsNotIncluded "credentials-not-included" Warning Cors
        "The server requires a login, but the request is sent without cookies.",
    OpaqueResponse "opaque-response" Warning Cors
        "The request has the mode `no-cors`, which hides the response from the script.",
    ResponseHeaderInRequest "response-header-in-request" Warning Cors
        "The script sets a header that only servers send.",
    ForbiddenHeaderDropped "forbidden-header-dropped" Warning NotCors
        "The script tries to set request headers that scripts cannot set.",
    CookieIgnored "cookie-ignored" Warning Cors
        "The browser does not store a cookie, because the request has no credentials.",
    CookieNotSecure "cookie-not-secure" Warning NotCors "A cookie has `SameSite=None` without `Secure`.",
    CookieSameSite "cookie-same-site" Warning NotCors "`SameSite` keeps a cookie out of requests from other sites.",
    OtherServerResponded "other-server-responded" Warning Cors
        "Different servers responded to the preflight and to the request.",
    PreflightNotFromPolicy "preflight-not-from-policy" Warning Cors
        "The captured response to the preflight is not the policy's.",
    AppHeaderReplaced "app-header-replaced" Warning Cors
        "The application sets CORS headers itself, and the policy replaces them.",
    AppHeaderKept "app-header-kept" Warning Cors "The application's own CORS headers are sent instead of the policy's.",
    ProtectionReported "protection-reported" Warning Cors
        "The policy's protection would refuse the request, but only reports it.",
    RedirectToHttp "redirect-to-http" Warning NotCors "A redirect leads from https to http.",
    VaryMissing "vary-missing" Warning Cors "A cache could give the response for one origin to another.",
    LocalNetworkAccess "local-network-access" Warning NotCors "A public page calls a server on a local network.",

    PreflightUnknown "preflight-unknown" Note Cors "The response to the preflight is not known.",
    ResponseUnknown "response-unknown" Note Cors "The response is not known.",
    PredicateUnknown "predicate-unknown" Note Cors "The answer of the origin predicate is not known.",
    HeaderNotExposed "header-not-exposed" Note Cors "Developer tools show headers that the script cannot read.",
    SameOrigin "same-origin" Note Cors "The request stays within the page's origin.",
    NeedlessPreflight "needless-preflight" Note Cors "A header that the request does not need causes the preflight.",
    ValueNeedsPreflight "value-needs-preflight" Note Cors "The value of a safelisted header causes the preflight.",
    PreflightNotCached "preflight-not-cached" Note Cors
        "Browsers keep the response to the preflight for only five seconds.",
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
