//! Lists of strings, each string with the place where it was written.

use std::fmt;

/// The position of a value in its setting.
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

    /// The defaults, which have no place in what was written. An empty list that is not written has no name either.
    pub(crate) fn of(field: &str, texts: Vec<String>) -> Self {
        if texts.is_empty() {
            return List::default();
        }
        let entries = texts.into_iter().map(|text| Entry { at: At::Whole, text }).collect();
        List { field: field.to_owned(), entries }
    }

    pub(crate) fn place(&self, at: &At) -> String {
        format!("{}{at}", self.field)
    }

    pub(crate) fn has_wildcard(&self) -> bool {
        self.entries.iter().any(|entry| entry.text == "*")
    }
}

/// The settings to which a host's origin predicate belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum PredicateOf {
    /// The whole policy.
    Policy,
    /// The route with this index.
    Route(u32),
    /// No function has to be asked: every well-formed origin except `null` is allowed, if it passes all other checks.
    AllOrigins,
}

impl PredicateOf {
    /// Whether the host has to be asked.
    pub(crate) fn is_of_host(self) -> bool {
        self != PredicateOf::AllOrigins
    }
}
