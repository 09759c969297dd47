//! The one visitor for all tables of a configuration. It records every issue about a name or a type, and continues.

use crate::config::lifted::Lifted;
use crate::config::notation::Notation;
use crate::config::setting_names;
use crate::config::settings::{At, Entry, List};
use crate::config::settings_table::Setting;
use crate::config::stakes::Stakes;
use crate::config::tables::Key;
use crate::config::value::Value;
use crate::issues::fault::Fault;
use crate::issues::issue::Issues;
use crate::issues::messages::regex_syntax;
use crate::issues::messages::settings::{Wanted, duplicate_setting, wrong_type, wrong_type_of_entry};
use crate::origins::regex::check_regexp;
use crate::suggest::guess::guess;
use crate::suggest::regex::{Syntax, Written};
use crate::suggest::trial::Place;
use std::fmt;
use std::sync::Arc;

/// Values under the keys of settings that exist, each once.
pub(crate) type Entries<K> = Vec<(K, Value)>;

pub(crate) struct Reader<'i> {
    pub(crate) issues: &'i mut Issues,
    /// The prefix of a setting's name: `routes[0].`, or nothing.
    pub(crate) prefix: String,
    /// The settings on which suggestions in this table depend: whether credentials are allowed, and which checks are
    /// lifted.
    pub(crate) stakes: Stakes,
    /// The same checks, in the form in which suggestions write them.
    pub(crate) lifted: Arc<Lifted>,
    /// Whether only lists of origins say which origins are allowed: there is neither a regex nor a predicate.
    pub(crate) alone: bool,
    /// The settings that unknown names were meant to be, with the position of the table. They have been reported, so
    /// they do not count as missing.
    pub(crate) meant: Vec<(String, &'static str)>,
}

impl Reader<'_> {
    /// The settings of a table by their keys. An unknown name is reported, and so is a name that is given twice.
    pub(crate) fn resolve<K: Key>(&mut self, entries: Vec<(String, Value)>) -> Entries<K> {
        let (keys, names) = (K::all(), K::names());
        let given: Vec<_> = entries.iter().filter_map(|(name, _)| setting_names::resolve(name, names)).collect();
        let mut resolved: Entries<K> = Vec::with_capacity(entries.len());
        let mut written: Vec<(K, String)> = Vec::new();
        for (name, value) in entries {
            let known = setting_names::resolve(&name, names);
            let key = match keys.iter().copied().find(|key| Some(key.name()) == known) {
                Some(key) => Some(key),
                // A function is the predicate. Only a host language can pass one.
                None if value == Value::Function && setting_names::is_predicate(&name) => K::PREDICATE,
                None => None,
            };
            let Some(key) = key else {
                self.unknown_key(&name, value, names, &given);
                continue;
            };
            if let Some((_, other)) = written.iter().find(|(other, _)| *other == key) {
                let setting = key.name();
                let fault = duplicate_setting(setting, &name, other, self.notation());
                self.error(setting, &value, fault);
                continue;
            }
            written.push((key, name));
            resolved.push((key, value));
        }
        resolved
    }

    /// Whether an unknown name was meant as one of these settings of this table.
    pub(crate) fn is_meant(&self, keys: &[&str]) -> bool {
        self.meant.iter().any(|(prefix, key)| *prefix == self.prefix && keys.contains(key))
    }

    /// Finds the settings on which suggestions in a table depend, from the table and the settings so far.
    pub(crate) fn weigh(&mut self, entries: &[(String, Value)]) {
        for (name, value) in entries {
            match (Setting::meant(name), value) {
                (Some(Setting::AllowCredentials), Value::Bool(allowed)) => self.stakes.credentials = *allowed,
                (Some(Setting::DangerouslyAllow), Value::List(names)) => {
                    let names: Vec<_> = names.iter().map(Value::to_string).collect();
                    self.stakes.dangers = names.iter().map(String::as_str).collect();
                    self.lifted = Arc::new(Lifted::of_every_origin(self.stakes.dangers));
                }
                (Some(Setting::AllowOriginRegex), _) | (_, Value::Function) => self.alone = false,
                // No other setting affects them.
                _ => {}
            }
        }
    }

    pub(crate) fn notation(&self) -> Notation {
        self.issues.notation()
    }

    /// The place of a setting of this table, for suggestions.
    pub(crate) fn spot<'f>(&'f self, field: &'f str) -> Place<'f> {
        let place = Place::new(field, self.stakes, &self.lifted, self.alone, self.issues);
        Place { nested: self.is_nested(), ..place }
    }

    /// Records an issue under the name of a setting of this table.
    pub(crate) fn error(&mut self, field: &str, value: impl fmt::Display, fault: Fault) {
        self.issues.error(format!("{}{field}", self.prefix), value, fault);
    }

    /// Records a lint under the name of a setting of this table.
    pub(crate) fn lint(&mut self, field: &str, value: impl fmt::Display, fault: Fault) {
        self.issues.lint(format!("{}{field}", self.prefix), value, fault);
    }

    /// Whether this table is inside the policy.
    pub(crate) fn is_nested(&self) -> bool {
        !self.prefix.is_empty()
    }

    /// The setting as it was most likely meant, if that is clear.
    pub(crate) fn meant(&self, key: &str, value: &Value) -> Option<String> {
        guess(key, value).and_then(|meant| self.spot(key).setting(meant))
    }

    /// Reports that a value has the wrong type, with what to write: the value that was meant, if that is clear.
    pub(crate) fn wrong_type(&mut self, field: &str, value: &Value, wanted: Wanted) {
        let (notation, nested) = (self.notation(), self.is_nested());
        self.error(field, value, wrong_type(field, value, wanted, self.meant(field, value), notation, nested));
    }

    /// A list of strings. A string is not a list: it would be read as characters, or matched as a whole.
    pub(crate) fn list(&mut self, key: &str, value: Value, example: &'static str) -> Option<List> {
        let Value::List(items) = value else {
            self.wrong_type(key, &value, Wanted::Strings(example));
            return None;
        };
        let mut list = List { field: format!("{}{key}", self.prefix), entries: Vec::with_capacity(items.len()) };
        let alone = self.alone && items.len() == 1;
        for (index, item) in items.into_iter().enumerate() {
            let at = u32::try_from(index).map_or(At::Whole, At::Index);
            match item {
                Value::String(text) => list.entries.push(Entry { at, text }),
                Value::Url(text) => list.entries.push(Entry { at, text: origin_of_url(text) }),
                other => {
                    let place = Place { alone, ..self.spot(key) };
                    let suggestion = place.quoted_entries(&strings_meant(key, &other));
                    let fault = wrong_type_of_entry(key, &other, example, suggestion, self.notation());
                    self.error(&format!("{key}{at}"), &other, fault);
                }
            }
        }
        Some(list)
    }

    /// Regexes: a list, or one string.
    pub(crate) fn regexes(&mut self, value: Value) -> Option<List> {
        const KEY: &str = Setting::AllowOriginRegex.name();
        const EXAMPLE: &str = r"https://[a-z0-9-]+\.example\.com";
        let field = format!("{}{KEY}", self.prefix);
        let one = |text| List { field, entries: vec![Entry { at: At::Whole, text }] };
        match value {
            Value::String(text) => Some(one(text)),
            Value::RegExp { source, flags } => Some(one(self.regexp(KEY, source, &flags)?)),
            Value::List(items) => {
                // Regular expression objects are allowed as well as strings. Their flags are written into the pattern.
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
                self.wrong_type(KEY, &other, Wanted::Regexes(EXAMPLE));
                None
            }
        }
    }

    /// The pattern of a regular expression object, its flags written into it.
    pub(crate) fn regexp(&mut self, field: &str, source: String, flags: &str) -> Option<String> {
        if let Some(flag) = flags.chars().find(|flag| !"dgisuvy".contains(*flag)) {
            self.error(field, &source, regex_syntax::flag(&source, flag));
            return None;
        }
        let kept: String = flags.chars().filter(|flag| matches!(flag, 'i' | 's')).collect();
        // The source is checked without its flags, because flags that are written around it could make an incomplete
        // regex complete.
        if let Err(why) = check_regexp(&source) {
            let place = self.spot(field);
            let fault = Written { text: &source, syntax: Syntax::RegExp, anywhere: true, place }.refused(&why);
            self.error(field, &source, fault);
            return None;
        }
        Some(if kept.is_empty() { source } else { format!("(?{kept}:{source})") })
    }
}

/// The strings of a list in a list.
fn strings_meant(key: &str, entry: &Value) -> Vec<String> {
    match (entry, guess(key, entry)) {
        (Value::List(_), Some(Value::List(items))) => items.iter().map(Value::to_string).collect(),
        _ => Vec::new(),
    }
}

/// Keeps the default if a value could not be read. The issue has been recorded.
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

/// The origin in the text of a URL object, without the slash of an empty path that such types put at its end.
pub(crate) fn origin_of_url(text: String) -> String {
    match text.strip_suffix('/') {
        Some(origin) if origin.split_once("://").is_some_and(|(_, rest)| !rest.contains(['/', '?', '#'])) => {
            origin.to_owned()
        }
        _ => text,
    }
}
