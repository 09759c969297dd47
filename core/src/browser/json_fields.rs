//! Reading the members of a JSON object. Names are in snake_case or camelCase, and each problem gets its path.

use crate::browser::exchange_error::ExchangeProblem;
use crate::config::setting_names::camel_case;
use crate::config::value::Value;
use crate::limits::ISSUES;
use crate::printable::printable;

/// The problems so far.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    pub(crate) found: Vec<ExchangeProblem>,
}

impl Problems {
    /// Adds a problem. Problems beyond the limit are not listed.
    pub(crate) fn add(&mut self, path: &str, message: impl Into<String>, help: impl Into<String>) {
        if self.found.len() < ISSUES {
            self.found.push(ExchangeProblem { path: printable(path), message: message.into(), help: help.into() });
        }
    }

    /// Adds the problem that a value has the wrong type.
    pub(crate) fn wrong_type(&mut self, path: &str, value: &Value, wanted: &str) {
        let message = format!("{} is not {wanted}", describe(value));
        self.add(path, message, format!("write {wanted}"));
    }
}

/// A value as a message names it.
pub(crate) fn describe(value: &Value) -> String {
    match value {
        Value::Null | Value::Undefined | Value::Bool(_) | Value::Integer(_) | Value::Float(_) => format!("`{value}`"),
        Value::String(text) | Value::Url(text) => format!("the string `{}`", printable(text)),
        Value::List(_) => "a list".to_owned(),
        Value::Map(_) => "an object".to_owned(),
        Value::RegExp { .. } => "a regular expression".to_owned(),
        Value::Function => "a function".to_owned(),
        Value::Other(name) => format!("`{}`", printable(name)),
    }
}

/// The members of one object.
#[derive(Debug)]
pub(crate) struct Fields<'p> {
    path: String,
    members: Vec<(String, Value)>,
    known: &'static [&'static str],
    pub(crate) problems: &'p mut Problems,
}

impl<'p> Fields<'p> {
    /// The members of `value`, which may have only these names. If `value` is not an object, this is a problem,
    /// and the result is none.
    pub(crate) fn of(
        value: Value,
        path: &str,
        known: &'static [&'static str],
        problems: &'p mut Problems,
    ) -> Option<Self> {
        let Value::Map(written) = value else {
            problems.wrong_type(path, &value, "an object");
            return None;
        };
        let mut fields = Fields { path: path.to_owned(), members: Vec::new(), known, problems };
        for (key, value) in written {
            let Some(name) = known.iter().find(|name| **name == key || camel_case(name) == key) else {
                let names: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
                let at = fields.path_of(&key);
                fields.problems.add(
                    &at,
                    format!("there is no field `{}` here", printable(&key)),
                    format!("remove it; the fields are {}", names.join(", ")),
                );
                continue;
            };
            if fields.members.iter().any(|(other, _)| other == name) {
                let at = fields.path_of(name);
                fields.problems.add(&at, format!("`{name}` is given twice"), "keep one of them");
                continue;
            }
            // A property that is `undefined` counts as absent.
            if value != Value::Undefined {
                fields.members.push(((*name).to_owned(), value));
            }
        }
        Some(fields)
    }

    /// The path of a member.
    pub(crate) fn path_of(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    /// Whether the member is present.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.members.iter().any(|(other, _)| other == name)
    }

    /// Takes a member out. It can be taken only once.
    pub(crate) fn take(&mut self, name: &str) -> Option<Value> {
        debug_assert!(self.known.contains(&name));
        let index = self.members.iter().position(|(other, _)| other == name)?;
        Some(self.members.swap_remove(index).1)
    }

    /// Takes out a member that has to be present.
    pub(crate) fn require(&mut self, name: &str, help: &str) -> Option<Value> {
        let value = self.take(name);
        if value.is_none() {
            let path = self.path_of(name);
            self.problems.add(&path, format!("`{name}` is missing"), help);
        }
        value
    }

    /// A string with a maximum length in bytes.
    pub(crate) fn string(&mut self, name: &str, most: usize) -> Option<String> {
        let path = self.path_of(name);
        self.take(name).and_then(|value| string(value, &path, most, self.problems))
    }

    /// One of several words; `None` if the member is absent or is another word.
    pub(crate) fn word<T: Copy>(&mut self, name: &str, all: &[T], text: impl Fn(T) -> &'static str) -> Option<T> {
        let value = self.take(name)?;
        let found = match &value {
            Value::String(written) => all.iter().copied().find(|word| text(*word) == written),
            _ => None,
        };
        if found.is_none() {
            let path = self.path_of(name);
            let words: Vec<String> = all.iter().map(|word| format!("`{}`", text(*word))).collect();
            let message = format!("{} is not a value of `{name}`", describe(&value));
            self.problems.add(&path, message, format!("write one of {}", words.join(", ")));
        }
        found
    }

    /// True or false; false if the member is absent.
    pub(crate) fn flag(&mut self, name: &str) -> bool {
        match self.take(name) {
            None => false,
            Some(Value::Bool(value)) => value,
            Some(value) => {
                let path = self.path_of(name);
                self.problems.wrong_type(&path, &value, "`true` or `false`");
                false
            }
        }
    }
}

/// A string with a maximum length in bytes.
pub(crate) fn string(value: Value, path: &str, most: usize, problems: &mut Problems) -> Option<String> {
    match value {
        Value::String(text) | Value::Url(text) if text.len() <= most => Some(text),
        Value::String(text) | Value::Url(text) => {
            let message = format!("the string has {} bytes, more than {most}", text.len());
            problems.add(path, message, "shorten it");
            None
        }
        value => {
            problems.wrong_type(path, &value, "a string");
            None
        }
    }
}
