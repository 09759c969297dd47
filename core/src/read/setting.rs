//! Reading a setting of a policy or a route: which values each setting takes, and where the result is
//! kept.

use crate::config::settings::Settings;
use crate::config::settings_table::Setting;
use crate::config::value::Value;
use crate::issues::messages::policy::private_network_obsolete;
use crate::read::reader::{Reader, Store};
use std::sync::Arc;

impl Reader<'_> {
    /// Reads a setting, which replaces the value so far.
    pub(crate) fn setting(&mut self, setting: Setting, value: Value, settings: &mut Settings) {
        let key = setting.name();
        match setting {
            Setting::AllowOrigins => {
                self.list(key, value, "https://app.example.com").store(&mut settings.allow_origins);
            }
            Setting::AllowOriginRegex => self.regexes(value).store(&mut settings.allow_origin_regex),
            Setting::AllowMethods => self.list(key, value, "PUT").store(&mut settings.allow_methods),
            Setting::AllowHeaders => self.list(key, value, "X-Request-Id").store(&mut settings.allow_headers),
            Setting::AllowCredentials => self.boolean(key, &value).store(&mut settings.allow_credentials),
            Setting::ExposeHeaders => self.list(key, value, "ETag").store(&mut settings.expose_headers),
            Setting::MaxAge => self.max_age(key, &value).store(&mut settings.max_age),
            Setting::PreflightStatus => self.status(key, &value).store(&mut settings.preflight_status),
            Setting::PreflightContinue => self.boolean(key, &value).store(&mut settings.preflight_continue),
            Setting::AllowPrivateNetwork => {
                let field: Arc<str> = format!("{}{key}", self.prefix).into();
                let allowed = self.boolean(key, &value);
                if allowed == Some(true) {
                    self.lint(key, true, private_network_obsolete(key, self.notation()));
                }
                let allowed = allowed.map(|allowed| allowed.then_some(field));
                allowed.store(&mut settings.allow_private_network);
            }
            Setting::KeepAppHeaders => self.boolean(key, &value).store(&mut settings.keep_app_headers),
            Setting::DangerouslyAllow => self.dangers(value).store(&mut settings.dangerously_allow),
            Setting::Protection => self.protection(value).store(&mut settings.protection),
        }
    }
}
