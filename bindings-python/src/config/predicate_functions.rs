//! The functions among a policy's settings. Core knows only which of them exist.

use corsac::binding::camel_case;
use pyo3::prelude::*;

/// The setting that is a function.
pub(crate) const PREDICATE_SETTING: &str = "allow_origin";

/// Whether a key names that setting, as itself or by the alias that every setting has.
pub(crate) fn is_predicate_setting(key: &str) -> bool {
    key == PREDICATE_SETTING || key == camel_case(PREDICATE_SETTING)
}

/// The origin predicates that were given.
#[derive(Debug, Default)]
pub(crate) struct PredicateFunctions<'py> {
    /// The predicate of the whole policy.
    pub(crate) policy: Option<Bound<'py, PyAny>>,
    /// The predicates of routes, each with the index of its route.
    pub(crate) routes: Vec<(u32, Bound<'py, PyAny>)>,
}
