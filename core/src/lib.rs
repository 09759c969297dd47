//! One CORS policy, every stack.
//!
//! ```text
//! Config ──► Policy ──────────► Decision
//! what you   validated,         what to do with
//! write      compiled,          one request
//!            immutable
//! ```
//!
//! A [`Config`], or a JSON or TOML text, becomes a [`Policy`], or an error that lists everything that is wrong with it
//! and what to write instead. A policy decides on a [`Request`] without failing and without allocating.
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
//!
//! # Features
//!
//! All are on by default. A service that needs fewer of them turns `default-features` off.
//!
//! | feature | what it adds |
//! |---|---|
//! | `explain` | [`explain`], [`compare`], [`capture`], [`edit`] (with `toml`) and [`browser`]; deciding costs the same with it |
//! | `http` | requests and responses of the `http` crate: `Decision::apply`, `RequestHeaders::from` |
//! | `toml` | policies in TOML: `Policy::from_toml` |
//! | `watch` | policies in files: `Policy::from_file`, `PolicyFile`, `Reloadable`; turns `toml` on |
//!
//! # Where things are
//!
//! | names | for whom |
//! |---|---|
//! | this page | services in Rust: build a policy, decide on requests, put headers on responses, watch a policy file |
//! | [`binding`] | bindings to other languages and servers: values, response templates, what a policy needs, limits |
//! | [`browser`] | how a browser handles an exchange: requests, preflights, redirects, what a script may read |
//! | [`explain`] | explanations of exchanges: what is wrong and how to fix it |
//! | [`compare`] | what pages gain and lose if one policy replaces another |
//! | [`edit`] | edits of a policy's text that fix an issue or a finding |
//! | [`capture`] | requests as people copy them from developer tools, terminals and consoles |
//!
//! The folders of the source are called rooms. They are listed in the order in which a policy, and then a request,
//! passes through them:
//!
//! | room | what is in it |
//! |---|---|
//! | `config` | what a person writes: settings, their names, and the values of all languages |
//! | `read` | reads a text or a value into settings, with an issue for everything that is wrong |
//! | `suggest` | suggestions for the help of an issue, each tried before it is printed |
//! | `issues` | codes, reasons, every sentence about a policy, and the errors that are printed |
//! | `compile` | compiles settings into the rules and templates that decide requests |
//! | `origins` | origins, patterns, regexes, public suffixes, and sets of them |
//! | `paths` | routes, and the readings of a path |
//! | `decide` | decides on a request under a policy |
//! | `response` | header names, response templates, and putting headers on a response |
//! | `predicate` | answers of the host's predicate, and their cache |
//! | `host` | policies in a running service: files, watching, replacement |
//! | `browser` | the browser's side of CORS: Fetch, and where engines differ from it |
//! | `explain` | explanations of exchanges, for people |
//! | `compare` | what differs between two policies |
//! | `edit` | edits of a policy's text that fix an issue or a finding |
//! | `capture` | requests as people copy them: cURL, HAR, sentences from consoles |
//!
//! `limits.rs` has the limits that the specification names. `json_writer.rs`, `tokens.rs`, `string_set.rs` and `printable.rs`
//! are used in several rooms, `wrap.rs` by `explain` and the command, and `builder.rs` builds a policy from a text. corsac's
//! decisions follow the [Fetch standard](https://fetch.spec.whatwg.org/#http-cors-protocol).
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

#[cfg(feature = "explain")]
pub mod browser;
mod builder;
#[cfg(feature = "explain")]
pub mod capture;
#[cfg(feature = "explain")]
pub mod compare;
mod compile;
mod config;
mod decide;
#[cfg(all(feature = "explain", feature = "toml"))]
pub mod edit;
#[cfg(feature = "explain")]
pub mod explain;
#[cfg(feature = "watch")]
mod host;
mod issues;
mod json_writer;
mod limits;
mod origins;
mod paths;
mod predicate;
mod printable;
mod read;
mod response;
mod sentence;
mod string_set;
mod suggest;
mod tokens;
#[cfg(feature = "explain")]
mod wrap;

// For services in Rust.
pub use builder::PolicyBuilder;
pub use config::lifted::LiftedCheck;
pub use config::settings_table::{Config, ProtectionConfig, RouteConfig};
pub use decide::decision::Decision;
pub use decide::evaluate::{Evaluation, Pending};
pub use decide::policy::Policy;
pub use decide::request::{Request, RequestHeaders};
#[cfg(feature = "watch")]
pub use host::policy_file::{PolicyFile, Watch};
#[cfg(feature = "watch")]
pub use host::reloadable::Reloadable;
pub use issues::code::{Code, Reason, Severity};
pub use issues::issue::{ConfigError, Issue, LoadError};
pub use predicate::PredicateAnswer;
pub use response::apply::ResponseHeaders;
pub use response::header_name::HeaderName;
pub use response::template::{Action, Header, Op};
pub use response::vary::merge_vary;

/// The names that a binding to another language or server needs in addition to those of the crate's root.
///
/// A binding passes configuration as a [`Value`](binding::Value), written in a [`Notation`](binding::Notation).
/// [`Needs`](binding::Needs) says what a policy reads of a request, and [`RequestHeader`](binding::RequestHeader) which
/// headers. A binding that prepares its own objects makes one for each [`Template`](binding::Template).
/// [`SettingsTable`](binding::SettingsTable) and [`Danger`](binding::Danger) say what settings and dangers there are,
/// for types and documentation. `docs/bindings.md` goes through all the jobs of a binding.
pub mod binding {
    /// The limits of what corsac reads. A binding can use them as the sizes of its buffers.
    pub mod limits {
        pub use crate::limits::*;
    }

    #[cfg(feature = "explain")]
    pub use crate::browser::redact::redacted_text;
    pub use crate::config::dangers::Danger;
    pub use crate::config::notation::Notation;
    pub use crate::config::setting_names::camel_case;
    pub use crate::config::tables::SettingsTable;
    pub use crate::config::takes::{SettingRow, Takes};
    pub use crate::config::value::Value;
    pub use crate::decide::policy::Needs;
    pub use crate::decide::protection::is_websocket;
    pub use crate::decide::reason_to_log::reason_to_log;
    pub use crate::decide::request::{PREFLIGHT_METHOD, RequestHeader};
    #[cfg(feature = "explain")]
    pub use crate::explain::{DebugLog, explain_captured, explain_with, is_debug_requested, is_debug_value};
    #[cfg(feature = "watch")]
    pub use crate::host::file_stamp::FileStamp;
    #[cfg(feature = "watch")]
    pub use crate::host::written_policy::WrittenPolicy;
    pub use crate::json_writer::JsonWriter;
    #[doc(hidden)]
    pub use crate::origins::punycode::label_to_ascii;
    pub use crate::predicate::cache::{AnswerCache, CacheError, Era};
    pub use crate::predicate::clock::Clock;
    pub use crate::printable::printable;
    #[cfg(feature = "toml")]
    pub use crate::read::refused_file::RefusedFile;
    pub use crate::response::apply::{Precedence, apply_headers};
    pub use crate::response::server_timing::{SERVER_TIMING, server_timing_metric};
    pub use crate::response::template::{REFUSAL_STATUS, Template, TemplateHeader, TemplateValue};
    pub use crate::sentence::list as sentence_list;
    #[cfg(feature = "explain")]
    pub use crate::wrap::wrap;
}
