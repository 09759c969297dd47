//! Reading `routes` and `protection`: tables inside a configuration.

use crate::config::notation::Notation;
use crate::config::setting_names;
use crate::config::settings::{List, PredicateOf, ProtectionSettings, RouteSettings, Segment, Settings};
use crate::config::value::Value;
use crate::issues::code::Code;
use crate::issues::issue::{Fault, printable, write_this};
use crate::paths::tree::parse_path;
use crate::read::reader::{Reader, Store};
use crate::suggest::paths;
use std::sync::Arc;

impl Reader<'_> {
    /// The routes, each with its settings merged into those of the top level.
    pub(crate) fn routes(&mut self, value: Value, top: &Settings) -> Vec<RouteSettings> {
        let Value::List(items) = value else {
            let (tables, help) = (self.notation().tables(), self.route_example());
            self.wrong_type("routes", &value, tables, &help);
            return Vec::new();
        };
        let mut routes = Vec::with_capacity(items.len());
        for (index, item) in (0..).zip(items) {
            let field = format!("routes[{index}]");
            let Value::Map(entries) = item else {
                let (table, help) = (self.notation().table(), self.route_example());
                self.wrong_type(&field, &item, table, &help);
                continue;
            };
            self.place = format!("{field}.");
            let (stakes, alone) = (self.stakes, self.alone);
            self.weigh(&entries);
            let (path, settings) = self.route(entries, index, top);
            self.place.clear();
            (self.stakes, self.alone) = (stakes, alone);
            routes.push(RouteSettings { field, path, settings });
        }
        routes
    }

    fn path_example(&self) -> String {
        self.notation().setting("path", &Value::from("/public/{*rest}"), true)
    }

    fn route_example(&self) -> String {
        let path = Value::from("/public/{*rest}");
        match self.notation() {
            Notation::Toml => {
                format!(
                    "write `[[routes]]`, and below it the path, as in `{}`, and what differs there",
                    Notation::Toml.setting("path", &path, true)
                )
            }
            other => {
                let routes = Value::List(vec![Value::Map(vec![("path".to_owned(), path)])]);
                format!("write each route with its path, as in `{}`", other.setting("routes", &routes, false))
            }
        }
    }

    fn route(&mut self, entries: Vec<(String, Value)>, index: u32, top: &Settings) -> (Option<Vec<Segment>>, Settings) {
        let entries = self.resolve(entries, setting_names::ROUTE);
        let mut settings = top.clone();
        if entries.iter().any(|(key, _)| setting_names::ORIGIN_GROUP.contains(key)) {
            settings.allow_origins = Arc::default();
            settings.allow_origin_regex = Arc::default();
            settings.predicate = None;
        }
        let path = match entries.iter().find(|(key, _)| *key == "path") {
            None if self.is_meant(&["path"]) => None,
            None => {
                let message = "the route has no path";
                let help = format!("write for which paths it is, as in `{}`", self.path_example());
                self.error("path", "", Fault::new(Code::MissingPath, message, help));
                None
            }
            Some((_, Value::String(text))) => match parse_path(text) {
                Ok(path) => Some(path),
                Err(mut fault) => {
                    if let Some(path) = paths::suggest(text).filter(|_| !self.issues.is_full()) {
                        fault.help = write_this(&path);
                    }
                    self.error("path", text, fault);
                    None
                }
            },
            Some((_, other)) => {
                let (string, example) = (self.notation().string(), self.path_example());
                self.wrong_type("path", other, string, &format!("write a path, as in `{example}`"));
                None
            }
        };
        self.corsac(entries, PredicateOf::Route(index), &mut settings);
        (path, settings)
    }

    pub(crate) fn protection(&mut self, value: Value) -> Option<Option<Arc<ProtectionSettings>>> {
        let Value::Map(entries) = value else {
            let notation = self.notation();
            let example = Value::Map(vec![("writes".to_owned(), Value::from("reject"))]);
            let example = notation.setting("protection", &example, !self.place.is_empty());
            let help = format!("write what is to be refused, as in `{example}`");
            self.wrong_type("protection", &value, notation.table(), &help);
            return None;
        };
        let field = format!("{}protection", self.place);
        let place = std::mem::replace(&mut self.place, format!("{field}."));
        let mut protection = ProtectionSettings {
            field,
            writes: false,
            websockets: false,
            trusted_origins: List::default(),
            report_only: false,
        };
        for (key, value) in self.resolve(entries, setting_names::PROTECTION) {
            match key {
                "writes" => self.mode(key, &value).store(&mut protection.writes),
                "websockets" => self.mode(key, &value).store(&mut protection.websockets),
                "trusted_origins" => {
                    self.list(key, value, "https://app.example.com").store(&mut protection.trusted_origins);
                }
                _ => self.boolean(key, &value).store(&mut protection.report_only),
            }
        }
        self.place = place;
        Some(Some(Arc::new(protection)))
    }

    /// Whether something is refused.
    fn mode(&mut self, key: &str, value: &Value) -> Option<bool> {
        const OTHERWISE: &str =
            "set it to `reject`, which refuses requests from origins that are not trusted, or to `off`";
        match value {
            Value::String(mode) if mode == "reject" => Some(true),
            Value::String(mode) if mode == "off" => Some(false),
            Value::String(mode) => {
                let message = format!("there is no mode `{}`; the modes are `reject` and `off`", printable(mode));
                let help = self.meant(key, value, OTHERWISE);
                self.error(key, value, Fault::new(Code::ProtectionMode, message, help));
                None
            }
            other => {
                let string = self.notation().string();
                self.wrong_type(key, other, string, OTHERWISE);
                None
            }
        }
    }
}
