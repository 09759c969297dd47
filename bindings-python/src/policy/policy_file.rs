//! A policy file that is read again, with the functions that go with it.

use crate::policy::load_error::load_error;
use crate::policy::policy_class::Policy;
use crate::policy::predicates::Predicates;
use corsac::LoadError;
use pyo3::prelude::*;
use pyo3::types::PyType;
use pyo3::{PyTraverseError, PyVisit};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// The file of ``corsac.Reloadable.from_file``. This class is not public.
#[pyclass(frozen, module = "corsac._corsac")]
#[derive(Debug)]
pub(crate) struct PolicyFile {
    file: Mutex<corsac::PolicyFile>,
    path: PathBuf,
    predicates: Predicates,
}

#[pymethods]
impl PolicyFile {
    /// The file and the first policy.
    #[classmethod]
    fn open(
        _class: &Bound<'_, PyType>,
        py: Python<'_>,
        path: PathBuf,
        allow_origin: Option<&Bound<'_, PyAny>>,
        predicate_timeout: Option<&Bound<'_, PyAny>>,
        predicate_cache: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<(Self, Policy)> {
        let predicates = Predicates::of_text(allow_origin, predicate_timeout, predicate_cache)?;
        let builder = predicates.builder();
        let opened = py.detach(|| corsac::PolicyFile::open(&path, builder));
        let (file, policy) = opened.map_err(|error| load_error(py, &error, &path))?;
        let policy = Policy::of_core(py, predicates.clone_ref(py), policy)?;
        Ok((PolicyFile { file: Mutex::new(file), path, predicates }, policy))
    }

    /// The policy in the file at this moment.
    fn reload(&self, py: Python<'_>) -> PyResult<Policy> {
        let loaded = py.detach(|| self.file.lock().unwrap_or_else(PoisonError::into_inner).reload());
        self.policy(py, loaded)
    }

    /// The new policy, if the file has changed and is no longer being written; else None.
    fn reload_if_changed(&self, py: Python<'_>) -> PyResult<Option<Policy>> {
        let loaded = py.detach(|| self.file.lock().unwrap_or_else(PoisonError::into_inner).look());
        loaded.map(|loaded| self.policy(py, loaded)).transpose()
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.predicates.traverse(&visit)
    }
}

impl PolicyFile {
    fn policy(&self, py: Python<'_>, loaded: Result<corsac::Policy, LoadError>) -> PyResult<Policy> {
        let policy = loaded.map_err(|error| load_error(py, &error, &self.path))?;
        Policy::of_core(py, self.predicates.clone_ref(py), policy)
    }
}
