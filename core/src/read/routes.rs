//! Reading `routes`: tables of settings for some paths.

use crate::config::setting_names;
use crate::config::settings::{PredicateOf, RouteSettings, Segment, Settings};
use crate::config::settings_table::{PolicySetting, RouteSetting};
use crate::config::tables::{Key, RouteKey};
use crate::config::value::Value;
use crate::issues::messages::routes::{missing_path, not_a_path};
use crate::issues::messages::settings::Wanted;
use crate::paths::route_path::parse_path;
use crate::read::reader::{Entries, Reader};
use crate::suggest::paths;
use std::sync::Arc;

const ROUTES: &str = PolicySetting::Routes.name();
const PATH: &str = RouteSetting::Path.name();

impl Reader<'_> {
    /// The routes, each with its settings merged into those of the top level.
    pub(crate) fn routes(&mut self, value: Value, top: &Settings) -> Vec<RouteSettings> {
        let Value::List(items) = value else {
            self.wrong_type(ROUTES, &value, Wanted::Routes);
            return Vec::new();
        };
        let mut routes = Vec::with_capacity(items.len());
        for (index, item) in (0..).zip(items) {
            let field = format!("{ROUTES}[{index}]");
            let Value::Map(entries) = item else {
                self.wrong_type(&field, &item, Wanted::Route);
                continue;
            };
            self.prefix = format!("{field}.");
            let (stakes, lifted, alone) = (self.stakes, Arc::clone(&self.lifted), self.alone);
            self.weigh(&entries);
            let entries = self.resolve::<RouteKey>(entries);
            #[cfg(feature = "explain")]
            let written = written(&entries);
            let (path, settings) = self.route(entries, index, top);
            self.prefix.clear();
            (self.stakes, self.lifted, self.alone) = (stakes, lifted, alone);
            routes.push(RouteSettings {
                field,
                path,
                #[cfg(feature = "explain")]
                written,
                settings,
            });
        }
        routes
    }

    fn route(&mut self, entries: Entries<RouteKey>, index: u32, top: &Settings) -> (Option<Vec<Segment>>, Settings) {
        let mut settings = top.clone();
        if entries.iter().any(|(key, _)| setting_names::ORIGIN_GROUP.contains(&key.name())) {
            settings.allow_origins = Arc::default();
            settings.allow_origin_regex = Arc::default();
            settings.predicate = None;
        }
        let path = match entries.iter().find(|(key, _)| *key == RouteKey::Route(RouteSetting::Path)) {
            Some((_, value)) => self.path(value),
            None if self.is_meant(&[PATH]) => None,
            None => {
                self.error(PATH, "", missing_path(self.notation()));
                None
            }
        };
        for (key, value) in entries {
            match key {
                // It was read before everything else.
                RouteKey::Route(RouteSetting::Path) => {}
                RouteKey::Setting(setting) => self.setting(setting, value, &mut settings),
                RouteKey::Predicate => settings.predicate = Some(PredicateOf::Route(index)),
            }
        }
        (path, settings)
    }

    /// `None` if it cannot be read.
    fn path(&mut self, value: &Value) -> Option<Vec<Segment>> {
        let Value::String(text) = value else {
            self.wrong_type(PATH, value, Wanted::RoutePath);
            return None;
        };
        match parse_path(text) {
            Ok(path) => Some(path),
            Err(flaw) => {
                let suggestion = if self.issues.is_full() { None } else { paths::suggest(text) };
                self.error(PATH, text, not_a_path(text, flaw, suggestion.as_deref()));
                None
            }
        }
    }
}

/// The path as it is written, and the settings that the route does not inherit.
#[cfg(feature = "explain")]
fn written(entries: &Entries<RouteKey>) -> crate::config::settings::WrittenRoute {
    let mut written = crate::config::settings::WrittenRoute::default();
    for (key, value) in entries {
        match (key, value) {
            (RouteKey::Route(RouteSetting::Path), Value::String(path)) => written.path.clone_from(path),
            (RouteKey::Setting(setting), _) => written.settings.push(*setting),
            _ => {}
        }
    }
    written
}
