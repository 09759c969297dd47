//! The last requests that were allowed, and the headers of their responses: clients often repeat a request.

use crate::response::decision_headers::DecisionHeaders;
use crate::response::prepared_template::PreparedTemplate;
use corsac::binding::RequestHeader;
use pyo3::prelude::*;
use std::sync::Mutex;

/// The bytes that a remembered header takes in addition to its value.
const PER_HEADER: usize = size_of::<(RequestHeader, usize)>();

/// Larger requests are not remembered, so that no client can fill the memory.
const MOST_BYTES: usize = 1024;

/// The last request of each kind. Each kind has a place of its own, because requests of different kinds often
/// alternate.
#[derive(Debug, Default)]
pub(crate) struct LastRequests {
    with_preflight_method: Mutex<LastRequest>,
    with_headers: Mutex<LastRequest>,
    without_headers: Mutex<LastRequest>,
}

/// The kinds of requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RequestKind {
    /// The method is that of preflights.
    PreflightMethod,
    /// It has another method, and headers that the policy reads.
    Headers,
    /// It has another method, and no such header.
    NoHeaders,
}

/// A template, and the headers of a response that was made from it.
pub(crate) type Prepared<'py> = (Bound<'py, PreparedTemplate>, Bound<'py, DecisionHeaders>);

#[derive(Debug, Default)]
struct LastRequest {
    /// Everything on which the decision depends, in addition to the kind: each header, with the length of its value.
    headers: Vec<(RequestHeader, usize)>,
    /// The values of the headers, one after another.
    values: Vec<u8>,
    response: Option<(Py<PreparedTemplate>, Py<DecisionHeaders>)>,
}

impl LastRequests {
    /// The response to the last request of this kind, if it had the same headers.
    #[inline]
    pub(crate) fn find<'py, 'a>(
        &self,
        py: Python<'py>,
        kind: RequestKind,
        mut headers: impl Iterator<Item = (RequestHeader, &'a [u8])>,
    ) -> Option<Prepared<'py>> {
        let last = self.last(kind).try_lock().ok()?;
        let (template, response) = last.response.as_ref()?;
        let (mut known, mut values) = (last.headers.iter(), last.values.as_slice());
        headers.try_for_each(|(header, value)| {
            let is_known = *known.next()? == (header, value.len());
            let (known_value, rest) = values.split_at_checked(value.len())?;
            values = rest;
            (is_known && known_value == value).then_some(())
        })?;
        known.next().is_none().then(|| (template.bind(py).clone(), response.bind(py).clone()))
    }

    /// Remembers a request that was allowed. Refused ones must not displace it.
    pub(crate) fn remember<'a>(
        &self,
        kind: RequestKind,
        headers: impl Iterator<Item = (RequestHeader, &'a [u8])> + Clone,
        (template, response): &Prepared<'_>,
    ) {
        if headers.clone().map(|(_, value)| PER_HEADER + value.len()).sum::<usize>() > MOST_BYTES {
            return;
        }
        let Ok(mut last) = self.last(kind).try_lock() else { return };
        last.headers.clear();
        last.values.clear();
        for (header, value) in headers {
            last.headers.push((header, value.len()));
            last.values.extend(value);
        }
        last.response = Some((template.clone().unbind(), response.clone().unbind()));
    }

    #[inline]
    fn last(&self, kind: RequestKind) -> &Mutex<LastRequest> {
        match kind {
            RequestKind::PreflightMethod => &self.with_preflight_method,
            RequestKind::Headers => &self.with_headers,
            RequestKind::NoHeaders => &self.without_headers,
        }
    }
}
