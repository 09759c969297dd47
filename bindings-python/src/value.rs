//! Python objects as [`corsac::binding::Value`]s. What each setting accepts is core's to say.

use crate::budget::Budget;
use crate::octets::is_bytes;
use crate::predicate::{self, Functions};
use corsac::binding::Value;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyMemoryView, PyString, PyType};

/// No setting nests this deep: what does contains itself.
const MOST_DEPTH: usize = 16;

const WHAT: &str = "the CORS policy";

/// The keyword arguments of a policy, and the functions among them, which are no more than that to core.
pub(crate) fn config<'py>(config: Option<&Bound<'py, PyDict>>) -> PyResult<(Value, Functions<'py>)> {
    let mut reader = Reader { budget: Budget::new() };
    let mut functions = Functions::default();
    let mut entries = Vec::new();
    // By way of `items()`: as below.
    for entry in config.map(|config| config.items()).into_iter().flatten() {
        reader.budget.spend(WHAT)?;
        let (key, object): (Bound<'py, PyString>, Bound<'py, PyAny>) = entry.extract()?;
        let key = text(&key);
        let value = match key.as_str() {
            // The same as leaving it out.
            _ if is_predicate(&key) && object.is_none() => continue,
            _ if is_predicate(&key) && object.is_callable() => {
                functions.policy = Some(object);
                Value::Function
            }
            "routes" => reader.routes(&object, &mut functions)?,
            _ => reader.value(&object, 1)?,
        };
        entries.push((key, value));
    }
    Ok((Value::Map(entries), functions))
}

/// Whether it is the predicate's name, or the alias that every setting has.
fn is_predicate(key: &str) -> bool {
    key == predicate::NAME || key == "allowOrigin"
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
                _ => self.map(object, depth, &mut None),
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

    /// Each route may have a function of its own.
    fn routes<'py>(&mut self, object: &Bound<'py, PyAny>, functions: &mut Functions<'py>) -> PyResult<Value> {
        if !is_list(object)? {
            return self.value(object, 1);
        }
        let mut items = Vec::new();
        for (index, item) in (0..).zip(object.try_iter()?) {
            self.budget.spend(WHAT)?;
            let item = item?;
            if !item.is_instance(abc(item.py(), &MAPPING, "Mapping")?)? {
                items.push(self.value(&item, 2)?);
                continue;
            }
            let mut function = None;
            items.push(self.map(&item, 2, &mut function)?);
            functions.routes.extend(function.map(|function| (index, function)));
        }
        Ok(Value::List(items))
    }

    /// By way of `items()`: an iteration of the dict itself could not bear that an element's code changes it.
    ///
    /// A function under the predicate's name is put to `function`.
    fn map<'py>(
        &mut self,
        object: &Bound<'py, PyAny>,
        depth: usize,
        function: &mut Option<Bound<'py, PyAny>>,
    ) -> PyResult<Value> {
        let mut entries = Vec::new();
        for entry in object.call_method0(intern!(object.py(), "items"))?.try_iter()? {
            self.budget.spend(WHAT)?;
            let (key, value): (Bound<'py, PyAny>, Bound<'py, PyAny>) = entry?.extract()?;
            let key = match key.cast::<PyString>() {
                Ok(key) => text(key),
                Err(_) => text(&key.repr()?),
            };
            let read = self.value(&value, depth + 1)?;
            if read == Value::Function && is_predicate(&key) {
                *function = Some(value);
            }
            entries.push((key, read));
        }
        Ok(Value::Map(entries))
    }
}

/// Whether it is read as a list.
fn is_list(object: &Bound<'_, PyAny>) -> PyResult<bool> {
    let py = object.py();
    Ok(scalar(object)?.is_none()
        && !object.is_callable()
        && !object.is_instance(abc(py, &MAPPING, "Mapping")?)?
        && object.is_instance(abc(py, &ITERABLE, "Iterable")?)?)
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
