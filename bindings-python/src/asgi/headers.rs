//! The request headers of a scope.

use crate::asgi::mapping::get;
use crate::element_limit::ElementLimit;
use crate::http::octets::Octets;
use crate::raw::{ListedPair, for_each_pair};
use corsac::binding::{Needs, RequestHeader};
use corsac::{Request, RequestHeaders};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyIterator, PyList, PyTuple};

/// The headers that a policy needs, kept alive while it decides. An ordinary request has so few that they need no
/// allocation.
#[derive(Debug, Default)]
pub(crate) struct ScopeHeaders<'py> {
    first: [Option<(RequestHeader, Octets<'py>)>; 3],
    others: Vec<(RequestHeader, Octets<'py>)>,
    /// A bit for each header that is present.
    seen: u32,
    /// Whether a header is present more than once.
    has_repeated: bool,
}

impl<'py> ScopeHeaders<'py> {
    /// Adds the headers of a scope.
    #[inline(always)]
    pub(crate) fn read(&mut self, scope: &Bound<'py, PyAny>, needs: Needs) -> PyResult<()> {
        match get(scope, intern!(scope.py(), "headers"))? {
            Some(headers) => self.read_all(scope, &headers, needs),
            None => Ok(()),
        }
    }

    #[inline(always)]
    fn read_all(&mut self, scope: &Bound<'py, PyAny>, headers: &Bound<'py, PyAny>, needs: Needs) -> PyResult<()> {
        match headers.cast_exact::<PyList>() {
            // `read_list` is inlined into both calls, and in each of them the names to read are constants.
            Ok(list) if needs.protection => self.read_list(list, Needs { protection: true, ..needs }),
            Ok(list) => self.read_list(list, Needs { protection: false, ..needs }),
            Err(_) => self.read_iterable(scope, headers, needs),
        }
    }

    #[inline(always)]
    fn read_list(&mut self, list: &Bound<'py, PyList>, needs: Needs) -> PyResult<()> {
        for_each_pair(
            list,
            |length| needs.may_read_name_of(length),
            |name| needs.header(name),
            #[inline(always)]
            |pair| match pair {
                ListedPair::Known(header, value) => self.push(header, value),
                ListedPair::Unusual(pair) => self.read_pair(&pair, needs),
            },
        )
    }

    #[cold]
    fn read_iterable(&mut self, scope: &Bound<'py, PyAny>, headers: &Bound<'py, PyAny>, needs: Needs) -> PyResult<()> {
        if headers.is_instance_of::<PyIterator>() {
            // This object can be read only once, and the application needs to read it.
            let mut limit = ElementLimit::new();
            let all = headers.try_iter()?.map(|pair| limit.count("headers").and(pair)).collect::<PyResult<Vec<_>>>()?;
            let all = PyList::new(headers.py(), all)?;
            scope.set_item(intern!(scope.py(), "headers"), &all)?;
            return all.iter().try_for_each(|pair| self.read_pair(&pair, needs));
        }
        headers.try_iter()?.try_for_each(|pair| self.read_pair(&pair?, needs))
    }

    #[cold]
    fn read_pair(&mut self, pair: &Bound<'py, PyAny>, needs: Needs) -> PyResult<()> {
        let name = Octets::read(&member(pair, 0)?, "a header's name")?;
        if let Some(header) = needs.header(name.as_slice()) {
            self.push(header, member(pair, 1)?)?;
        }
        Ok(())
    }

    #[inline(always)]
    fn push(&mut self, header: RequestHeader, value: Bound<'py, PyAny>) -> PyResult<()> {
        let value = Octets::read_owned(value, "a header's value")?;
        let bit = 1 << header as u32;
        self.has_repeated |= self.seen & bit != 0;
        self.seen |= bit;
        match self.first.iter_mut().find(|free| free.is_none()) {
            Some(free) => *free = Some((header, value)),
            None => self.others.push((header, value)),
        }
        Ok(())
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.seen == 0
    }

    #[inline]
    pub(crate) fn all(&self) -> impl Iterator<Item = &(RequestHeader, Octets<'py>)> + Clone {
        // The places are filled one after another.
        self.first.iter().map_while(Option::as_ref).chain(&self.others)
    }

    /// The headers with their values joined, if any is present more than once.
    #[inline]
    pub(crate) fn joined(&self) -> Option<RequestHeaders<'_>> {
        self.has_repeated.then(|| {
            let mut joined = RequestHeaders::default();
            for (header, value) in self.all() {
                joined.put(*header, value.as_slice());
            }
            joined
        })
    }

    /// Sets the headers of a request, unless they have to be [`joined`](Self::joined).
    #[inline]
    pub(crate) fn set_on<'a>(&'a self, request: &mut Request<'a>) {
        if !self.is_empty() {
            for (header, value) in self.all() {
                request.set(*header, value.as_slice());
            }
        }
    }
}

/// A member of a pair, which is a tuple almost everywhere.
pub(crate) fn member<'py>(pair: &Bound<'py, PyAny>, index: usize) -> PyResult<Bound<'py, PyAny>> {
    match pair.cast_exact::<PyTuple>() {
        Ok(pair) => pair.get_item(index),
        Err(_) => pair.get_item(index),
    }
}
