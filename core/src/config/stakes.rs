//! The facts on which the checks of a policy depend.

use crate::config::dangers::Dangers;
use crate::config::lifted::Lifted;
use std::sync::Arc;

/// The consequences of allowing an entry: whether credentials are allowed, and which checks are lifted for it.
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

/// The facts on which the checks of a list depend.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ListStakes {
    pub(crate) credentials: bool,
    pub(crate) lifted: Arc<Lifted>,
}

impl ListStakes {
    /// The stakes of an entry of the list.
    pub(crate) fn of(&self, entry: &str) -> Stakes {
        Stakes { credentials: self.credentials, dangers: self.lifted.for_entry(entry) }
    }

    /// The stakes of an entry that `dangerously_allow` does not name.
    pub(crate) fn of_unnamed(&self) -> Stakes {
        Stakes { credentials: self.credentials, dangers: self.lifted.everywhere }
    }
}
