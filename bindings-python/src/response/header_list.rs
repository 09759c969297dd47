//! The headers of an application's response, on which core puts a decision's.

use crate::response::header_pair::HeaderPair;
use crate::response::header_type::HeaderType;
use crate::response::removal_log::RemovalLog;
use corsac::{HeaderName, ResponseHeaders};
use pyo3::prelude::*;
use pyo3::types::PyList;
use std::borrow::Cow;

/// A copy of the application's list of headers: its own is left as it is.
pub(crate) struct HeaderList<'a, 'py> {
    py: Python<'py>,
    header_type: HeaderType,
    pairs: Vec<HeaderPair<'py>>,
    removals: Removals<'a>,
}

/// What is logged of the application's headers that are lost.
pub(crate) struct Removals<'a> {
    pub(crate) log: &'a RemovalLog,
    /// The names of headers that the policy replaces. The loss of any other, which is merged, is none.
    pub(crate) replaced: &'a [HeaderName],
}

impl<'a, 'py> HeaderList<'a, 'py> {
    /// `headers` is an iterable of pairs.
    pub(crate) fn read(headers: &Bound<'py, PyAny>, header_type: HeaderType, removals: Removals<'a>) -> PyResult<Self> {
        let pairs = headers.try_iter()?.map(|pair| HeaderPair::read(pair?, header_type)).collect::<PyResult<_>>()?;
        Ok(HeaderList { py: headers.py(), header_type, pairs, removals })
    }

    pub(crate) fn into_object(self) -> PyResult<Bound<'py, PyAny>> {
        Ok(PyList::new(self.py, self.pairs.into_iter().map(HeaderPair::into_object))?.into_any())
    }

    fn named(&self, name: HeaderName) -> impl Iterator<Item = &HeaderPair<'py>> {
        self.pairs.iter().filter(move |pair| pair.is_named(name.as_str()))
    }

    /// Removes the headers of this name, and logs that where a value is lost: one that `kept` is not.
    fn drop_named(&mut self, name: HeaderName, kept: Option<&[u8]>) -> PyResult<()> {
        if self.removals.replaced.contains(&name) {
            for pair in self.named(name) {
                let is_kept = pair.value(self.header_type).is_ok_and(|value| Some(value.as_slice()) == kept);
                if !is_kept {
                    self.removals.log.removed(self.py, name)?;
                }
            }
        }
        self.pairs.retain(|pair| !pair.is_named(name.as_str()));
        Ok(())
    }
}

impl ResponseHeaders for HeaderList<'_, '_> {
    type Error = PyErr;

    fn values(&self, name: HeaderName) -> PyResult<Vec<Cow<'_, [u8]>>> {
        self.named(name).map(|pair| Ok(Cow::Owned(pair.value(self.header_type)?.as_slice().to_vec()))).collect()
    }

    fn contains(&self, name: HeaderName) -> PyResult<bool> {
        Ok(self.named(name).next().is_some())
    }

    fn remove(&mut self, name: HeaderName) -> PyResult<()> {
        self.drop_named(name, None)
    }

    fn set(&mut self, name: HeaderName, value: &[u8]) -> PyResult<()> {
        self.drop_named(name, Some(value))?;
        self.append(name, value)
    }

    fn append(&mut self, name: HeaderName, value: &[u8]) -> PyResult<()> {
        self.pairs.push(HeaderPair::new(self.py, name.as_str().as_bytes(), value, self.header_type)?);
        Ok(())
    }
}
