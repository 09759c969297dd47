//! Reading a configuration as a whole: its dialect, its top level, and its routes.

use crate::config::names_elsewhere;
use crate::config::setting_names;
use crate::config::settings::{Document, PredicateOf, Settings};
use crate::config::settings_table::{DocumentSetting, PolicySetting, Setting};
use crate::config::stakes::Stakes;
use crate::config::tables::{Key, PolicyKey};
use crate::config::value::Value;
use crate::issues::issue::Issues;
use crate::issues::messages::policy::{missing_origins, not_a_table, unknown_dialect};
use crate::issues::messages::settings::Wanted;
use crate::read::cors_package;
use crate::read::reader::{Entries, Reader};
use std::sync::Arc;

/// Reads a configuration. Problems are in `issues`, and the settings have the values that could be read.
pub(crate) fn read(value: Value, predicate: bool, cors_options: bool, issues: &mut Issues) -> Document {
    let Value::Map(entries) = value else {
        issues.error("", &value, not_a_table(&value, issues.notation()));
        return Document::default();
    };
    let mut reader = Reader {
        issues,
        prefix: String::new(),
        stakes: Stakes::default(),
        lifted: Arc::default(),
        alone: !predicate,
        meant: Vec::new(),
    };
    let is_cors = reader.dialect(&entries, cors_options);
    reader.weigh(&entries);
    if is_cors {
        let entries = reader.resolve(entries);
        return Document { settings: cors_package::read(entries, predicate, &mut reader), routes: Vec::new() };
    }
    let entries = reader.resolve(entries);
    reader.document(entries, predicate)
}

impl Reader<'_> {
    fn dialect(&mut self, entries: &[(String, Value)], cors_options: bool) -> bool {
        const KEY: &str = DocumentSetting::Dialect.name();
        match entries.iter().find(|(key, _)| key == DocumentSetting::Dialect.name()).map(|(_, value)| value) {
            None => {
                // If `origin` is given, a name that is similar to an option of the `cors` package means that
                // option.
                let theirs = entries.iter().any(|(name, _)| name == "origin");
                let is_near = |name: &str| names_elsewhere::ours(name, true).is_some();
                let ours = |(name, value): &(String, Value)| {
                    setting_names::is_corsac_only(name) && !(theirs && is_near(name))
                        || (*value == Value::Function && setting_names::is_predicate(name))
                };
                cors_options && !entries.iter().any(ours)
            }
            Some(Value::String(name)) if name == "corsac" => false,
            Some(Value::String(name)) if name == "cors" => true,
            Some(value @ Value::String(name)) => {
                self.issues.error(KEY, value, unknown_dialect(name));
                false
            }
            Some(value) => {
                self.wrong_type(KEY, value, Wanted::Dialect);
                false
            }
        }
    }

    fn document(&mut self, entries: Entries<PolicyKey>, predicate: bool) -> Document {
        let mut settings = Settings { predicate: predicate.then_some(PredicateOf::Policy), ..Settings::default() };
        let origins_given =
            predicate || entries.iter().any(|(key, _)| setting_names::ORIGIN_GROUP.contains(&key.name()));
        let mut routes = None;
        for (key, value) in entries {
            match key {
                PolicyKey::Setting(setting) => self.setting(setting, value, &mut settings),
                PolicyKey::Predicate => settings.predicate = Some(PredicateOf::Policy),
                // Routes start from the other settings, wherever those are written.
                PolicyKey::Policy(PolicySetting::Routes) => routes = Some(value),
                PolicyKey::Document(setting) => self.document_setting(setting, &value),
            }
        }
        if !origins_given && !self.is_meant(setting_names::ORIGIN_GROUP) {
            self.error(Setting::AllowOrigins.name(), "", missing_origins(self.notation()));
        }
        let routes = routes.map(|value| self.routes(value, &settings)).unwrap_or_default();
        Document { settings, routes }
    }

    /// The data that a configuration has about itself.
    pub(crate) fn document_setting(&mut self, setting: DocumentSetting, value: &Value) {
        match setting {
            // It was read before everything else.
            DocumentSetting::Dialect => {}
            DocumentSetting::Schema => {
                if !matches!(value, Value::String(_)) {
                    self.wrong_type(setting.name(), value, Wanted::SchemaAddress);
                }
            }
        }
    }
}
