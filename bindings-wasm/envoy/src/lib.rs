//! corsac as a filter in Envoy and in products that are based on it: a module of the Proxy-Wasm ABI.
//!
//! | file | what is in it |
//! |---|---|
//! | `plugin.rs` | the policy of one filter in Envoy's configuration, and the error if it is refused |
//! | `filter.rs` | one request: when it gets its decision, when the response gets its headers |
//! | `header_map.rs` | all header lines of a request or response |
//! | `request.rs` | the parts of a request that the policy reads |
//! | `response.rs` | changing the headers of a response, and sending one |
//! | `report.rs` | reasons: in filter state, in counters, in the log |
//! | `trap.rs` | a trap on demand, only in the build for tests |
//!
//! The rules of CORS are in core.

mod filter;
mod header_map;
mod plugin;
mod report;
mod request;
mod response;
#[cfg(feature = "trap")]
mod trap;

use plugin::Plugin;
use proxy_wasm::traits::RootContext;
use proxy_wasm::types::LogLevel;

/// Envoy calls this first in each of its threads.
// SAFETY: no other function has this name.
#[unsafe(no_mangle)]
pub extern "C" fn _initialize() {
    // With this, a panic also prints its message before the module traps.
    proxy_wasm::set_log_level(LogLevel::Info);
    proxy_wasm::set_root_context(|_| -> Box<dyn RootContext> { Box::new(Plugin::default()) });
}
