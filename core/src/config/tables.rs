//! The tables that can have settings: the top level of a policy in either dialect, a route, and `protection`.

use crate::config::lifted::{LIFTED, LiftedSetting};
use crate::config::settings_table::{
    CORSAC, Config, DocumentSetting, PROTECTION, PackageOption, PolicySetting, ProtectionConfig, ProtectionSetting,
    ROUTE, RouteSetting, Setting,
};
use crate::config::takes::{SettingRow, Takes};
use crate::config::value::Value;
use std::sync::LazyLock;

/// The tables in which settings are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SettingsTable {
    /// The top level of a policy.
    Policy,
    /// A route.
    Route,
    /// `protection`.
    Protection,
    /// The top level of a policy in the `cors` dialect.
    Package,
}

impl SettingsTable {
    /// The settings that are allowed in this table.
    #[must_use]
    pub fn rows(self) -> Vec<SettingRow> {
        match self {
            SettingsTable::Policy => PolicyKey::all().into_iter().map(Key::row).collect(),
            SettingsTable::Route => RouteKey::all().into_iter().map(Key::row).collect(),
            SettingsTable::Protection => ProtectionSetting::all().into_iter().map(Key::row).collect(),
            SettingsTable::Package => PackageKey::all().into_iter().map(Key::row).collect(),
        }
    }

    /// The default of a setting, as it is written in a text. `None` if it cannot be written.
    #[must_use]
    pub fn default_of(self, name: &str) -> Option<Value> {
        let of = |defaults: Value| match defaults {
            Value::Map(entries) => entries.into_iter().find(|(key, _)| key == name).map(|(_, value)| value),
            _ => None,
        };
        let of_document =
            || DocumentSetting::ALL.iter().find(|setting| setting.name() == name)?.default().map(Value::from);
        match self {
            SettingsTable::Policy if name == Setting::AllowOrigins.name() => None,
            SettingsTable::Policy => of(Config::default().into()).or_else(of_document),
            SettingsTable::Protection => of(ProtectionConfig::default().into()),
            SettingsTable::Route | SettingsTable::Package => None,
        }
    }
}

/// The kind of value of a setting, in any table.
pub(crate) fn takes(name: &str) -> Option<Takes> {
    let kinds = Setting::ALL.iter().map(|setting| (setting.name(), setting.takes()));
    let kinds = kinds.chain(ProtectionSetting::ALL.iter().map(|setting| (setting.name(), setting.takes())));
    let mut kinds = kinds.chain(PackageOption::ALL.iter().map(|option| (option.name(), option.takes())));
    kinds.find(|(setting, _)| *setting == name).map(|(_, takes)| takes)
}

/// The names of the `cors` dialect.
pub(crate) static CORS: LazyLock<Vec<&'static str>> =
    LazyLock::new(|| PackageKey::all().into_iter().map(Key::name).collect());

/// A name that is allowed in one of the tables.
pub(crate) trait Key: Copy + PartialEq + Sized + 'static {
    /// The name under which a host language may give its origin predicate, if this table may have one.
    const PREDICATE: Option<Self>;

    /// All but the predicate.
    fn all() -> Vec<Self>;

    /// The names of these settings.
    fn names() -> &'static [&'static str];

    fn name(self) -> &'static str;

    fn row(self) -> SettingRow;
}

/// The name under which a host language may give its origin predicate, a function.
pub(crate) const PREDICATE: SettingRow = SettingRow {
    name: "allow_origin",
    takes: Takes::Address,
    docs: "A function that says whether an origin may read.",
};

/// The names that are allowed at the top level of a policy.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum PolicyKey {
    Setting(Setting),
    Policy(PolicySetting),
    Document(DocumentSetting),
    Predicate,
}

/// The names that are allowed in a route.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum RouteKey {
    Route(RouteSetting),
    Setting(Setting),
    Predicate,
}

/// The names that are allowed at the top level of a policy in the `cors` dialect.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum PackageKey {
    Package(PackageOption),
    /// The settings that an option of the package replaces are left out.
    Setting(Setting),
    Document(DocumentSetting),
}

fn each<T: Copy, K>(settings: &[T], key: impl Fn(T) -> K) -> impl Iterator<Item = K> {
    settings.iter().copied().map(key)
}

impl Key for PolicyKey {
    const PREDICATE: Option<Self> = Some(PolicyKey::Predicate);

    fn all() -> Vec<Self> {
        let policy = each(PolicySetting::ALL, PolicyKey::Policy);
        each(Setting::ALL, PolicyKey::Setting)
            .chain(policy)
            .chain(each(DocumentSetting::ALL, PolicyKey::Document))
            .collect()
    }

    fn names() -> &'static [&'static str] {
        CORSAC
    }

    fn name(self) -> &'static str {
        match self {
            PolicyKey::Setting(setting) => setting.name(),
            PolicyKey::Policy(setting) => setting.name(),
            PolicyKey::Document(setting) => setting.name(),
            PolicyKey::Predicate => PREDICATE.name,
        }
    }

    fn row(self) -> SettingRow {
        match self {
            PolicyKey::Setting(setting) => setting.row(),
            PolicyKey::Policy(setting) => setting.row(),
            PolicyKey::Document(setting) => setting.row(),
            PolicyKey::Predicate => PREDICATE,
        }
    }
}

impl Key for RouteKey {
    const PREDICATE: Option<Self> = Some(RouteKey::Predicate);

    fn all() -> Vec<Self> {
        each(RouteSetting::ALL, RouteKey::Route).chain(each(Setting::ALL, RouteKey::Setting)).collect()
    }

    fn names() -> &'static [&'static str] {
        ROUTE
    }

    fn name(self) -> &'static str {
        match self {
            RouteKey::Route(setting) => setting.name(),
            RouteKey::Setting(setting) => setting.name(),
            RouteKey::Predicate => PREDICATE.name,
        }
    }

    fn row(self) -> SettingRow {
        match self {
            RouteKey::Route(setting) => setting.row(),
            RouteKey::Setting(setting) => setting.row(),
            RouteKey::Predicate => PREDICATE,
        }
    }
}

impl Key for ProtectionSetting {
    const PREDICATE: Option<Self> = None;

    fn all() -> Vec<Self> {
        ProtectionSetting::ALL.to_vec()
    }

    fn names() -> &'static [&'static str] {
        PROTECTION
    }

    fn name(self) -> &'static str {
        ProtectionSetting::name(self)
    }

    fn row(self) -> SettingRow {
        ProtectionSetting::row(self)
    }
}

impl Key for LiftedSetting {
    const PREDICATE: Option<Self> = None;

    fn all() -> Vec<Self> {
        LiftedSetting::ALL.to_vec()
    }

    fn names() -> &'static [&'static str] {
        LIFTED
    }

    fn name(self) -> &'static str {
        LiftedSetting::name(self)
    }

    fn row(self) -> SettingRow {
        LiftedSetting::row(self)
    }
}

impl Key for PackageKey {
    const PREDICATE: Option<Self> = None;

    fn all() -> Vec<Self> {
        let is_meant = |setting| PackageOption::ALL.iter().any(|option| option.meant().contains(setting));
        let others: Vec<Setting> = Setting::ALL.iter().filter(|setting| !is_meant(setting)).copied().collect();
        let settings = each(&others, PackageKey::Setting);
        let all = each(PackageOption::ALL, PackageKey::Package).chain(settings);
        all.chain(each(DocumentSetting::ALL, PackageKey::Document)).collect()
    }

    fn names() -> &'static [&'static str] {
        &CORS
    }

    fn name(self) -> &'static str {
        match self {
            PackageKey::Package(option) => option.name(),
            PackageKey::Setting(setting) => setting.name(),
            PackageKey::Document(setting) => setting.name(),
        }
    }

    fn row(self) -> SettingRow {
        match self {
            PackageKey::Package(option) => option.row(),
            PackageKey::Setting(setting) => setting.row(),
            PackageKey::Document(setting) => setting.row(),
        }
    }
}
