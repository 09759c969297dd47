//! A template of responses, with Python's objects for the parts that are the same in all of them.

use crate::http::octets::Octets;
use crate::raw::{attached, for_each_pair};
use crate::response::decision_headers::DecisionHeaders;
use crate::response::header_list::{DecisionHeader, HeaderList, TemplateNames};
use crate::response::header_pair::KnownNames;
use crate::response::header_type::HeaderType;
use crate::response::removal_log::RemovalLog;
use corsac::binding::{Precedence, Template, TemplateHeader, TemplateValue, apply_headers};
use corsac::{Action, Decision, Header};
use pyo3::IntoPyObjectExt;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyString, PyTuple};
use std::sync::{Arc, Mutex, OnceLock};

/// The parts of a template that a middleware and its ``send`` or ``start_response`` need.
#[pyclass(frozen, module = "corsac._corsac")]
#[derive(Debug)]
pub(crate) struct PreparedTemplate {
    policy: Arc<corsac::Policy>,
    /// The index of the template in the policy.
    index: usize,
    header_type: HeaderType,
    /// Whether the application runs.
    pub(crate) action: Action,
    /// The status to respond with if the application does not run; otherwise None.
    pub(crate) status: Py<PyAny>,
    pub(crate) body: Py<PyBytes>,
    /// The messages of ASGI with this status and body.
    pub(crate) messages: OnceLock<[Py<PyDict>; 2]>,
    headers: Vec<PreparedHeader>,
    /// All headers, if none of them contains a part of the request.
    fixed: Option<Py<DecisionHeaders>>,
    /// Whether `Origin` is the only part of the request in the headers.
    has_only_origin: bool,
    /// The headers for the last origin, because the same page often makes many requests.
    recent: Mutex<Option<RecentHeaders>>,
    /// The names of headers that the template sets or removes.
    names: KnownNames,
    removals: Arc<RemovalLog>,
}

/// An origin, and the headers that contain it.
type RecentHeaders = (Box<[u8]>, Py<DecisionHeaders>);

/// One header of a template.
#[derive(Debug)]
enum PreparedHeader {
    /// The pair of name and value.
    Fixed(Py<PyTuple>),
    /// A name whose value is a part of the request.
    OfRequest(Py<PyAny>, TemplateValue),
}

impl PreparedTemplate {
    pub(crate) fn new(
        py: Python<'_>,
        policy: &Arc<corsac::Policy>,
        index: usize,
        header_type: HeaderType,
        removals: &Arc<RemovalLog>,
    ) -> PyResult<Self> {
        let template = template(policy, index)?;
        let prepare = |header: &TemplateHeader| {
            let name = header_type.object(py, header.name.as_str().as_bytes());
            Ok(match fixed_value(&header.value) {
                Some(value) => PreparedHeader::Fixed(PyTuple::new(py, [name, header_type.object(py, value)])?.unbind()),
                None => PreparedHeader::OfRequest(name.unbind(), header.value.clone()),
            })
        };
        let headers = template.headers().iter().map(prepare).collect::<PyResult<Vec<_>>>()?;
        let pairs: Option<Vec<_>> = headers
            .iter()
            .map(|header| match header {
                PreparedHeader::Fixed(pair) => Some(pair.bind(py)),
                PreparedHeader::OfRequest(..) => None,
            })
            .collect();
        let fixed = pairs.map(|pairs| Py::new(py, DecisionHeaders::new(PyList::new(py, pairs)?))).transpose()?;
        let set = template.headers().iter().map(|header| header.name);
        Ok(PreparedTemplate {
            policy: Arc::clone(policy),
            index,
            header_type,
            action: template.action(),
            status: template.status().into_py_any(py)?,
            body: PyBytes::new(py, template.body().to_bytes()).unbind(),
            messages: OnceLock::new(),
            fixed,
            has_only_origin: headers.iter().all(|header| {
                matches!(header, PreparedHeader::Fixed(_) | PreparedHeader::OfRequest(_, TemplateValue::Origin))
            }),
            recent: Mutex::new(None),
            headers,
            names: KnownNames::new(set.chain(template.removed().iter().copied())),
            removals: Arc::clone(removals),
        })
    }

    /// The decision's headers.
    pub(crate) fn headers<'py>(
        &self,
        py: Python<'py>,
        decision: &Decision<'_>,
    ) -> PyResult<Bound<'py, DecisionHeaders>> {
        if let Some(fixed) = &self.fixed {
            return Ok(fixed.bind(py).clone());
        }
        if !self.has_only_origin {
            return self.make_headers(py, decision);
        }
        let origin = decision.value(&TemplateValue::Origin);
        let Ok(mut recent) = self.recent.try_lock() else { return self.make_headers(py, decision) };
        match &*recent {
            Some((recent_origin, headers)) if **recent_origin == *origin => Ok(headers.bind(py).clone()),
            _ => {
                let headers = self.make_headers(py, decision)?;
                *recent = Some((origin.into(), headers.clone().unbind()));
                Ok(headers)
            }
        }
    }

    /// Whether the last response had headers for the same origin.
    pub(crate) fn is_recent(&self, decision: &Decision<'_>) -> bool {
        let origin = decision.value(&TemplateValue::Origin);
        self.recent.try_lock().is_ok_and(|recent| recent.as_ref().is_some_and(|(recent, _)| **recent == *origin))
    }

    fn make_headers<'py>(&self, py: Python<'py>, decision: &Decision<'_>) -> PyResult<Bound<'py, DecisionHeaders>> {
        let mut pairs = Vec::with_capacity(self.headers.len());
        for header in &self.headers {
            pairs.push(match header {
                PreparedHeader::Fixed(pair) => pair.bind(py).clone(),
                PreparedHeader::OfRequest(name, value) => {
                    let value = self.header_type.object(py, decision.value(value));
                    PyTuple::new(py, [name.bind(py).clone(), value])?
                }
            });
        }
        Bound::new(py, DecisionHeaders::new(PyList::new(py, pairs)?))
    }

    /// A new list of the application's headers with the decision applied.
    #[inline]
    pub(crate) fn apply<'py>(
        &self,
        application: Option<&Bound<'py, PyAny>>,
        decision: &DecisionHeaders,
        py: Python<'py>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let Some(application) = application else { return Ok(decision.copy(py).into_any()) };
        if let Ok(list) = application.cast_exact::<PyList>()
            && !self.concerns(list)?
        {
            return list.as_sequence().concat(decision.list(py).as_sequence()).map(Bound::into_any);
        }
        attached(py, || self.apply_by_core(application, decision.list(py)))
    }

    /// Whether the list has a header that the template sets or removes, or a header in an unusual
    /// form.
    #[inline]
    fn concerns(&self, application: &Bound<'_, PyList>) -> PyResult<bool> {
        let mut concerns = false;
        match self.header_type {
            HeaderType::Bytes => for_each_pair(
                application,
                // A name may have white space around it.
                |_| true,
                |name| self.names.find(name),
                |_| {
                    concerns = true;
                    Ok(())
                },
            )?,
            HeaderType::Str => {
                concerns = application.iter().any(|pair| {
                    let Ok(pair) = pair.cast_exact::<PyTuple>() else { return true };
                    let Ok(name) = pair.get_borrowed_item(0) else { return true };
                    let Ok(name) = name.cast_exact::<PyString>() else { return true };
                    let Ok(name) = name.to_str() else { return true };
                    pair.len() != 2 || self.names.find(name.as_bytes()).is_some()
                });
            }
        }
        Ok(concerns)
    }

    fn apply_by_core<'py>(
        &self,
        application: &Bound<'py, PyAny>,
        decision: &Bound<'py, PyList>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let template = template(&self.policy, self.index)?;
        let mut prepared = Vec::with_capacity(decision.len());
        for (header, pair) in template.headers().iter().zip(decision.iter()) {
            let value = Octets::read(&pair.get_item(1)?, "the value of a header")?;
            prepared.push(DecisionHeader { name: header.name, pair, value });
        }
        let names = TemplateNames {
            header_type: self.header_type,
            all: &self.names,
            replaced: template.replaced(),
            removals: &self.removals,
        };
        let mut headers = HeaderList::read(application, names, &prepared)?;
        let ours = template.headers().iter().zip(&prepared).map(|(header, prepared)| Header {
            name: prepared.name,
            value: prepared.value.as_slice(),
            op: header.op,
        });
        apply_headers(template.removed().iter().copied(), ours, Precedence::OfPolicy, &mut headers)?;
        headers.into_object()
    }
}

/// The value, if it does not come from the request.
fn fixed_value(value: &TemplateValue) -> Option<&[u8]> {
    match value {
        TemplateValue::Static(text) => Some(text.to_bytes()),
        TemplateValue::Text(text) => Some(text.to_bytes()),
        _ => None,
    }
}

fn template(policy: &corsac::Policy, index: usize) -> PyResult<&Template> {
    policy.templates().get(index).ok_or_else(|| PyRuntimeError::new_err("a template of another policy"))
}
