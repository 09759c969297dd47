//! What comes of playing the browser over an exchange.

use crate::browser::exchange::HeaderLines;
use crate::browser::words::Verdict;

/// What one browser makes of an exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// What the request comes to.
    pub verdict: Verdict,
    /// Whether the request, or one that it is redirected to, goes to another origin.
    pub cross_origin: bool,
    /// Each request of the wire and its preflight, as far as the browser came.
    pub preflights: Vec<Preflight>,
    /// Each check, in order. The last one decided unless all passed.
    pub steps: Vec<Step>,
    /// The response headers that the script can read: lower case, sorted.
    pub readable_headers: Vec<String>,
    /// The response headers that came and that the script cannot read: lower case, sorted.
    pub hidden_headers: Vec<String>,
    /// The request headers that the script tried to set and cannot: lower case, sorted.
    pub dropped_headers: Vec<String>,
}

/// One request of the wire, and the preflight before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preflight {
    /// The URL of the request, without its fragment.
    pub url: String,
    /// Whether the request needs a preflight.
    pub needed: bool,
    /// Whether a preflight that is still cached is used, so that none is sent.
    pub cached: bool,
    /// Why it is needed: `method`, `header: x-id` for each header, `upload listener`, `stream`.
    pub because: Vec<String>,
    /// The headers of the preflight that CORS depends on: lower case, in the order of the standard.
    pub headers: HeaderLines,
}

/// One check that a browser makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Which check it is.
    pub name: StepName,
    /// The request of the wire that it is about, from 0.
    pub hop: usize,
    /// Whether the request goes on.
    pub passed: bool,
    /// What was there, for a person.
    pub saw: String,
}

macro_rules! steps {
    ($($name:ident $text:literal $source:literal,)+) => {
        /// The checks that a browser makes, each with its place in a standard.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum StepName { $(#[doc = concat!("`", $text, "`: ", $source, ".")] $name,)+ }

        impl StepName {
            /// Every check.
            pub const ALL: &'static [StepName] = &[$(StepName::$name,)+];

            /// The stable name of the check.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(StepName::$name => $text,)+ }
            }

            /// The standard, its section and its step.
            #[must_use]
            pub const fn source(self) -> &'static str {
                match self { $(StepName::$name => $source,)+ }
            }
        }
    };
}

steps! {
    PreflightAllowOrigin "preflight-allow-origin" "Fetch, CORS check, step 4",
}
