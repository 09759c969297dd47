//! The keyword arguments of a policy.

use crate::config::predicate_functions::{PredicateFunctions, is_predicate_setting};
use crate::config::value_reader::{ValueReader, is_list, is_mapping, unicode};
use corsac::binding::Value;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

/// The setting whose elements may each have a predicate of their own.
const ROUTES_SETTING: &str = "routes";

/// The settings as a value of core, and the functions among them.
pub(crate) fn read<'py>(settings: Option<&Bound<'py, PyDict>>) -> PyResult<(Value, PredicateFunctions<'py>)> {
    let mut reader = ValueReader::new();
    let mut functions = PredicateFunctions::default();
    let mut entries = Vec::new();
    // This uses `items()`, because iterating over the dict itself would fail if the code of an element
    // changed the dict.
    for entry in settings.map(|settings| settings.items()).into_iter().flatten() {
        reader.count_element()?;
        let (key, object): (Bound<'py, PyString>, Bound<'py, PyAny>) = entry.extract()?;
        let key = unicode(&key);
        let value = match key.as_str() {
            // `None` is the same as leaving the setting out.
            _ if is_predicate_setting(&key) && object.is_none() => continue,
            _ if is_predicate_setting(&key) && object.is_callable() => {
                functions.policy = Some(object);
                Value::Function
            }
            ROUTES_SETTING => routes(&mut reader, &object, &mut functions)?,
            _ => reader.value(&object, 1)?,
        };
        entries.push((key, value));
    }
    Ok((Value::Map(entries), functions))
}

fn routes<'py>(
    reader: &mut ValueReader,
    object: &Bound<'py, PyAny>,
    functions: &mut PredicateFunctions<'py>,
) -> PyResult<Value> {
    if !is_list(object)? {
        return reader.value(object, 1);
    }
    let mut routes = Vec::new();
    for (index, route) in (0..).zip(object.try_iter()?) {
        reader.count_element()?;
        let route = route?;
        if !is_mapping(&route)? {
            routes.push(reader.value(&route, 2)?);
            continue;
        }
        let mut function = None;
        routes.push(reader.map(&route, 2, |key, value| {
            if is_predicate_setting(key) {
                function = Some(value);
            }
        })?);
        functions.routes.extend(function.map(|function| (index, function)));
    }
    Ok(Value::List(routes))
}
