//! The Node addon of corsac.
//!
//! What JavaScript calls is in `engine`, which the WebAssembly module shares; this crate makes functions of Node of it.
#![deny(unsafe_code)]

mod browser_session;
mod compile;
mod debug;
mod evaluate;
mod explain;
mod fast_calls;
mod misuse;
mod node_api;
mod policy_file;
