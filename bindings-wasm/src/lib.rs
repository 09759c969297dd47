//! The engine as one WebAssembly module, for edge runtimes and browsers.
//!
//! JavaScript writes bytes into a buffer of the module and calls a function with their lengths; the function returns an
//! integer. A longer result stays in a second buffer, from which JavaScript reads it. `bindings-node/lib/wasm` has the other side
//! of these calls. The module has one thread and no files, and gets the time from the host.
#![deny(unsafe_code)]

mod decide;
mod exports;
mod input;
#[cfg(feature = "playground")]
mod playground;
mod policies;
mod state;
mod texts;
