//! The notation of a policy, which messages use for values and settings.

use crate::config::setting_names;
use crate::config::value::Value;
use crate::printable::{printable, write_out};

/// The language in which a policy is written. Its messages use the same notation.
///
/// Nothing else depends on it: codes and fields are the same everywhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Notation {
    /// `key = value`, as in TOML text. It is also used for values whose language is not known.
    #[default]
    Toml,
    /// `"key": value`, as in JSON text.
    Json,
    /// Keyword arguments, and dicts in them.
    Python,
    /// The properties of an object, in camelCase.
    JavaScript,
}

impl Notation {
    /// The name of a setting. The `cors` package's own options are in camelCase everywhere.
    pub(crate) fn key(self, key: &str) -> String {
        let name = key.split('[').next().unwrap_or(key);
        let is_camel = self == Notation::JavaScript || setting_names::CORS_ONLY.contains(&name);
        if is_camel { setting_names::camel_case(key) } else { key.to_owned() }
    }

    /// A setting and its value; `nested` says that it is in a table of the policy.
    pub(crate) fn setting(self, key: &str, value: &Value, nested: bool) -> String {
        let value = match value {
            Value::List(items) if key == "allow_origin_regex" => {
                let items: Vec<_> = items.iter().map(|item| self.regex(&item.to_string())).collect();
                format!("[{}]", items.join(", "))
            }
            value => self.value(value),
        };
        let key = self.key(key);
        match self {
            Notation::Toml => format!("{key} = {value}"),
            Notation::Python if !nested => format!("{key}={value}"),
            Notation::Json | Notation::Python => format!("\"{key}\": {value}"),
            Notation::JavaScript => format!("{key}: {value}"),
        }
    }

    /// A list of strings as the value of a setting.
    pub(crate) fn list_setting(self, key: &str, texts: &[&str]) -> String {
        self.setting(key, &texts.iter().copied().collect(), false)
    }

    pub(crate) fn value(self, value: &Value) -> String {
        match value {
            Value::Null | Value::Undefined => self.null().into(),
            Value::Bool(value) => self.boolean(*value).into(),
            Value::String(text) | Value::Url(text) => quoted(text),
            Value::List(items) => {
                let items: Vec<_> = items.iter().map(|item| self.value(item)).collect();
                format!("[{}]", items.join(", "))
            }
            Value::Map(entries) => {
                let entries: Vec<_> = entries.iter().map(|(key, value)| self.setting(key, value, true)).collect();
                let entries = entries.join(", ");
                match self {
                    Notation::Json | Notation::Python => format!("{{{entries}}}"),
                    Notation::Toml | Notation::JavaScript => format!("{{ {entries} }}"),
                }
            }
            other => other.to_string(),
        }
    }

    /// A regex as a string literal, without escapes if the language has such literals.
    pub(crate) fn regex(self, text: &str) -> String {
        match self {
            Notation::Toml if !text.contains('\'') => format!("'{text}'"),
            Notation::Python if !text.contains('"') && !text.ends_with('\\') => format!("r\"{text}\""),
            _ => quoted(text),
        }
    }

    /// A regular expression object: a literal in JavaScript, and a table in other notations.
    pub(crate) fn regexp(self, source: &str, flags: &str) -> String {
        if self == Notation::JavaScript {
            return format!("/{source}/{flags}");
        }
        let (source, is) = (self.regex(source), if self == Notation::Toml { " = " } else { ": " });
        let name = |name: &str| if self == Notation::Toml { name.to_owned() } else { quoted(name) };
        let mut entries = format!("{}{is}{source}", name("regexp"));
        if !flags.is_empty() {
            entries = format!("{entries}, {}{is}{}", name("flags"), quoted(flags));
        }
        if self == Notation::Toml { format!("{{ {entries} }}") } else { format!("{{{entries}}}") }
    }

    /// A part of a regex as it is written inside a string.
    pub(crate) fn in_string(self, part: &str) -> String {
        match self {
            Notation::Json | Notation::JavaScript => part.replace('\\', "\\\\"),
            Notation::Toml | Notation::Python => part.to_owned(),
        }
    }

    pub(crate) fn boolean(self, value: bool) -> &'static str {
        match (self, value) {
            (Notation::Python, true) => "True",
            (Notation::Python, false) => "False",
            (_, true) => "true",
            (_, false) => "false",
        }
    }

    fn null(self) -> &'static str {
        if self == Notation::Python { "None" } else { "null" }
    }

    pub(crate) fn list(self) -> &'static str {
        if self == Notation::JavaScript { "an array" } else { "a list" }
    }

    pub(crate) fn table(self) -> &'static str {
        match self {
            Notation::Toml => "a table",
            Notation::Python => "a dict",
            Notation::Json | Notation::JavaScript => "an object",
        }
    }

    pub(crate) fn tables(self) -> &'static str {
        match self {
            Notation::Toml => "a list of tables",
            Notation::Python => "a list of dicts",
            Notation::Json => "a list of objects",
            Notation::JavaScript => "an array of objects",
        }
    }

    pub(crate) fn string(self) -> &'static str {
        if self == Notation::Python { "a str" } else { "a string" }
    }

    pub(crate) fn strings(self) -> &'static str {
        match self {
            Notation::Python => "a list of str",
            Notation::JavaScript => "an array of strings",
            _ => "a list of strings",
        }
    }

    /// The name of a value's type.
    pub(crate) fn type_name(self, value: &Value) -> String {
        match value {
            Value::Null => self.null().into(),
            Value::Undefined => "undefined".into(),
            Value::Bool(_) if self == Notation::Python => "a bool".into(),
            Value::Bool(_) => "a boolean".into(),
            Value::Integer(_) | Value::Float(_) => "a number".into(),
            Value::String(_) => self.string().into(),
            Value::Url(_) => "a URL".into(),
            Value::RegExp { .. } => "a regular expression".into(),
            Value::Function => "a function".into(),
            Value::List(_) => self.list().into(),
            Value::Map(_) => self.table().into(),
            Value::Other(name) => format!("a value of type `{}`", printable(name)),
        }
    }
}

/// A string as all four languages write it.
pub(crate) fn quoted(text: &str) -> String {
    format!("\"{}\"", write_out(text).replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::Notation::{JavaScript, Json, Python, Toml};

    #[test]
    fn regexes_as_each_language_writes_them() {
        for (notation, text, literal) in [
            (Toml, r"https://a\.b", r"'https://a\.b'"),
            (Toml, r"https://[']\.b", r#""https://[']\\.b""#),
            (Json, r#"https://["]\.b"#, r#""https://[\"]\\.b""#),
            (JavaScript, r"https://a\.b", r#""https://a\\.b""#),
            (Python, r"https://a\.b", r#"r"https://a\.b""#),
            (Python, r#"https://["]\.b"#, r#""https://[\"]\\.b""#),
            (Python, r"https://a\", r#""https://a\\""#),
        ] {
            assert_eq!(notation.regex(text), literal);
        }
        for (notation, literal) in [
            (Toml, r#"{ regexp = '^https://a\.b$', flags = "i" }"#),
            (Json, r#"{"regexp": "^https://a\\.b$", "flags": "i"}"#),
            (JavaScript, r"/^https://a\.b$/i"),
            (Python, r#"{"regexp": r"^https://a\.b$", "flags": "i"}"#),
        ] {
            assert_eq!(notation.regexp(r"^https://a\.b$", "i"), literal);
        }
        assert_eq!(Toml.regexp("^a$", ""), "{ regexp = '^a$' }");
        assert_eq!(Python.list_setting("allow_origin_regex", &[r"a\.b"]), r#"allow_origin_regex=[r"a\.b"]"#);
    }
}
