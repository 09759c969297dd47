//! Helpers that several tests share.
#![allow(dead_code, unreachable_pub, missing_docs, reason = "each test uses a part of it")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

pub mod isomorphic;
pub mod json_schema;
pub mod mutation;
pub mod naive;
pub mod paste;
pub mod strategies;
pub mod vector_file;
