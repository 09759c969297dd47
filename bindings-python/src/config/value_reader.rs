//! Python objects as [`Value`]s. Core decides what each setting accepts.

use crate::element_limit::ElementLimit;
use crate::http::octets::is_bytes;
use corsac::binding::Value;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyFloat, PyInt, PyMemoryView, PyString, PyType};

/// No setting is nested as deeply as this. An object that is nested more deeply contains itself.
const MOST_DEPTH: usize = 16;

/// The name of the argument that is read, for the error about the limit.
const READ: &str = "the CORS policy";

/// Reads the settings of one policy, within one limit.
pub(crate) struct ValueReader {
    limit: ElementLimit,
}

impl ValueReader {
    pub(crate) fn new() -> Self {
        ValueReader { limit: ElementLimit::new() }
    }

    pub(crate) fn count_element(&mut self) -> PyResult<()> {
        self.limit.count(READ)
    }

    /// `depth` is the number of collections around the object.
    pub(crate) fn value(&mut self, object: &Bound<'_, PyAny>, depth: usize) -> PyResult<Value> {
        match scalar(object)? {
            Some(value) => Ok(value),
            None => self.compound(object, depth),
        }
    }

    fn compound(&mut self, object: &Bound<'_, PyAny>, depth: usize) -> PyResult<Value> {
        let py = object.py();
        if is_mapping(object)? {
            return match depth {
                MOST_DEPTH.. => too_deep(object),
                _ => self.map(object, depth, |_, _| ()),
            };
        }
        // Callables come before URLs, because the class of a URL object also has the attributes of a URL.
        if object.is_callable() {
            return Ok(Value::Function);
        }
        if object.hasattr(intern!(py, "scheme"))? && object.hasattr(intern!(py, "host"))? {
            return Ok(Value::Url(unicode(&object.str()?)));
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
            self.count_element()?;
            items.push(self.value(&item?, depth + 1)?);
        }
        Ok(Value::List(items))
    }

    /// A mapping. `on_function` is called with each function in it and its key.
    pub(crate) fn map<'py>(
        &mut self,
        object: &Bound<'py, PyAny>,
        depth: usize,
        mut on_function: impl FnMut(&str, Bound<'py, PyAny>),
    ) -> PyResult<Value> {
        let mut entries = Vec::new();
        // This uses `items()`, because iterating over the dict itself would fail if the code of an element
        // changed the dict.
        for entry in object.call_method0(intern!(object.py(), "items"))?.try_iter()? {
            self.count_element()?;
            let (key, value): (Bound<'py, PyAny>, Bound<'py, PyAny>) = entry?.extract()?;
            let key = match key.cast::<PyString>() {
                Ok(key) => unicode(key),
                Err(_) => unicode(&key.repr()?),
            };
            let read = self.value(&value, depth + 1)?;
            if read == Value::Function {
                on_function(&key, value);
            }
            entries.push((key, read));
        }
        Ok(Value::Map(entries))
    }
}

pub(crate) fn is_mapping(object: &Bound<'_, PyAny>) -> PyResult<bool> {
    object.is_instance(abc(object.py(), &MAPPING, "Mapping")?)
}

/// Whether the object is read as a list.
pub(crate) fn is_list(object: &Bound<'_, PyAny>) -> PyResult<bool> {
    let py = object.py();
    Ok(scalar(object)?.is_none()
        && !object.is_callable()
        && !is_mapping(object)?
        && object.is_instance(abc(py, &ITERABLE, "Iterable")?)?)
}

/// A value that does not contain other values.
fn scalar(object: &Bound<'_, PyAny>) -> PyResult<Option<Value>> {
    if let Ok(object) = object.cast::<PyString>() {
        return Ok(Some(Value::String(unicode(object))));
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
    // Iterating over bytes would give numbers.
    if is_bytes(object) || object.is_instance_of::<PyMemoryView>() {
        return other(object).map(Some);
    }
    if object.is_instance(pattern_type(object.py())?)? {
        return regexp(object).map(Some);
    }
    Ok(None)
}

/// A number beyond i64 becomes a float, since no setting needs its exact value.
fn number(object: &Bound<'_, PyInt>) -> PyResult<Value> {
    if let Ok(number) = object.extract::<i64>() {
        return Ok(Value::Integer(number));
    }
    let float = object.extract::<f64>().or_else(|_| {
        // The number is beyond floats as well.
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
    Ok(Value::RegExp { source: unicode(source), flags })
}

/// The text of a str. Lone surrogates become U+FFFD, which no setting takes.
pub(crate) fn unicode(object: &Bound<'_, PyString>) -> String {
    object.to_string_lossy().into_owned()
}

fn other(object: &Bound<'_, PyAny>) -> PyResult<Value> {
    Ok(Value::Other(unicode(&object.get_type().fully_qualified_name()?)))
}

fn too_deep(object: &Bound<'_, PyAny>) -> PyResult<Value> {
    Ok(Value::Other(format!("{}, nested too deep", unicode(&object.get_type().fully_qualified_name()?))))
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
