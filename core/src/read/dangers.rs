//! Reading `dangerously_allow`: names of checks, and tables that name a check and the origins for which it is lifted.

use crate::config::dangers::Danger;
use crate::config::lifted::{Lifted, LiftedSetting};
use crate::config::setting_names;
use crate::config::settings_table::Setting;
use crate::config::value::Value;
use crate::issues::messages::settings::{
    LIFTED_ORIGIN, Wanted, lifted_without, nothing_lifted, unknown_danger, wrong_type_of_entry,
};
use crate::read::reader::Reader;

const KEY: &str = Setting::DangerouslyAllow.name();

impl Reader<'_> {
    pub(crate) fn dangers(&mut self, value: Value) -> Option<Lifted> {
        const EXAMPLE: &str = Danger::InsecureOrigins.as_str();
        let Value::List(items) = value else {
            self.wrong_type(KEY, &value, Wanted::Strings(EXAMPLE));
            return None;
        };
        let mut lifted = Lifted::default();
        for (index, item) in items.into_iter().enumerate() {
            let field = format!("{KEY}[{index}]");
            match item {
                Value::String(name) => {
                    if let Some(danger) = self.danger(&field, &name) {
                        lifted.everywhere.lift(danger);
                    }
                }
                Value::Map(entries) => self.lifted_for_origins(&field, entries, &mut lifted),
                other => {
                    let fault = wrong_type_of_entry(KEY, &other, EXAMPLE, None, self.notation());
                    self.error(&field, &other, fault);
                }
            }
        }
        Some(lifted.sorted())
    }

    /// The danger with this name, at this field.
    fn danger(&mut self, field: &str, name: &str) -> Option<Danger> {
        let danger = Danger::of(name);
        if danger.is_none() {
            let nearest = setting_names::nearest_danger(name);
            let suggestion = nearest.and_then(|name| self.spot(KEY).entries(&[name.to_owned()]));
            self.error(field, name, unknown_danger(name, suggestion));
        }
        danger
    }

    fn lifted_for_origins(&mut self, field: &str, entries: Vec<(String, Value)>, lifted: &mut Lifted) {
        let outer = self.prefix.clone();
        self.prefix = format!("{outer}{field}.");
        let (mut danger, mut origins) = (None, None);
        let entries = self.resolve::<LiftedSetting>(entries);
        for setting in LiftedSetting::ALL {
            if !entries.iter().any(|(key, _)| key == setting) && !self.is_meant(&[setting.name()]) {
                self.error(setting.name(), "", lifted_without(*setting, self.notation()));
            }
        }
        for (setting, value) in entries {
            let key = setting.name();
            match (setting, value) {
                (LiftedSetting::Check, Value::String(name)) => danger = self.danger(key, &name),
                (LiftedSetting::Check, other) => self.wrong_type(key, &other, Wanted::Danger),
                (LiftedSetting::Origins, Value::List(items)) if items.is_empty() => {
                    self.error(key, "[]", nothing_lifted(self.notation()));
                }
                (LiftedSetting::Origins, value) => origins = self.list(key, value, LIFTED_ORIGIN),
            }
        }
        if let (Some(danger), Some(list)) = (danger, origins) {
            for entry in list.entries {
                let field = format!("{}{}", list.field, entry.at);
                lifted.lift_for(entry.text, danger, field);
            }
        }
        self.prefix = outer;
    }
}
