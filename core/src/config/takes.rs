//! The kinds of values that settings take.

use crate::config::value::Value;

/// The kind of value of a setting. The schema, the types of other languages and the suggestions are made for each kind
/// once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Takes {
    /// A list of origin patterns.
    Origins,
    /// A list of regexes, or one of them.
    Regexes,
    /// A list of methods.
    Methods,
    /// A list of header names.
    Headers,
    /// `true` or `false`.
    Switch,
    /// Seconds, or `false` for none.
    MaxAge,
    /// The status of a response without a body.
    Status,
    /// A list of the names of dangers, and of tables that name one for some origins.
    Dangers,
    /// The name of a danger.
    Danger,
    /// The table that says what is refused.
    Protection,
    /// A list of routes, each a table.
    Routes,
    /// The name of a dialect.
    Dialect,
    /// The address of something: a string that is not read.
    Address,
    /// The path of a route.
    Path,
    /// `"off"` or `"reject"`; in Rust, whether requests are refused.
    Mode,
    /// The kind of value of `origin` in the `cors` package.
    PackageOrigin,
    /// A list of methods, or a string with commas.
    PackageMethods,
    /// A list of header names, or a string with commas.
    PackageHeaders,
}

impl Takes {
    /// A value of a Rust `Config`, as the text of a policy would have it.
    pub(crate) fn written(self, value: Value) -> Value {
        match (self, value) {
            (Takes::Mode, Value::Bool(refuses)) => Value::from(if refuses { "reject" } else { "off" }),
            (_, value) => value,
        }
    }
}

/// A setting's row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SettingRow {
    /// The name, in snake_case. The alias is its [`camel_case`](crate::binding::camel_case).
    pub name: &'static str,
    /// Its kind of value.
    pub takes: Takes,
    pub(crate) docs: &'static str,
}

impl SettingRow {
    /// One line that says what the setting means, in Markdown.
    #[must_use]
    pub fn meaning(&self) -> &'static str {
        self.docs.lines().next().unwrap_or_default().trim()
    }
}
