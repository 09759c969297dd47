//! `Config`: what a person writes, its keys and its defaults.

use crate::config::value::Value;

/// The raw input of a policy, for those who write Rust. The other languages hand over a [`Value`].
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
    /// Origin patterns, or `["*"]`: who may read responses. Empty: nobody, unless a regex matches.
    pub allow_origins: Vec<String>,
    /// Regexes, each matched against the whole serialised origin.
    pub allow_origin_regex: Vec<String>,
    /// Methods, or `["*"]`. GET, HEAD and POST are always allowed.
    pub allow_methods: Vec<String>,
    /// Request-header names, or `["*"]`. Accept, Accept-Language, Content-Language and Content-Type are always allowed.
    pub allow_headers: Vec<String>,
    /// Whether browsers may send cookies and let scripts read the answer.
    pub allow_credentials: bool,
    /// Response-header names that scripts may read, or `["*"]`.
    pub expose_headers: Vec<String>,
    /// For how many seconds (0 to 86400) a browser may keep a preflight's answer; none: its own default of 5.
    pub max_age: Option<u32>,
    /// 204, or 200 for clients that take nothing else.
    pub preflight_status: u16,
    /// A preflight gets its headers and goes on to the application.
    pub preflight_continue: bool,
    /// Answers `Access-Control-Request-Private-Network` (legacy).
    pub allow_private_network: bool,
    /// Leaves the application's own CORS headers on.
    pub keep_app_headers: bool,
    /// Checks to lift, by name: `insecure-origins`, `public-suffixes`, `null-origin`.
    pub dangerously_allow: Vec<String>,
    /// Refuses writes and WebSocket handshakes from origins that are not trusted.
    pub protection: Option<ProtectionConfig>,
    /// Other settings for some paths.
    pub routes: Vec<RouteConfig>,
}

/// The `protection` of a [`Config`]: everything is off unless it is turned on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProtectionConfig {
    /// Refuses requests with other methods than GET, HEAD and OPTIONS from origins that are not trusted.
    pub writes: bool,
    /// Refuses WebSocket handshakes from origins that are not trusted.
    pub websockets: bool,
    /// Origin patterns that are trusted, beside the host itself and the origins of a policy with credentials.
    pub trusted_origins: Vec<String>,
    /// What would be refused passes, and is reported in [`Decision::reported`](crate::Decision::reported).
    pub report_only: bool,
}

/// One of the `routes` of a [`Config`]: what is `None` is as at the top level.
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
    /// Segments of text, `{name}` for one segment, `{*rest}` at the end for all that follow.
    pub path: String,
    /// See [`Config::allow_origins`].
    pub allow_origins: Option<Vec<String>>,
    /// See [`Config::allow_origin_regex`].
    pub allow_origin_regex: Option<Vec<String>>,
    /// See [`Config::allow_methods`].
    pub allow_methods: Option<Vec<String>>,
    /// See [`Config::allow_headers`].
    pub allow_headers: Option<Vec<String>>,
    /// See [`Config::allow_credentials`].
    pub allow_credentials: Option<bool>,
    /// See [`Config::expose_headers`].
    pub expose_headers: Option<Vec<String>>,
    /// See [`Config::max_age`]; `Some(None)` is no header.
    pub max_age: Option<Option<u32>>,
    /// See [`Config::preflight_status`].
    pub preflight_status: Option<u16>,
    /// See [`Config::preflight_continue`].
    pub preflight_continue: Option<bool>,
    /// See [`Config::allow_private_network`].
    pub allow_private_network: Option<bool>,
    /// See [`Config::keep_app_headers`].
    pub keep_app_headers: Option<bool>,
    /// See [`Config::dangerously_allow`].
    pub dangerously_allow: Option<Vec<String>>,
    /// See [`Config::protection`].
    pub protection: Option<ProtectionConfig>,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            allow_origins: Vec::new(),
            allow_origin_regex: Vec::new(),
            allow_methods: vec!["GET".into()],
            allow_headers: Vec::new(),
            allow_credentials: false,
            expose_headers: Vec::new(),
            max_age: Some(600),
            preflight_status: 204,
            preflight_continue: false,
            allow_private_network: false,
            keep_app_headers: false,
            dangerously_allow: Vec::new(),
            protection: None,
            routes: Vec::new(),
        }
    }
}

impl From<Config> for Value {
    fn from(config: Config) -> Self {
        let routes = config.routes.into_iter().map(Value::from).collect();
        table([
            ("allow_origins", Some(config.allow_origins.into())),
            ("allow_origin_regex", Some(config.allow_origin_regex.into())),
            ("allow_methods", Some(config.allow_methods.into())),
            ("allow_headers", Some(config.allow_headers.into())),
            ("allow_credentials", Some(config.allow_credentials.into())),
            ("expose_headers", Some(config.expose_headers.into())),
            ("max_age", Some(max_age(config.max_age))),
            ("preflight_status", Some(Value::Integer(config.preflight_status.into()))),
            ("preflight_continue", Some(config.preflight_continue.into())),
            ("allow_private_network", Some(config.allow_private_network.into())),
            ("keep_app_headers", Some(config.keep_app_headers.into())),
            ("dangerously_allow", Some(config.dangerously_allow.into())),
            ("protection", config.protection.map(Value::from)),
            ("routes", Some(Value::List(routes))),
        ])
    }
}

impl From<RouteConfig> for Value {
    fn from(route: RouteConfig) -> Self {
        table([
            ("path", Some(Value::String(route.path))),
            ("allow_origins", route.allow_origins.map(Value::from)),
            ("allow_origin_regex", route.allow_origin_regex.map(Value::from)),
            ("allow_methods", route.allow_methods.map(Value::from)),
            ("allow_headers", route.allow_headers.map(Value::from)),
            ("allow_credentials", route.allow_credentials.map(Value::from)),
            ("expose_headers", route.expose_headers.map(Value::from)),
            ("max_age", route.max_age.map(max_age)),
            ("preflight_status", route.preflight_status.map(|status| Value::Integer(status.into()))),
            ("preflight_continue", route.preflight_continue.map(Value::from)),
            ("allow_private_network", route.allow_private_network.map(Value::from)),
            ("keep_app_headers", route.keep_app_headers.map(Value::from)),
            ("dangerously_allow", route.dangerously_allow.map(Value::from)),
            ("protection", route.protection.map(Value::from)),
        ])
    }
}

impl From<ProtectionConfig> for Value {
    fn from(protection: ProtectionConfig) -> Self {
        let mode = |on| Some(Value::from(if on { "reject" } else { "off" }));
        table([
            ("writes", mode(protection.writes)),
            ("websockets", mode(protection.websockets)),
            ("trusted_origins", Some(protection.trusted_origins.into())),
            ("report_only", Some(protection.report_only.into())),
        ])
    }
}

fn table<const N: usize>(entries: [(&str, Option<Value>); N]) -> Value {
    Value::Map(entries.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect())
}

fn max_age(seconds: Option<u32>) -> Value {
    seconds.map_or(Value::Null, |seconds| Value::Integer(seconds.into()))
}
