//! Names that are not settings: what they most likely mean, and where they belong.

use crate::config::names_elsewhere::{is_any_origin, needless};
use crate::config::notation::Notation;
use crate::config::setting_names;
use crate::config::settings_table::Setting;
use crate::config::value::Value;
use crate::issues::fault::Fault;
use crate::issues::messages::suggestions::write;
use crate::issues::messages::unknown_names::{self, Instead, TableHeader};
use crate::printable::printable;
use crate::read::reader::Reader;
use crate::suggest::guess::guess;

impl Reader<'_> {
    /// Records a name that is not one of `keys`; `given` are the names in the same table.
    pub(crate) fn unknown_key(&mut self, name: &str, value: Value, keys: &[&'static str], given: &[&'static str]) {
        let fault = if self.issues.is_full() {
            unknown_names::unlisted()
        } else if let Some(misplaced) = self.misplaced(name, keys) {
            misplaced
        } else if let Some(wrapped) = self.wrapped(name, &value, keys) {
            wrapped
        } else {
            let path = self.path_of_a_route(name, &value, keys);
            let instead = path.unwrap_or_else(|| self.instead_of_key(name, &value, keys, given));
            unknown_names::unknown_setting(name, self.table(), instead, self.notation())
        };
        self.error(&printable(name), value, fault);
    }

    /// The name of this table; empty for the policy itself.
    fn table(&self) -> &str {
        let table = self.prefix.trim_end_matches('.');
        table.rsplit('.').next().unwrap_or(table)
    }

    /// A setting that belongs to an outer table. In TOML, it was written after the header of an inner table, and so
    /// became part of that one.
    fn misplaced(&mut self, name: &str, keys: &[&'static str]) -> Option<Fault> {
        let table = self.table().to_owned();
        // This table is never written with a TOML header, after which settings could follow.
        if table.starts_with(Setting::DangerouslyAllow.name()) {
            return None;
        }
        let key = setting_names::resolve(name, setting_names::CORSAC)
            .filter(|key| !keys.contains(key) && !table.is_empty())?;
        let in_route = self.prefix.starts_with("routes[");
        self.meant.push((String::new(), key));
        if self.notation() != Notation::Toml {
            return Some(unknown_names::setting_in_wrong_table(key, &table, self.notation()));
        }
        let header = match (table.as_str(), in_route) {
            ("protection", true) => "[routes.protection]",
            ("protection", false) => "[protection]",
            _ => "[[routes]]",
        };
        let belongs_to_route = table == "protection" && in_route && setting_names::ROUTE.contains(&key);
        Some(unknown_names::setting_after_header(key, TableHeader { table: &table, header, belongs_to_route }))
    }

    /// A table around settings that belong to the policy itself, such as `[cors]`.
    fn wrapped(&mut self, name: &str, value: &Value, keys: &[&'static str]) -> Option<Fault> {
        let Value::Map(entries) = value else { return None };
        let inside: Vec<_> = entries.iter().filter_map(|(key, _)| setting_names::resolve(key, keys)).collect();
        let first = inside.first()?;
        self.meant.extend(inside.iter().map(|key| (self.prefix.clone(), *key)));
        Some(unknown_names::wrapped_settings(name, first, self.notation()))
    }

    /// The names that other libraries use for the paths of their rules.
    fn path_of_a_route(&mut self, name: &str, value: &Value, keys: &[&'static str]) -> Option<Instead> {
        const NAMES: [&str; 8] = ["paths", "route", "url", "urls", "pattern", "prefix", "location", "match"];
        if !keys.contains(&"path") || !NAMES.contains(&name.to_ascii_lowercase().as_str()) {
            return None;
        }
        let one = match value {
            Value::List(items) => <&[Value; 1]>::try_from(items.as_slice()).ok().map(|[one]| one.clone()),
            other => Some(other.clone()),
        };
        self.meant.push((self.prefix.clone(), "path"));
        Some(match one {
            Some(one) if self.spot("path").takes(one.clone()) => Instead::Suggestion(if one == *value {
                write("path")
            } else {
                write(&self.notation().setting("path", &one, true))
            }),
            _ => Instead::PathOfEachRoute,
        })
    }

    fn instead_of_key(&mut self, name: &str, value: &Value, keys: &[&'static str], given: &[&'static str]) -> Instead {
        if is_any_origin(name) {
            let setting = if keys.contains(&"origin") { "origin" } else { "allow_origins" };
            self.meant.push((self.prefix.clone(), setting));
            let is_given = *value != Value::Bool(true) || given.contains(&setting);
            let any = || self.spot(setting).setting(["*"].into_iter().collect());
            let suggestion = if is_given { None } else { any() };
            return suggestion.map_or(Instead::AnyOrigin { setting, is_given }, Instead::Suggestion);
        }
        if let Some(needless) = needless(name) {
            return Instead::Needless(needless);
        }
        let Some(key) = setting_names::nearest(name, keys) else {
            return Instead::OneOf(keys.to_vec());
        };
        if given.contains(&key) {
            return Instead::Given(key);
        }
        self.meant.push((self.prefix.clone(), key));
        let spot = self.spot(key);
        if spot.takes(value.clone()) {
            return Instead::Suggestion(write(&self.notation().key(key)));
        }
        let meant = guess(key, value).and_then(|meant| spot.setting(meant));
        meant.map_or(Instead::Setting(key), Instead::Suggestion)
    }
}
