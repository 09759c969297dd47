//! The catalogue: every code that corsac gives for a policy, and every reason it gives for a decision.

use std::ffi::CStr;

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
        /// What is wrong with a policy, as a stable kebab-case code. The same in every language.
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

            /// One line that says what the code means, whatever the value at hand.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Code::$name => $meaning,)+ }
            }
        }
    };
}

codes! {
    FileNotRegular "file-not-regular" "a policy's file that is a pipe, a socket or a device",
    FileTooLarge "file-too-large" "a policy's file that is larger than 64 MiB",
    Syntax "syntax" "the text is not valid JSON or TOML",
    UnknownKey "unknown-key" "a setting that corsac does not have",
    DuplicateKey "duplicate-key" "a setting that is given twice, or beside its alias",
    WrongType "wrong-type" "a value of another type than the setting takes",
    MissingOrigins "missing-origins" "nothing says which origins may read responses",
    TooManyIssues "too-many-issues" "more issues than are listed",
    AnyOriginNotAlone "any-origin-not-alone" "`*` stands beside patterns, a regex or a predicate",
    AnyOriginWithCredentials "any-origin-with-credentials" "any origin could read what the user's cookies open",
    OriginList "origin-list" "several origins in one string",
    OriginWhitespace "origin-whitespace" "white space in an origin",
    OriginMissingScheme "origin-missing-scheme" "an origin without its scheme",
    OriginScheme "origin-scheme" "a scheme that no origin of a web page has",
    OriginUppercase "origin-uppercase" "upper case in an origin, which browsers send in lower case",
    OriginUnicode "origin-unicode" "a name that browsers send as punycode",
    OriginUserinfo "origin-userinfo" "a user name or password in an origin",
    OriginTrailingSlash "origin-trailing-slash" "a slash at the end of an origin",
    OriginPath "origin-path" "a path in an origin",
    OriginQuery "origin-query" "a query in an origin",
    OriginFragment "origin-fragment" "a fragment in an origin",
    OriginDefaultPort "origin-default-port" "the scheme's default port, which browsers leave out",
    OriginPort "origin-port" "a port that is not 1 to 65535 without leading zero",
    OriginIp "origin-ip" "an IP address in another form than browsers send",
    OriginWildcard "origin-wildcard" "a `*` where none may stand",
    OriginHost "origin-host" "a host that no browser sends",
    TooManyGlobs "too-many-globs" "more label globs than are compared one by one",
    InsecureOrigin "insecure-origin" "credentials for an origin that anyone on the network path can impersonate",
    PublicSuffix "public-suffix" "credentials for names that anyone can register",
    NullOrigin "null-origin" "`null` is the origin of every sandboxed document",
    RegexSyntax "regex-syntax" "a regex that does not parse",
    RegexTooLarge "regex-too-large" "a regex that compiles to more than the cap",
    RegexMatchesNothing "regex-matches-nothing" "a regex that no well-formed origin matches",
    RegexUnescapedDot "regex-unescaped-dot" "a `.` that stands for any character",
    RegexUnboundedHost "regex-unbounded-host" "a regex that does not fix the end of the host",
    MethodNotToken "method-not-token" "a method that is not a token (RFC 9110, section 5.6.2)",
    MethodCase "method-case" "a known method in another case; methods are case-sensitive",
    MethodForbidden "method-forbidden" "a method that browsers never send",
    HeaderNotToken "header-not-token" "a header name that is not a token (RFC 9110, section 5.6.2)",
    RequestHeaderForbidden "request-header-forbidden" "a header that scripts cannot set",
    RequestHeaderResponseOnly "request-header-response-only" "a response header in a list of request headers",
    AuthorizationNotCovered "authorization-not-covered" "`*` does not cover `Authorization`",
    RedundantBesideWildcard "redundant-beside-wildcard" "a name that `*` covers already",
    ExposeForbidden "expose-forbidden" "a response header that scripts can never read",
    ExposeRequestOnly "expose-request-only" "a request header in a list of response headers",
    ExposeAnyWithCredentials "expose-any-with-credentials" "`*` is a literal name when credentials are allowed",
    MaxAgeRange "max-age-range" "a max-age outside 0 to 86400 seconds",
    PreflightStatus "preflight-status" "a preflight status other than 200 or 204",
    PrivateNetworkAnyOrigin "private-network-any-origin" "any web page could reach into the private network",
    UnknownDanger "unknown-danger" "a check that does not exist cannot be lifted",
    UnknownDialect "unknown-dialect" "a dialect that corsac does not read",
    ReflectedOriginWithCredentials "reflected-origin-with-credentials" "`origin: true` would hand the user's session to every origin",
    MissingPath "missing-path" "a route that does not say for which paths it is",
    RoutePath "route-path" "a route's path that is no pattern of paths",
    DuplicateRoute "duplicate-route" "a path that another route has already",
    ProtectionMode "protection-mode" "a mode of protection other than `off` and `reject`",
    TrustedOrigin "trusted-origin" "an origin that may not be trusted with writes: `*` or `null`",
    ProtectionContradictsCors "protection-contradicts-cors" "the policy grants methods that its protection refuses",
    RegexpNotAnchored "regexp-not-anchored" "a RegExp without `^` and `$`",
    RegexpFlags "regexp-flags" "a RegExp flag that changes what `^` and `$` mean, or that does not exist",
}

const fn c(text: &'static str) -> &'static CStr {
    match CStr::from_bytes_with_nul(text.as_bytes()) {
        Ok(text) => text,
        Err(_) => c"",
    }
}

macro_rules! reasons {
    ($($name:ident = $number:literal $text:literal $meaning:literal $help:literal,)+) => {
        /// Why a decision is what it is, as a stable kebab-case code. Numbers are explicit and never reused.
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

            /// One line that says what the reason means.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Reason::$name => $meaning,)+ }
            }

            /// Whether something that was asked for is refused, so that the browser will say so.
            #[must_use]
            pub const fn is_refusal(self) -> bool {
                !matches!(self, Reason::NoOrigin | Reason::AnyOrigin | Reason::OriginAllowed | Reason::PreflightAllowed)
            }

            /// Whether protection refuses the request itself, whatever CORS says of it.
            #[must_use]
            pub const fn is_protection_refusal(self) -> bool {
                matches!(self, Reason::WriteRefused | Reason::WebsocketRefused)
            }

            /// Whether a response to an actual request with this reason may be read by the page.
            #[must_use]
            pub const fn is_readable(self) -> bool {
                matches!(self, Reason::AnyOrigin | Reason::OriginAllowed)
            }

            /// What to change, if the refusal was not meant; empty for what is no refusal.
            #[must_use]
            pub const fn help(self) -> &'static str {
                match self { $(Reason::$name => $help,)+ }
            }

            /// The body of a refusal for this reason: one line, nothing of the request in it.
            #[must_use]
            pub const fn refusal(self) -> &'static CStr {
                match self { $(Reason::$name => const { c(concat!("corsac: ", $text, "\n\0")) },)+ }
            }
        }
    };
}

reasons! {
    NoOrigin = 0 "no-origin" "the request has no `Origin`: not a CORS request" "",
    AnyOrigin = 1 "any-origin" "the policy lets any origin read" "",
    OriginAllowed = 2 "origin-allowed" "the request's origin is configured" "",
    OriginNotAllowed = 3 "origin-not-allowed" "the request's origin is not configured"
        "add the origin to `allow_origins` as the browser sends it: scheme, host and port",
    OriginMalformed = 4 "origin-malformed" "the request's `Origin` is not a serialised origin"
        "no browser sends such an `Origin`: mend the client, or the proxy that changed or repeated the header",
    PreflightAllowed = 5 "preflight-allowed" "origin, method and headers are all allowed" "",
    PreflightMethodNotAllowed = 6 "preflight-method-not-allowed" "the method asked for is not listed, or not one token"
        "add the method to `allow_methods`, in upper case",
    PreflightHeaderNotAllowed = 7 "preflight-header-not-allowed" "a header asked for is not listed"
        "add the headers that the page sends to `allow_headers`",
    PreflightHeadersMalformed = 8 "preflight-headers-malformed" "`Access-Control-Request-Headers` is not a bounded list of names"
        "no browser sends such a list: mend the client, or send fewer headers",
    PathAmbiguous = 9 "path-ambiguous" "servers could read the path as different routes"
        "request the path as it is configured, without escapes, `.`, `..`, `//`, `\\` or an ending such as `.json` where a \
         route begins or ends; a path that needs such an ending needs a route of its own",
    PredicateFailed = 10 "predicate-failed" "the origin predicate failed"
        "see the error that the predicate raised, or its time-out",
    WriteRefused = 11 "write-refused" "a write from an origin that is not trusted"
        "if the origin may write, add it to `trusted_origins` of `protection`. A proxy has to pass `Host` on. Pages with \
         `Referrer-Policy: no-referrer` send `Origin: null`: write `Referrer-Policy: same-origin`, and serve over TLS, \
         so that browsers send `Sec-Fetch-Site`",
    WebsocketRefused = 12 "websocket-refused" "a WebSocket handshake from an origin that is not trusted"
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
