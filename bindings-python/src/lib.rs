//! The Python extension: it converts Python's objects to core's and back, and decides nothing itself.
//!
//! | room | what is in it |
//! |---|---|
//! | [`http`] | str and bytes, request headers, the target of a request, and functions that need nothing but HTTP |
//! | [`config`] | the settings of a policy, from Python's objects to values of core |
//! | [`response`] | the headers that a policy puts on responses, as Python's objects |
//! | [`policy`] | `Policy`, `Decision`, `Issue`, predicates, policy files, and how a middleware decides |
//! | [`explain`] | explanations of how a browser handles a request |
//! | [`asgi`] | the middleware for ASGI |
//! | [`wsgi`] | the middleware for WSGI |
//! | [`framework`] | what the middlewares of Django and aiohttp need |
//!
//! A room imports only from the rooms above it, except that the debugger in [`policy`] reads pairs of headers with a function
//! of [`asgi`]. Four modules are for all rooms: [`element_limit`] limits the elements that are read from iterables, [`logger`]
//! finds the logger `corsac`, [`raw`] has the only unsafe code, and [`interpreter`] refuses a second interpreter.
#![deny(unsafe_code)]

mod asgi;
mod config;
mod element_limit;
mod explain;
mod framework;
mod http;
mod interpreter;
mod logger;
mod policy;
mod raw;
mod response;
mod wsgi;

use pyo3::pymodule;

/// The compiled part of `corsac`. Import from `corsac` instead.
// The borrowed references of raw.rs are sound because of the GIL.
#[pymodule(gil_used = true)]
mod _corsac {
    use pyo3::prelude::*;
    use pyo3::types::PyFrozenSet;

    #[pymodule_export]
    use super::explain::browser_session::BrowserSession;
    #[pymodule_export]
    use super::explain::explain_exchange::explain_exchange;
    #[pymodule_export]
    use super::framework::decider::FrameworkDecider;
    #[pymodule_export]
    use super::framework::request_decision::{PendingDecision, RequestDecision};
    #[pymodule_export]
    use super::http::vary::merge_vary;
    #[pymodule_export]
    use super::policy::debugger::is_debug_requested;
    #[pymodule_export]
    use super::policy::decision_class::Decision;
    #[pymodule_export]
    use super::policy::issue_class::Issue;
    #[pymodule_export]
    use super::policy::policy_class::Policy;
    #[pymodule_export]
    use super::policy::policy_file::PolicyFile;
    #[pymodule_export]
    use super::policy::predicate_cache::PredicateCache;
    #[pymodule_export]
    use super::policy::swappable_policy::SwappablePolicy;
    #[pymodule_export]
    use super::wsgi::middleware::WsgiMiddleware;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        super::interpreter::require_first(module.py())?;
        module.add("AsgiMiddleware", super::asgi::middleware::direct_class(module.py())?.class(module.py()))?;
        let codes = corsac::explain::FindingCode::ALL.iter().map(|code| code.as_str());
        module.add("FINDING_CODES", PyFrozenSet::new(module.py(), codes)?)?;
        module.add("ConfigError", super::policy::issue_class::config_error_type(module.py())?)?;
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
