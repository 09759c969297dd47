//! Values as a host passes them, before their types are checked.

use crate::config::number_text::number_text;
use serde_core::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// A raw value: anything that JSON and TOML can express, and a few values that only a host language has.
///
/// Bindings only convert their own objects into it: what each setting accepts is decided in one place. Keys keep their
/// order and may repeat, so that a duplicate can be reported.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// JSON `null`, Python `None`.
    Null,
    /// JavaScript's `undefined`, usually from an environment variable that is not set.
    Undefined,
    /// A boolean.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// Any other number.
    Float(f64),
    /// A string.
    String(String),
    /// The text of a URL object (pydantic's `AnyUrl`, JavaScript's `URL`): such types put a `/` at the end of an origin.
    Url(String),
    /// A regular expression object: its source and its flags as letters.
    RegExp {
        /// The pattern without delimiters.
        source: String,
        /// The flags, each a letter.
        flags: String,
    },
    /// A function: the origin predicate. The host keeps it.
    Function,
    /// A list.
    List(Vec<Value>),
    /// A table: names and values in the order written.
    Map(Vec<(String, Value)>),
    /// Anything else, by the name of its type.
    Other(String),
}

/// How many elements of a list or table a message shows.
const MOST_SHOWN: usize = 4;

/// How many levels of nesting a message shows. A host's lists may contain themselves.
const DEEPEST_SHOWN: usize = 3;

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.show(f, 0)
    }
}

impl Value {
    /// Reads a number that TOML or JavaScript has written: as in JSON, or with a plus sign, or infinite, or not a number.
    ///
    /// The JSON reader does most of it, because every build has it anyway. The standard library's code for reading
    /// numbers would add tables of 10 KB.
    pub fn number(text: &str) -> Option<Self> {
        let number = text.strip_prefix('+').unwrap_or(text);
        Some(Value::Float(match number {
            "inf" | "Infinity" => f64::INFINITY,
            "-inf" | "-Infinity" => f64::NEG_INFINITY,
            "nan" | "-nan" | "NaN" => f64::NAN,
            _ => {
                return serde_json::from_slice(number.as_bytes())
                    .ok()
                    .filter(|value| matches!(value, Value::Integer(_) | Value::Float(_)));
            }
        }))
    }

    fn show(&self, f: &mut fmt::Formatter<'_>, depth: usize) -> fmt::Result {
        match self {
            Value::Null => f.write_str("null"),
            Value::Undefined => f.write_str("undefined"),
            Value::Bool(value) => write!(f, "{value}"),
            Value::Integer(value) => write!(f, "{value}"),
            Value::Float(value) => f.write_str(&number_text(*value)),
            Value::String(text) | Value::Url(text) => f.write_str(text),
            Value::RegExp { source, flags } => write!(f, "/{source}/{flags}"),
            Value::Function => f.write_str("function"),
            Value::Other(name) => f.write_str(name),
            Value::List(_) | Value::Map(_) if depth == DEEPEST_SHOWN => f.write_str("…"),
            Value::List(items) => {
                f.write_str("[")?;
                for (index, item) in items.iter().take(MOST_SHOWN).enumerate() {
                    f.write_str(if index > 0 { ", " } else { "" })?;
                    item.show(f, depth + 1)?;
                }
                f.write_str(if items.len() > MOST_SHOWN { ", …]" } else { "]" })
            }
            Value::Map(entries) => {
                f.write_str("{")?;
                for (index, (key, value)) in entries.iter().take(MOST_SHOWN).enumerate() {
                    write!(f, "{}{key}: ", if index > 0 { ", " } else { "" })?;
                    value.show(f, depth + 1)?;
                }
                f.write_str(if entries.len() > MOST_SHOWN { ", …}" } else { "}" })
            }
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::String(text.to_owned())
    }
}

impl<'a> FromIterator<&'a str> for Value {
    fn from_iter<I: IntoIterator<Item = &'a str>>(texts: I) -> Self {
        Value::List(texts.into_iter().map(Value::from).collect())
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Value::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Value::Integer(value)
    }
}

impl From<Vec<String>> for Value {
    fn from(list: Vec<String>) -> Self {
        Value::List(list.into_iter().map(Value::String).collect())
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Integer(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        // No setting needs the exact value of a number beyond i64.
        Ok(i64::try_from(value).map_or(Value::Float(value as f64), Value::Integer))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Float(value))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::String(text))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Value::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Value::Map(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::Value;

    #[test]
    fn numbers() {
        for (text, number) in [
            ("0.5", 0.5),
            ("+1.5e+21", 1.5e21),
            ("-1e-7", -1e-7),
            ("1e06", 1e6),
            ("0.1", 0.1),
            ("5e-324", 5e-324),
            ("1.7976931348623157e308", f64::MAX),
            ("inf", f64::INFINITY),
            ("+inf", f64::INFINITY),
            ("-Infinity", f64::NEG_INFINITY),
        ] {
            assert_eq!(Value::number(text), Some(Value::Float(number)), "{text}");
        }
        for text in ["nan", "+nan", "-nan", "NaN"] {
            assert!(matches!(Value::number(text), Some(Value::Float(number)) if number.is_nan()), "{text}");
        }
        assert_eq!(Value::number("-12"), Some(Value::Integer(-12)));
        for text in ["", "+", "++1", "1e400", "true", "\"1\"", "[1]", "1 2", "0x1"] {
            assert_eq!(Value::number(text), None, "{text}");
        }
    }
}
