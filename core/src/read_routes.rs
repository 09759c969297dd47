//! Reading `routes` and `protection`: tables inside a configuration.

use crate::catalog::Code;
use crate::error::{Fault, printable};
use crate::keys;
use crate::read::{Reader, Store};
use crate::routes::parse_path;
use crate::settings::{List, PredicateOf, ProtectionSettings, RouteSettings, Segment, Settings};
use crate::value::Value;
use std::sync::Arc;

const ROUTE_HELP: &str = "write `[[routes]]`, and below it `path = \"/public/{*rest}\"` and what differs there";

impl Reader<'_> {
    /// The routes, each with its settings merged into those of the top level.
    pub(crate) fn routes(&mut self, value: Value, top: &Settings) -> Vec<RouteSettings> {
        let Value::List(items) = value else {
            self.wrong_type("routes", &value, "a list of tables", ROUTE_HELP);
            return Vec::new();
        };
        let mut routes = Vec::with_capacity(items.len());
        for (index, item) in (0..).zip(items) {
            let field = format!("routes[{index}]");
            let Value::Map(entries) = item else {
                self.wrong_type(&field, &item, "a table", ROUTE_HELP);
                continue;
            };
            self.place = format!("{field}.");
            let (path, settings) = self.route(entries, index, top);
            self.place.clear();
            routes.push(RouteSettings { field, path, settings });
        }
        routes
    }

    fn route(&mut self, entries: Vec<(String, Value)>, index: u32, top: &Settings) -> (Option<Vec<Segment>>, Settings) {
        let entries = self.resolve(entries, keys::ROUTE);
        let mut settings = top.clone();
        if entries.iter().any(|(key, _)| keys::ORIGIN_GROUP.contains(key)) {
            let nothing = |key| Arc::new(List::new(format!("{}{key}", self.place)));
            settings.allow_origins = nothing("allow_origins");
            settings.allow_origin_regex = nothing("allow_origin_regex");
            settings.predicate = None;
        }
        let path = match entries.iter().find(|(key, _)| *key == "path") {
            None => {
                let message = "a route without a path";
                let help = "write `path = \"/public/{*rest}\"`";
                self.error("path", "", Fault::new(Code::MissingPath, message, help));
                None
            }
            Some((_, Value::String(text))) => match parse_path(text) {
                Ok(path) => Some(path),
                Err(fault) => {
                    self.error("path", text, fault);
                    None
                }
            },
            Some((_, other)) => {
                self.wrong_type("path", other, "a string", "write `path = \"/public/{*rest}\"`");
                None
            }
        };
        self.corsac(entries, PredicateOf::Route(index), &mut settings);
        (path, settings)
    }

    pub(crate) fn protection(&mut self, value: Value) -> Option<Option<Arc<ProtectionSettings>>> {
        let Value::Map(entries) = value else {
            self.wrong_type("protection", &value, "a table", "write `protection = { writes = \"reject\" }`");
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
        for (key, value) in self.resolve(entries, keys::PROTECTION) {
            match key {
                "writes" => self.mode(key, &value).store(&mut protection.writes),
                "websockets" => self.mode(key, &value).store(&mut protection.websockets),
                "trusted_origins" => {
                    self.list(key, value, "[\"https://app.example.com\"]").store(&mut protection.trusted_origins);
                }
                _ => self.boolean(key, &value).store(&mut protection.report_only),
            }
        }
        self.place = place;
        Some(Some(Arc::new(protection)))
    }

    /// Whether something is refused.
    fn mode(&mut self, key: &str, value: &Value) -> Option<bool> {
        const HELP: &str = "write `reject` to refuse requests from origins that are not trusted, or `off`";
        match value {
            Value::String(mode) if mode == "reject" => Some(true),
            Value::String(mode) if mode == "off" => Some(false),
            Value::String(mode) => {
                let message = format!("there is no mode `{}`", printable(mode));
                self.error(key, value, Fault::new(Code::ProtectionMode, message, HELP));
                None
            }
            other => {
                self.wrong_type(key, other, "a string", HELP);
                None
            }
        }
    }
}
