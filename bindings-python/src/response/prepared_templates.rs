//! The templates of a policy's responses, prepared for one interface of servers.

use crate::response::header_type::HeaderType;
use crate::response::last_requests::LastRequests;
use crate::response::prepared_template::PreparedTemplate;
use crate::response::removal_log::RemovalLog;
use corsac::Decision;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use std::sync::{Arc, OnceLock};

/// Each template is prepared when it is used for the first time, because a policy of many routes has many.
#[derive(Debug)]
pub(crate) struct PreparedTemplates {
    policy: Arc<corsac::Policy>,
    header_type: HeaderType,
    templates: Vec<OnceLock<Py<PreparedTemplate>>>,
    /// The requests that a middleware remembers.
    pub(crate) last_requests: LastRequests,
    removals: Arc<RemovalLog>,
}

impl PreparedTemplates {
    pub(crate) fn new(policy: Arc<corsac::Policy>, header_type: HeaderType) -> Self {
        let templates = policy.templates().iter().map(|_| OnceLock::new()).collect();
        let (last_requests, removals) = Default::default();
        PreparedTemplates { policy, header_type, templates, last_requests, removals }
    }

    /// The template of a decision.
    #[inline]
    pub(crate) fn of<'py>(&self, py: Python<'py>, decision: &Decision<'_>) -> PyResult<&Bound<'py, PreparedTemplate>> {
        let index = decision.template().index() as usize;
        match self.templates.get(index).and_then(OnceLock::get) {
            Some(template) => Ok(template.bind(py)),
            None => self.prepare(py, index),
        }
    }

    #[cold]
    fn prepare<'py>(&self, py: Python<'py>, index: usize) -> PyResult<&Bound<'py, PreparedTemplate>> {
        let Some(cell) = self.templates.get(index) else {
            return Err(PyRuntimeError::new_err("a decision of another policy"));
        };
        // The template is made before the cell is filled, because Python's code may run in between and
        // call this again.
        let template = PreparedTemplate::new(py, &self.policy, index, self.header_type, &self.removals)?;
        let template = Py::new(py, template)?;
        Ok(cell.get_or_init(|| template).bind(py))
    }
}
