//! The version of the library that runs.

use std::ffi::{CStr, c_char};

const VERSION: &CStr = match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
    Ok(version) => version,
    Err(_) => c"",
};

/// The version of the library that runs. `CORSAC_VERSION` is the version of the header that was compiled.
///
/// Returns: a NUL-terminated text such as `1.2.3`. Never NULL.
///
/// Lifetime: static; never freed.
///
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn corsac_version() -> *const c_char {
    VERSION.as_ptr()
}
