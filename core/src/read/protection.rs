//! Reading `protection`: what is refused on the server.

use crate::config::settings::ProtectionSettings;
use crate::config::settings_table::{ProtectionConfig, ProtectionSetting, Setting};
use crate::config::value::Value;
use crate::issues::code::Code;
use crate::issues::issue::Fault;
use crate::printable::printable;
use crate::read::reader::{Reader, Store};
use std::sync::Arc;

impl Reader<'_> {
    pub(crate) fn protection(&mut self, value: Value) -> Option<Option<Arc<ProtectionSettings>>> {
        const KEY: &str = Setting::Protection.name();
        let Value::Map(entries) = value else {
            let notation = self.notation();
            let example = Value::Map(vec![(ProtectionSetting::Writes.name().to_owned(), Value::from("reject"))]);
            let example = notation.setting(KEY, &example, !self.prefix.is_empty());
            let help = format!("write what is to be refused, as in `{example}`");
            self.wrong_type(KEY, &value, notation.table(), &help);
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
