//! The source of the policy in force.

use crate::log;
use crate::prepared_policy::PreparedPolicy;
use corsac::{Policy, Reloadable};
use std::sync::Arc;

/// A fixed policy, or one that can be replaced.
#[derive(Clone, Debug)]
pub(crate) enum Policies {
    Fixed(Arc<PreparedPolicy>),
    Replaced {
        given: Arc<Reloadable<Policy>>,
        /// Made from the policy that was in force at the last request.
        prepared: Arc<Reloadable<PreparedPolicy>>,
    },
}

impl Policies {
    pub(crate) fn fixed(policy: Arc<Policy>) -> Self {
        Policies::Fixed(prepare(policy))
    }

    pub(crate) fn replaced(given: Arc<Reloadable<Policy>>) -> Self {
        let prepared = Arc::new(Reloadable::new(prepare(given.load())));
        Policies::Replaced { given, prepared }
    }

    /// The policy for one request, which keeps that policy to its end.
    #[inline]
    pub(crate) fn in_force(&self) -> Arc<PreparedPolicy> {
        match self {
            Policies::Fixed(policy) => Arc::clone(policy),
            Policies::Replaced { given, prepared } => {
                let (policy, known) = (given.load(), prepared.load());
                if Arc::ptr_eq(&known.policy, &policy) {
                    return known;
                }
                // Two requests may prepare it at the same time; both results are equally good.
                let fresh = prepare(policy);
                prepared.swap(Arc::clone(&fresh));
                fresh
            }
        }
    }
}

fn prepare(policy: Arc<Policy>) -> Arc<PreparedPolicy> {
    log::lints(&policy);
    Arc::new(PreparedPolicy::new(policy))
}
