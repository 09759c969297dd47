//! `Config`: what a person writes, its keys and its defaults.

use crate::value::Value;

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
        }
    }
}

impl From<Config> for Value {
    fn from(config: Config) -> Self {
        let entries = [
            ("allow_origins", config.allow_origins.into()),
            ("allow_origin_regex", config.allow_origin_regex.into()),
            ("allow_methods", config.allow_methods.into()),
            ("allow_headers", config.allow_headers.into()),
            ("allow_credentials", config.allow_credentials.into()),
            ("expose_headers", config.expose_headers.into()),
            ("max_age", config.max_age.map_or(Value::Null, |seconds| Value::Integer(seconds.into()))),
            ("preflight_status", Value::Integer(config.preflight_status.into())),
            ("preflight_continue", config.preflight_continue.into()),
            ("allow_private_network", config.allow_private_network.into()),
            ("keep_app_headers", config.keep_app_headers.into()),
            ("dangerously_allow", config.dangerously_allow.into()),
        ];
        Value::Map(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
    }
}
