//! The engine's error about a wrong call, as an exception of JavaScript.

use corsac_javascript::Misuse;
use napi::bindgen_prelude::{Error, Status};

pub(crate) fn thrown(misuse: Misuse) -> Error {
    Error::new(Status::InvalidArg, misuse.to_string())
}
