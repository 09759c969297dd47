//! Which methods a policy allows.

use crate::limits::METHOD_BYTES;
use crate::string_set::StringSet;
use crate::tokens::{USUAL_METHODS, is_forbidden_method, is_token};
use std::sync::Arc;

#[derive(Clone, Debug)]
pub(crate) enum AllowedMethods {
    /// `*`: every token that is not forbidden. With credentials, `*` would be read as a literal, so the usual
    /// methods are listed, and any other requested method is sent back.
    All { echo: bool },
    /// Only these methods. Matching is case-sensitive (Fetch, "CORS-preflight fetch").
    Listed(Arc<StringSet>),
}

/// The result of checking the method for which a preflight asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RequestedMethod {
    pub(crate) is_allowed: bool,
    /// Whether it is sent back in addition to the list.
    pub(crate) is_echoed: bool,
}

impl AllowedMethods {
    /// Whether any method is ever sent back.
    pub(crate) fn echoes(&self) -> bool {
        matches!(self, AllowedMethods::All { echo: true })
    }

    pub(crate) fn check(&self, method: &[u8]) -> RequestedMethod {
        match self {
            AllowedMethods::Listed(methods) => {
                RequestedMethod { is_allowed: methods.contains(method), is_echoed: false }
            }
            AllowedMethods::All { echo } => {
                let is_allowed = method.len() <= METHOD_BYTES && is_token(method) && !is_forbidden_method(method);
                let is_usual = || USUAL_METHODS.iter().any(|usual| usual.as_bytes() == method);
                RequestedMethod { is_allowed, is_echoed: *echo && is_allowed && !is_usual() }
            }
        }
    }
}
