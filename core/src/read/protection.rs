//! Reading `protection`: what is refused on the server.

use crate::config::settings::ProtectionSettings;
use crate::config::settings_table::{ProtectionConfig, ProtectionSetting, Setting};
use crate::config::value::Value;
use crate::issues::messages::protection::unknown_mode;
use crate::issues::messages::settings::Wanted;
use crate::read::reader::{Reader, Store};
use std::sync::Arc;

impl Reader<'_> {
    pub(crate) fn protection(&mut self, value: Value) -> Option<Option<Arc<ProtectionSettings>>> {
        const KEY: &str = Setting::Protection.name();
        let Value::Map(entries) = value else {
            self.wrong_type(KEY, &value, Wanted::Protection);
            return None;
        };
        let field = format!("{}{KEY}", self.prefix);
        let outer = std::mem::replace(&mut self.prefix, format!("{field}."));
        let mut protection = ProtectionSettings::new(ProtectionConfig::default(), field);
        for (setting, value) in self.resolve::<ProtectionSetting>(entries) {
            let key = setting.name();
            match setting {
                ProtectionSetting::Writes => self.mode(key, &value).store(&mut protection.writes),
                ProtectionSetting::Websockets => self.mode(key, &value).store(&mut protection.websockets),
                ProtectionSetting::TrustedOrigins => {
                    self.list(key, value, "https://app.example.com").store(&mut protection.trusted_origins);
                }
                ProtectionSetting::ReportOnly => self.boolean(key, &value).store(&mut protection.report_only),
            }
        }
        self.prefix = outer;
        Some(Some(Arc::new(protection)))
    }

    /// Whether something is refused.
    fn mode(&mut self, key: &str, value: &Value) -> Option<bool> {
        match value {
            Value::String(mode) if mode == "reject" => Some(true),
            Value::String(mode) if mode == "off" => Some(false),
            Value::String(_) => {
                let (suggestion, notation, nested) = (self.meant(key, value), self.notation(), self.is_nested());
                self.error(key, value, unknown_mode(key, value, suggestion, notation, nested));
                None
            }
            other => {
                self.wrong_type(key, other, Wanted::Mode);
                None
            }
        }
    }
}
