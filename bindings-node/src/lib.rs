//! The Node addon of corsac.
//!
//! The code behind the calls is in `engine`, which the WebAssembly module uses as well. This crate makes it available
//! as functions of Node.
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
