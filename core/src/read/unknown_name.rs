//! Names that are no settings: what they most likely mean, and where they belong.

use crate::config::names_elsewhere::{is_any_origin, needless};
use crate::config::notation::Notation;
use crate::config::setting_names;
use crate::config::value::Value;
use crate::issues::code::Code;
use crate::issues::issue::Fault;
use crate::printable::printable;
use crate::read::reader::Reader;
use crate::suggest::guess::guess;

impl Reader<'_> {
    /// Records a name that is none of `keys`; `given` are those that stand in the same table.
    pub(crate) fn unknown_key(&mut self, name: &str, value: Value, keys: &[&'static str], given: &[&'static str]) {
        let (message, help) = if self.issues.is_full() {
            (String::new(), String::new())
        } else if let Some(misplaced) = self.misplaced(name, keys) {
            misplaced
        } else if let Some(wrapped) = self.wrapped(name, &value, keys) {
            wrapped
        } else if let Some(path) = self.path_of_a_route(name, &value, keys) {
            path
        } else {
            let message = match self.table() {
                "" => format!("there is no setting `{}`", printable(name)),
                table => format!("there is no setting `{}` in `{table}`", printable(name)),
            };
            (message, self.instead_of_key(name, &value, keys, given))
        };
        self.error(&printable(name), value, Fault::new(Code::UnknownKey, message, help));
    }

    /// The table at hand, by its own name; empty for the policy itself.
    fn table(&self) -> &str {
        let table = self.prefix.trim_end_matches('.');
        table.rsplit('.').next().unwrap_or(table)
    }

    /// A setting that belongs to a table further out. In TOML it comes after a header, and so became part of that table.
    fn misplaced(&mut self, name: &str, keys: &[&'static str]) -> Option<(String, String)> {
        let table = self.table().to_owned();
        let key = setting_names::resolve(name, setting_names::CORSAC)
            .filter(|key| !keys.contains(key) && !table.is_empty())?;
        let name = self.notation().key(key);
        let in_route = self.prefix.starts_with("routes[");
        self.meant.push((String::new(), key));
        let header = match (table.as_str(), in_route) {
            ("protection", true) => "[routes.protection]",
            ("protection", false) => "[protection]",
            _ => "[[routes]]",
        };
        if self.notation() != Notation::Toml {
            return Some((
                format!("`{name}` is not a setting of `{table}`, in which it stands"),
                format!("move `{name}` out of `{table}`"),
            ));
        }
        let message =
            format!("`{name}` stands in the table `{table}`, to which everything after the header `{header}` belongs");
        let help = if table == "protection" && in_route && setting_names::ROUTE.contains(&key) {
            format!("move it above `{header}`, to the other settings of the route")
        } else {
            "move it above the first `[table]` of the file, to the settings of the whole policy".to_owned()
        };
        Some((message, help))
    }

    /// A table around settings that belong to the policy itself, such as `[cors]`.
    fn wrapped(&mut self, name: &str, value: &Value, keys: &[&'static str]) -> Option<(String, String)> {
        let Value::Map(entries) = value else { return None };
        let inside: Vec<_> = entries.iter().filter_map(|(key, _)| setting_names::resolve(key, keys)).collect();
        let inner = inside.first()?;
        self.meant.extend(inside.iter().map(|key| (self.prefix.clone(), *key)));
        let (name, inner) = (printable(name), self.notation().key(inner));
        let message = format!("`{inner}` stands in the table `{name}`, which corsac does not have");
        let help = if self.notation() == Notation::Toml {
            format!("remove the header `[{name}]`: settings stand at the top of the file, in no table")
        } else {
            format!("take the settings out of `{name}`: they stand in the policy itself")
        };
        Some((message, help))
    }

    /// What other libraries call the paths of their rules.
    fn path_of_a_route(&mut self, name: &str, value: &Value, keys: &[&'static str]) -> Option<(String, String)> {
        const NAMES: [&str; 8] = ["paths", "route", "url", "urls", "pattern", "prefix", "location", "match"];
        if !keys.contains(&"path") || !NAMES.contains(&name.to_ascii_lowercase().as_str()) {
            return None;
        }
        let message = format!("there is no setting `{}` in `{}`", printable(name), self.table());
        let one = match value {
            Value::List(items) => <&[Value; 1]>::try_from(items.as_slice()).ok().map(|[one]| one.clone()),
            other => Some(other.clone()),
        };
        let help = match one {
            Some(one) if self.spot("path").takes(one.clone()) => {
                if one == *value {
                    "write `path`".to_owned()
                } else {
                    format!("write `{}`", self.notation().setting("path", &one, true))
                }
            }
            _ => "the setting is called `path`, and takes one path: write a route for each".to_owned(),
        };
        self.meant.push((self.prefix.clone(), "path"));
        Some((message, help))
    }

    fn instead_of_key(&mut self, name: &str, value: &Value, keys: &[&'static str], given: &[&'static str]) -> String {
        let notation = self.notation();
        if is_any_origin(name) {
            let key = if keys.contains(&"origin") { "origin" } else { "allow_origins" };
            self.meant.push((self.prefix.clone(), key));
            return match (value, given.contains(&key)) {
                (Value::Bool(true), false) => self
                    .spot(key)
                    .setting(["*"].into_iter().collect())
                    .unwrap_or_else(|| format!("list the origins in `{}`", notation.key(key))),
                _ => format!("remove it: `{}` says which origins are allowed", notation.key(key)),
            };
        }
        if let Some(why) = needless(name) {
            return why.to_owned();
        }
        let Some(key) = setting_names::nearest(name, keys) else {
            let names: Vec<_> = keys.iter().map(|key| notation.key(key)).collect();
            return format!("remove it; the settings are {}", names.join(", "));
        };
        let shown = notation.key(key);
        if given.contains(&key) {
            return format!("remove it: `{shown}` is given already");
        }
        self.meant.push((self.prefix.clone(), key));
        let spot = self.spot(key);
        if spot.takes(value.clone()) {
            return format!("write `{shown}`");
        }
        let meant = guess(key, value).and_then(|meant| spot.setting(meant));
        meant.unwrap_or_else(|| format!("the setting is called `{shown}`, and its value has to be changed as well"))
    }
}
