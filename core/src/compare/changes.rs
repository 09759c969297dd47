//! The result of a comparison of two policies.

use std::fmt;

/// The differences between two policies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// The paths on which the policies differ. Paths with the same changes are listed together.
    pub paths: Vec<PathChanges>,
}

/// Some paths, and the changes on them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathChanges {
    /// The paths.
    pub paths: Vec<Paths>,
    /// The changes. Gains and losses of origins come first.
    pub changes: Vec<Change>,
}

/// Paths that have the same settings.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Paths {
    /// All paths: neither policy has routes.
    All,
    /// All paths that belong to no route.
    WithoutRoute,
    /// All paths of this form: `/public/{*rest}`.
    Route(String),
}

/// One difference between two policies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Whether pages may do more or less.
    pub effect: Effect,
    /// The kind of thing that differs.
    pub subject: Subject,
    /// The thing that differs: an origin pattern, a method, a header name, or both values of a
    /// setting.
    pub what: String,
    /// If the thing is a pattern or a regex, an origin that only one of the policies allows.
    pub example: Option<String>,
    /// Whether the difference is certain. It is not if the automata of regexes were too large to be compared, or if the
    /// other policy asks a predicate.
    pub certain: bool,
}

/// Whether a change lets pages do more or less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Effect {
    /// Pages may do more.
    Gain,
    /// Pages may do less.
    Loss,
    /// Pages may do neither more nor less. An example is the time for which a preflight is cached.
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
        /// The kind of thing that differs.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Subject { $($(#[$doc])* $name,)+ }

        impl Subject {
            /// The subject as it is written in JSON.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Subject::$name => $word,)+ }
            }

            /// The subject in words for people.
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
    /// Whether the CORS headers of the application stay on its responses.
    AppHeaders "app-headers" "application's own headers",
    /// Whether foreign pages may send writes.
    Writes "writes" "writes of foreign pages",
    /// Whether foreign pages may open WebSockets.
    Websockets "websockets" "WebSockets of foreign pages",
    /// Origins that protection trusts.
    TrustedOrigin "trusted-origin" "trusted origin",
    /// The time for which browsers cache a preflight.
    MaxAge "max-age" "max age",
    /// The status of the response to a preflight.
    PreflightStatus "preflight-status" "preflight status",
    /// Whether the application answers preflights.
    PreflightContinue "preflight-continue" "preflights",
}

impl Comparison {
    /// Every change, on any path.
    pub fn changes(&self) -> impl Iterator<Item = &Change> {
        self.paths.iter().flat_map(|paths| &paths.changes)
    }

    /// Whether the policies do not differ.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.paths.is_empty()
    }

    /// Whether pages may do more on any path. Uncertain gains count.
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
