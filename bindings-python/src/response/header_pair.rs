//! One header of a response: a pair of name and value, with errors that say how the application has to write it.

use crate::http::octets::Octets;
use crate::response::header_type::HeaderType;
use corsac::HeaderName;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes, PyList, PyMemoryView, PyString, PyTuple};

/// A pair that the application has set.
#[derive(Debug)]
pub(crate) struct HeaderPair<'py> {
    /// Its name, if the template sets or removes a header with this name.
    pub(crate) name: Option<HeaderName>,
    pair: Bound<'py, PyAny>,
}

impl<'py> HeaderPair<'py> {
    /// `names` are the names that the template sets or removes.
    pub(crate) fn read(pair: Bound<'py, PyAny>, names: &KnownNames, header_type: HeaderType) -> PyResult<Self> {
        let pair = indexable(pair)?;
        match pair.len()? {
            2 => {
                let name = read_name(&pair.get_item(0)?, header_type)?;
                Ok(HeaderPair { name: names.find(name.as_slice()), pair })
            }
            len => Err(PyTypeError::new_err(format!(
                "a response header must be a pair of name and value, not {len} elements: found `{}`",
                shortened(&pair.repr()?.to_string_lossy())
            ))),
        }
    }

    /// A pair that is known to have the required types.
    pub(crate) fn new(name: HeaderName, pair: Bound<'py, PyAny>) -> Self {
        HeaderPair { name: Some(name), pair }
    }

    /// The value of a header of this name.
    pub(crate) fn value(&self, name: HeaderName, header_type: HeaderType) -> PyResult<Octets<'py>> {
        let value = self.pair.get_item(1)?;
        Octets::read(&value, "the value").or_else(|_| {
            let (name, wanted, found) = (name.as_str(), header_type.name(), value.get_type().name()?);
            Err(PyTypeError::new_err(format!(
                "the value of the response header `{name}` must be {wanted}, not {found}"
            )))
        })
    }

    pub(crate) fn into_object(self) -> Bound<'py, PyAny> {
        self.pair
    }
}

/// The names that a template sets or removes.
#[derive(Debug)]
pub(crate) struct KnownNames {
    /// Each name in lower case, and as core's type.
    names: Vec<(&'static [u8], HeaderName)>,
    /// The lengths of all names, one bit for each length. Names of 63 bytes and more share a bit.
    lengths: u64,
}

impl KnownNames {
    pub(crate) fn new(names: impl Iterator<Item = HeaderName>) -> Self {
        let names: Vec<_> = names.map(|name| (name.as_str().as_bytes(), name)).collect();
        let lengths = names.iter().fold(0, |lengths, (name, _)| lengths | length_bit(name));
        KnownNames { names, lengths }
    }

    /// The name as which a browser reads `sent`, if it is one of these. White space around a name does not count,
    /// because some servers and all browsers remove it.
    #[inline]
    pub(crate) fn find(&self, sent: &[u8]) -> Option<HeaderName> {
        // Almost no name needs to be trimmed, and looking at its ends costs less than trimming it.
        let is_trimmed = matches!(sent, [first, .., last] if *first > b' ' && *last > b' ');
        let sent = if is_trimmed { sent } else { trimmed(sent) };
        if self.lengths & length_bit(sent) == 0 {
            return None;
        }
        self.names.iter().find(|(name, _)| sent.eq_ignore_ascii_case(name)).map(|(_, name)| *name)
    }
}

#[inline]
fn length_bit(name: &[u8]) -> u64 {
    1 << name.len().min(63)
}

/// The name without the white space that Python's `bytes.strip` removes.
#[inline(never)]
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

/// The name of a header, which must be of the required type. Servers differ in which other types they accept, so a
/// header could be sent that was not recognised here.
fn read_name<'py>(name: &Bound<'py, PyAny>, header_type: HeaderType) -> PyResult<Octets<'py>> {
    if header_type.is_type_of(name) {
        return Octets::read(name, "the name of a response header");
    }
    let (wanted, found) = (header_type.name(), name.get_type().name()?);
    let help = match as_written(name, header_type)? {
        Some(right) => format!("write `{right}`"),
        None => format!("found `{}`", shortened(&name.repr()?.to_string_lossy())),
    };
    Err(PyTypeError::new_err(format!("the name of a response header must be {wanted}, not {found}: {help}")))
}

/// How a program writes the name in the right type; none if the object is not a name in any type.
fn as_written(name: &Bound<'_, PyAny>, header_type: HeaderType) -> PyResult<Option<String>> {
    let is_buffer = name.is_instance_of::<PyMemoryView>() || name.is_instance_of::<PyByteArray>();
    let octets = match name.cast::<PyString>() {
        Ok(name) => Octets::read(name, "the name")?,
        Err(_) if is_buffer => Octets::read(&name.py().get_type::<PyBytes>().call1((name,))?, "the name")?,
        Err(_) if name.is_instance_of::<PyBytes>() => Octets::read(name, "the name")?,
        Err(_) => return Ok(None),
    };
    let right = header_type.object(name.py(), octets.as_slice()).repr()?;
    Ok(Some(shortened(&right.to_string_lossy())))
}

/// The beginning of a text, long enough to find the text in an application's code.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 80;
    let mut short: String = text.chars().take(LONGEST).collect();
    if short.len() < text.len() {
        short.push_str("...");
    }
    short
}

/// The pair itself if it is a tuple or a list. Otherwise, a tuple of the elements of an iterable, which servers
/// accept as well.
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
