//! The decision's headers among those of the application's response, whose own list is left as it is.

use crate::octets::{Octets, latin1};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes, PyList, PyMemoryView, PyString, PyTuple};

/// Which of the application's headers a shape has to do with.
#[derive(Debug)]
pub(crate) struct Merger {
    pub(crate) watched: Vec<(&'static [u8], Watch)>,
    pub(crate) text: Text,
}

/// What the host's headers are made of.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Text {
    /// ASGI: bytes.
    Bytes,
    /// WSGI: str, each code point a byte.
    Latin1,
}

impl Text {
    pub(crate) fn object<'py>(self, py: Python<'py>, octets: &[u8]) -> Bound<'py, PyAny> {
        match self {
            Text::Bytes => PyBytes::new(py, octets).into_any(),
            Text::Latin1 => PyString::new(py, &latin1(octets)).into_any(),
        }
    }

    /// The name of a header. Servers differ in which other types they take, and would send what was not seen here.
    fn name(self, name: &Bound<'_, PyAny>) -> PyResult<Octets> {
        let is_right = match self {
            Text::Bytes => name.is_instance_of::<PyBytes>(),
            Text::Latin1 => name.is_instance_of::<PyString>(),
        };
        if is_right {
            return Octets::read(name, "the name of a response header");
        }
        let (wanted, found) = (self.kind(), name.get_type().name()?);
        let help = match self.written(name)? {
            Some(right) => format!("write `{right}`"),
            None => format!("found `{}`", shortened(&name.repr()?.to_string_lossy())),
        };
        Err(PyTypeError::new_err(format!("the name of a response header must be {wanted}, not {found}: {help}")))
    }

    const fn kind(self) -> &'static str {
        match self {
            Text::Bytes => "bytes",
            Text::Latin1 => "str",
        }
    }

    /// How a program writes this text in the right type: none of what is no text.
    fn written(self, text: &Bound<'_, PyAny>) -> PyResult<Option<String>> {
        let is_buffer = text.is_instance_of::<PyMemoryView>() || text.is_instance_of::<PyByteArray>();
        let octets = match text.cast::<PyString>() {
            Ok(text) => Octets::read(text, "a text")?,
            Err(_) if is_buffer => Octets::read(&text.py().get_type::<PyBytes>().call1((text,))?, "a text")?,
            Err(_) if text.is_instance_of::<PyBytes>() => Octets::read(text, "a text")?,
            Err(_) => return Ok(None),
        };
        let right = self.object(text.py(), octets.as_slice()).repr()?;
        Ok(Some(shortened(&right.to_string_lossy())))
    }
}

/// Enough of a text to find it by.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 80;
    let mut short: String = text.chars().take(LONGEST).collect();
    if short.len() < text.len() {
        short.push_str("...");
    }
    short
}

/// What becomes of one of the application's headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Watch {
    /// It comes off.
    TakeOff,
    /// It stays, and the decision's is left out, as are those of this kind after it.
    Prefer,
    /// It becomes one line together with the decision's.
    Merge,
}

impl Merger {
    /// A new list: the application's headers, then the decision's. `taken_off` hears of each of the application's
    /// lines that is lost, unless the decision says the same.
    pub(crate) fn merge<'py>(
        &self,
        headers: Option<&Bound<'py, PyAny>>,
        lines: &Bound<'py, PyList>,
        taken_off: impl FnMut(&'static [u8]) -> PyResult<()>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let Some(headers) = headers else { return copy(lines) };
        if let Ok(list) = headers.cast_exact::<PyList>()
            && !self.concerns(list)
        {
            return list.as_sequence().concat(lines.as_sequence()).map(Bound::into_any);
        }
        // Called by `send`, this is not known to be attached, and what is dropped would be kept for later.
        Python::attach(|_| self.part(headers, lines, taken_off))
    }

    /// Whether anything in the list needs a closer look.
    fn concerns(&self, headers: &Bound<'_, PyList>) -> bool {
        headers.iter().any(|pair| {
            let name = match pair.cast_exact::<PyTuple>() {
                Ok(pair) => pair.get_borrowed_item(0),
                Err(_) => return true,
            };
            match name.as_ref().map(|name| name.cast_exact::<PyBytes>()) {
                Ok(Ok(name)) => self.watch(name.as_bytes()).is_some(),
                _ => true,
            }
        })
    }

    /// White space around a name is nothing: there are servers that take it off, and browsers that do.
    fn watch(&self, name: &[u8]) -> Option<(&'static [u8], Watch)> {
        let name = trimmed(name);
        self.watched.iter().find(|(watched, _)| name.eq_ignore_ascii_case(watched)).copied()
    }

    fn part<'py>(
        &self,
        headers: &Bound<'py, PyAny>,
        lines: &Bound<'py, PyList>,
        mut taken_off: impl FnMut(&'static [u8]) -> PyResult<()>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = headers.py();
        let mut merged: Vec<Bound<'py, PyAny>> = Vec::new();
        let mut vary = Vec::new();
        let mut preferred = Vec::new();
        for pair in headers.try_iter()? {
            let pair = indexable(pair?)?;
            match self.watch(self.name(&pair)?.as_slice()) {
                None => merged.push(pair),
                Some((name, Watch::Prefer)) => {
                    preferred.push(name);
                    merged.push(pair);
                }
                Some((name, Watch::Merge)) => vary.push(self.value(name, &pair.get_item(1)?)?),
                Some((name, Watch::TakeOff)) => {
                    if !self.says(lines, name, &pair)? {
                        taken_off(name)?;
                    }
                }
            }
        }
        let mut kept = false;
        for line in lines.iter() {
            match self.watch(self.name(&line)?.as_slice()) {
                Some((name, Watch::Prefer)) if kept || preferred.contains(&name) => kept = true,
                Some((name, Watch::Merge)) if !vary.is_empty() => {
                    let ours = self.value(name, &line.get_item(1)?)?;
                    let value = corsac::merge_vary(vary.iter().map(Octets::as_slice), ours.as_slice());
                    merged
                        .push(PyTuple::new(py, [self.text.object(py, name), self.text.object(py, &value)])?.into_any());
                }
                _ => merged.push(line),
            }
        }
        Ok(PyList::new(py, merged)?.into_any())
    }

    /// The name of a pair.
    fn name(&self, pair: &Bound<'_, PyAny>) -> PyResult<Octets> {
        match pair.len()? {
            2 => self.text.name(&pair.get_item(0)?),
            len => Err(PyTypeError::new_err(format!(
                "a response header must be a pair of name and value, not {len} elements: found `{}`",
                shortened(&pair.repr()?.to_string_lossy())
            ))),
        }
    }

    /// The value of a header that is merged.
    fn value(&self, name: &[u8], value: &Bound<'_, PyAny>) -> PyResult<Octets> {
        Octets::read(value, "the value").or_else(|_| {
            let (name, wanted, found) = (String::from_utf8_lossy(name), self.text.kind(), value.get_type().name()?);
            Err(PyTypeError::new_err(format!(
                "the value of the response header `{name}` must be {wanted}, not {found}"
            )))
        })
    }

    /// Whether the decision sends this very line.
    fn says(&self, lines: &Bound<'_, PyList>, name: &[u8], pair: &Bound<'_, PyAny>) -> PyResult<bool> {
        let value = pair.get_item(1)?;
        let Ok(value) = Octets::read(&value, "the value of a header") else { return Ok(false) };
        for line in lines.iter() {
            if self.name(&line)?.as_slice() == name {
                return Ok(self.value(name, &line.get_item(1)?)?.as_slice() == value.as_slice());
            }
        }
        Ok(false)
    }
}

/// Without the white space of Python's `bytes.strip`.
fn trimmed(mut name: &[u8]) -> &[u8] {
    const fn is_space(byte: u8) -> bool {
        matches!(byte, b' ' | b'\t'..=b'\r')
    }
    while let [first, rest @ ..] = name
        && is_space(*first)
    {
        name = rest;
    }
    while let [rest @ .., last] = name
        && is_space(*last)
    {
        name = rest;
    }
    name
}

fn copy<'py>(lines: &Bound<'py, PyList>) -> PyResult<Bound<'py, PyAny>> {
    Ok(lines.get_slice(0, lines.len()).into_any())
}

/// The pair itself where its members can be asked for, else a tuple of what it gives, which servers take as well.
fn indexable(pair: Bound<'_, PyAny>) -> PyResult<Bound<'_, PyAny>> {
    if pair.is_instance_of::<PyTuple>() || pair.is_instance_of::<PyList>() {
        return Ok(pair);
    }
    let members = pair.try_iter().map_err(|_| {
        let kind = pair.get_type().name().map_or_else(|_| String::new(), |name| name.to_string());
        PyTypeError::new_err(format!("a response header must be a pair of name and value, not {kind}"))
    })?;
    let members = members.collect::<PyResult<Vec<_>>>()?;
    Ok(PyTuple::new(pair.py(), members)?.into_any())
}
