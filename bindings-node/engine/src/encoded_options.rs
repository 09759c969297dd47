//! Options as `lib/policy/options-encoder.js` encodes them: JSON in which every list begins with the kind of
//! the value that it encodes, so that text can contain values that only JavaScript has.

use crate::misuse::{Misuse, Result};
use corsac::binding::Value;

/// Reads the encoding. It comes from this package's own JavaScript, so if it cannot be read, the package has an
/// error.
pub(crate) fn read(text: &[u8]) -> Result<Value> {
    let unreadable = || Misuse::new("the options are not encoded as the engine expects");
    serde_json::from_slice(text).ok().and_then(decode).ok_or_else(unreadable)
}

/// The JSON parser's limit for nesting also limits this recursion.
fn decode(value: Value) -> Option<Value> {
    let Value::List(items) = value else { return (!matches!(value, Value::Map(_))).then_some(value) };
    let mut items = items.into_iter();
    let Some(Value::String(kind)) = items.next() else { return None };
    let decoded = match kind.as_str() {
        "list" => return items.map(decode).collect::<Option<_>>().map(Value::List),
        "map" => {
            let mut entries = Vec::with_capacity(items.len() / 2);
            while let Some(key) = items.next() {
                entries.push((string(Some(key))?, decode(items.next()?)?));
            }
            Value::Map(entries)
        }
        "undefined" => Value::Undefined,
        "number" => Value::number(&string(items.next())?)?,
        "url" => Value::Url(string(items.next())?),
        "regexp" => Value::RegExp { source: string(items.next())?, flags: string(items.next())? },
        "function" => Value::Function,
        "other" => Value::Other(string(items.next())?),
        _ => return None,
    };
    items.next().is_none().then_some(decoded)
}

fn string(value: Option<Value>) -> Option<String> {
    match value {
        Some(Value::String(text)) => Some(text),
        _ => None,
    }
}
