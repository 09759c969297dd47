//! The origin predicates of one policy: its own, and those of its routes.

use crate::config::predicate_functions::PredicateFunctions;
use crate::policy::predicate::Predicate;
use crate::policy::predicate_options::PredicateOptions;
use corsac::PolicyBuilder;
use pyo3::prelude::*;
use pyo3::{PyTraverseError, PyVisit};
use std::collections::HashMap;

/// The predicates of one policy.
#[derive(Debug, Default)]
pub(crate) struct Predicates {
    policy: Option<Predicate>,
    /// The predicates of routes, by the indexes of the routes.
    routes: HashMap<u32, Predicate>,
}

impl Predicates {
    pub(crate) fn new(functions: &PredicateFunctions<'_>, options: &PredicateOptions<'_>) -> PyResult<Self> {
        let policy = functions.policy.as_ref().map(|function| Predicate::new(function, options)).transpose()?;
        let routes = functions
            .routes
            .iter()
            .map(|(index, function)| Ok((*index, Predicate::new(function, options)?)))
            .collect::<PyResult<HashMap<_, _>>>()?;
        if policy.is_none() && routes.is_empty() {
            options.require_none()?;
        }
        Ok(Predicates { policy, routes })
    }

    /// The predicates of a policy that is written as text, which cannot contain functions: at most `function`.
    pub(crate) fn of_text(
        function: Option<&Bound<'_, PyAny>>,
        timeout: Option<&Bound<'_, PyAny>>,
        cache: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let policy = function.filter(|function| !function.is_none()).cloned();
        let functions = PredicateFunctions { policy, routes: Vec::new() };
        Predicates::new(&functions, &PredicateOptions::new(timeout, cache)?)
    }

    /// A builder that knows whether there is a predicate, which a policy's text cannot say.
    pub(crate) fn builder(&self) -> PolicyBuilder {
        PolicyBuilder::new().predicate(self.policy.is_some())
    }

    /// The predicate of a route, or of the whole policy.
    pub(crate) fn of(&self, route: Option<u32>) -> Option<&Predicate> {
        match route {
            Some(index) => self.routes.get(&index),
            None => self.policy.as_ref(),
        }
    }

    pub(crate) fn clone_ref(&self, py: Python<'_>) -> Self {
        Predicates {
            policy: self.policy.as_ref().map(|predicate| predicate.clone_ref(py)),
            routes: self.routes.iter().map(|(index, predicate)| (*index, predicate.clone_ref(py))).collect(),
        }
    }

    pub(crate) fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.policy.iter().chain(self.routes.values()).try_for_each(|predicate| predicate.traverse(visit))
    }
}
