//! The engines, and where they differ from the standard.
//!
//! All engines share one walk. At each step where some engine deviates from the standard, the walk asks the agent
//! whether it does.

use crate::limits::{CHROMIUM_MAX_AGE, WEBKIT_MAX_AGE};

/// An engine whose behaviour was recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Engine {
    /// Chromium: Chrome, Edge, Opera and others.
    Chromium,
    /// Gecko: Firefox.
    Firefox,
    /// WebKit: Safari, and all browsers on iOS. WebKitGTK was recorded.
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
            Engine::Chromium => CHROMIUM_MAX_AGE as u64,
            Engine::Firefox => 86_400,
            Engine::WebKit => WEBKIT_MAX_AGE as u64,
        }
    }
}

/// The browser that is simulated: one that follows the standard, or an engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Agent {
    engine: Option<Engine>,
    /// A deviation that is left out, so that a test can show its effect.
    #[cfg(test)]
    without: Option<Deviation>,
}

impl Agent {
    /// A browser that does what the standards say.
    pub(crate) const STANDARD: Agent = Agent {
        engine: None,
        #[cfg(test)]
        without: None,
    };

    pub(crate) const fn of(engine: Engine) -> Self {
        let mut agent = Agent::STANDARD;
        agent.engine = Some(engine);
        agent
    }

    pub(crate) fn engine(self) -> Option<Engine> {
        self.engine
    }

    /// Whether this agent differs from the standard in this way.
    pub(crate) fn has(self, deviation: Deviation) -> bool {
        #[cfg(test)]
        if self.without == Some(deviation) {
            return false;
        }
        self.engine.is_some_and(|engine| deviation.engines().contains(&engine))
    }
}

macro_rules! deviations {
    ($($name:ident $text:literal [$($engine:ident),+] $meaning:literal $standard:literal [$($evidence:literal),*],)+) => {
        /// A way in which engines differ from the standard.
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

            /// The engines that differ in this way.
            #[must_use]
            pub const fn engines(self) -> &'static [Engine] {
                match self { $(Deviation::$name => &[$(Engine::$engine,)+],)+ }
            }

            /// The behaviour of these engines.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Deviation::$name => $meaning,)+ }
            }

            /// The part of the standard that says otherwise, or leaves it open.
            #[must_use]
            pub const fn standard(self) -> &'static str {
                match self { $(Deviation::$name => $standard,)+ }
            }

            /// The exchanges in `tests/vectors/browsers` that show the difference.
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
        "Fetch, CORS-preflight fetch, step 7.6" ["acah-064"],
    UserAgentDropped "user-agent-dropped" [Chromium]
        "A script cannot set User-Agent: the header is dropped."
        "Fetch, forbidden request-header" ["noted-user-agent"],
    ClientHintsSafelisted "client-hints-safelisted" [Chromium]
        "Client hints (Save-Data, DPR, Width and others) and Intervention need no preflight."
        "Fetch, CORS-safelisted request-header" ["safelist-118", "safelist-122"],
    BytesBeyondAsciiUnsafe "bytes-beyond-ascii-unsafe" [Firefox]
        "A byte above 0x7F in Accept or Content-Type needs a preflight."
        "Fetch, CORS-unsafe request-header byte" ["safelist-017", "safelist-089"],
    RangeUnitInAnyCase "range-unit-in-any-case" [WebKit]
        "Range needs no preflight even if its unit is in upper case."
        "Fetch, CORS-safelisted request-header" ["noted-range-unit"],
    LongRangePreflighted "long-range-preflighted" [Chromium, Firefox, WebKit]
        "A position in Range that does not fit into 64 bits needs a preflight."
        "Fetch, CORS-safelisted request-header" ["safelist-116"],
    RepeatedHeadersJoined "repeated-headers-joined" [Chromium, WebKit]
        "The values of a request header that is set twice are joined, and then checked as one value."
        "Fetch, CORS-unsafe request-header names" ["noted-accept-twice"],
    ValuesNotAddedUp "values-not-added-up" [Firefox]
        "The values of safelisted headers are not added up: more than 1024 bytes in total need no preflight."
        "Fetch, CORS-unsafe request-header names" ["suite-exchange-more-than-1024-bytes"],
    SpaceBeforeColon "space-before-colon" [Chromium]
        "White space between the name of a response header and the colon is removed."
        "RFC 9112, section 5.1" ["noted-space-before-colon"],
    UploadListenerWithoutBody "upload-listener-without-body" [Chromium]
        "An upload listener needs no preflight if the request has no body."
        "XMLHttpRequest, send(), use-CORS-preflight flag" ["noted-upload-listener"],
    StreamAsText "stream-as-text" [Firefox]
        "A ReadableStream is sent as the text `[object ReadableStream]`, since the engine has no request streams."
        "Fetch, Request constructor" ["stream-003"],
    StreamRefused "stream-refused" [WebKit]
        "A ReadableStream as a body is refused with NotSupportedError."
        "Fetch, Request constructor" ["stream-003"],
    PreflightStatusFirst "preflight-status-first" [WebKit]
        "The status of a preflight is checked before its origin, which changes the reason that is printed."
        "Fetch, CORS-preflight fetch, step 7" ["pre-status-020"],
    PreflightRedirectFirst "preflight-redirect-first" [Chromium]
        "A redirect of a preflight is refused before anything else is checked, which changes the reason that is printed."
        "Fetch, CORS-preflight fetch, step 7" ["pre-redirect-010"],
    HeadersCheckedAsWritten "headers-checked-as-written" [WebKit]
        "If several headers are not allowed by the preflight, the console names the one that the script set first."
        "Fetch, CORS-preflight fetch, step 7.7" ["acah-061"],
    PageOriginInLaterPreflight "page-origin-in-later-preflight" [Firefox]
        "The preflight after a redirect to a third origin has the page's origin, not `null`, and is checked against it."
        "Fetch, CORS-preflight fetch, step 1" ["redirect-044", "redirect-058"],
    PreflightAfterRedirectKept "preflight-after-redirect-kept" [Firefox, WebKit]
        "If the first request needed a preflight, the request after a redirect gets one too, even if it has become a GET."
        "Fetch, main fetch, step 12" ["redirect-048"],
    HeadersKeptInLaterPreflight "headers-kept-in-later-preflight" [WebKit]
        "The preflight after a redirect still asks for headers that the redirect has removed: Authorization, and those of the body."
        "Fetch, HTTP-redirect fetch, steps 12 and 13" ["redirect-060", "redirect-095"],
    DeleteRedirectedAsGet "delete-redirected-as-get" [WebKit]
        "A DELETE that is redirected to another origin becomes a GET, whatever the status is."
        "Fetch, HTTP-redirect fetch, step 12" ["suite-redirect-delete-bearer-to-third-star"],
    CredentialsAfterSameOrigin "credentials-after-same-origin" [WebKit]
        "If a redirect leads a request with the credentials mode `same-origin` to another origin, the request counts as one with credentials at the next redirect."
        "Fetch, CORS check, step 5" ["noted-leaving-home"],
    UserInLocationRefused "user-in-location-refused" [Chromium]
        "A redirect to a URL with a user name and password is refused even within the page's origin."
        "Fetch, HTTP-redirect fetch, step 9" ["noted-user-at-home"],
    EmptyLocationIgnored "empty-location-ignored" [Chromium]
        "A redirect with an empty Location is treated as an ordinary response."
        "Fetch, location URL" ["noted-empty-location"],
    EmptyLocationRefused "empty-location-refused" [WebKit]
        "A redirect with an empty Location is a network error."
        "Fetch, location URL" ["noted-empty-location"],
    LoopbackIsInsecure "loopback-is-insecure" [WebKit]
        "Plain http to the user's own machine is mixed content for a secure page."
        "Secure Contexts, potentially trustworthy origin" ["https-002"],
    FontsWithoutCors "fonts-without-cors" [WebKit]
        "Web fonts are requested in the mode `no-cors` and used whatever the response says."
        "CSS Fonts, font fetching requirements" ["font-006"],
    ScriptErrorsReadable "script-errors-readable" [Firefox]
        "A page sees the errors of a classic script of another origin."
        "HTML, muted errors" ["script-001"],
    MaxAgeGarbageNotCached "max-age-garbage-not-cached" [Firefox]
        "A preflight whose Access-Control-Max-Age is not a number is not cached."
        "Fetch, CORS-preflight fetch, step 7.9" ["maxage-010-again"],
    MaxAgeSigned "max-age-signed" [Chromium, WebKit]
        "Access-Control-Max-Age may have a sign: `+600` is 600, and with a negative number the preflight is not cached."
        "Fetch, CORS-preflight fetch, step 7.9" ["noted-max-age-plus"],
    CacheKeyedByCredentials "cache-keyed-by-credentials" [Firefox]
        "A preflight that was cached for a request with credentials is not used for a request without them."
        "Fetch, cache entry match" ["maxage-037-again"],
    CacheKeptAfterFailure "cache-kept-after-failure" [Chromium, WebKit]
        "A preflight stays cached when the response to its request is refused."
        "Fetch, main fetch, step 12" ["noted-refused-after-preflight"],
    WildcardNotCached "wildcard-not-cached" [Firefox]
        "A cached `*` counts only for the method and the headers that the preflight asked for."
        "Fetch, method cache entry match" ["maxage-043-again"],
    NoStoreSkipsPreflightCache "no-store-skips-preflight-cache" [Chromium, Firefox]
        "A request with the cache mode `no-store` does not use a cached preflight."
        "Fetch, HTTP fetch, step 4.1" ["noted-no-store"],
    OpaqueOriginNotCached "opaque-origin-not-cached" [Chromium]
        "Preflights of opaque origins are not cached."
        "Fetch, create a new cache entry" ["maxage-051-again"],
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::browser::console::console;
    use crate::browser::exchange::Exchange;
    use crate::browser::walk::play;
    use serde_json::Value as Json;

    /// Whether an engine's verdict, preflights, readable headers or console output would differ without this deviation.
    fn matters(deviation: Deviation, engine: Engine, exchange: &Exchange) -> bool {
        let agent = Agent::of(engine);
        let with = play(exchange, agent);
        let without = play(exchange, Agent { without: Some(deviation), ..agent });
        with != without
            && ((with.verdict, &with.preflights, &with.readable_headers)
                != (without.verdict, &without.preflights, &without.readable_headers)
                || console(engine, exchange, &with) != console(engine, exchange, &without))
    }

    #[test]
    fn each_deviation_is_seen_in_its_evidence() {
        let files = ["recorded.json", "noted.json", "suite.json"].map(|name| {
            let path = format!("{}/../tests/vectors/browsers/{name}", env!("CARGO_MANIFEST_DIR"));
            serde_json::from_slice::<Json>(&std::fs::read(path).unwrap()).unwrap()
        });
        let exchanges: Vec<(String, Exchange)> = files
            .iter()
            .flat_map(|file| file["exchanges"].as_array().unwrap())
            .map(|entry| {
                let id = entry["id"].as_str().unwrap().to_owned();
                (id, Exchange::from_json(entry["exchange"].to_string().as_bytes()).unwrap())
            })
            .collect();
        for deviation in Deviation::ALL {
            for engine in deviation.engines() {
                let shown = exchanges.iter().any(|(id, exchange)| {
                    deviation.evidence().contains(&id.as_str()) && matters(*deviation, *engine, exchange)
                });
                assert!(shown, "{} in {}", deviation.as_str(), engine.as_str());
            }
        }
    }
}
