//! Converts the values of a `Config` into those that a text would have. Defaults are left out.

use crate::config::list::List;
use crate::config::takes::Takes;
use crate::config::value::Value;
use std::sync::Arc;

/// A value of a `Config`.
pub(crate) trait Written {
    /// The value as it is written; `None` if it is left out.
    fn written(self) -> Option<Value>;
}

/// The settings that are not left out, as a table.
pub(crate) fn map<const N: usize>(settings: [(&str, Takes, Option<Value>); N]) -> Value {
    let entry = |(name, takes, value): (&str, Takes, Option<Value>)| Some((name.to_owned(), takes.written(value?)));
    Value::Map(settings.into_iter().filter_map(entry).collect())
}

impl Written for bool {
    fn written(self) -> Option<Value> {
        Some(Value::Bool(self))
    }
}

impl Written for u16 {
    fn written(self) -> Option<Value> {
        Some(Value::Integer(self.into()))
    }
}

impl Written for String {
    fn written(self) -> Option<Value> {
        Some(Value::String(self))
    }
}

impl Written for Vec<String> {
    fn written(self) -> Option<Value> {
        Some(self.into())
    }
}

/// `None` is written, because it is not the default.
impl Written for Option<u32> {
    fn written(self) -> Option<Value> {
        Some(self.map_or(Value::Null, |number| Value::Integer(number.into())))
    }
}

/// Makes a setting directly from a value of a `Config`. Only defaults are made in this way; other values are first
/// [`Written`], and then read.
pub(crate) trait ReadFrom<T> {
    fn read_from(config: T, name: &str) -> Self;
}

impl<T> ReadFrom<T> for T {
    fn read_from(config: T, _: &str) -> T {
        config
    }
}

impl ReadFrom<Vec<String>> for List {
    fn read_from(config: Vec<String>, name: &str) -> Self {
        List::of(name, config)
    }
}

impl ReadFrom<Vec<String>> for Arc<List> {
    fn read_from(config: Vec<String>, name: &str) -> Self {
        Arc::new(List::of(name, config))
    }
}

/// The field of a switch that is on.
impl ReadFrom<bool> for Option<Arc<str>> {
    fn read_from(config: bool, name: &str) -> Self {
        config.then(|| name.into())
    }
}
