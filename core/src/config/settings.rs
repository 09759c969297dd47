//! Settings: a configuration whose types are right, each value with the place where it was written.

use std::fmt;
use std::sync::Arc;

/// Where in a setting a value stands.
#[derive(Clone, Debug)]
pub(crate) enum At {
    /// The setting's whole value.
    Whole,
    /// An element of its list.
    Index(u32),
    /// An element of a list in a list.
    Path(Box<str>),
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            At::Whole => Ok(()),
            At::Index(index) => write!(f, "[{index}]"),
            At::Path(path) => f.write_str(path),
        }
    }
}

/// A string of a list.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) at: At,
    pub(crate) text: String,
}

/// A list of strings under its setting's name.
#[derive(Clone, Debug, Default)]
pub(crate) struct List {
    pub(crate) field: String,
    pub(crate) entries: Vec<Entry>,
}

impl List {
    pub(crate) fn new(field: impl Into<String>) -> Self {
        List { field: field.into(), entries: Vec::new() }
    }

    /// The defaults, which have no place in what was written.
    pub(crate) fn of(field: &str, texts: &[String]) -> Self {
        let entries = texts.iter().map(|text| Entry { at: At::Whole, text: text.clone() }).collect();
        List { field: field.to_owned(), entries }
    }

    pub(crate) fn place(&self, at: &At) -> String {
        format!("{}{at}", self.field)
    }

    pub(crate) fn has_wildcard(&self) -> bool {
        self.entries.iter().any(|entry| entry.text == "*")
    }
}

/// Everything a policy, or one of its routes, is compiled from. What a route inherits is shared, so that it is
/// compiled once.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) allow_origins: Arc<List>,
    pub(crate) allow_origin_regex: Arc<List>,
    /// The host has an origin predicate.
    pub(crate) predicate: Option<PredicateOf>,
    pub(crate) allow_methods: Arc<List>,
    pub(crate) allow_headers: Arc<List>,
    pub(crate) allow_credentials: bool,
    pub(crate) expose_headers: Arc<List>,
    pub(crate) max_age: Option<u32>,
    pub(crate) preflight_status: u16,
    pub(crate) preflight_continue: bool,
    /// Where it is written, if it is true.
    pub(crate) allow_private_network: Option<Arc<str>>,
    pub(crate) keep_app_headers: bool,
    pub(crate) dangers: Dangers,
    pub(crate) protection: Option<Arc<ProtectionSettings>>,
}

/// Whose function a host's origin predicate is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum PredicateOf {
    /// The whole policy's.
    Policy,
    /// That of the route with this index.
    Route(u32),
}

/// A route: its path, unless that could not be read, and its settings merged into those of the top level.
#[derive(Debug)]
pub(crate) struct RouteSettings {
    pub(crate) field: String,
    pub(crate) path: Option<Vec<Segment>>,
    pub(crate) settings: Settings,
}

/// One segment of a route's path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Segment {
    /// This text, in lower case.
    Literal(String),
    /// `{name}`: one segment.
    Any,
    /// `{*name}`: all that follow, or none.
    Rest,
}

/// The `protection` table.
#[derive(Clone, Debug)]
pub(crate) struct ProtectionSettings {
    pub(crate) field: String,
    pub(crate) writes: bool,
    pub(crate) websockets: bool,
    pub(crate) trusted_origins: List,
    pub(crate) report_only: bool,
}

/// The checks that are lifted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Dangers {
    pub(crate) insecure_origins: bool,
    pub(crate) public_suffixes: bool,
    pub(crate) null_origin: bool,
}

impl Dangers {
    /// Lifts a check by its name, if there is one of that name.
    pub(crate) fn lift(&mut self, name: &str) -> bool {
        match name {
            "insecure-origins" => self.insecure_origins = true,
            "public-suffixes" => self.public_suffixes = true,
            "null-origin" => self.null_origin = true,
            _ => return false,
        }
        true
    }

    /// The names of the checks that are lifted.
    pub(crate) fn names(self) -> impl Iterator<Item = &'static str> {
        [
            (self.insecure_origins, "insecure-origins"),
            (self.public_suffixes, "public-suffixes"),
            (self.null_origin, "null-origin"),
        ]
        .into_iter()
        .filter_map(|(lifted, name)| lifted.then_some(name))
    }
}

impl Default for Settings {
    fn default() -> Self {
        let config = crate::config::typed::Config::default();
        let list = |field, texts: &[String]| Arc::new(List::of(field, texts));
        Settings {
            // A list that is not written has no name.
            allow_origins: Arc::default(),
            allow_origin_regex: list("allow_origin_regex", &config.allow_origin_regex),
            predicate: None,
            allow_methods: list("allow_methods", &config.allow_methods),
            allow_headers: list("allow_headers", &config.allow_headers),
            allow_credentials: config.allow_credentials,
            expose_headers: list("expose_headers", &config.expose_headers),
            max_age: config.max_age,
            preflight_status: config.preflight_status,
            preflight_continue: config.preflight_continue,
            allow_private_network: None,
            keep_app_headers: config.keep_app_headers,
            dangers: Dangers::default(),
            protection: None,
        }
    }
}

impl Settings {
    /// The protection, where any of it is on.
    pub(crate) fn protection(&self) -> Option<&Arc<ProtectionSettings>> {
        self.protection.as_ref().filter(|protection| protection.writes || protection.websockets)
    }
}
