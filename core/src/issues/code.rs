//! The catalogue: every code that corsac gives for a policy, and every reason it gives for a decision.

use std::ffi::CStr;

/// The page that explains each code and each refusal, in a section with that name.
pub(crate) const ERRORS_PAGE: &str = "docs/errors.md";

/// Whether an issue refuses the policy or only warns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Severity {
    /// The policy is refused.
    Error,
    /// The policy works; something in it is useless or risky.
    Lint,
}

impl Severity {
    /// The severity as it is printed and compared: `error` or `lint`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Lint => "lint",
        }
    }
}

macro_rules! codes {
    ($($name:ident $text:literal $meaning:literal,)+) => {
        /// A stable kebab-case code that names what is wrong with a policy. It is the same in every language.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Code { $(#[doc = $meaning] $name,)+ }

        impl Code {
            /// Every code, in the catalogue's order.
            pub const ALL: &'static [Code] = &[$(Code::$name,)+];

            /// The code as it is printed and compared: kebab-case, never changed once released.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Code::$name => $text,)+ }
            }

            /// A sentence that says what the code means for any value.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Code::$name => $meaning,)+ }
            }

            /// The address of the section that explains the code, with an example and its fix.
            #[must_use]
            pub fn docs(self) -> String {
                format!("{ERRORS_PAGE}#{}", self.as_str())
            }
        }
    };
}

codes! {
    FileNotRegular "file-not-regular" "The policy file is a pipe, a socket or a device.",
    FileTooLarge "file-too-large" "The policy file is larger than 64 MiB.",
    Syntax "syntax" "The text is not valid JSON or TOML.",
    UnknownKey "unknown-key" "corsac has no setting with this name, or not in this place.",
    DuplicateKey "duplicate-key" "A setting is given twice, or under its name and its alias.",
    WrongType "wrong-type" "A value does not have the type that its setting takes.",
    MissingOrigins "missing-origins" "No setting says which origins may read responses.",
    TooManyIssues "too-many-issues" "There are more problems than are listed.",
    AnyOriginNotAlone "any-origin-not-alone" "`*` is listed together with other entries, a regex or a predicate.",
    AnyOriginWithCredentials "any-origin-with-credentials"
        "`*` with credentials would let any site read responses with the user's session.",
    OriginList "origin-list" "One string contains several origins.",
    OriginWhitespace "origin-whitespace" "An origin contains white space.",
    OriginMissingScheme "origin-missing-scheme" "An origin has no scheme.",
    OriginScheme "origin-scheme" "An origin has a scheme that no web page's origin has.",
    OriginUppercase "origin-uppercase" "An origin contains upper-case letters, but browsers send origins in lower case.",
    OriginUnicode "origin-unicode" "An origin contains non-ASCII characters, but browsers send such names as punycode.",
    OriginUserinfo "origin-userinfo" "An origin contains a user name or a password.",
    OriginTrailingSlash "origin-trailing-slash" "An origin ends in a slash.",
    OriginPath "origin-path" "An origin has a path.",
    OriginQuery "origin-query" "An origin has a query.",
    OriginFragment "origin-fragment" "An origin has a fragment.",
    OriginDefaultPort "origin-default-port"
        "An origin contains the default port of its scheme, which browsers leave out.",
    OriginPort "origin-port" "A port is not a number from 1 to 65535, or has a leading zero.",
    OriginIp "origin-ip" "An IP address is not in the form that browsers send.",
    OriginWildcard "origin-wildcard" "A `*` is in a position where it is not allowed.",
    OriginHost "origin-host" "An origin has a host that no browser sends.",
    TooManyGlobs "too-many-globs"
        "A list has too many patterns with a `*` within a label, which are compared one by one.",
    InsecureOrigin "insecure-origin"
        "Credentials are allowed for a plain http origin, which anyone on the network path can impersonate.",
    PublicSuffix "public-suffix" "A pattern or a regex allows credentials for names that anyone can register.",
    AnyExtension "any-extension" "Every extension of a browser is allowed, together with credentials.",
    NullOrigin "null-origin" "The list contains `null`, which is the origin of sandboxed documents.",
    RegexSyntax "regex-syntax" "A regex does not parse, or corsac cannot run it.",
    RegexTooLarge "regex-too-large" "A regex is too long, or its compiled form is too large, or there are too many \
     regexes.",
    RegexMatchesNothing "regex-matches-nothing" "A regex matches no well-formed origin.",
    RegexUnescapedDot "regex-unescaped-dot" "A regex has an unescaped `.`, which matches any character.",
    RegexUnboundedHost "regex-unbounded-host" "A regex leaves the beginning or the end of the host open.",
    MethodNotToken "method-not-token" "A method is not a token (RFC 9110, section 5.6.2).",
    MethodCase "method-case" "A known method is written in the wrong case; methods are case-sensitive.",
    MethodForbidden "method-forbidden" "The list contains a method that browsers never send.",
    HeaderNotToken "header-not-token" "A header name is not a token (RFC 9110, section 5.6.2).",
    RequestHeaderForbidden "request-header-forbidden" "The list contains a request header that scripts cannot set.",
    RequestHeaderResponseOnly "request-header-response-only" "A response header is in the list of request headers.",
    AuthorizationNotCovered "authorization-not-covered"
        "The list contains `*` without `Authorization`, which `*` does not cover.",
    RedundantBesideWildcard "redundant-beside-wildcard" "The list contains a name that `*` already covers.",
    ExposeForbidden "expose-forbidden" "The policy exposes a response header that scripts can never read.",
    ExposeRequestOnly "expose-request-only" "A request header is in the list of exposed response headers.",
    ExposeAnyWithCredentials "expose-any-with-credentials"
        "`*` is exposed with credentials, where it is a literal name and not a wildcard.",
    MaxAgeRange "max-age-range" "A max-age is outside the range from 0 to 86400 seconds.",
    PreflightStatus "preflight-status" "A preflight status is neither 200 nor 204.",
    PrivateNetworkAnyOrigin "private-network-any-origin" "Any web page could reach into the private network.",
    UnknownDanger "unknown-danger" "`dangerously_allow` names a check that does not exist.",
    DangerIncomplete "danger-incomplete" "An entry of `dangerously_allow` names no check, or no origins for its check.",
    DangerOriginNotListed "danger-origin-not-listed" "A check is lifted for an origin that is not in any list of the policy.",
    DangerNotNeeded "danger-not-needed" "A check is lifted for an origin that passes the check anyway.",
    UnknownDialect "unknown-dialect" "corsac does not read this dialect.",
    ReflectedOriginWithCredentials "reflected-origin-with-credentials"
        "`origin: true` with credentials would let any site read responses with the user's session.",
    MissingPath "missing-path" "A route has no `path`.",
    RoutePath "route-path" "The path of a route is not a valid pattern.",
    DuplicateRoute "duplicate-route" "Two routes have the same path.",
    ProtectionMode "protection-mode" "A mode of protection is neither `off` nor `reject`.",
    TrustedOrigin "trusted-origin" "`*` or `null` is among the origins that are trusted with writes.",
    ProtectionContradictsCors "protection-contradicts-cors" "The policy grants methods that its protection refuses.",
    MaxAgeCapped "max-age-capped" "A max-age is above the limits of Chromium and WebKit, so it has its full effect only in Firefox.",
    PrivateNetworkObsolete "private-network-obsolete"
        "`allow_private_network` is on, but no current browser reads the header that it sends.",
    OptionsListed "options-listed" "The list contains `OPTIONS`, which preflights do not need.",
    ExposeOnlyInRoutes "expose-only-in-routes"
        "A route exposes response headers, but the top level does not say which headers all other responses expose.",
    PlainHttpOrigin "plain-http-origin"
        "A plain http origin, which anyone on the network path can impersonate, is allowed without credentials.",
    SubdomainsWithCredentials "subdomains-with-credentials"
        "A `*.` pattern lets every subdomain read responses with the user's session.",
    NullWithCredentials "null-with-credentials"
        "Credentials are allowed for the origin `null`, which sandboxed documents have.",
    LocalhostWithPublicOrigins "localhost-with-public-origins"
        "Credentials are allowed for an origin on the user's own machine, together with origins of other machines.",
    RedundantPattern "redundant-pattern" "An origin or a pattern is already covered by a pattern of the same list.",
    OriginNeverSent "origin-never-sent" "No browser sends this origin, because of its scheme or its punycode.",
    RegexpNotAnchored "regexp-not-anchored" "A RegExp does not begin with `^` and end with `$`.",
    RegexpFlags "regexp-flags" "A RegExp has a flag that changes what `^` and `$` mean, or that does not exist.",
}

const fn c(text: &'static str) -> &'static CStr {
    match CStr::from_bytes_with_nul(text.as_bytes()) {
        Ok(text) => text,
        Err(_) => c"",
    }
}

macro_rules! reasons {
    ($($name:ident = $number:literal $text:literal $meaning:literal $help:literal,)+) => {
        /// The reason for a decision, as a stable kebab-case code. Numbers are explicit and never reused.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        #[non_exhaustive]
        pub enum Reason { $(#[doc = $meaning] $name = $number,)+ }

        impl Reason {
            /// Every reason, in the order of their numbers.
            pub const ALL: &'static [Reason] = &[$(Reason::$name,)+];

            /// The reason as it is printed and compared.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Reason::$name => $text,)+ }
            }

            /// The reason as it is printed and compared, NUL-terminated.
            #[must_use]
            pub const fn as_c_str(self) -> &'static CStr {
                match self { $(Reason::$name => const { c(concat!($text, "\0")) },)+ }
            }

            /// A sentence that says what the reason means.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Reason::$name => $meaning,)+ }
            }

            /// The address of the section that explains a refusal, with an example and its fix. Empty for other
            /// reasons.
            #[must_use]
            pub fn docs(self) -> String {
                if self.is_refusal() { format!("{ERRORS_PAGE}#{}", self.as_str()) } else { String::new() }
            }

            /// Whether something that was asked for is refused, so that the browser reports an error.
            #[must_use]
            pub const fn is_refusal(self) -> bool {
                !matches!(self, Reason::NoOrigin | Reason::AnyOrigin | Reason::OriginAllowed | Reason::PreflightAllowed)
            }

            /// Whether protection refuses the request itself, whatever the CORS decision is.
            #[must_use]
            pub const fn is_protection_refusal(self) -> bool {
                matches!(self, Reason::WriteRefused | Reason::WebsocketRefused)
            }

            /// Whether the page may read the response to an actual request if this is the reason for the decision.
            #[must_use]
            pub const fn is_readable(self) -> bool {
                matches!(self, Reason::AnyOrigin | Reason::OriginAllowed)
            }

            /// The setting to change if the refusal was not intended. Empty for reasons that are not refusals.
            #[must_use]
            pub const fn help(self) -> &'static str {
                match self { $(Reason::$name => $help,)+ }
            }

            /// The body of a refusal for this reason: one line, without anything from the request.
            #[must_use]
            pub const fn refusal(self) -> &'static CStr {
                match self { $(Reason::$name => const { c(concat!("corsac: ", $text, "\n\0")) },)+ }
            }
        }
    };
}

reasons! {
    NoOrigin = 0 "no-origin" "The request has no `Origin`, so it is not a CORS request." "",
    AnyOrigin = 1 "any-origin" "The policy lets any origin read responses." "",
    OriginAllowed = 2 "origin-allowed" "The request's origin is allowed." "",
    OriginNotAllowed = 3 "origin-not-allowed" "The request's origin is not allowed."
        "add the origin to `allow_origins` as the browser sends it, with its scheme, host and port",
    OriginMalformed = 4 "origin-malformed" "The request's `Origin` is not a serialised origin."
        "no browser sends such an `Origin`: fix the client, or the proxy that changed or repeated the header",
    PreflightAllowed = 5 "preflight-allowed" "The origin, the method and the headers of the preflight are all allowed." "",
    PreflightMethodNotAllowed = 6 "preflight-method-not-allowed"
        "The method that the preflight asks for is not listed, or is not one token."
        "add the method to `allow_methods`, in upper case; a script has to write `PATCH` in upper case too, because browsers \
         do not convert it as they convert `put`",
    PreflightHeaderNotAllowed = 7 "preflight-header-not-allowed" "A header that the preflight asks for is not listed."
        "in `allow_headers`, list the headers that the page sends",
    PreflightHeadersMalformed = 8 "preflight-headers-malformed"
        "`Access-Control-Request-Headers` is not a list of names, or is too long."
        "browsers do not send such a list: fix the client, or send fewer headers",
    PathAmbiguous = 9 "path-ambiguous" "Servers could assign the path to different routes."
        "request the path as it is configured, without escapes, `.`, `..`, `//` or `\\`; if the requested path adds an ending \
         such as `.json` to a segment of a route, leave the ending out, or add a separate route for the path with the ending",
    PredicateFailed = 10 "predicate-failed" "The origin predicate failed or did not answer in time."
        "look for the error that the predicate raised, or for a time-out",
    WriteRefused = 11 "write-refused" "The request is a write from an origin that is not trusted."
        "if the origin may write, add it to `trusted_origins` of `protection`. A proxy has to pass `Host` on. Pages with \
         `Referrer-Policy: no-referrer` send `Origin: null`: use `Referrer-Policy: same-origin`, and serve over TLS, so \
         that browsers send `Sec-Fetch-Site`",
    WebsocketRefused = 12 "websocket-refused" "The WebSocket handshake comes from an origin that is not trusted."
        "if the origin may connect, add it to `trusted_origins` of `protection`. A proxy has to pass `Host` on",
}

#[cfg(test)]
mod tests {
    use super::Reason;

    #[test]
    fn refusals() {
        let others: Vec<_> = Reason::ALL.iter().filter(|reason| !reason.is_refusal()).map(|r| r.as_str()).collect();
        assert_eq!(others, ["no-origin", "any-origin", "origin-allowed", "preflight-allowed"]);
        assert!(Reason::ALL.iter().all(|reason| reason.help().is_empty() != reason.is_refusal()));
    }
}
