//! Options that a function chose for one request.

use crate::config::value::Value;

/// Whether the options have the `cors` package's `origin: true`. It then becomes a predicate, because the function that
/// chose the options has seen the request and means the origin of that request.
pub(crate) fn take_own_origin(options: &mut Value) -> bool {
    let Value::Map(entries) = options else { return false };
    let origin = entries.iter_mut().find(|(key, value)| key == "origin" && *value == Value::Bool(true));
    origin.map(|(_, value)| *value = Value::Function).is_some()
}
