//! What holds a policy that is swapped while requests run, and the file that it is read from.

use crate::policy::{Policy, load_error};
use crate::predicate::Predicates;
use corsac::{LoadError, Reloadable};
use pyo3::prelude::*;
use pyo3::types::PyType;
use pyo3::{PyTraverseError, PyVisit};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// The compiled part of ``corsac.Reloadable``.
#[pyclass(frozen, subclass, module = "corsac._corsac")]
#[derive(Debug)]
pub(crate) struct PolicyHolder {
    current: Reloadable<Py<Policy>>,
}

#[pymethods]
impl PolicyHolder {
    #[new]
    fn new(policy: Py<Policy>) -> Self {
        PolicyHolder { current: Reloadable::new(policy) }
    }

    /// The policy that is in force now.
    #[getter]
    fn policy(&self, py: Python<'_>) -> Py<Policy> {
        self.load().clone_ref(py)
    }

    /// Put another policy in force. Requests that have begun keep the one that they began with.
    ///
    /// Args:
    ///     policy (Policy): the new one.
    ///
    /// Returns:
    ///     The policy before it.
    fn swap(&self, py: Python<'_>, policy: Py<Policy>) -> Py<Policy> {
        self.current.swap(policy).clone_ref(py)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&*self.load())
    }
}

impl PolicyHolder {
    /// For one request, to its end.
    pub(crate) fn load(&self) -> Arc<Py<Policy>> {
        self.current.load()
    }
}

/// A policy file, and the functions that go with what is read from it.
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

    /// The policy that the file holds now.
    fn reload(&self, py: Python<'_>) -> PyResult<Policy> {
        let read = py.detach(|| self.file.lock().unwrap_or_else(PoisonError::into_inner).reload());
        self.policy(py, read)
    }

    /// The new policy once the file has changed and settled, else None.
    fn look(&self, py: Python<'_>) -> PyResult<Option<Policy>> {
        let seen = py.detach(|| self.file.lock().unwrap_or_else(PoisonError::into_inner).look());
        seen.map(|read| self.policy(py, read)).transpose()
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.predicates.traverse(&visit)
    }
}

impl PolicyFile {
    fn policy(&self, py: Python<'_>, read: Result<corsac::Policy, LoadError>) -> PyResult<Policy> {
        let policy = read.map_err(|error| load_error(py, &error, &self.path))?;
        Policy::of_core(py, self.predicates.clone_ref(py), policy)
    }
}
