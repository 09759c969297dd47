//! Random policies and requests, made from few words, so that they often match.

use super::mutation::{Mutation, mutation};
use corsac::{Config, LiftedCheck, Policy};
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};

const LABELS: &[&str] = &[
    "a",
    "b",
    "foo",
    "bar",
    "barfoo",
    "app",
    "api",
    "example",
    "evil",
    "w",
    "a-b",
    "_x",
    "1",
    "0x7f",
    "team",
    "xn--bcher-kva",
    "xn--a",
    "pr-1",
    "pr-",
    "-",
    "co",
    "github",
];
const SUFFIXES: &[&str] = &["com", "org", "example", "co.uk", "github.io", "localhost", "test", "internal", "com."];
const ADDRESSES: &[&str] = &[
    "127.0.0.1",
    "127.1.2.3",
    "10.0.0.1",
    "192.168.0.255",
    "[::1]",
    "[2001:db8::1]",
    "[::ffff:102:304]",
    "[1::2:3:0:0:4]",
];
const APPS: &[&str] = &[
    "capacitor://localhost",
    "tauri://localhost",
    "app://.",
    "chrome-extension://abcdefghijklmnop",
    "moz-extension://A-b_c.9",
    "moz-extension://abc:8080",
    "safari-web-extension://3B5C-9",
    "com.example.app://host",
    "app://host:8080",
];
const PORTS: &[&str] = &["", "", "", "", ":1", ":80", ":443", ":3000", ":8080", ":8443", ":65535"];

fn scheme() -> impl Strategy<Value = &'static str> {
    select(&["https", "https", "https", "http"][..])
}

fn label() -> impl Strategy<Value = String> {
    prop_oneof![9 => select(LABELS).prop_map(str::to_owned), 1 => "[a-z0-9-]{1,8}"]
}

fn name() -> impl Strategy<Value = String> {
    (prop::collection::vec(label(), 1..4), select(SUFFIXES))
        .prop_map(|(labels, suffix)| format!("{}.{suffix}", labels.join(".")))
}

/// An origin, mostly well-formed.
pub fn plain_origin() -> impl Strategy<Value = String> {
    let host = prop_oneof![
        8 => name(),
        2 => select(ADDRESSES).prop_map(str::to_owned),
        1 => Just("localhost".to_owned()),
        1 => label(),
    ];
    prop_oneof![
        12 => (scheme(), host, select(PORTS)).prop_map(|(scheme, host, port)| format!("{scheme}://{host}{port}")),
        1 => select(APPS).prop_map(str::to_owned),
        1 => Just("null".to_owned()),
    ]
}

/// A pattern, mostly valid.
pub fn pattern() -> impl Strategy<Value = String> {
    let port = || select(&["", "", "", ":8443", ":*", ":3000"][..]);
    let below = (scheme(), name(), port()).prop_map(|(scheme, name, port)| format!("{scheme}://*.{name}{port}"));
    let glob = (scheme(), label(), any::<bool>(), prop::option::of(label()), name(), port()).prop_map(
        |(scheme, fixed, first, left, name, port)| {
            let glob = if first { format!("{fixed}*") } else { format!("*{fixed}") };
            let left = left.map_or(String::new(), |left| format!("{left}."));
            format!("{scheme}://{left}{glob}.{name}{port}")
        },
    );
    let inner =
        (scheme(), label(), label(), name()).prop_map(|(scheme, a, b, name)| format!("{scheme}://{a}*{b}.{name}"));
    let extensions = select(&["chrome-extension://*", "moz-extension://*", "safari-web-extension://*"][..]);
    prop_oneof![
        1 => extensions.prop_map(str::to_owned),
        6 => plain_origin(),
        2 => plain_origin().prop_map(|origin| match origin.rsplit_once(':') {
            Some((host, port)) if !port.starts_with('/') && !port.ends_with(']') => format!("{host}:*"),
            _ => format!("{origin}:*"),
        }),
        3 => below,
        3 => glob,
        1 => inner,
    ]
}

/// A valid regex, made from the same words.
pub fn regex() -> impl Strategy<Value = String> {
    let name = || name().prop_map(|name| name.replace('.', r"\."));
    prop_oneof![
        name().prop_map(|name| format!("https://{name}")),
        name().prop_map(|name| format!(r"https://[a-z0-9-]+\.{name}")),
        name().prop_map(|name| format!(r"^https?://(.+\.)?{name}(:\d+)?$")),
        (name(), name()).prop_map(|(a, b)| format!("https://{a}|https://{b}")),
        name().prop_map(|name| format!(r"https://(a|b|foo)\.{name}:(8443|3000)")),
        name().prop_map(|name| format!("(?i:HTTPS://{name})")),
        name().prop_map(|name| format!("http.*{name}")),
    ]
}

const METHODS: &[&str] = &["PUT", "DELETE", "PATCH", "QUERY", "OPTIONS", "purge", "X-1"];
const HEADERS: &[&str] = &["X-A", "x-b", "Authorization", "X-Request-Id", "Content-Type", "if-match"];

/// A list of names, or `*`.
fn names(pool: &'static [&'static str]) -> impl Strategy<Value = Vec<String>> {
    let owned = |names: Vec<&str>| names.into_iter().map(str::to_owned).collect();
    prop_oneof![3 => subsequence(pool, 0..=pool.len()).prop_map(owned), 1 => Just(vec!["*".to_owned()])]
}

/// A configuration that may have issues, but only in its origins.
pub fn config() -> impl Strategy<Value = Config> {
    let origins = prop_oneof![
        12 => prop::collection::vec(pattern(), 1..24),
        2 => prop::collection::vec(pattern(), 0..4),
        1 => Just(vec!["*".to_owned()]),
        1 => Just(Vec::new()),
    ];
    let regexes = prop_oneof![4 => Just(Vec::new()), 1 => prop::collection::vec(regex(), 1..3)];
    let dangers = prop_oneof![
        3 => Just(vec!["public-suffixes", "null-origin", "any-extension"]),
        2 => Just(vec!["public-suffixes", "null-origin", "any-extension", "insecure-origins"]),
        1 => Just(vec![]),
    ];
    let lists = (names(METHODS), names(HEADERS), subsequence(&["ETag", "X-Trace"][..], 0..=2));
    let named = prop::option::weighted(0.4, prop::collection::vec(any::<bool>(), 26));
    (origins, regexes, dangers, named, lists, any::<[bool; 5]>(), prop::option::of(0u32..=86400)).prop_map(
        |(
            allow_origins,
            allow_origin_regex,
            dangers,
            named,
            (allow_methods, allow_headers, expose),
            flags,
            max_age,
        )| {
            let entries = allow_origins.iter().chain(&allow_origin_regex);
            let dangerously_allow = match named {
                Some(named) if dangers.is_empty() || dangers.contains(&"insecure-origins") => lifted(
                    dangers,
                    entries.zip(named).filter(|(_, is_named)| *is_named).map(|(entry, _)| entry.clone()),
                ),
                _ => dangers.into_iter().map(LiftedCheck::from).collect(),
            };
            let [credentials, ok, preflight_continue, private_network, keep_app_headers] = flags;
            let any = allow_origins == ["*"];
            Config {
                allow_origin_regex: if any { Vec::new() } else { allow_origin_regex },
                allow_credentials: credentials && !any,
                allow_private_network: private_network && !any,
                dangerously_allow,
                protection: None,
                routes: Vec::new(),
                allow_methods,
                allow_headers,
                expose_headers: expose.into_iter().map(str::to_owned).collect(),
                max_age,
                preflight_status: if ok { 200 } else { 204 },
                preflight_continue,
                keep_app_headers,
                allow_origins,
            }
        },
    )
}

/// The dangers, with `insecure-origins` lifted only for these entries.
fn lifted(dangers: Vec<&str>, entries: impl Iterator<Item = String>) -> Vec<LiftedCheck> {
    let entries: Vec<_> = entries.collect();
    let others = dangers.into_iter().filter(|danger| *danger != "insecure-origins").map(LiftedCheck::from);
    let named = (!entries.is_empty()).then(|| LiftedCheck::for_origins("insecure-origins", entries));
    others.chain(named).collect()
}

/// Builds a policy without the elements that have issues, and returns it with the configuration that is left.
pub fn accepted(mut config: Config) -> (Config, Policy) {
    let error = match Policy::new(config.clone()) {
        Ok(policy) => return (config, policy),
        Err(error) => error,
    };
    let bad = |setting: &str| -> Vec<usize> {
        let index = |field: &str| field.strip_prefix(setting)?.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
        error.issues().iter().filter_map(|issue| index(&issue.field)).collect()
    };
    config.allow_origins = without(config.allow_origins, &bad("allow_origins"));
    config.allow_origin_regex = without(config.allow_origin_regex, &bad("allow_origin_regex"));
    let policy = Policy::new(config.clone()).unwrap_or_else(|error| panic!("{config:?}\n{error}"));
    (config, policy)
}

fn without(list: Vec<String>, bad: &[usize]) -> Vec<String> {
    list.into_iter().enumerate().filter(|(index, _)| !bad.contains(index)).map(|(_, text)| text).collect()
}

/// A way to make an origin that is related to a policy.
#[derive(Clone, Debug)]
pub struct Seed {
    plain: String,
    pick: Index,
    other: Index,
    fill: String,
    port: &'static str,
    configured: bool,
    mutations: Vec<Mutation>,
}

/// A strategy for such seeds.
pub fn seed() -> impl Strategy<Value = Seed> {
    let fill = prop_oneof![2 => "[a-z0-9-]{1,4}", 1 => select(LABELS).prop_map(str::to_owned), 1 => "[a-z_.*-]{0,4}"];
    let mutations = prop_oneof![2 => Just(Vec::new()), 3 => prop::collection::vec(mutation(), 1..3)];
    (plain_origin(), any::<Index>(), any::<Index>(), fill, select(PORTS), prop::bool::weighted(0.8), mutations)
        .prop_map(|(plain, pick, other, fill, port, configured, mutations)| Seed {
            plain,
            pick,
            other,
            fill,
            port,
            configured,
            mutations,
        })
}

impl Seed {
    /// The origin that the seed makes from these patterns.
    pub fn origin(&self, patterns: &[String]) -> Vec<u8> {
        let instance = |index: &Index| {
            if patterns.is_empty() {
                self.plain.clone()
            } else {
                instance(index.get::<String>(patterns), &self.fill, self.port)
            }
        };
        let start = if self.configured { instance(&self.pick) } else { self.plain.clone() };
        let other = instance(&self.other);
        self.mutations.iter().fold(start.into_bytes(), |text, mutation| mutation.apply(text, other.as_bytes()))
    }
}

/// An origin that a pattern matches.
pub fn instance(pattern: &str, fill: &str, port: &str) -> String {
    let pattern = match pattern.strip_suffix(":*") {
        Some(host) => format!("{host}{port}"),
        None => pattern.to_owned(),
    };
    pattern.replacen('*', fill, 1)
}

/// The patterns from which the origins of requests are made: those of the policy, and for each regex of [`regex`] two
/// patterns that it matches.
pub fn roots(config: &Config) -> Vec<String> {
    let mut roots = config.allow_origins.clone();
    for source in &config.allow_origin_regex {
        let (start, end) = source.split_once("://").unwrap_or(("https", source.trim_start_matches("http.*")));
        let secure = if start.contains('?') { "http" } else { "https" };
        let end = end.split('|').next().filter(|_| !end.starts_with('(')).unwrap_or(end);
        let end = end
            .replace('\\', "")
            .replace("[a-z0-9-]+", "*")
            .replace("(a|b|foo)", "foo")
            .replace("(8443|3000)", "3000")
            .replace("(.+.)?", "*.")
            .replace("(:d+)?$", "")
            .replace(')', "");
        roots.extend([format!("https://{end}"), format!("{secure}://{end}")]);
    }
    roots
}

/// Bytes for a request header: some that browsers send, some that they could send, and any others.
pub fn header_bytes(pool: &'static [&'static str]) -> impl Strategy<Value = Vec<u8>> {
    let list = prop::collection::vec((select(pool), select(&[",", ", ", " ,\t", ",,", " "][..])), 0..6);
    prop_oneof![
        2 => select(pool).prop_map(|text| text.as_bytes().to_vec()),
        3 => list.prop_map(|parts| parts.into_iter().flat_map(|(a, b)| [a, b]).collect::<String>().into_bytes()),
        1 => prop::collection::vec(any::<u8>(), 0..24),
    ]
}

/// Requested methods.
pub const REQUEST_METHODS: &[&str] = &["GET", "PUT", "DELETE", "purge", "get", "TRACE", "connect", "X-1", "FOO", ""];
/// Requested header names.
pub const REQUEST_HEADERS: &[&str] = &["x-a", "X-B", "authorization", "content-type", "x-unknown", "x y", "accept", ""];

/// A request without its origin, which is made from a seed.
#[derive(Clone, Debug)]
pub struct RequestSeed {
    /// `GET`, `OPTIONS` …
    pub method: Vec<u8>,
    /// The seed of `Origin`, if there is one.
    pub origin: Option<Seed>,
    /// `Access-Control-Request-Method`
    pub request_method: Option<Vec<u8>>,
    /// `Access-Control-Request-Headers`
    pub request_headers: Option<Vec<u8>>,
    /// `Access-Control-Request-Private-Network`
    pub private_network: Option<Vec<u8>>,
}

/// Requests of any method, mostly preflights.
pub fn request() -> impl Strategy<Value = RequestSeed> {
    let method = prop_oneof![
        4 => Just(b"OPTIONS".to_vec()),
        4 => Just(b"GET".to_vec()),
        1 => header_bytes(&["HEAD", "POST", "options", "OPTIONS "]),
    ];
    (
        method,
        prop::option::weighted(0.9, seed()),
        prop::option::weighted(0.8, header_bytes(REQUEST_METHODS)),
        prop::option::of(header_bytes(REQUEST_HEADERS)),
        prop::option::of(header_bytes(&["true", "false", "True"])),
    )
        .prop_map(|(method, origin, request_method, request_headers, private_network)| RequestSeed {
            method,
            origin,
            request_method,
            request_headers,
            private_network,
        })
}
