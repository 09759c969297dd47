//! Settings: a configuration whose types are right, each value with the place where it was written.

use std::fmt;

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

/// Everything a policy is compiled from.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) allow_origins: List,
    pub(crate) allow_origin_regex: List,
    /// The host has an origin predicate.
    pub(crate) predicate: bool,
    pub(crate) allow_methods: List,
    pub(crate) allow_headers: List,
    pub(crate) allow_credentials: bool,
    pub(crate) expose_headers: List,
    pub(crate) max_age: Option<u32>,
    pub(crate) preflight_status: u16,
    pub(crate) preflight_continue: bool,
    pub(crate) allow_private_network: bool,
    pub(crate) keep_app_headers: bool,
    pub(crate) dangers: Dangers,
}

/// The checks that are lifted.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Dangers {
    pub(crate) insecure_origins: bool,
    pub(crate) public_suffixes: bool,
    pub(crate) null_origin: bool,
}

impl Default for Settings {
    fn default() -> Self {
        let config = crate::config::Config::default();
        Settings {
            allow_origins: List::of("allow_origins", &config.allow_origins),
            allow_origin_regex: List::of("allow_origin_regex", &config.allow_origin_regex),
            predicate: false,
            allow_methods: List::of("allow_methods", &config.allow_methods),
            allow_headers: List::of("allow_headers", &config.allow_headers),
            allow_credentials: config.allow_credentials,
            expose_headers: List::of("expose_headers", &config.expose_headers),
            max_age: config.max_age,
            preflight_status: config.preflight_status,
            preflight_continue: config.preflight_continue,
            allow_private_network: config.allow_private_network,
            keep_app_headers: config.keep_app_headers,
            dangers: Dangers::default(),
        }
    }
}
