//! The macros that turn the table of settings into an enum for each section, the types that a Rust user fills, the
//! types that are compiled, and the lists of names.

/// An enum of a section's settings, with the table's row for each.
macro_rules! section {
    (
        $(#[$about:meta])+
        $Section:ident { $( [$($doc:literal)+] $Setting:ident, $name:expr, $takes:ident; )+ }
    ) => {
        $(#[$about])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub(crate) enum $Section { $($Setting,)+ }

        impl $Section {
            /// Every setting of the section, in the table's order.
            pub(crate) const ALL: &'static [$Section] = &[$($Section::$Setting,)+];

            /// The contents of the table. Code that needs no documentation asks for [`name`](Self::name) or
            /// [`takes`](Self::takes), so that the documentation is only in programs that print it.
            pub(crate) const fn row(self) -> $crate::config::takes::SettingRow {
                let docs = match self {
                    $($Section::$Setting => concat!($($doc, "\n"),+),)+
                };
                $crate::config::takes::SettingRow { name: self.name(), takes: self.takes(), docs }
            }

            pub(crate) const fn name(self) -> &'static str {
                match self { $($Section::$Setting => $name,)+ }
            }

            pub(crate) const fn takes(self) -> $crate::config::takes::Takes {
                match self { $($Section::$Setting => $crate::config::takes::Takes::$takes,)+ }
            }
        }
    };
}

/// The type of a setting in a route. `None` means that the route inherits it.
macro_rules! in_a_route {
    ($type:ty) => { Option<$type> };
    ($type:ty, $in_a_route:ty) => { $in_a_route };
}

macro_rules! settings {
    (
        $(#[$setting_about:meta])+
        Setting {$(
            $(#[doc = $doc:literal])+
            $Setting:ident => $name:ident: $type:ty $(, in a route $in_a_route:ty)? = $default:expr,
                takes $takes:ident, read as $read:ty;
        )+}
        $(#[$policy_about:meta])+
        PolicySetting {$(
            $(#[doc = $policy_doc:literal])+
            $Policy:ident => $policy:ident: $policy_type:ty = $policy_default:expr, takes $policy_takes:ident;
        )+}
        $(#[$document_about:meta])+
        DocumentSetting {$(
            $(#[doc = $document_doc:literal])+
            $Document:ident => $document:literal = $document_default:expr, takes $document_takes:ident;
        )+}
        $(#[$route_about:meta])+
        RouteSetting {$(
            $(#[doc = $route_doc:literal])+
            $Route:ident => $route:ident: $route_type:ty, takes $route_takes:ident;
        )+}
        $(#[$protection_about:meta])+
        ProtectionSetting {$(
            $(#[doc = $protection_doc:literal])+
            $Protection:ident => $protection:ident: $protection_type:ty = $protection_default:expr,
                takes $protection_takes:ident, read as $protection_read:ty;
        )+}
        $(#[$package_about:meta])+
        PackageOption {$(
            $(#[doc = $package_doc:literal])+
            $Package:ident => $package:literal for [$($meant:ident),+], takes $package_takes:ident;
        )+}
    ) => {
        section! {
            $(#[$setting_about])+
            Setting { $( [$($doc)+] $Setting, stringify!($name), $takes; )+ }
        }
        section! {
            $(#[$policy_about])+
            PolicySetting { $( [$($policy_doc)+] $Policy, stringify!($policy), $policy_takes; )+ }
        }
        section! {
            $(#[$document_about])+
            DocumentSetting { $( [$($document_doc)+] $Document, $document, $document_takes; )+ }
        }
        section! {
            $(#[$route_about])+
            RouteSetting { $( [$($route_doc)+] $Route, stringify!($route), $route_takes; )+ }
        }
        section! {
            $(#[$protection_about])+
            ProtectionSetting { $( [$($protection_doc)+] $Protection, stringify!($protection), $protection_takes; )+ }
        }
        section! {
            $(#[$package_about])+
            PackageOption { $( [$($package_doc)+] $Package, $package, $package_takes; )+ }
        }

        /// Names of settings in the `corsac` dialect.
        pub(crate) const CORSAC: &[&str] = &[
            $(stringify!($name),)+ $(stringify!($policy),)+ $($document,)+
        ];

        /// Names of settings of a route.
        pub(crate) const ROUTE: &[&str] = &[$(stringify!($route),)+ $(stringify!($name),)+];

        /// Names of settings of the `protection` table.
        pub(crate) const PROTECTION: &[&str] = &[$(stringify!($protection),)+];

        /// Names of the `cors` dialect for which corsac's own dialect has other names.
        pub(crate) const CORS_ONLY: &[&str] = &[$($package,)+];

        impl DocumentSetting {
            pub(crate) const fn default(self) -> Option<&'static str> {
                match self { $(DocumentSetting::$Document => $document_default,)+ }
            }
        }

        impl PackageOption {
            /// The settings that the option replaces.
            pub(crate) const fn meant(self) -> &'static [Setting] {
                match self { $(PackageOption::$Package => &[$(Setting::$meant,)+],)+ }
            }
        }

        /// The settings of a policy in Rust, not yet checked. Other languages pass a [`Value`](crate::binding::Value).
        ///
        /// Build it with `Config { …, ..Config::default() }`. Nothing is checked before [`Policy::new`](crate::Policy::new).
        ///
        /// ```
        /// use corsac::{Config, Policy};
        ///
        /// let policy = Policy::new(Config {
        ///     allow_origins: vec!["https://app.example.com".into(), "https://*.example.org".into()],
        ///     allow_methods: vec!["PUT".into(), "DELETE".into()],
        ///     ..Config::default()
        /// })?;
        /// # Ok::<(), corsac::ConfigError>(())
        /// ```
        #[derive(Clone, Debug, PartialEq)]
        pub struct Config {
            $( $(#[doc = $doc])+ pub $name: $type, )+
            $( $(#[doc = $policy_doc])+ pub $policy: $policy_type, )+
        }

        /// One of the `routes` of a [`Config`]. A setting that is `None` is inherited from the top level.
        ///
        /// Allowed origins, regexes and the predicate are one group: a route that gives one of them replaces all.
        ///
        /// ```
        /// use corsac::{Config, Policy, RouteConfig};
        ///
        /// let policy = Policy::new(Config {
        ///     allow_origins: vec!["https://app.example.com".into()],
        ///     allow_credentials: true,
        ///     routes: vec![RouteConfig {
        ///         path: "/public/{*rest}".into(),
        ///         allow_origins: Some(vec!["*".into()]),
        ///         allow_credentials: Some(false),
        ///         ..RouteConfig::default()
        ///     }],
        ///     ..Config::default()
        /// })?;
        /// # Ok::<(), corsac::ConfigError>(())
        /// ```
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct RouteConfig {
            $( $(#[doc = $route_doc])+ pub $route: $route_type, )+
            $(
                #[doc = concat!("See [`Config::", stringify!($name), "`].")]
                pub $name: in_a_route!($type $(, $in_a_route)?),
            )+
        }

        /// The `protection` of a [`Config`]: everything is off unless it is turned on.
        #[derive(Clone, Debug, PartialEq)]
        pub struct ProtectionConfig {
            $( $(#[doc = $protection_doc])+ pub $protection: $protection_type, )+
        }

        impl Default for Config {
            fn default() -> Self {
                Config { $($name: $default,)+ $($policy: $policy_default,)+ }
            }
        }

        impl Default for ProtectionConfig {
            fn default() -> Self {
                ProtectionConfig { $($protection: $protection_default,)+ }
            }
        }

        const _: () = {
            use $crate::config::written::{Written, map};
            use $crate::config::value::Value;

            impl From<Config> for Value {
                fn from(config: Config) -> Self {
                    map([
                        $( (Setting::$Setting.name(), Setting::$Setting.takes(), config.$name.written()), )+
                        $( (PolicySetting::$Policy.name(), PolicySetting::$Policy.takes(), config.$policy.written()), )+
                    ])
                }
            }

            impl From<RouteConfig> for Value {
                fn from(route: RouteConfig) -> Self {
                    map([
                        $( (RouteSetting::$Route.name(), RouteSetting::$Route.takes(), route.$route.written()), )+
                        $( (Setting::$Setting.name(), Setting::$Setting.takes(), route.$name.and_then(Written::written)), )+
                    ])
                }
            }

            impl From<ProtectionConfig> for Value {
                fn from(protection: ProtectionConfig) -> Self {
                    map([
                        $( (ProtectionSetting::$Protection.name(), ProtectionSetting::$Protection.takes(), protection.$protection.written()), )+
                    ])
                }
            }

            impl Written for ProtectionConfig {
                fn written(self) -> Option<Value> {
                    Some(self.into())
                }
            }

            impl Written for Option<ProtectionConfig> {
                fn written(self) -> Option<Value> {
                    self.map(Value::from)
                }
            }

            impl Written for Vec<RouteConfig> {
                fn written(self) -> Option<Value> {
                    Some(Value::List(self.into_iter().map(Value::from).collect()))
                }
            }
        };

        /// Everything from which a policy, or one of its routes, is compiled. Inherited settings of routes are shared,
        /// so that they are compiled once.
        #[derive(Clone, Debug)]
        pub(crate) struct Settings {
            /// The host has an origin predicate.
            pub(crate) predicate: Option<PredicateOf>,
            $(pub(crate) $name: $read,)+
        }

        /// The settings of `protection` as they were read.
        #[derive(Clone, Debug)]
        pub(crate) struct ProtectionSettings {
            /// The field at which it is written.
            pub(crate) field: String,
            $(pub(crate) $protection: $protection_read,)+
        }

        const _: () = {
            use $crate::config::written::ReadFrom;

            impl Default for Settings {
                fn default() -> Self {
                    let config = Config::default();
                    Settings { predicate: None, $($name: ReadFrom::read_from(config.$name, stringify!($name)),)+ }
                }
            }

            impl ProtectionSettings {
                /// Settings with their defaults.
                pub(crate) fn new(config: ProtectionConfig, field: String) -> Self {
                    ProtectionSettings {
                        field,
                        $($protection: ReadFrom::read_from(config.$protection, stringify!($protection)),)+
                    }
                }
            }

            impl ReadFrom<Option<ProtectionConfig>> for Option<Arc<ProtectionSettings>> {
                fn read_from(config: Option<ProtectionConfig>, name: &str) -> Self {
                    config.map(|config| Arc::new(ProtectionSettings::new(config, name.to_owned())))
                }
            }
        };
    };
}

pub(crate) use {in_a_route, section, settings};
