//! One CORS policy, every stack.
//!
//! ```text
//! Config ──► Policy ──────────► Decision
//! what you   validated,         what to do with
//! write      compiled,          one request
//!            immutable
//! ```
//!
//! A [`Config`] (or a JSON or TOML text) becomes a [`Policy`], or an error that lists everything that is wrong
//! with it and what to write instead. A policy decides on a [`Request`] without failing and without allocating.
//!
//! ```
//! use corsac::{Config, Evaluation, Policy, Request};
//!
//! let policy = Policy::new(Config {
//!     allow_origins: vec!["https://*.example.com".into()],
//!     ..Config::default()
//! })?;
//! let request = Request::new(b"GET").origin(b"https://app.example.com");
//! if let Evaluation::Decided(decision) = policy.evaluate(&request) {
//!     assert_eq!(decision.reason().as_str(), "origin-allowed");
//!     let headers: Vec<_> = decision.headers().map(|header| (header.name.as_str(), header.value)).collect();
//!     assert_eq!(headers, [
//!         ("access-control-allow-origin", &b"https://app.example.com"[..]),
//!         ("vary", b"Origin"),
//!     ]);
//! }
//! # Ok::<(), corsac::ConfigError>(())
//! ```
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic))]

/// Runs the README's Rust blocks.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

/// Runs the guide's Rust blocks.
#[cfg(doctest)]
#[doc = include_str!("../../docs/service.md")]
struct Service;

pub mod browser;
mod builder;
mod compile;
mod config;
mod decide;
mod host;
mod issues;
mod limits;
mod origins;
mod paths;
mod predicate;
mod read;
mod response;
mod string_set;
mod suggest;
mod tokens;

pub use builder::PolicyBuilder;
pub use config::typed::{Config, ProtectionConfig, RouteConfig};
pub use decide::decision::Decision;
pub use decide::evaluate::{Evaluation, Pending};
pub use decide::policy::Policy;
pub use decide::request::{Request, RequestHeaders};
pub use host::policy_file::{PolicyFile, Watch};
pub use host::reloadable::Reloadable;
pub use issues::code::{Code, Reason, Severity};
pub use issues::issue::{ConfigError, Issue, LoadError};
pub use predicate::PredicateAnswer;
pub use response::apply::ResponseHeaders;
pub use response::header_name::HeaderName;
pub use response::template::{Action, Header, Op};
pub use response::vary::merge_vary;

/// What a binding needs beside the rest of this crate: templates of responses, values of another language, the cache of
/// predicate answers, and the names of settings. `docs/bindings.md` says how a binding uses them.
pub mod binding {
    /// Bounds that a binding holds its own buffers against.
    pub mod limits {
        pub use crate::limits::*;
    }

    pub use crate::config::notation::Notation;
    pub use crate::config::setting_names::{
        CORS as CORS_SETTINGS, CORSAC as SETTINGS, PROTECTION as PROTECTION_SETTINGS, ROUTE as ROUTE_SETTINGS,
        camel_case,
    };
    pub use crate::config::value::Value;
    pub use crate::decide::policy::Needs;
    pub use crate::decide::request::RequestHeader;
    pub use crate::issues::issue::printable;
    #[doc(hidden)]
    pub use crate::origins::punycode::label_to_ascii;
    pub use crate::predicate::cache::{AnswerCache, CacheError, Era};
    pub use crate::response::apply::{Precedence, apply_headers};
    pub use crate::response::template::{REFUSAL_STATUS, Template, TemplateHeader, TemplateValue};
}
