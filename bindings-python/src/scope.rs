//! What a policy reads in an ASGI scope.

use crate::budget::Budget;
use crate::octets::Octets;
use crate::policy::Reads;
use crate::raw::{Pair, lines};
use crate::target::Target;
use corsac::binding::RequestHeader;
use corsac::{Request, RequestHeaders};
use pyo3::exceptions::{PyKeyError, PyTypeError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyIterator, PyList, PyString, PyTuple};

/// The method and the header lines that a policy reads, kept alive while it does.
#[derive(Debug)]
pub(crate) struct ScopeRequest {
    method: Octets,
    lines: Lines,
    target: Option<Target>,
    secure: bool,
    websocket: bool,
}

impl ScopeRequest {
    #[inline]
    pub(crate) fn read(scope: &Bound<'_, PyAny>, reads: Reads) -> PyResult<Self> {
        let py = scope.py();
        let method =
            get(scope, intern!(py, "method"))?.ok_or_else(|| PyKeyError::new_err("the scope has no `method`"))?;
        ScopeRequest::of(scope, reads, &method)
    }

    /// Of a scope of WebSocket handshakes, whose type stands for the method that it does not have.
    pub(crate) fn read_websocket(scope: &Bound<'_, PyAny>, reads: Reads, kind: &Bound<'_, PyAny>) -> PyResult<Self> {
        Ok(ScopeRequest { websocket: true, ..ScopeRequest::of(scope, reads, kind)? })
    }

    #[inline]
    fn of(scope: &Bound<'_, PyAny>, reads: Reads, method: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = scope.py();
        let method = Octets::read(method, "the scope's method")?;
        let mut lines = Lines::default();
        if let Some(headers) = get(scope, intern!(py, "headers"))? {
            lines.read(scope, &headers, reads)?;
        }
        let target = if reads.path { target(scope)? } else { None };
        let secure = reads.protection && is_secure(scope)?;
        Ok(ScopeRequest { method, lines, target, secure, websocket: false })
    }

    /// The headers with their lines joined, where one came in several.
    #[inline]
    pub(crate) fn pick(&self) -> Option<RequestHeaders<'_>> {
        self.lines.repeated.then(|| {
            let mut picked = RequestHeaders::default();
            for (header, value) in self.lines.all() {
                picked.put(*header, value.as_slice());
            }
            picked
        })
    }

    #[inline]
    pub(crate) fn request<'a>(&'a self, picked: &'a Option<RequestHeaders<'_>>) -> Request<'a> {
        let method = self.method.as_slice();
        let mut request = match picked {
            Some(picked) => picked.request(method, None),
            None => Request::new(method),
        };
        if picked.is_none() {
            for (header, value) in self.lines.all() {
                request.set(*header, value.as_slice());
            }
        }
        if let Some(target) = &self.target {
            request.path = Some(target.as_slice());
            request.path_decoded = target.decoded;
        }
        request.secure = self.secure;
        request.websocket = self.websocket;
        request
    }
}

/// The path that the client asked for. Servers put the root path before it, or leave it out, as a proxy does that takes
/// it off; a mount leaves it in.
fn target(scope: &Bound<'_, PyAny>) -> PyResult<Option<Target>> {
    let py = scope.py();
    let raw = get(scope, intern!(py, "raw_path"))?.filter(|raw| !raw.is_none());
    let target = match (raw, get(scope, intern!(py, "path"))?) {
        (Some(raw), _) => Target::raw(Octets::read(&raw, "the scope's raw_path")?),
        (None, Some(path)) => Target::decoded(Octets::utf8(&path, "the scope's path")?),
        (None, None) => return Ok(None),
    };
    let Some(root) = get(scope, intern!(py, "root_path"))?.filter(|root| !root.is_none()) else {
        return Ok(Some(target));
    };
    let root = Octets::utf8(&root, "the scope's root_path")?;
    Ok(Some(if target.is_under(root.as_slice()) { target } else { target.under(root.as_slice()) }))
}

fn is_secure(scope: &Bound<'_, PyAny>) -> PyResult<bool> {
    let py = scope.py();
    let scheme = get(scope, intern!(py, "scheme"))?;
    Ok(scheme.is_some_and(|it| is_text(&it, intern!(py, "https")) || is_text(&it, intern!(py, "wss"))))
}

/// The header of this name, if the policy reads it.
#[inline]
fn wanted(name: &[u8], reads: Reads) -> Option<RequestHeader> {
    if reads.protection { RequestHeader::of(name) } else { RequestHeader::of_cors(name) }
}

/// Lines that a policy reads. An ordinary request has so few that they need no allocation.
#[derive(Debug, Default)]
struct Lines {
    few: [Option<(RequestHeader, Octets)>; 3],
    more: Vec<(RequestHeader, Octets)>,
    /// A bit for each header that is there.
    seen: u32,
    /// A header came in several lines.
    repeated: bool,
}

impl Lines {
    fn read<'py>(&mut self, scope: &Bound<'py, PyAny>, headers: &Bound<'py, PyAny>, reads: Reads) -> PyResult<()> {
        if let Ok(list) = headers.cast_exact::<PyList>() {
            return lines(
                list,
                |name| wanted(name, reads),
                |pair| match pair {
                    Pair::Header(header, value) => self.put(header, &value),
                    Pair::Other(pair) => self.line(&pair, reads),
                },
            );
        }
        if headers.is_instance_of::<PyIterator>() {
            // It can be read once, and the application will want to.
            let mut budget = Budget::new();
            let all =
                headers.try_iter()?.map(|pair| budget.spend("headers").and(pair)).collect::<PyResult<Vec<_>>>()?;
            let all = PyList::new(headers.py(), all)?;
            scope.set_item(intern!(scope.py(), "headers"), &all)?;
            return all.iter().try_for_each(|pair| self.line(&pair, reads));
        }
        headers.try_iter()?.try_for_each(|pair| self.line(&pair?, reads))
    }

    fn line(&mut self, pair: &Bound<'_, PyAny>, reads: Reads) -> PyResult<()> {
        let name = Octets::read(&member(pair, 0)?, "a header's name")?;
        if let Some(header) = wanted(name.as_slice(), reads) {
            self.put(header, &member(pair, 1)?)?;
        }
        Ok(())
    }

    #[inline]
    fn put(&mut self, header: RequestHeader, value: &Bound<'_, PyAny>) -> PyResult<()> {
        let value = Octets::read(value, "a header's value")?;
        let bit = 1 << header as u32;
        self.repeated |= self.seen & bit != 0;
        self.seen |= bit;
        match self.few.iter_mut().find(|place| place.is_none()) {
            Some(place) => *place = Some((header, value)),
            None => self.more.push((header, value)),
        }
        Ok(())
    }

    #[inline]
    fn all(&self) -> impl Iterator<Item = &(RequestHeader, Octets)> {
        self.few.iter().flatten().chain(&self.more)
    }
}

/// One of a pair, which is a tuple almost everywhere.
fn member<'py>(pair: &Bound<'py, PyAny>, place: usize) -> PyResult<Bound<'py, PyAny>> {
    match pair.cast_exact::<PyTuple>() {
        Ok(pair) => pair.get_item(place),
        Err(_) => pair.get_item(place),
    }
}

/// A member of a scope or a message, which are dicts almost everywhere.
pub(crate) fn get<'py>(mapping: &Bound<'py, PyAny>, key: &Bound<'py, PyString>) -> PyResult<Option<Bound<'py, PyAny>>> {
    if let Ok(dict) = mapping.cast_exact::<PyDict>() {
        return dict.get_item(key);
    }
    match mapping.get_item(key) {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.is_instance_of::<PyKeyError>(mapping.py()) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether this is the text. Servers use the interpreter's one object for such texts, or one made anew.
pub(crate) fn is_text(object: &Bound<'_, PyAny>, text: &Bound<'_, PyString>) -> bool {
    object.is(text)
        || object
            .cast::<PyString>()
            .is_ok_and(|object| object.to_str().is_ok_and(|object| text.to_str().is_ok_and(|text| object == text)))
}

/// The error for what no ASGI server gives.
pub(crate) fn not_asgi(what: &str) -> PyErr {
    PyTypeError::new_err(format!("not an ASGI call: {what}"))
}
