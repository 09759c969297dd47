//! What the checks of a policy depend on.

use crate::config::settings::Dangers;

/// Who is let in, and what that opens: whether credentials are allowed, and which checks are lifted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Stakes {
    pub(crate) credentials: bool,
    pub(crate) dangers: Dangers,
}

impl Stakes {
    /// Whether plain http that is not loopback is refused, whatever matches it.
    pub(crate) fn is_secure_only(self) -> bool {
        self.credentials && !self.dangers.insecure_origins
    }
}
