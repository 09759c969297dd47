//! Lists that have been read, with the settings under which they have been checked. A list that routes inherit is read
//! once, and an issue in it is reported once, under the first settings for which it matters.

use crate::config::stakes::{ListStakes, Stakes};
use crate::issues::code::Severity;

/// A list that has been read.
#[derive(Debug)]
pub(crate) struct Checked<T> {
    pub(crate) list: T,
    under: Vec<ListStakes>,
}

impl<T> Checked<T> {
    pub(crate) fn new(list: T) -> Self {
        Checked { list, under: Vec::new() }
    }

    /// The check that these settings require; none if it has been made already.
    pub(crate) fn check(&mut self, stakes: ListStakes) -> Option<(&T, Check<'_>)> {
        if self.under.contains(&stakes) {
            return None;
        }
        self.under.push(stakes);
        let (stakes, earlier) = self.under.split_last()?;
        Some((&self.list, Check { stakes, earlier }))
    }
}

/// The settings under which a list is checked, and those under which it was checked before.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Check<'c> {
    pub(crate) stakes: &'c ListStakes,
    earlier: &'c [ListStakes],
}

impl Check<'_> {
    /// The severity of a concern about an entry; none if the entry is fine, or if the concern has been reported with
    /// this severity. A lint at the top level may be an error in a route.
    pub(crate) fn news(&self, entry: &str, severity: impl Fn(Stakes) -> Option<Severity>) -> Option<Severity> {
        let now = severity(self.stakes.of(entry))?;
        (!self.earlier.iter().any(|earlier| severity(earlier.of(entry)) == Some(now))).then_some(now)
    }
}
