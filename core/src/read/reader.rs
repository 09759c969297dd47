//! The one visitor over a configuration: it records every issue of type and goes on.

use crate::compile::origins::Stakes;
use crate::config::names_elsewhere;
use crate::config::notation::Notation;
use crate::config::setting_names;
use crate::config::settings::{At, Dangers, Entry, List, PredicateOf, RouteSettings, Settings};
use crate::config::value::Value;
use crate::issues::code::Code;
use crate::issues::issue::{Fault, Issues, printable};
use crate::origins::regex::check_regexp;
use crate::read::cors_package;
use crate::suggest::guess::guess;
use crate::suggest::regex::{Syntax, Written};
use crate::suggest::trial::Place;
use std::fmt;
use std::sync::Arc;

/// What was read of a configuration: the settings of the top level, and each route's.
#[derive(Debug, Default)]
pub(crate) struct Document {
    pub(crate) settings: Settings,
    pub(crate) routes: Vec<RouteSettings>,
}

/// Reads a configuration. What is wrong is in `issues`; the settings hold what could be read.
pub(crate) fn read(value: Value, predicate: bool, cors_options: bool, issues: &mut Issues) -> Document {
    let notation = issues.notation();
    let Value::Map(entries) = value else {
        let message = format!("a policy is {} of settings, not {}", notation.table(), notation.type_name(&value));
        let example = notation.list_setting("allow_origins", &["https://app.example.com"]);
        let help = format!("write settings with their names, as in `{example}`");
        issues.error("", &value, Fault::new(Code::WrongType, message, help));
        return Document::default();
    };
    let mut reader =
        Reader { issues, place: String::new(), stakes: Stakes::default(), alone: !predicate, meant: Vec::new() };
    let is_cors = reader.dialect(&entries, cors_options);
    reader.weigh(&entries);
    let entries = reader.resolve(entries, if is_cors { setting_names::CORS } else { setting_names::CORSAC });
    if is_cors {
        return Document { settings: cors_package::read(entries, predicate, &mut reader), routes: Vec::new() };
    }
    reader.document(entries, predicate)
}

/// Values under the names of settings that exist, each once.
pub(crate) type Entries = Vec<(&'static str, Value)>;

pub(crate) struct Reader<'i> {
    pub(crate) issues: &'i mut Issues,
    /// What stands before a setting's name: `routes[0].`, or nothing.
    pub(crate) place: String,
    /// What suggestions in the table at hand depend on: whether credentials are allowed, which checks are lifted.
    pub(crate) stakes: Stakes,
    /// Neither a regex nor a predicate stands beside its list of origins.
    pub(crate) alone: bool,
    /// What unknown names stand for, with the place of its table: it is told of already, and not missing.
    pub(crate) meant: Vec<(String, &'static str)>,
}

impl Reader<'_> {
    fn dialect(&mut self, entries: &[(String, Value)], cors_options: bool) -> bool {
        match entries.iter().find(|(key, _)| key == "dialect").map(|(_, value)| value) {
            None => {
                // Beside `origin` a name that is nearly one of that package's options is meant as that.
                let theirs = entries.iter().any(|(name, _)| name == "origin");
                let is_near = |name: &str| names_elsewhere::ours(name, true).is_some();
                let ours = |(name, value): &(String, Value)| {
                    setting_names::is_corsac_only(name) && !(theirs && is_near(name))
                        || (*value == Value::Function && setting_names::is_predicate(name, setting_names::CORSAC))
                };
                cors_options && !entries.iter().any(ours)
            }
            Some(Value::String(name)) if name == "corsac" => false,
            Some(Value::String(name)) if name == "cors" => true,
            Some(value @ Value::String(_)) => {
                let message = format!("there is no dialect `{}`", printable(&value.to_string()));
                let help = "write `corsac`, or `cors` for the options of the `cors` package";
                self.issues.error("dialect", value, Fault::new(Code::UnknownDialect, message, help));
                false
            }
            Some(value) => {
                let string = self.notation().string();
                self.wrong_type("dialect", value, string, "name the dialect, which is `corsac` or `cors`");
                false
            }
        }
    }

    pub(crate) fn resolve(&mut self, entries: Vec<(String, Value)>, keys: &[&'static str]) -> Entries {
        let mut resolved: Entries = Vec::with_capacity(entries.len());
        let mut names: Vec<(&'static str, String)> = Vec::new();
        let given: Vec<_> = entries.iter().filter_map(|(name, _)| setting_names::resolve(name, keys)).collect();
        for (name, value) in entries {
            let key = match setting_names::resolve(&name, keys) {
                Some(key) => key,
                // A function is the predicate: nothing but a host language can say it.
                None if value == Value::Function && setting_names::is_predicate(&name, keys) => {
                    setting_names::PREDICATE
                }
                None => {
                    self.unknown_key(&name, value, keys, &given);
                    continue;
                }
            };
            if let Some((_, other)) = names.iter().find(|(other, _)| *other == key) {
                let message = format!("`{}` is given more than once", self.notation().key(key));
                let help = if *other == name {
                    "keep one of them".to_owned()
                } else {
                    let camel = setting_names::camel_case(key);
                    format!("keep one of them: `{key}` and `{camel}` are the same setting")
                };
                self.error(key, &value, Fault::new(Code::DuplicateKey, message, help));
                continue;
            }
            names.push((key, name));
            resolved.push((key, value));
        }
        resolved
    }

    /// Whether an unknown name stands for one of these settings of the table at hand.
    pub(crate) fn is_meant(&self, keys: &[&str]) -> bool {
        self.meant.iter().any(|(place, key)| *place == self.place && keys.contains(key))
    }

    /// Learns what suggestions in a table depend on, from its settings and what held so far.
    pub(crate) fn weigh(&mut self, entries: &[(String, Value)]) {
        for (name, value) in entries {
            let key = setting_names::resolve(name, setting_names::CORSAC)
                .or_else(|| setting_names::resolve(name, setting_names::CORS));
            // Under another library's name it is an error, and meant all the same.
            match (key.or_else(|| names_elsewhere::ours(name, false)), value) {
                (Some("allow_credentials" | "credentials"), Value::Bool(allowed)) => self.stakes.credentials = *allowed,
                (Some("dangerously_allow"), Value::List(names)) => {
                    self.stakes.dangers = Dangers::default();
                    for name in names {
                        self.stakes.dangers.lift(&name.to_string());
                    }
                }
                (Some("allow_origin_regex"), _) | (_, Value::Function) => self.alone = false,
                _ => {}
            }
        }
    }

    pub(crate) fn notation(&self) -> Notation {
        self.issues.notation()
    }

    /// Where a setting of the table at hand stands, for suggestions.
    pub(crate) fn spot<'f>(&self, field: &'f str) -> Place<'f> {
        let place = Place::new(field, self.stakes, self.alone, self.issues);
        Place { nested: !self.place.is_empty(), ..place }
    }

    /// Records an issue under the name of a setting of the table at hand.
    pub(crate) fn error(&mut self, field: &str, value: impl fmt::Display, fault: Fault) {
        self.issues.error(format!("{}{field}", self.place), value, fault);
    }

    fn document(&mut self, entries: Entries, predicate: bool) -> Document {
        let mut settings = Settings { predicate: predicate.then_some(PredicateOf::Policy), ..Settings::default() };
        let (routes, entries): (Entries, Entries) = entries.into_iter().partition(|(key, _)| *key == "routes");
        let origins_given = predicate || entries.iter().any(|(key, _)| setting_names::ORIGIN_GROUP.contains(key));
        self.corsac(entries, PredicateOf::Policy, &mut settings);
        if !origins_given && !self.is_meant(setting_names::ORIGIN_GROUP) {
            let message = "nothing says which origins may read responses";
            let example = self.notation().list_setting("allow_origins", &["https://app.example.com"]);
            let help = format!("list them, as in `{example}`; `[\"*\"]` is any origin, `[]` is nobody");
            self.error("allow_origins", "", Fault::new(Code::MissingOrigins, message, help));
        }
        let routes = routes.into_iter().flat_map(|(_, value)| self.routes(value, &settings)).collect();
        Document { settings, routes }
    }

    /// Reads settings of the `corsac` dialect over those that hold so far.
    pub(crate) fn corsac(&mut self, entries: Entries, predicate: PredicateOf, settings: &mut Settings) {
        for (key, value) in entries {
            match key {
                "allow_origins" => {
                    self.list(key, value, "https://app.example.com").store(&mut settings.allow_origins);
                }
                "allow_origin_regex" => self.regexes(value).store(&mut settings.allow_origin_regex),
                setting_names::PREDICATE => settings.predicate = Some(predicate),
                "allow_methods" => self.list(key, value, "PUT").store(&mut settings.allow_methods),
                "allow_headers" => self.list(key, value, "X-Request-Id").store(&mut settings.allow_headers),
                "expose_headers" => self.list(key, value, "ETag").store(&mut settings.expose_headers),
                "allow_credentials" => self.boolean(key, &value).store(&mut settings.allow_credentials),
                "preflight_status" => self.status(key, &value).store(&mut settings.preflight_status),
                "preflight_continue" => self.boolean(key, &value).store(&mut settings.preflight_continue),
                _ => self.shared(key, value, settings),
            }
        }
    }

    /// Settings that both dialects have.
    pub(crate) fn shared(&mut self, key: &'static str, value: Value, settings: &mut Settings) {
        match key {
            "max_age" => self.max_age(key, &value).store(&mut settings.max_age),
            "allow_private_network" => {
                let place: Arc<str> = format!("{}{key}", self.place).into();
                let allowed = self.boolean(key, &value).map(|allowed| allowed.then_some(place));
                allowed.store(&mut settings.allow_private_network);
            }
            "keep_app_headers" => self.boolean(key, &value).store(&mut settings.keep_app_headers),
            "dangerously_allow" => {
                if let Some(list) = self.list(key, value, "insecure-origins") {
                    settings.dangers = self.dangers(&list);
                }
            }
            "protection" => self.protection(value).store(&mut settings.protection),
            "$schema" if !matches!(value, Value::String(_)) => {
                let string = self.notation().string();
                self.wrong_type(key, &value, string, "write the address of the schema");
            }
            _ => {}
        }
    }

    /// Says that a value is of the wrong type, and what to write: the value that is meant, if it can be told.
    pub(crate) fn wrong_type(&mut self, field: &str, value: &Value, wanted: &str, otherwise: &str) {
        let notation = self.notation();
        let name = notation.key(field);
        let message = format!("`{name}` takes {wanted}, not {}", notation.type_name(value));
        let help = match value {
            Value::Undefined if field == "path" => format!("the variable is not set: give it a value, or {otherwise}"),
            Value::Undefined => format!("the variable is not set: give it a value, leave `{name}` out, or {otherwise}"),
            // They have no default.
            Value::Null if setting_names::ORIGIN_LISTS.contains(&field) || field == "path" => otherwise.to_owned(),
            Value::Null => format!("leave `{name}` out for its default, or {otherwise}"),
            _ => guess(field, value)
                .and_then(|meant| self.spot(field).setting(meant))
                .unwrap_or_else(|| otherwise.to_owned()),
        };
        self.error(field, value, Fault::new(Code::WrongType, message, help));
    }

    /// A list of strings. A string is not one: it would be read as characters, or matched as a whole.
    pub(crate) fn list(&mut self, key: &str, value: Value, example: &str) -> Option<List> {
        let notation = self.notation();
        let Value::List(items) = value else {
            let example = notation.list_setting(key, &[example]);
            self.wrong_type(key, &value, notation.strings(), &format!("write {}, as in `{example}`", notation.list()));
            return None;
        };
        let mut list = List { field: format!("{}{key}", self.place), entries: Vec::with_capacity(items.len()) };
        for (index, item) in items.into_iter().enumerate() {
            let at = u32::try_from(index).map_or(At::Whole, At::Index);
            match item {
                Value::String(text) => list.entries.push(Entry { at, text }),
                Value::Url(text) => list.entries.push(Entry { at, text: origin_of_url(text) }),
                other => {
                    let name = notation.key(key);
                    let kind = notation.type_name(&other);
                    let message = format!("`{name}` takes {}; this entry is {kind}", notation.strings());
                    let help = self.instead_of_entry(key, &other, example);
                    self.error(&format!("{key}{at}"), &other, Fault::new(Code::WrongType, message, help));
                }
            }
        }
        Some(list)
    }

    /// What to write where an entry of a list is no string.
    fn instead_of_entry(&self, key: &str, entry: &Value, example: &str) -> String {
        let strings = match (entry, guess(key, entry)) {
            // A list in a list.
            (Value::List(_), Some(Value::List(items))) => items.iter().map(Value::to_string).collect(),
            _ => Vec::new(),
        };
        let otherwise = format!("write {}, such as `{example}`", self.notation().string());
        match entry {
            Value::Null | Value::Undefined => format!("remove the entry, or {otherwise}"),
            _ => self.spot(key).quoted_entries(&strings).unwrap_or(otherwise),
        }
    }

    /// Regexes: a list, or one string.
    fn regexes(&mut self, value: Value) -> Option<List> {
        const KEY: &str = "allow_origin_regex";
        const EXAMPLE: &str = r"https://[a-z0-9-]+\.example\.com";
        let field = format!("{}{KEY}", self.place);
        let one = |text| List { field, entries: vec![Entry { at: At::Whole, text }] };
        match value {
            Value::String(text) => Some(one(text)),
            Value::RegExp { source, flags } => Some(one(self.regexp(KEY, source, &flags)?)),
            Value::List(items) => {
                // Regular expression objects stand beside strings; their flags go into the pattern.
                let items = items.into_iter().enumerate().filter_map(|(index, item)| match item {
                    Value::RegExp { source, flags } => {
                        self.regexp(&format!("{KEY}[{index}]"), source, &flags).map(Value::String)
                    }
                    other => Some(other),
                });
                let items = items.collect();
                self.list(KEY, Value::List(items), EXAMPLE)
            }
            other => {
                let notation = self.notation();
                let help = format!("write {}, as in `{}`", notation.list(), notation.list_setting(KEY, &[EXAMPLE]));
                self.wrong_type(KEY, &other, &format!("{} of regexes", notation.list()), &help);
                None
            }
        }
    }

    /// The pattern of a regular expression object, its flags written into it.
    pub(crate) fn regexp(&mut self, field: &str, source: String, flags: &str) -> Option<String> {
        if let Some(flag) = flags.chars().find(|flag| !"dgisuvy".contains(*flag)) {
            let message = format!("the flag `{}` of `/{}/` cannot be kept", flag.escape_default(), printable(&source));
            let help = if flag == 'm' {
                "remove the flag `m`: it lets `^` and `$` match inside the text"
            } else {
                "the flags are i and s; d, g, u, v and y make no difference to one test of an origin"
            };
            self.error(field, &source, Fault::new(Code::RegexpFlags, message, help));
            return None;
        }
        let kept: String = flags.chars().filter(|flag| matches!(flag, 'i' | 's')).collect();
        // The source by itself: flags are written around it, and might complete what is none.
        if let Err(why) = check_regexp(&source) {
            let place = self.spot(field);
            let fault = Written { text: &source, syntax: Syntax::RegExp, anywhere: true, place }.refused(&why);
            self.error(field, &source, fault);
            return None;
        }
        Some(if kept.is_empty() { source } else { format!("(?{kept}:{source})") })
    }

    fn dangers(&mut self, list: &List) -> Dangers {
        const KEY: &str = "dangerously_allow";
        let mut dangers = Dangers::default();
        for entry in &list.entries {
            if dangers.lift(&entry.text) {
                continue;
            }
            let message = format!("there is no check `{}` to lift", printable(&entry.text));
            let near =
                setting_names::nearest_danger(&entry.text).and_then(|name| self.spot(KEY).entries(&[name.to_owned()]));
            let help = near.unwrap_or_else(|| {
                "remove the entry; the checks that can be lifted are `insecure-origins`, `public-suffixes` and `null-origin`".into()
            });
            self.issues.error(list.place(&entry.at), &entry.text, Fault::new(Code::UnknownDanger, message, help));
        }
        dangers
    }
}

/// Keeps the default where a value could not be read: the issue is recorded.
pub(crate) trait Store<T> {
    fn store(self, place: &mut T);
}

impl<T, U: From<T>> Store<U> for Option<T> {
    fn store(self, place: &mut U) {
        if let Some(value) = self {
            *place = value.into();
        }
    }
}

/// URL types end an origin in one empty path.
pub(crate) fn origin_of_url(text: String) -> String {
    match text.strip_suffix('/') {
        Some(origin) if origin.split_once("://").is_some_and(|(_, rest)| !rest.contains(['/', '?', '#'])) => {
            origin.to_owned()
        }
        _ => text,
    }
}
