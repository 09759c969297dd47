//! What a comparison of two policies found.

use std::fmt;

/// What differs between two policies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// The paths on which anything differs. Those with the same changes are listed together.
    pub paths: Vec<PathChanges>,
}

/// Some paths, and what differs on them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathChanges {
    /// The paths.
    pub paths: Vec<Paths>,
    /// What differs: gains and losses of origins first.
    pub changes: Vec<Change>,
}

/// Paths for which the same settings hold.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Paths {
    /// All: neither policy has routes.
    All,
    /// Those that no route has.
    WithoutRoute,
    /// Those of this form: `/public/{*rest}`.
    Route(String),
}

/// One thing that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Whether pages gain or lose by it.
    pub effect: Effect,
    /// What kind of thing it is.
    pub subject: Subject,
    /// The thing: an origin pattern, a method, a header name, or both values of a setting.
    pub what: String,
    /// Of a pattern or a regex, an origin that is allowed by one policy alone.
    pub example: Option<String>,
    /// Whether it is known that anything differs. It is not if the automata of regexes were too large to be compared, and if
    /// the other policy asks a predicate.
    pub certain: bool,
}

/// Whether pages gain or lose by a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Effect {
    /// Pages may do more.
    Gain,
    /// Pages may do less.
    Loss,
    /// Neither, such as how long a preflight is remembered.
    Neutral,
}

impl Effect {
    /// The effect as it is written in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Effect::Gain => "gain",
            Effect::Loss => "loss",
            Effect::Neutral => "neutral",
        }
    }
}

macro_rules! subjects {
    ($($(#[$doc:meta])* $name:ident $word:literal $title:literal,)+) => {
        /// What kind of thing differs.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Subject { $($(#[$doc])* $name,)+ }

        impl Subject {
            /// The subject as it is written in JSON.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Subject::$name => $word,)+ }
            }

            /// The subject as people read it.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Subject::$name => $title,)+ }
            }
        }
    };
}

subjects! {
    /// Origins whose pages may read responses.
    Origin "origin" "origin",
    /// Whether requests may carry cookies.
    Credentials "credentials" "credentials",
    /// Methods that pages may use.
    Method "method" "method",
    /// Request headers that pages may set.
    RequestHeader "request-header" "request header",
    /// Response headers that pages may read.
    ExposedHeader "exposed-header" "exposed header",
    /// Requests from public pages to private networks.
    PrivateNetwork "private-network" "private network",
    /// The CORS headers of the application, which stay on its responses.
    AppHeaders "app-headers" "application's own headers",
    /// Writes of foreign pages.
    Writes "writes" "writes of foreign pages",
    /// WebSockets of foreign pages.
    Websockets "websockets" "WebSockets of foreign pages",
    /// Origins that protection lets through.
    TrustedOrigin "trusted-origin" "trusted origin",
    /// For how long browsers remember a preflight.
    MaxAge "max-age" "max age",
    /// The status of the response to a preflight.
    PreflightStatus "preflight-status" "preflight status",
    /// Whether the application answers preflights.
    PreflightContinue "preflight-continue" "preflights",
}

impl Comparison {
    /// Every change, with those of all paths.
    pub fn changes(&self) -> impl Iterator<Item = &Change> {
        self.paths.iter().flat_map(|paths| &paths.changes)
    }

    /// Whether nothing differs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.paths.is_empty()
    }

    /// Whether pages may do more anywhere, as far as that is known.
    #[must_use]
    pub fn is_wider(&self) -> bool {
        self.changes().any(|change| change.effect == Effect::Gain)
    }
}

impl fmt::Display for Paths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Paths::All => f.write_str("all paths"),
            Paths::WithoutRoute => f.write_str("all paths without a route"),
            Paths::Route(path) => f.write_str(path),
        }
    }
}
