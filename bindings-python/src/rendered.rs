//! A policy's answers as Python objects, made once, so that a request makes few.

use crate::merge::{Merger, Text, Watch};
use crate::send::Head;
use crate::warn::Reported;
use corsac::binding::{Template, TemplateValue};
use corsac::{Action, Decision, Op};
use pyo3::IntoPyObjectExt;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyTuple};
use std::sync::{Arc, Mutex, OnceLock};

/// A policy's answers for one kind of host, each prepared when it is given for the first time: a policy of many routes
/// has many.
#[derive(Debug)]
pub(crate) struct Rendered {
    policy: Arc<corsac::Policy>,
    text: Text,
    shapes: Vec<OnceLock<Box<RenderedShape>>>,
    reported: Arc<Reported>,
}

/// One answer, but for the pieces of the request in it.
#[derive(Debug)]
pub(crate) struct RenderedShape {
    pub(crate) action: Action,
    /// The status of an answer without the application, or None.
    pub(crate) status: Py<PyAny>,
    pub(crate) body: Py<PyBytes>,
    lines: Vec<Line>,
    /// All lines, where none holds a piece of the request.
    fixed: Option<Py<Lines>>,
    /// The lines made last with the origin in them: requests come from the same page again and again.
    recent: Mutex<Option<Recent>>,
    of_origin: bool,
    text: Text,
    /// What `send` or `start_response` puts them on with.
    pub(crate) head: Py<Head>,
}

/// An origin and the lines that hold it.
type Recent = (Box<[u8]>, Py<Lines>);

/// The header lines of answers, shared among them: Python's code sees copies, and of this an object without members.
#[pyclass(frozen, module = "corsac._corsac")]
#[derive(Debug)]
pub(crate) struct Lines(Py<PyList>);

impl Lines {
    #[inline]
    pub(crate) fn list<'py>(&self, py: Python<'py>) -> &Bound<'py, PyList> {
        self.0.bind(py)
    }

    pub(crate) fn copy<'py>(&self, py: Python<'py>) -> Bound<'py, PyList> {
        let list = self.0.bind(py);
        list.get_slice(0, list.len())
    }
}

/// One header line of an answer.
#[derive(Debug)]
enum Line {
    /// The pair of name and value.
    Fixed(Py<PyTuple>),
    /// A name whose value is a piece of the request.
    OfRequest(Py<PyAny>, TemplateValue),
}

impl Rendered {
    pub(crate) fn new(policy: Arc<corsac::Policy>, text: Text) -> Self {
        let shapes = policy.templates().iter().map(|_| OnceLock::new()).collect();
        Rendered { policy, text, shapes, reported: Arc::default() }
    }

    /// The decision's shape: every decision of the policy has one.
    #[inline]
    pub(crate) fn shape(&self, py: Python<'_>, decision: &Decision<'_>) -> PyResult<&RenderedShape> {
        let index = decision.template().index() as usize;
        match self.shapes.get(index).and_then(OnceLock::get) {
            Some(shape) => Ok(shape),
            None => self.render(py, index),
        }
    }

    #[cold]
    fn render(&self, py: Python<'_>, index: usize) -> PyResult<&RenderedShape> {
        match (self.shapes.get(index), self.policy.templates().get(index)) {
            (Some(place), Some(shape)) => {
                // Made first: what Python does meanwhile may come here again.
                let made = Box::new(RenderedShape::new(py, shape, self.text, &self.reported)?);
                Ok(place.get_or_init(|| made))
            }
            _ => Err(PyRuntimeError::new_err("a decision without a shape")),
        }
    }
}

impl RenderedShape {
    fn new(py: Python<'_>, shape: &Template, text: Text, reported: &Arc<Reported>) -> PyResult<Self> {
        let lines = shape
            .headers()
            .iter()
            .map(|slot| {
                let name = text.object(py, slot.name.as_str().as_bytes());
                Ok(match fixed(&slot.value) {
                    Some(value) => Line::Fixed(PyTuple::new(py, [name, text.object(py, value)])?.unbind()),
                    None => Line::OfRequest(name.unbind(), slot.value.clone()),
                })
            })
            .collect::<PyResult<Vec<_>>>()?;
        let pairs: Option<Vec<_>> = lines
            .iter()
            .map(|line| match line {
                Line::Fixed(pair) => Some(pair.bind(py)),
                Line::OfRequest(..) => None,
            })
            .collect();
        Ok(RenderedShape {
            action: shape.action(),
            status: shape.status().into_py_any(py)?,
            body: PyBytes::new(py, shape.body().to_bytes()).unbind(),
            fixed: pairs.map(|pairs| Py::new(py, Lines(PyList::new(py, pairs)?.unbind()))).transpose()?,
            recent: Mutex::new(None),
            of_origin: lines
                .iter()
                .all(|line| matches!(line, Line::Fixed(_) | Line::OfRequest(_, TemplateValue::Origin))),
            text,
            head: Py::new(py, Head { merger: Merger::new(shape, text), reported: Arc::clone(reported) })?,
            lines,
        })
    }

    /// The decision's header lines.
    pub(crate) fn lines<'py>(&self, py: Python<'py>, decision: &Decision<'_>) -> PyResult<Bound<'py, Lines>> {
        if let Some(fixed) = &self.fixed {
            return Ok(fixed.bind(py).clone());
        }
        if !self.of_origin {
            return self.render(py, decision);
        }
        let origin = decision.value(&TemplateValue::Origin);
        let Ok(mut recent) = self.recent.try_lock() else { return self.render(py, decision) };
        match &*recent {
            Some((of, lines)) if **of == *origin => Ok(lines.bind(py).clone()),
            _ => {
                let lines = self.render(py, decision)?;
                *recent = Some((origin.into(), lines.clone().unbind()));
                Ok(lines)
            }
        }
    }

    fn render<'py>(&self, py: Python<'py>, decision: &Decision<'_>) -> PyResult<Bound<'py, Lines>> {
        let mut lines = Vec::with_capacity(self.lines.len());
        for line in &self.lines {
            lines.push(match line {
                Line::Fixed(pair) => pair.bind(py).clone(),
                Line::OfRequest(name, value) => {
                    let value = self.text.object(py, decision.value(value));
                    PyTuple::new(py, [name.bind(py).clone(), value])?
                }
            });
        }
        Bound::new(py, Lines(PyList::new(py, lines)?.unbind()))
    }
}

/// The value, where it does not come from the request.
fn fixed(value: &TemplateValue) -> Option<&[u8]> {
    match value {
        TemplateValue::Static(text) => Some(text.to_bytes()),
        TemplateValue::Text(text) => Some(text.to_bytes()),
        _ => None,
    }
}

impl Merger {
    fn new(shape: &Template, text: Text) -> Self {
        let mut watched: Vec<(&'static [u8], Watch)> =
            shape.replaced().iter().map(|name| (name.as_str().as_bytes(), Watch::TakeOff)).collect();
        for slot in shape.headers() {
            match slot.op {
                Op::Default => watched.push((slot.name.as_str().as_bytes(), Watch::Prefer)),
                Op::Merge => watched.push((slot.name.as_str().as_bytes(), Watch::Merge)),
                _ => {}
            }
        }
        Merger { watched, text }
    }
}
