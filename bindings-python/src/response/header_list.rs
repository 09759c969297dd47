//! The headers of an application's response, to which core applies a decision.

use crate::http::octets::Octets;
use crate::response::header_pair::{HeaderPair, KnownNames};
use crate::response::header_type::HeaderType;
use crate::response::removal_log::RemovalLog;
use corsac::{HeaderName, ResponseHeaders};
use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};
use std::borrow::Cow;

/// A copy of the application's list of headers. The application's own list is not changed.
pub(crate) struct HeaderList<'a, 'py> {
    py: Python<'py>,
    pairs: Vec<HeaderPair<'py>>,
    template: TemplateNames<'a>,
    decision: &'a [DecisionHeader<'py>],
}

/// A header of the decision: its name in core, its pair as a Python object, and the value in that pair.
pub(crate) struct DecisionHeader<'py> {
    pub(crate) name: HeaderName,
    pub(crate) pair: Bound<'py, PyAny>,
    pub(crate) value: Octets<'py>,
}

/// The facts about a template that are needed to apply it to a list.
pub(crate) struct TemplateNames<'a> {
    pub(crate) header_type: HeaderType,
    /// The names of headers that the template sets or removes.
    pub(crate) all: &'a KnownNames,
    /// The names of headers whose values are replaced or removed, and not merged.
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

    /// Removes the headers of this name. If a value other than `new_value` is lost, this is logged.
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

impl<'py> ResponseHeaders for HeaderList<'_, 'py> {
    type Error = PyErr;

    fn values(&self, name: HeaderName) -> PyResult<Vec<Cow<'_, [u8]>>> {
        let value = |pair: &HeaderPair<'py>| pair.value(name, self.template.header_type);
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
        // The name is compared as well, because Python has one shared object for each text of a single
        // character, such as `*`.
        let is_prepared =
            |header: &&DecisionHeader<'_>| header.name == name && std::ptr::eq(header.value.as_slice(), value);
        let pair = match self.decision.iter().find(is_prepared) {
            Some(header) => header.pair.clone(),
            // This is a merged value.
            None => {
                let object = |octets| self.template.header_type.object(self.py, octets);
                PyTuple::new(self.py, [object(name.as_str().as_bytes()), object(value)])?.into_any()
            }
        };
        self.pairs.push(HeaderPair::new(name, pair));
        Ok(())
    }
}
