//! A policy that can be swapped while requests run.

use crate::policy::policy_class::Policy;
use corsac::Reloadable;
use pyo3::prelude::*;
use pyo3::{PyTraverseError, PyVisit};
use std::sync::Arc;

/// The compiled part of ``corsac.Reloadable``.
#[pyclass(frozen, subclass, module = "corsac._corsac")]
#[derive(Debug)]
pub(crate) struct SwappablePolicy {
    current: Reloadable<Py<Policy>>,
}

#[pymethods]
impl SwappablePolicy {
    #[new]
    fn new(policy: Py<Policy>) -> Self {
        SwappablePolicy { current: Reloadable::new(policy) }
    }

    /// The policy that is in force now.
    #[getter]
    fn policy(&self, py: Python<'_>) -> Py<Policy> {
        self.load().clone_ref(py)
    }

    /// Put another policy in force. Requests that have begun keep the policy with which they began.
    ///
    /// Args:
    ///     policy (Policy): the new policy.
    ///
    /// Returns:
    ///     Policy: the policy that was in force before.
    ///
    /// Raises:
    ///     TypeError: ``policy`` is not a :class:`corsac.Policy`.
    fn swap(&self, py: Python<'_>, policy: Py<Policy>) -> Py<Policy> {
        self.current.swap(policy).clone_ref(py)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&*self.load())
    }
}

impl SwappablePolicy {
    /// The policy that one request uses to its end.
    pub(crate) fn load(&self) -> Arc<Py<Policy>> {
        self.current.load()
    }
}
