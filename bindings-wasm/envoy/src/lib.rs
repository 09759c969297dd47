//! corsac as a filter in Envoy, and in what is made of it: a module of the Proxy-Wasm ABI.
//!
//! | file | what is in it |
//! |---|---|
//! | `plugin.rs` | the policy of one filter in Envoy's configuration, and why it is refused |
//! | `filter.rs` | one request: when it is decided, when the response gets its headers |
//! | `header_map.rs` | all header lines of a request or response |
//! | `request.rs` | what the policy reads of a request |
//! | `response.rs` | changing the headers of a response, and sending one |
//! | `report.rs` | reasons: in filter state, in counters, in the log |
//!
//! Rules of CORS are in core.

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
    // This also makes a panic print its message before the module traps.
    proxy_wasm::set_log_level(LogLevel::Info);
    proxy_wasm::set_root_context(|_| -> Box<dyn RootContext> { Box::new(Plugin::default()) });
}
