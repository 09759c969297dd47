//! The layer in real services: axum, hyper and tonic, over sockets and without them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod apply;
mod axum_services;
mod coming_from_tower_http;
mod debugging;
mod errors;
mod hostile;
mod hyper_services;
mod kit;
mod predicates;
mod protection;
mod reload;
mod tonic_services;
mod vectors;
