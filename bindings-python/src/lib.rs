//! The Python extension: Python objects in, Python objects out, nothing decided in between.
//!
//! ```text
//! value.rs    keyword arguments ─► corsac::binding::Value     issue.rs     corsac::Issue ─► Issue, ConfigError
//! octets.rs   str and bytes     ─► bytes             decision.rs  corsac::Decision ─► Decision
//! headers.rs  pairs, mappings   ─► header lines      vary.rs      merge_vary
//!                          policy.rs  Policy
//!
//! decide.rs    a decision: predicate.rs is asked, cache.rs remembers, refusals.rs logs
//! holder.rs    a policy that is swapped, a file that is read again
//! asgi.rs      the middleware: scope.rs reads the request (target.rs its path), send.rs puts headers on the response
//! wsgi.rs      the same for WSGI                browser.rs  for corsac.testing
//! rendered.rs  a policy's answers, prepared     merge.rs  its headers among the application's
//! raw.rs       calls and a function without objects made for them: the only unsafe code
//! ```
#![deny(unsafe_code)]

mod asgi;
mod browser;
mod budget;
mod cache;
mod decide;
mod decision;
mod headers;
mod holder;
mod interpreter;
mod issue;
mod merge;
mod octets;
mod policy;
mod predicate;
mod raw;
mod refusals;
mod rendered;
mod scope;
mod send;
mod target;
mod value;
mod vary;
mod warn;
mod wsgi;

use pyo3::pymodule;

/// The compiled part of `corsac`. Import from `corsac` instead.
// The borrowed references of raw.rs are sound because of the GIL.
#[pymodule(gil_used = true)]
mod _corsac {
    use pyo3::prelude::*;

    #[pymodule_export]
    use super::asgi::AsgiMiddleware;
    #[pymodule_export]
    use super::browser::BrowserFetch;
    #[pymodule_export]
    use super::cache::PredicateCache;
    #[pymodule_export]
    use super::decision::Decision;
    #[pymodule_export]
    use super::holder::{PolicyFile, PolicyHolder};
    #[pymodule_export]
    use super::issue::Issue;
    #[pymodule_export]
    use super::policy::Policy;
    #[pymodule_export]
    use super::vary::merge_vary;
    #[pymodule_export]
    use super::wsgi::WsgiMiddleware;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        super::interpreter::only_one(module.py())?;
        module.add("ConfigError", super::issue::config_error_type(module.py())?)?;
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
