//! Comparing two policies: what pages gain and lose if one replaces the other (specification 11).

mod changes;
mod language;
mod names;
mod origins;
mod paths;
mod patterns;
mod rules;
mod samples;

pub use changes::{Change, Comparison, Effect, PathChanges, Paths, Subject};
pub use samples::SampleRequest;

use crate::compare::paths::{Meeting, meetings};
use crate::compare::rules::{Side, compare_rules};
use crate::decide::policy::Policy;

impl Policy {
    /// Says what pages gain and lose if a newer policy replaces this one.
    ///
    /// Entries are compared by the origins that they match, and not by how they are written: an origin that a
    /// wildcard or a regex of the other policy matches is not a change. Every origin that only one policy allows is
    /// part of a change. If comparing a regex with the other policy takes too long, its change is not
    /// [`certain`](Change::certain).
    ///
    /// Paths that servers could read as different routes are not compared, because no origin is allowed there.
    ///
    /// ```
    /// use corsac::Policy;
    /// use corsac::compare::Effect;
    ///
    /// let old = Policy::from_toml("allow_origins = ['https://app.example.com']\nallow_methods = ['PUT']")?;
    /// let new = Policy::from_toml("allow_origins = ['https://*.example.com']")?;
    /// let comparison = old.compare(&new);
    /// let changes: Vec<_> = comparison.changes().map(|change| (change.effect, change.what.as_str())).collect();
    /// assert_eq!(changes, [(Effect::Gain, "https://*.example.com"), (Effect::Loss, "PUT")]);
    /// # Ok::<(), corsac::ConfigError>(())
    /// ```
    #[must_use]
    pub fn compare(&self, newer: &Policy) -> Comparison {
        let mut found: Vec<PathChanges> = Vec::new();
        for Meeting { paths, old, new, .. } in meetings(self, newer) {
            let changes = compare_rules(&Side::new(self, old), &Side::new(newer, new));
            if changes.is_empty() {
                continue;
            }
            // A setting that routes inherit makes the same change in each of them.
            match found.iter_mut().find(|other| other.changes == changes) {
                Some(other) if other.paths.contains(&paths) => {}
                Some(other) => other.paths.push(paths),
                None => found.push(PathChanges { paths: vec![paths], changes }),
            }
        }
        Comparison { paths: found }
    }
}
