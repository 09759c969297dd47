//! The words in which an exchange and its explanation are written.

/// An enum of words. Each word has a stable text with which it is read and written.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $word:ident $text:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name { $($(#[$doc])* #[doc = concat!("Written `", $text, "`.")] $word,)+ }

        impl $name {
            /// Every word.
            pub const ALL: &'static [$name] = &[$($name::$word,)+];

            /// The word as it is written in JSON.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$word => $text,)+ }
            }

            /// The word that has this text.
            #[must_use]
            pub fn of(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|word| word.as_str() == text)
            }
        }
    };
}

words! {
    /// The credentials mode of a request. Source: Fetch, "credentials mode".
    Credentials {
        /// Cookies, client certificates and stored passwords are neither sent nor accepted.
        Omit "omit",
        /// Credentials are sent only to the origin of the page.
        SameOrigin "same-origin",
        /// Credentials are always sent: `credentials: "include"`, `withCredentials`,
        /// `crossorigin="use-credentials"`.
        Include "include",
    }
}

words! {
    /// The mode of a request. Source: Fetch, "mode".
    Mode {
        /// The response has to pass the CORS check if it comes from another origin.
        Cors "cors",
        /// The response of another origin is opaque: a script cannot read it.
        NoCors "no-cors",
        /// Requests to other origins fail.
        SameOrigin "same-origin",
        /// A navigation, for example by a form. A script that asks for this mode gets an exception.
        Navigate "navigate",
        /// A WebSocket handshake. A script that asks for this mode gets an exception.
        WebSocket "websocket",
    }
}

words! {
    /// How redirects are handled. Source: Fetch, "redirect mode".
    Redirect {
        /// Redirects are followed.
        Follow "follow",
        /// A redirect is a network error.
        Error "error",
        /// Redirects are not followed: the script gets an opaque response.
        Manual "manual",
    }
}

words! {
    /// How a request uses the HTTP cache. Source: Fetch, "cache mode".
    Cache {
        /// The cache is used as HTTP specifies.
        Default "default",
        /// The cache is neither read nor written.
        NoStore "no-store",
        /// The cache is not read.
        Reload "reload",
        /// A cached response is validated with the server.
        NoCache "no-cache",
        /// A cached response is used, even if it is old.
        ForceCache "force-cache",
        /// Only a cached response is used. It needs the mode `same-origin`.
        OnlyIfCached "only-if-cached",
    }
}

words! {
    /// The API or element that makes a request. It decides which mode and which credentials mode are the
    /// default.
    Initiator {
        /// `fetch()`.
        Fetch "fetch",
        /// `XMLHttpRequest`.
        Xhr "xhr",
        /// `navigator.sendBeacon()`.
        Beacon "beacon",
        /// `EventSource`.
        EventSource "eventsource",
        /// `WebSocket`.
        WebSocket "websocket",
        /// A form that is submitted.
        Form "form",
        /// An `<img>`.
        Img "img",
        /// A classic `<script>`.
        Script "script",
        /// A `<script type="module">`, or an `import`.
        Module "module",
        /// A style sheet.
        Css "css",
        /// A web font of a style sheet.
        Font "font",
    }
}

words! {
    /// Why there is no response.
    NetworkError {
        /// The server could not be reached, or closed the connection.
        Connection "connection",
        /// No response came in time.
        Timeout "timeout",
        /// TLS failed, usually because of the certificate.
        Tls "tls",
        /// The name of the host has no address.
        Dns "dns",
        /// The response ended too early.
        Incomplete "incomplete",
    }
}

words! {
    /// How a request ends.
    Verdict {
        /// The script reads the response.
        Readable "readable",
        /// There is a response, but the script learns nothing about it, for example because it is a redirect that is
        /// not followed.
        Opaque "opaque",
        /// The browser did not send the request itself.
        Blocked "blocked",
        /// The request reached the server, which may have acted on it, but the script cannot read the response.
        SentButUnreadable "sent-but-unreadable",
        /// The request was sent and no script waits for a response: a beacon, or a form.
        Sent "sent",
        /// The network failed: no response came, or it ended too early.
        Failed "failed",
        /// The API throws before there is a request.
        Invalid "invalid",
        /// The exchange does not contain the response that would decide.
        Unknown "unknown",
    }
}

impl Verdict {
    /// Whether the page gets what it requested. In the mode `no-cors`, that is an opaque response.
    #[must_use]
    pub const fn is_success(self) -> bool {
        matches!(self, Verdict::Readable | Verdict::Opaque | Verdict::Sent)
    }

    /// Whether the browser withholds the response from the script, because of CORS or another of its own rules.
    ///
    /// A request that fails for another reason (`failed`, `invalid`) is not blocked, and neither is an opaque response.
    #[must_use]
    pub const fn is_blocked(self) -> bool {
        matches!(self, Verdict::Blocked | Verdict::SentButUnreadable)
    }
}
