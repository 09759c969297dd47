//! The last requests that were allowed, and the headers of their responses: clients often repeat a request.

use crate::response::decision_headers::DecisionHeaders;
use crate::response::prepared_template::PreparedTemplate;
use corsac::binding::RequestHeader;
use pyo3::prelude::*;
use std::sync::Mutex;

/// Larger requests are not remembered, so that no client can fill the memory.
const MOST_BYTES: usize = 1024;

/// The last request of each kind. A kind has a place of its own where requests of several kinds usually alternate.
#[derive(Debug, Default)]
pub(crate) struct LastRequests {
    with_preflight_method: Mutex<Option<LastRequest>>,
    with_headers: Mutex<Option<LastRequest>>,
    without_headers: Mutex<Option<LastRequest>>,
}

/// A template, and the headers of a response that was made from it.
pub(crate) type Prepared<'py> = (Bound<'py, PreparedTemplate>, Bound<'py, DecisionHeaders>);

#[derive(Debug)]
struct LastRequest {
    /// Everything on which the decision depends, in addition to the kind.
    headers: Vec<(RequestHeader, Box<[u8]>)>,
    template: Py<PreparedTemplate>,
    response: Py<DecisionHeaders>,
}

impl LastRequests {
    /// The response to the last request of this kind, if it had the same headers.
    #[inline]
    pub(crate) fn find<'py, 'a>(
        &self,
        py: Python<'py>,
        has_preflight_method: bool,
        mut headers: impl Iterator<Item = (RequestHeader, &'a [u8])> + Clone,
    ) -> Option<Prepared<'py>> {
        let last = self.last(has_preflight_method, headers.clone()).try_lock().ok()?;
        let last = last.as_ref()?;
        let mut known = last.headers.iter();
        let is_same = headers.all(|(header, value)| {
            known.next().is_some_and(|(known, known_value)| *known == header && **known_value == *value)
        }) && known.next().is_none();
        is_same.then(|| (last.template.bind(py).clone(), last.response.bind(py).clone()))
    }

    /// Remembers a request that was allowed. Refused ones must not displace it.
    pub(crate) fn remember<'a>(
        &self,
        has_preflight_method: bool,
        headers: impl Iterator<Item = (RequestHeader, &'a [u8])> + Clone,
        (template, response): &Prepared<'_>,
    ) {
        if headers.clone().map(|(_, value)| value.len()).sum::<usize>() > MOST_BYTES {
            return;
        }
        let Ok(mut last) = self.last(has_preflight_method, headers.clone()).try_lock() else { return };
        *last = Some(LastRequest {
            headers: headers.map(|(header, value)| (header, value.into())).collect(),
            template: template.clone().unbind(),
            response: response.clone().unbind(),
        });
    }

    #[inline]
    fn last<'a>(
        &self,
        has_preflight_method: bool,
        mut headers: impl Iterator<Item = (RequestHeader, &'a [u8])>,
    ) -> &Mutex<Option<LastRequest>> {
        match (has_preflight_method, headers.next()) {
            (true, _) => &self.with_preflight_method,
            (false, Some(_)) => &self.with_headers,
            (false, None) => &self.without_headers,
        }
    }
}
