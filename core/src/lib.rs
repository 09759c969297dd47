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

mod acrh;
mod answer_cache;
mod browser;
mod cases;
mod catalog;
mod compile;
mod compile_lists;
mod compile_origins;
mod config;
mod contradiction;
mod decision;
mod dialect;
mod error;
mod evaluate;
mod guess;
mod http;
mod keys;
mod keys_elsewhere;
mod list_suggest;
mod load;
mod locate;
mod methods;
mod names;
mod notation;
mod origin;
mod origin_automaton;
mod origins;
mod paths;
mod pattern;
mod pattern_fault;
mod pattern_suggest;
mod policy;
mod policy_file;
mod policy_text;
mod protection;
mod punycode;
mod read;
mod read_routes;
mod read_scalars;
mod regex_bound;
mod regex_fault;
mod regex_host;
mod regex_language;
mod regex_repair;
mod regex_samples;
mod regex_suggest;
mod regex_syntax_fault;
mod regex_written;
mod regexes;
mod reload;
mod render;
mod request;
mod route_lookup;
mod routes;
mod segments;
mod settings;
mod shape;
mod strings;
mod suffix;
mod syntax;
mod tokens;
mod trial;
mod unfilled;
mod unknown_key;
mod value;
mod vary;

pub use answer_cache::{AnswerCache, CacheError};
pub use browser::{Blocked, Fetch};
pub use catalog::{Code, Reason, Severity};
pub use config::{Config, ProtectionConfig, RouteConfig};
pub use decision::{Decision, Header};
pub use error::{ConfigError, Issue, LoadError, printable};
pub use evaluate::{Answer, Evaluation, Pending};
#[doc(hidden)]
pub use keys::{
    CORS as CORS_SETTINGS, CORSAC as SETTINGS, PROTECTION as PROTECTION_SETTINGS, ROUTE as ROUTE_SETTINGS, camel_case,
};
pub use load::PolicyBuilder;
pub use names::Name;
pub use notation::Notation;
pub use policy::Policy;
pub use policy_file::{PolicyFile, Watch};
#[doc(hidden)]
pub use punycode::label_to_ascii;
pub use reload::Reloadable;
pub use request::{Request, RequestHeader, RequestHeaders};
pub use shape::{Action, Op, REFUSED, Shape, Slot, SlotValue};
pub use value::Value;
pub use vary::merge_vary;
