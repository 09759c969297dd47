//! CORS for [tower](https://docs.rs/tower): axum, hyper, tonic and every other service that takes HTTP requests.
//!
//! One [policy](Policy) is written once, checked when the service starts, and applied to every response, `Vary` included.
//!
//! ```
//! use axum::{Router, body::Body, routing::get};
//! use corsac_tower::{CorsLayer, Policy};
//! use http::Request;
//! use tower::ServiceExt;
//! use tower_layer::Layer;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let policy = Policy::from_toml(
//!     r#"
//!     allow_origins = ["https://app.example.com"]
//!     allow_methods = ["PUT", "DELETE"]
//!     allow_credentials = true
//!     "#,
//! )?;
//! let app = CorsLayer::new(policy).layer(Router::new().route("/", get(async || "hello")));
//!
//! // Around the router, so that a 404 has the headers too.
//! let request = Request::get("/nothing").header("origin", "https://app.example.com").body(Body::empty())?;
//! let response = app.oneshot(request).await?;
//! assert_eq!(response.status(), 404);
//! assert_eq!(response.headers()["access-control-allow-origin"], "https://app.example.com");
//! # Ok(())
//! # }
//! ```
//!
//! The guide is `docs/tower.md` in the repository. The settings of a policy are the same as in every other language:
//! `docs/settings.md`.
//!
//! # Features
//!
//! | feature | what it adds |
//! |---|---|
//! | `tracing`, on by default | lints, refusals, requests that pass because of `report_only`, and failed predicates are logged, with the target `corsac` |
//! | `axum` | inside a nested router, routes are chosen by axum's `OriginalUri` |
//!
//! # Where things are
//!
//! | file | what is in it |
//! |---|---|
//! | `layer` | [`CorsLayer`], with its settings |
//! | `service`, `response_future` | [`Cors`], and its future |
//! | `request_head` | the head of a request, as core reads it |
//! | `decider` | decides on a request, asks the predicate, and reports |
//! | `policies`, `prepared_policy`, `request_values` | the policy in force, and the header values of its responses |
//! | `response_headers` | puts a decision on a response |
//! | `predicate` | functions that decide about origins, and their cache |
//! | `service_error`, `response_body` | errors of the inner service, and the bodies of corsac's own responses |
//! | `decision_event`, `log` | decisions, as they are passed on and logged |
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod decider;
mod decision_event;
mod layer;
mod log;
mod policies;
mod predicate;
mod prepared_policy;
mod request_head;
mod request_values;
mod response_body;
mod response_future;
mod response_headers;
mod service;
mod service_error;

pub use corsac;
pub use corsac::{
    Action, Config, ConfigError, LoadError, Policy, PolicyBuilder, ProtectionConfig, Reason, Reloadable, RouteConfig,
    Watch,
};
pub use decision_event::DecisionEvent;
pub use layer::CorsLayer;
pub use predicate::{OfOrigin, OfRequest, Predicate, PredicateCache, PredicateResult, UnusedPredicate};
pub use request_head::RequestHead;
pub use response_body::{FromText, MakeBody, WithFunction};
pub use response_future::ResponseFuture;
pub use service::Cors;
pub use service_error::{HandleError, PassOn, Respond};

/// The page of the package, whose example is a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}

/// The guide, whose blocks are tests.
#[cfg(doctest)]
#[doc = include_str!("../../docs/tower.md")]
mod guide {}
