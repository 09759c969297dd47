//! The Node addon of corsac.
//!
//! JavaScript hands over a policy's options as text and gets back functions that decide by it. Nothing here
//! knows a rule of CORS: the addon converts.
#![deny(unsafe_code)]

mod browser_session;
mod compile;
mod compiled_policy;
mod debug;
mod encoded_options;
mod evaluate;
mod explain;
mod fast_calls;
mod json;
mod latin1;
mod node_api;
mod policy_file;
