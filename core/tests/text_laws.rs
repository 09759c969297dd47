//! Laws about texts that people write: no text makes reading panic, every refusal has a help, and merging `Vary` loses
//! nothing.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use common::mutation::{Mutation, mutation};
use common::strategies::{accepted, config, plain_origin};
use corsac::binding::Value;
use corsac::{Config, ConfigError, Issue, LiftedCheck, Policy, merge_vary};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use std::collections::BTreeSet;

/// `PROPTEST_CASES` sets another number of cases.
fn cases(default: u32) -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(default);
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

fn is_helpful(error: &ConfigError) -> Result<(), TestCaseError> {
    prop_assert!((1..=1001).contains(&error.issues().len()));
    for issue in error.issues() {
        prop_assert!(!issue.message.is_empty() && !issue.help.is_empty(), "{:?}", issue);
        // The field is as written, so that it can be looked up; the sentences are for people.
        for text in [&issue.message, &issue.help, &issue.value] {
            prop_assert!(!text.chars().any(is_misleading), "{:?}", issue);
        }
        prop_assert!(issue.value.chars().count() <= 201);
    }
    prop_assert!(!error.to_string().replace('\n', "").chars().any(is_misleading), "{:?}", error.to_string());
    Ok(())
}

/// Control characters, and those that change how the text around them is displayed.
fn is_misleading(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

fn build(value: Value) -> Result<(), TestCaseError> {
    Policy::try_from(value).as_ref().err().map_or(Ok(()), is_helpful)
}

const TEXT: &str = r#"{"allow_origins":["https://a.example","https://*.b.example","http://localhost:*"],
"allowOriginRegex":["https://[a-z]+\\.c\\.example"],"allow_methods":["PUT"],"allow_headers":["X-A"],"allow_credentials":false,
"expose_headers":["ETag"],"max_age":600,"preflight_status":204,"dangerously_allow":["insecure-origins"],"protection":{"writes":"off"}}"#;
const TOML: &str =
    "allow_origins = [\"https://a.example\"]\nmax_age = 600\nallow_credentials = true\n[protection]\nwrites = 'off'\n";
const CORS: &str = r#"{"dialect":"cors","origin":["https://a.example",{"regexp":"^https:\\/\\/.+\\.b\\.example$","flags":"i"}],
"methods":"GET,PUT","allowedHeaders":"x-a","credentials":true,"maxAge":1,"optionsSuccessStatus":200}"#;

const KEYS: &[&str] = &[
    "allow_origins",
    "allowOrigins",
    "allow_origin_regex",
    "allow_methods",
    "allow_headers",
    "allow_credentials",
    "expose_headers",
    "max_age",
    "preflight_status",
    "preflight_continue",
    "allow_private_network",
    "keep_app_headers",
    "dangerously_allow",
    "protection",
    "routes",
    "dialect",
    "$schema",
    "origin",
    "methods",
    "allowedHeaders",
    "exposed_headers",
    "credentials",
    "optionsSuccessStatus",
    "colour",
    "",
];
const WORDS: &[&str] = &[
    "*",
    "cors",
    "corsac",
    "null",
    "https://a.example",
    "https://*.com",
    "http://a.example",
    "GET",
    "get",
    "X-A",
    "Set-Cookie",
    "insecure-origins",
    "^https://a$",
    "(",
    ".*",
    "off",
    "\r\nX: y",
    "\0",
    "\u{202e}",
    "\u{61c}",
    "é",
];

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        Just(Value::Undefined),
        Just(Value::Function),
        any::<bool>().prop_map(Value::Bool),
        prop_oneof![any::<i64>(), 0i64..700].prop_map(Value::Integer),
        prop_oneof![any::<f64>(), Just(600.0), Just(f64::NAN)].prop_map(Value::Float),
        select(WORDS).prop_map(Value::from),
        any::<String>().prop_map(Value::String),
        select(WORDS).prop_map(|text| Value::Url(format!("{text}/"))),
        (select(WORDS), "[gimsuyx]{0,2}").prop_map(|(source, flags)| Value::RegExp { source: source.into(), flags }),
        any::<String>().prop_map(Value::Other),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::List),
            prop::collection::vec((select(KEYS).prop_map(str::to_owned), inner), 0..4).prop_map(Value::Map),
        ]
    })
}

/// A text of a policy with bytes changed.
fn broken(text: &'static str) -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(mutation(), 1..6).prop_map(move |mutations| {
        let keep = mutations.iter().filter(|mutation| !matches!(mutation, Mutation::Other(_) | Mutation::Scheme(_)));
        keep.fold(text.as_bytes().to_vec(), |text, mutation| mutation.apply(text, b"https://b.example"))
    })
}

proptest! {
    #![proptest_config(cases(1000))]

    #[test]
    fn any_value_is_a_policy_or_a_helpful_error(settings in prop::collection::vec((select(KEYS), value()), 0..6), whole in value()) {
        build(Value::Map(settings.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()))?;
        build(whole)?;
    }

    #[test]
    fn any_text_is_a_policy_or_a_helpful_error(
        bytes in any::<Vec<u8>>(), text in any::<String>(), json in broken(TEXT), cors in broken(CORS), toml in broken(TOML),
    ) {
        for text in [&bytes[..], text.as_bytes(), &json, &cors, &toml] {
            Policy::from_json(text).as_ref().err().map_or(Ok(()), is_helpful)?;
            Policy::from_toml(text).as_ref().err().map_or(Ok(()), is_helpful)?;
        }
    }

    #[test]
    fn a_struct_and_its_text_are_the_same_policy(config in config()) {
        let (config, policy) = accepted(config);
        let text = serde_json::json!({
            "allow_origins": config.allow_origins, "allow_origin_regex": config.allow_origin_regex,
            "allowMethods": config.allow_methods, "allowHeaders": config.allow_headers,
            "allowCredentials": config.allow_credentials, "exposeHeaders": config.expose_headers, "maxAge": config.max_age,
            "preflightStatus": config.preflight_status, "preflightContinue": config.preflight_continue,
            "allowPrivateNetwork": config.allow_private_network, "keepAppHeaders": config.keep_app_headers,
            "dangerouslyAllow": config.dangerously_allow.iter().map(written_check).collect::<Vec<_>>(),
        });
        let read = Policy::from_json(text.to_string()).unwrap();
        prop_assert_eq!(format!("{:?}", read.templates()), format!("{:?}", policy.templates()));
        // Lints of single values come in the order in which the settings are written.
        let findings = |policy: &Policy| -> BTreeSet<_> {
            policy.lints().iter().map(|lint| (lint.code.as_str(), lint.field.clone(), lint.message.clone())).collect()
        };
        prop_assert_eq!(findings(&read), findings(&policy));
    }
}

/// A lifted check in JSON.
fn written_check(lifted: &LiftedCheck) -> serde_json::Value {
    match lifted {
        LiftedCheck::Everywhere(check) => check.as_str().into(),
        LiftedCheck::ForOrigins { check, origins } => serde_json::json!({ "check": check, "origins": origins }),
    }
}

/// Texts that people write where an origin belongs.
fn written() -> impl Strategy<Value = String> {
    const BEFORE: &[&str] =
        &["", "", " ", "HTTPS://", "https:", "//", "ws://", "file://", "user@", "http://0", "*.", "*"];
    const AFTER: &[&str] = &[
        "",
        "",
        "/",
        "/path",
        "?q=1",
        "#f",
        ":443",
        ":80",
        ":080",
        ":0",
        ":*",
        ":70000",
        " ",
        ",",
        ", https://b.example",
        ".",
        "*",
        "\\x",
    ];
    const HOSTS: &[&str] = &[
        "https://bücher.example",
        "https://Straße.example",
        "http://0x7f.1",
        "http://127.1",
        "http://[0:0::1]",
        "https://İ.example",
        "http://1.2.3.256",
        "https://[::ffff:1.2.3.4]",
        "https://a..b",
        "https://例え.テスト",
        "localhost:3000",
        "app.example.com",
        "https://user:pw@a.example",
        "https://*.*.example.com",
        "https://a.*.example.com",
        "https://xn--*.example.com",
        "http://a.example:443",
        "Capacitor://localhost",
        "app://./",
        "app://a b",
        "::1",
        "https://a.example\u{202e}",
        "https://a`b.example",
    ];
    let mutated =
        (plain_origin(), prop::collection::vec(mutation(), 0..3), any::<Index>()).prop_map(|(origin, mutations, _)| {
            let text =
                mutations.iter().fold(origin.into_bytes(), |text, mutation| mutation.apply(text, b"https://b.example"));
            String::from_utf8_lossy(&text).into_owned()
        });
    let host = prop_oneof![3 => mutated, 2 => select(HOSTS).prop_map(str::to_owned), 1 => any::<String>()];
    let long = (1usize..70, 1usize..6)
        .prop_map(|(label, count)| format!("https://{}example.com/", format!("{}.", "l".repeat(label)).repeat(count)));
    prop_oneof![
        12 => (select(BEFORE), host, select(AFTER)).prop_map(|(before, host, after)| format!("{before}{host}{after}")),
        1 => long,
    ]
}

/// The text that a help offers, if it offers one.
fn offered(help: &str) -> Option<&str> {
    // With more than one pair of backticks, there is an offer and an alternative. The first pair is the offer.
    help.strip_prefix("write `")?.split_once('`').map(|(text, _)| text)
}

/// Whether a policy with these origins is accepted. `credentials` says whether it allows credentials.
fn is_accepted(allow_origins: Vec<String>, credentials: bool) -> bool {
    Policy::new(Config { allow_origins, allow_credentials: credentials, ..Config::default() }).is_ok()
}

fn check_offer(issue: &Issue, credentials: bool) -> Result<(), TestCaseError> {
    if let Some(rest) = issue.help.strip_prefix("write separate entries: `") {
        let list = rest.split_once('`').map_or(rest, |(list, _)| list);
        let list: Vec<String> = serde_json::from_str(&format!("[{list}]"))
            .map_err(|error| TestCaseError::fail(format!("{issue:?}: {error}")))?;
        prop_assert!(list.len() > 1 && is_accepted(list, credentials), "{:?}", issue);
    } else if let Some(text) = offered(&issue.help) {
        let nobody = text == "allow_origins = []";
        prop_assert!(nobody || is_accepted(vec![text.to_owned()], credentials), "{:?} offers `{}`", issue, text);
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(4000))]

    /// Following the help results in a policy.
    #[test]
    fn what_a_help_offers_is_accepted(text in written(), credentials in any::<bool>()) {
        let config = Config { allow_origins: vec![text], allow_credentials: credentials, ..Config::default() };
        let Err(error) = Policy::new(config) else { return Ok(()) };
        is_helpful(&error)?;
        for issue in error.issues() {
            prop_assert_eq!(&issue.field, "allow_origins[0]");
            check_offer(issue, credentials)?;
        }
    }
}

const FIELDS: &[&str] =
    &["Origin", "origin", "ACCEPT", "Accept-Encoding", "Access-Control-Request-Method", "*", "", " ", "x y", "é"];
const DECIDED: &[&str] = &[
    "Origin",
    "Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
    "Origin, Access-Control-Request-Method, Access-Control-Request-Headers, Access-Control-Request-Private-Network",
];

fn line() -> impl Strategy<Value = Vec<u8>> {
    let list = prop::collection::vec((select(FIELDS), select(&[",", ", ", " ,\t", ",,"][..])), 0..5);
    prop_oneof![
        4 => list.prop_map(|parts| parts.into_iter().flat_map(|(a, b)| [a, b]).collect::<String>().into_bytes()),
        1 => prop::collection::vec(any::<u8>(), 0..12),
    ]
}

fn fields(value: &[u8]) -> Vec<Vec<u8>> {
    let fields = value.split(|byte| *byte == b',').map(|field| field.trim_ascii().to_ascii_lowercase());
    fields.filter(|field| !field.is_empty()).collect()
}

proptest! {
    #![proptest_config(cases(2000))]

    #[test]
    fn merging_vary_loses_and_repeats_nothing(lines in prop::collection::vec(line(), 0..4), decision in select(DECIDED)) {
        let merged = merge_vary(lines.iter().map(Vec::as_slice), decision.as_bytes());
        prop_assert_eq!(&merge_vary([&merged[..]], decision.as_bytes()), &merged, "twice is once");
        let kept: Vec<&[u8]> = lines.iter().map(Vec::as_slice).filter(|line| !line.trim_ascii().is_empty()).collect();
        let own = kept.join(&b", "[..]);
        let added = merged.strip_prefix(&own[..]);
        prop_assert!(added.is_some(), "the application's text is unchanged");
        if fields(&own).iter().any(|field| field == b"*") {
            prop_assert_eq!(merged, own);
            return Ok(());
        }
        let (own, ours, all) = (fields(&own), fields(decision.as_bytes()), fields(&merged));
        for field in &ours {
            prop_assert!(all.contains(field));
        }
        for field in &all {
            let count = |list: &[Vec<u8>]| list.iter().filter(|other| *other == field).count();
            prop_assert_eq!(count(&all), count(&own).max(1));
        }
    }
}
