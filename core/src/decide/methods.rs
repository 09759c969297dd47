//! Which methods a policy allows.

use crate::limits::METHOD_BYTES;
use crate::string_set::StringSet;
use crate::tokens::{USUAL_METHODS, is_forbidden_method, is_token};

#[derive(Debug)]
pub(crate) enum AllowedMethods {
    /// `*`: every token that is not forbidden. With credentials the usual ones are listed, and another that is
    /// asked for is sent back, because `*` would be read as a literal.
    All { echo: bool },
    /// These. Matching is case-sensitive (Fetch, "CORS-preflight fetch").
    Listed(StringSet),
}

impl AllowedMethods {
    /// Whether the method asked for is allowed, and whether it has to be sent back.
    pub(crate) fn check(&self, method: &[u8]) -> (bool, bool) {
        match self {
            AllowedMethods::Listed(methods) => (methods.contains(method), false),
            AllowedMethods::All { echo } => {
                let allowed = method.len() <= METHOD_BYTES && is_token(method) && !is_forbidden_method(method);
                let usual = || USUAL_METHODS.iter().any(|usual| usual.as_bytes() == method);
                (allowed, *echo && allowed && !usual())
            }
        }
    }
}
