//! The sections of the page about failed requests, and which finding belongs to which.

use crate::issues::finding_code::FindingCode;

/// The page that is about failed requests.
const TROUBLESHOOTING_PAGE: &str = "docs/troubleshooting.md";

macro_rules! topics {
    ($($(#[$doc:meta])* $topic:ident $anchor:literal [$($code:ident)*],)+) => {
        /// A section of `docs/troubleshooting.md`. Each is about failures that have the same causes, and says how to
        /// tell these causes apart and what to change.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Topic { $($(#[$doc])* $topic,)+ }

        impl Topic {
            /// Every topic, in the order of the page.
            pub const ALL: &'static [Topic] = &[$(Topic::$topic,)+];

            /// The anchor of the section, which is never changed.
            #[must_use]
            pub const fn anchor(self) -> &'static str {
                match self { $(Topic::$topic => $anchor,)+ }
            }

            /// The topic of a finding. None if the finding is about the policy, or is only worth knowing.
            fn of_code(code: FindingCode) -> Option<Self> {
                $($(if code == FindingCode::$code { return Some(Topic::$topic); })*)+
                None
            }
        }
    };
}

// The most frequent complaints of developers come first, and what is not CORS comes last.
topics! {
    /// No `Access-Control-Allow-Origin` in the response to the request.
    NoHeader "no-header" [AllowOriginMissing ErrorWithoutHeaders],
    /// No `Access-Control-Allow-Origin` in the response to the preflight.
    NoHeaderInPreflight "no-header-in-preflight" [],
    /// The header names another origin.
    NotEqual "not-equal" [AllowOriginMismatch CachedForAnotherOrigin],
    /// The value of the header is not an origin.
    NotAnOrigin "not-an-origin" [AllowOriginInvalid],
    /// The header has more than one value.
    SeveralValues "several-values" [AllowOriginMultiple],
    /// `*` for a request with credentials.
    WildcardWithCredentials "wildcard-with-credentials" [
        AllowOriginAnyWithCredentials AllowMethodsAnyWithCredentials AllowHeadersAnyWithCredentials
    ],
    /// `Access-Control-Allow-Credentials` is not `true`.
    CredentialsHeader "credentials-header" [AllowCredentialsMissing],
    /// The status of the preflight is an error.
    PreflightStatus "preflight-status" [
        PreflightFailed PreflightUnauthorized PreflightNotFound PreflightOptionsRefused
    ],
    /// The preflight is redirected.
    PreflightRedirect "preflight-redirect" [PreflightRedirected],
    /// The preflight does not allow the method.
    Method "method" [MethodNotAllowed MethodNotUpperCase],
    /// The preflight does not allow a request header.
    RequestHeader "request-header" [HeaderNotAllowed AuthorizationOnlyByWildcard ResponseHeaderInRequest],
    /// A list in the response to the preflight is not valid.
    InvalidList "invalid-list" [AllowMethodsInvalid AllowHeadersInvalid],
    /// A redirect that a request to another origin cannot follow.
    Redirect "redirect" [
        RedirectChangesOrigin RedirectNotFollowed RedirectInvalid RedirectSchemeNotHttp RedirectWithUser RedirectWithStream
        TooManyRedirects RedirectToLogin RedirectToHttp
    ],
    /// The scheme of the page or of the URL is not http or https.
    NotHttp "not-http" [SchemeNotHttp],
    /// The script has chosen a mode, headers or an API with which it cannot read the response.
    ScriptOptions "script-options" [
        SameOriginMode NoCorsRedirectMode OpaqueResponse OpaqueIntegrity ForbiddenHeaderDropped
    ],
    /// A cookie that the browser does not store or send.
    Cookies "cookies" [CookieNotSecure CookieSameSite CookieIgnored CredentialsNotIncluded],
    /// A public page calls a server on a local network.
    LocalNetwork "local-network" [LocalNetworkAccess],
    /// Sentences that do not say why the request failed.
    SaysNothing "says-nothing" [],
    /// No response came.
    NoResponse "no-response" [
        NameNotResolved ConnectionFailed TlsFailed TimedOut ResponseIncomplete GatewayError BlockedPort
    ],
    /// A secure page requests an insecure URL.
    MixedContent "mixed-content" [MixedContent],
    /// A message of the server, in its log or in a response.
    ServerMessage "server-message" [],
    /// Another rule of the browser, or something other than the browser, blocks the request.
    OtherRules "other-rules" [ResourcePolicyBlocks HandshakeRefused HttpError],
}

impl Topic {
    /// The topic of a finding in the response to a preflight, or in that to the request itself. None if the finding is about
    /// the policy, or is only worth knowing.
    #[must_use]
    pub fn of(code: FindingCode, in_preflight: bool) -> Option<Self> {
        match Topic::of_code(code) {
            Some(Topic::NoHeader) if in_preflight => Some(Topic::NoHeaderInPreflight),
            topic => topic,
        }
    }

    /// The address of the section.
    #[must_use]
    pub fn docs(self) -> String {
        format!("{TROUBLESHOOTING_PAGE}#{}", self.anchor())
    }
}
