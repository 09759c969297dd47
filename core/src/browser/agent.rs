//! The engines, and where they differ from the standard.
//!
//! There is one walk for all: it asks the agent whether it deviates at the step where one does.

/// An engine whose behaviour was recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Engine {
    /// Chromium: Chrome, Edge, Opera and others.
    Chromium,
    /// Gecko: Firefox.
    Firefox,
    /// WebKit: Safari, and each browser on iOS. It was recorded as WebKitGTK.
    WebKit,
}

impl Engine {
    /// Every engine.
    pub const ALL: &'static [Engine] = &[Engine::Chromium, Engine::Firefox, Engine::WebKit];

    /// The name in an explanation.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Engine::Chromium => "chromium",
            Engine::Firefox => "firefox",
            Engine::WebKit => "webkit",
        }
    }

    /// The version that was recorded.
    #[must_use]
    pub const fn version(self) -> &'static str {
        match self {
            Engine::Chromium => "156",
            Engine::Firefox => "153 ESR",
            Engine::WebKit => "2.50",
        }
    }

    /// The longest time for which a preflight is cached, in seconds.
    #[must_use]
    pub const fn longest_max_age(self) -> u64 {
        match self {
            Engine::Chromium => 7200,
            Engine::Firefox => 86_400,
            Engine::WebKit => 600,
        }
    }
}

/// Who plays the browser: the standard, or an engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Agent(Option<Engine>);

impl Agent {
    /// A browser that does what the standards say.
    pub(crate) const STANDARD: Agent = Agent(None);

    pub(crate) const fn of(engine: Engine) -> Self {
        Agent(Some(engine))
    }

    pub(crate) fn engine(self) -> Option<Engine> {
        self.0
    }

    /// Whether this agent differs from the standard in this way.
    pub(crate) fn has(self, deviation: Deviation) -> bool {
        self.0.is_some_and(|engine| deviation.engines().contains(&engine))
    }
}

macro_rules! deviations {
    ($($name:ident $text:literal [$($engine:ident),+] $meaning:literal $standard:literal [$($evidence:literal),*],)+) => {
        /// A difference of engines from the standard.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Deviation { $(#[doc = $meaning] $name,)+ }

        impl Deviation {
            /// Every difference that is modelled.
            pub const ALL: &'static [Deviation] = &[$(Deviation::$name,)+];

            /// The stable name.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Deviation::$name => $text,)+ }
            }

            /// The engines that differ so.
            #[must_use]
            pub const fn engines(self) -> &'static [Engine] {
                match self { $(Deviation::$name => &[$(Engine::$engine,)+],)+ }
            }

            /// What they do.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Deviation::$name => $meaning,)+ }
            }

            /// The part of the standard that says otherwise, or leaves it open.
            #[must_use]
            pub const fn standard(self) -> &'static str {
                match self { $(Deviation::$name => $standard,)+ }
            }

            /// The recorded exchanges that show it (`tests/vectors/exchanges/recorded.json`). Empty if it was seen
            /// elsewhere.
            #[must_use]
            pub const fn evidence(self) -> &'static [&'static str] {
                match self { $(Deviation::$name => &[$($evidence,)*],)+ }
            }
        }
    };
}

deviations! {
    WildcardCoversAuthorization "wildcard-covers-authorization" [Chromium, Firefox, WebKit]
        "`*` in Access-Control-Allow-Headers covers Authorization."
        "Fetch, CORS-preflight fetch, step 7.6" [],
    UserAgentDropped "user-agent-dropped" [Chromium]
        "A script cannot set User-Agent: the header is dropped."
        "Fetch, forbidden request-header" [],
    ClientHintsSafelisted "client-hints-safelisted" [Chromium]
        "Client hints (Save-Data, DPR, Width and others) and Intervention need no preflight."
        "Fetch, CORS-safelisted request-header" [],
    BytesBeyondAsciiUnsafe "bytes-beyond-ascii-unsafe" [Firefox]
        "A byte above 0x7F in Accept or Content-Type needs a preflight."
        "Fetch, CORS-unsafe request-header byte" [],
    RangeUnitInAnyCase "range-unit-in-any-case" [WebKit]
        "The unit of Range needs no preflight in upper case either."
        "Fetch, CORS-safelisted request-header" [],
    LongRangePreflighted "long-range-preflighted" [Chromium, Firefox, WebKit]
        "A position in Range that does not fit into 64 bits needs a preflight."
        "Fetch, CORS-safelisted request-header" ["safelist-116"],
    RepeatedHeadersJoined "repeated-headers-joined" [Chromium, WebKit]
        "A request header that is set twice is measured as one joined value."
        "Fetch, CORS-unsafe request-header names" [],
    SpaceBeforeColon "space-before-colon" [Chromium]
        "White space between the name of a response header and the colon is left out."
        "RFC 9112, section 5.1" [],
    UploadListenerWithoutBody "upload-listener-without-body" [Chromium]
        "An upload listener needs no preflight where the request has no body."
        "XMLHttpRequest, send(), use-CORS-preflight flag" [],
    StreamAsText "stream-as-text" [Firefox]
        "A ReadableStream is sent as the text `[object ReadableStream]`, since the engine has no request streams."
        "Fetch, Request constructor" [],
    StreamRefused "stream-refused" [WebKit]
        "A ReadableStream as a body is refused with NotSupportedError."
        "Fetch, Request constructor" [],
    PreflightStatusFirst "preflight-status-first" [WebKit]
        "The status of a preflight is checked before its origin, which changes the reason that is printed."
        "Fetch, CORS-preflight fetch, step 7" [],
    PreflightRedirectFirst "preflight-redirect-first" [Chromium]
        "A redirect of a preflight is refused before anything else is checked, which changes the reason that is printed."
        "Fetch, CORS-preflight fetch, step 7" [],
    HeadersCheckedAsWritten "headers-checked-as-written" [WebKit]
        "Of several headers that a preflight does not allow, the one is printed that the script set first."
        "Fetch, CORS-preflight fetch, step 7.7" ["acah-061"],
    PageOriginInLaterPreflight "page-origin-in-later-preflight" [Firefox]
        "The preflight after a redirect to a third origin has the page's origin, not `null`, and is checked against it."
        "Fetch, CORS-preflight fetch, step 1" [],
    PreflightAfterRedirectKept "preflight-after-redirect-kept" [Firefox, WebKit]
        "Where the first request needed a preflight, the one that it is redirected to is preflighted too, even if it is a GET by then."
        "Fetch, main fetch, step 12" [],
    HeadersKeptInLaterPreflight "headers-kept-in-later-preflight" [WebKit]
        "The preflight after a redirect still asks for headers that the redirect has removed: Authorization, and those of the body."
        "Fetch, HTTP-redirect fetch, steps 12 and 13" ["redirect-060", "redirect-095"],
    CredentialsAfterSameOrigin "credentials-after-same-origin" [WebKit]
        "A request with the credentials mode `same-origin` that leaves the page's origin by a redirect counts as one with credentials at the next redirect."
        "Fetch, CORS check, step 5" [],
    UserInLocationRefused "user-in-location-refused" [Chromium]
        "A redirect to a URL with user name and password is refused within the page's origin too."
        "Fetch, HTTP-redirect fetch, step 9" [],
    LoopbackIsInsecure "loopback-is-insecure" [WebKit]
        "Plain http to the own machine is mixed content for a secure page."
        "Secure Contexts, potentially trustworthy origin" [],
    FontsWithoutCors "fonts-without-cors" [WebKit]
        "Web fonts are requested in the mode `no-cors` and used whatever the response says."
        "CSS Fonts, font fetching requirements" [],
    ScriptErrorsReadable "script-errors-readable" [Firefox]
        "A page sees the errors of a classic script of another origin."
        "HTML, muted errors" [],
    MaxAgeGarbageNotCached "max-age-garbage-not-cached" [Firefox]
        "A preflight whose Access-Control-Max-Age is not a number is not cached."
        "Fetch, CORS-preflight fetch, step 7.9" [],
    MaxAgeSigned "max-age-signed" [Chromium, WebKit]
        "Access-Control-Max-Age may have a sign: `+600` is 600, and what is below 0 is not cached."
        "Fetch, CORS-preflight fetch, step 7.9" [],
    CacheKeyedByCredentials "cache-keyed-by-credentials" [Firefox]
        "A preflight that was cached with credentials does not serve a request without them."
        "Fetch, cache entry match" [],
    CacheKeptAfterFailure "cache-kept-after-failure" [Chromium, WebKit]
        "A preflight stays cached when the response to its request is refused."
        "Fetch, main fetch, step 12" [],
    WildcardNotCached "wildcard-not-cached" [Firefox]
        "A cached `*` serves only the method and the headers that it was asked for."
        "Fetch, method cache entry match" [],
    NoStoreSkipsPreflightCache "no-store-skips-preflight-cache" [Chromium, Firefox]
        "A request with the cache mode `no-store` or `reload` does not use a cached preflight."
        "Fetch, HTTP fetch, step 4.1" [],
    OpaqueOriginNotCached "opaque-origin-not-cached" [Chromium]
        "Preflights of opaque origins are not cached."
        "Fetch, create a new cache entry" [],
}
