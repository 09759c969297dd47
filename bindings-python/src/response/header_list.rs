//! The headers of an application's response, on which core puts a decision's.

use crate::http::octets::Octets;
use crate::response::header_pair::{HeaderPair, KnownName};
use crate::response::header_type::HeaderType;
use crate::response::removal_log::RemovalLog;
use corsac::{HeaderName, ResponseHeaders};
use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};
use std::borrow::Cow;

/// A copy of the application's list of headers: its own is left as it is.
pub(crate) struct HeaderList<'a, 'py> {
    py: Python<'py>,
    pairs: Vec<HeaderPair<'py>>,
    template: TemplateNames<'a>,
    decision: &'a [DecisionHeader<'py>],
}

/// A header of the decision: its name as core has it, its pair as Python has it, and the value in that.
pub(crate) struct DecisionHeader<'py> {
    pub(crate) name: HeaderName,
    pub(crate) pair: Bound<'py, PyAny>,
    pub(crate) value: Octets,
}

/// What a list has to know of the template that is put on it.
pub(crate) struct TemplateNames<'a> {
    pub(crate) header_type: HeaderType,
    /// The names of headers that it sets or removes.
    pub(crate) all: &'a [KnownName],
    /// Those of headers whose values are lost, and not merged.
    pub(crate) replaced: &'a [HeaderName],
    pub(crate) removals: &'a RemovalLog,
}

impl<'a, 'py> HeaderList<'a, 'py> {
    /// `application` is an iterable of pairs.
    pub(crate) fn read(
        application: &Bound<'py, PyAny>,
        template: TemplateNames<'a>,
        decision: &'a [DecisionHeader<'py>],
    ) -> PyResult<Self> {
        let mut pairs = Vec::new();
        for pair in application.try_iter()? {
            pairs.push(HeaderPair::read(pair?, template.all, template.header_type)?);
        }
        Ok(HeaderList { py: application.py(), pairs, template, decision })
    }

    pub(crate) fn into_object(self) -> PyResult<Bound<'py, PyAny>> {
        Ok(PyList::new(self.py, self.pairs.into_iter().map(HeaderPair::into_object))?.into_any())
    }

    fn named(&self, name: HeaderName) -> impl Iterator<Item = &HeaderPair<'py>> {
        self.pairs.iter().filter(move |pair| pair.name == Some(name))
    }

    /// Removes the headers of this name, and logs that where a value is lost: one that is not `new_value`.
    fn remove_named(&mut self, name: HeaderName, new_value: Option<&[u8]>) -> PyResult<()> {
        if self.template.replaced.contains(&name) {
            for pair in self.named(name) {
                let value = pair.value(name, self.template.header_type);
                if !value.is_ok_and(|value| Some(value.as_slice()) == new_value) {
                    self.template.removals.removed(self.py, name)?;
                }
            }
        }
        self.pairs.retain(|pair| pair.name != Some(name));
        Ok(())
    }
}

impl ResponseHeaders for HeaderList<'_, '_> {
    type Error = PyErr;

    fn values(&self, name: HeaderName) -> PyResult<Vec<Cow<'_, [u8]>>> {
        let value = |pair: &HeaderPair<'_>| pair.value(name, self.template.header_type);
        self.named(name).map(|pair| Ok(Cow::Owned(value(pair)?.as_slice().to_vec()))).collect()
    }

    fn contains(&self, name: HeaderName) -> PyResult<bool> {
        Ok(self.named(name).next().is_some())
    }

    fn remove(&mut self, name: HeaderName) -> PyResult<()> {
        self.remove_named(name, None)
    }

    fn set(&mut self, name: HeaderName, value: &[u8]) -> PyResult<()> {
        self.remove_named(name, Some(value))?;
        self.append(name, value)
    }

    fn append(&mut self, name: HeaderName, value: &[u8]) -> PyResult<()> {
        // By the name as well: Python has one object for all texts of the same single character, such as `*`.
        let is_prepared =
            |header: &&DecisionHeader<'_>| header.name == name && std::ptr::eq(header.value.as_slice(), value);
        let pair = match self.decision.iter().find(is_prepared) {
            Some(header) => header.pair.clone(),
            // A merged value.
            None => {
                let object = |octets| self.template.header_type.object(self.py, octets);
                PyTuple::new(self.py, [object(name.as_str().as_bytes()), object(value)])?.into_any()
            }
        };
        self.pairs.push(HeaderPair::new(name, pair));
        Ok(())
    }
}
