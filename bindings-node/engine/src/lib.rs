//! The engine as the JavaScript of `bindings-node/lib` calls it, through either the Node addon or the WebAssembly
//! module.
//!
//! JavaScript passes a policy's options as text, and decides with functions that take a few strings and return a small
//! number. This crate only converts: it contains neither rules of CORS nor code for a certain runtime.
#![forbid(unsafe_code)]

#[cfg(feature = "explain")]
mod browser_session;
mod compile;
mod compiled_policy;
#[cfg(feature = "explain")]
mod debug;
mod encoded_options;
mod evaluate;
#[cfg(feature = "explain")]
mod explain;
mod json;
mod latin1;
mod misuse;
mod template_index;

#[cfg(feature = "explain")]
pub use browser_session::browser_session;
pub use compile::{compile, compile_file, refused_file};
pub use compiled_policy::{CacheBounds, CompiledPolicy, FunctionAnswer, Outcome, new_cache};
#[cfg(feature = "explain")]
pub use debug::{Decided, debug_decision, debug_response};
pub use evaluate::{evaluate, function_answer, set_flags};
#[cfg(feature = "explain")]
pub use explain::explained;
pub use json::{config_error, facts, policy_facts, template};
pub use latin1::bytes_of_latin1;
pub use misuse::{Misuse, Result};
pub use template_index::template_index;
