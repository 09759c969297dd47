//! Python objects as [`corsac::Value`]s. What each setting accepts is core's to say.

use crate::budget::Budget;
use crate::octets::is_bytes;
use corsac::Value;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyMemoryView, PyString, PyType};

/// No setting nests this deep: what does contains itself.
const MOST_DEPTH: usize = 16;

const WHAT: &str = "the CORS policy";

/// The keyword arguments of a policy.
pub(crate) fn config(config: Option<&Bound<'_, PyDict>>) -> PyResult<Value> {
    let mut reader = Reader { budget: Budget::new() };
    match config {
        Some(config) => reader.map(config.as_any(), 0),
        None => Ok(Value::Map(Vec::new())),
    }
}

struct Reader {
    budget: Budget,
}

impl Reader {
    fn value(&mut self, object: &Bound<'_, PyAny>, depth: usize) -> PyResult<Value> {
        match scalar(object)? {
            Some(value) => Ok(value),
            None => self.compound(object, depth),
        }
    }

    fn compound(&mut self, object: &Bound<'_, PyAny>, depth: usize) -> PyResult<Value> {
        let py = object.py();
        if object.is_instance(abc(py, &MAPPING, "Mapping")?)? {
            return match depth {
                MOST_DEPTH.. => too_deep(object),
                _ => self.map(object, depth),
            };
        }
        // Before URLs: a class of URLs has the attributes of one.
        if object.is_callable() {
            return Ok(Value::Function);
        }
        if object.hasattr(intern!(py, "scheme"))? && object.hasattr(intern!(py, "host"))? {
            return Ok(Value::Url(text(&object.str()?)));
        }
        if object.is_instance(abc(py, &ITERABLE, "Iterable")?)? {
            return match depth {
                MOST_DEPTH.. => too_deep(object),
                _ => self.list(object, depth),
            };
        }
        other(object)
    }

    fn list(&mut self, object: &Bound<'_, PyAny>, depth: usize) -> PyResult<Value> {
        let mut items = Vec::new();
        for item in object.try_iter()? {
            self.budget.spend(WHAT)?;
            items.push(self.value(&item?, depth + 1)?);
        }
        Ok(Value::List(items))
    }

    /// By way of `items()`: an iteration of the dict itself could not bear that an element's code changes it.
    fn map(&mut self, object: &Bound<'_, PyAny>, depth: usize) -> PyResult<Value> {
        let mut entries = Vec::new();
        for entry in object.call_method0(intern!(object.py(), "items"))?.try_iter()? {
            self.budget.spend(WHAT)?;
            let (key, value): (Bound<'_, PyAny>, Bound<'_, PyAny>) = entry?.extract()?;
            let key = match key.cast::<PyString>() {
                Ok(key) => text(key),
                Err(_) => text(&key.repr()?),
            };
            entries.push((key, self.value(&value, depth + 1)?));
        }
        Ok(Value::Map(entries))
    }
}

/// What is not made of other values.
fn scalar(object: &Bound<'_, PyAny>) -> PyResult<Option<Value>> {
    if let Ok(object) = object.cast::<PyString>() {
        return Ok(Some(Value::String(text(object))));
    }
    if object.is_none() {
        return Ok(Some(Value::Null));
    }
    if let Ok(object) = object.cast::<PyBool>() {
        return Ok(Some(Value::Bool(object.is_true())));
    }
    if let Ok(object) = object.cast::<PyInt>() {
        return Ok(Some(number(object)?));
    }
    if let Ok(object) = object.cast::<PyFloat>() {
        return Ok(Some(Value::Float(object.value())));
    }
    // Iterating them gives numbers.
    if is_bytes(object) || object.is_instance_of::<PyMemoryView>() {
        return other(object).map(Some);
    }
    if object.is_instance(pattern_type(object.py())?)? {
        return regexp(object).map(Some);
    }
    Ok(None)
}

/// Beyond i64 no setting has a use for the exact number.
fn number(object: &Bound<'_, PyInt>) -> PyResult<Value> {
    if let Ok(number) = object.extract::<i64>() {
        return Ok(Value::Integer(number));
    }
    let float = object.extract::<f64>().or_else(|_| {
        // Beyond floats, too.
        object.lt(0).map(|negative| if negative { f64::NEG_INFINITY } else { f64::INFINITY })
    })?;
    Ok(Value::Float(float))
}

/// Flags that a `re.Pattern` may have been compiled with, as the letters of its syntax.
const FLAGS: [(&str, char); 4] = [("IGNORECASE", 'i'), ("MULTILINE", 'm'), ("DOTALL", 's'), ("VERBOSE", 'x')];

fn regexp(pattern: &Bound<'_, PyAny>) -> PyResult<Value> {
    let py = pattern.py();
    let source = pattern.getattr(intern!(py, "pattern"))?;
    let Ok(source) = source.cast::<PyString>() else {
        return Ok(Value::Other("re.Pattern of bytes".to_owned()));
    };
    let set = pattern.getattr(intern!(py, "flags"))?.extract::<u32>()?;
    let module = py.import(intern!(py, "re"))?;
    let mut flags = String::new();
    for (name, letter) in FLAGS {
        if set & module.getattr(name)?.extract::<u32>()? != 0 {
            flags.push(letter);
        }
    }
    Ok(Value::RegExp { source: text(source), flags })
}

/// Lone surrogates become U+FFFD, which no setting takes.
fn text(object: &Bound<'_, PyString>) -> String {
    object.to_string_lossy().into_owned()
}

fn other(object: &Bound<'_, PyAny>) -> PyResult<Value> {
    Ok(Value::Other(text(&object.get_type().fully_qualified_name()?)))
}

fn too_deep(object: &Bound<'_, PyAny>) -> PyResult<Value> {
    Ok(Value::Other(format!("{}, nested too deep", text(&object.get_type().fully_qualified_name()?))))
}

static MAPPING: PyOnceLock<Py<PyType>> = PyOnceLock::new();
static ITERABLE: PyOnceLock<Py<PyType>> = PyOnceLock::new();
static PATTERN: PyOnceLock<Py<PyType>> = PyOnceLock::new();

fn abc<'py>(py: Python<'py>, lock: &'static PyOnceLock<Py<PyType>>, name: &str) -> PyResult<&'py Bound<'py, PyType>> {
    lock.import(py, "collections.abc", name)
}

fn pattern_type(py: Python<'_>) -> PyResult<&Bound<'_, PyType>> {
    PATTERN.import(py, "re", "Pattern")
}
