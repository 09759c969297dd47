//! The entries for which `dangerously_allow` lifts a check: whether they are in a list, whether they need the
//! exception, and which plain http origins they allow.

use crate::config::dangers::{Danger, Dangers};
use crate::config::lifted::Lifted;
use crate::config::list::List;
use crate::config::settings::{Document, Settings};
use crate::config::stakes::{ListStakes, Stakes};
use crate::issues::issue::Issues;
use crate::issues::messages::settings::{danger_not_listed, danger_not_needed};
use crate::origins::list::{Found, OriginList};
use crate::origins::set::OriginSet;
use std::sync::Arc;

/// The named entries that would be refused if their check were not lifted, each with the name of the check.
#[derive(Debug, Default)]
pub(crate) struct NeededDangers(Vec<(String, &'static str)>);

impl NeededDangers {
    /// Records the entries of a list that need a check to be lifted for them. `refuses` says whether a concern refuses
    /// an entry, or some of its origins.
    pub(crate) fn note<C>(
        &mut self,
        found: &Found<C>,
        list: &List,
        stakes: &ListStakes,
        refuses: impl Fn(&C, Stakes) -> bool,
    ) {
        for (index, concern) in found {
            let Some(entry) = list.entries.get(*index) else { continue };
            for named in stakes.lifted.named_for(&entry.text) {
                let dangers = without(&stakes.lifted, &entry.text, named.danger);
                let is_needed = refuses(concern, Stakes { dangers, ..stakes.of_unnamed() })
                    && !refuses(concern, stakes.of(&entry.text));
                if is_needed {
                    self.0.push((entry.text.clone(), named.danger.as_str()));
                }
            }
        }
    }

    /// Reports the entries that are named although they need no exception.
    pub(crate) fn report(mut self, document: &Document, issues: &mut Issues) {
        let top = &document.settings;
        let own = document.routes.iter().map(|route| &route.settings.dangerously_allow);
        let own = own.filter(|lifted| !Arc::ptr_eq(lifted, &top.dangerously_allow));
        let all: Vec<&Arc<Lifted>> = std::iter::once(&top.dangerously_allow).chain(own).collect();
        let mut named: Vec<&str> = all.iter().flat_map(|lifted| lifted.named()).map(|(entry, _)| entry).collect();
        if named.is_empty() {
            return;
        }
        named.sort_unstable();
        let mut listed: Vec<&str> = texts(document).filter(|text| named.binary_search(text).is_ok()).collect();
        listed.sort_unstable();
        self.0.sort_unstable();
        for (entry, lift) in all.into_iter().flat_map(|lifted| lifted.named()) {
            if listed.binary_search(&entry).is_err() {
                issues.lint(&lift.field, entry, danger_not_listed(entry));
            } else if self.0.binary_search(&(entry.to_owned(), lift.danger.as_str())).is_err() {
                issues.lint(&lift.field, entry, danger_not_needed(entry, lift.danger));
            }
        }
    }
}

/// The checks that would be lifted for an entry if this check were not lifted for it by name.
fn without(lifted: &Lifted, entry: &str, danger: Danger) -> Dangers {
    let mut dangers = lifted.everywhere;
    let others = lifted.named_for(entry).filter(|other| other.danger != danger);
    others.for_each(|other| dangers.lift(other.danger));
    dangers
}

/// The entries of all lists of origins, those of inherited lists once.
fn texts(document: &Document) -> impl Iterator<Item = &str> {
    let top = &document.settings;
    let routes = document.routes.iter().map(|route| &route.settings);
    std::iter::once(top).chain(routes).flat_map(move |settings| {
        let is_top = std::ptr::eq(settings, top);
        let lists =
            [(&settings.allow_origins, &top.allow_origins), (&settings.allow_origin_regex, &top.allow_origin_regex)];
        let lists = lists.into_iter().filter(move |(own, inherited)| is_top || !Arc::ptr_eq(own, inherited));
        let entries = lists.flat_map(|(own, _)| &own.entries);
        let trusted = settings.protection.iter().flat_map(|protection| &protection.trusted_origins.entries);
        entries.chain(trusted).map(|entry| entry.text.as_str())
    })
}

/// The entries of a policy with credentials that are named with `insecure-origins`. Only these entries allow plain
/// http.
pub(crate) fn insecure_by_name(settings: &Settings) -> Option<OriginSet> {
    let lifted = &settings.dangerously_allow;
    let is_named = |text: &str| lifted.named_for(text).any(|lift| lift.danger == Danger::InsecureOrigins);
    let is_in_force = settings.allow_credentials && !lifted.everywhere.insecure_origins;
    if !is_in_force || !lifted.named().any(|(_, lift)| lift.danger == Danger::InsecureOrigins) {
        return None;
    }
    let named_of = |list: &List| {
        let entries = list.entries.iter().filter(|entry| is_named(&entry.text)).cloned().collect();
        List { field: String::new(), entries }
    };
    let (patterns, regexes) = (named_of(&settings.allow_origins), named_of(&settings.allow_origin_regex));
    Some(OriginList::read(&patterns, &regexes, false).set).filter(|set| !set.is_nobody())
}
