//! The patterns for any extension of a browser match what the reference matcher matches, however an origin is changed.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use common::naive::Naive;
use corsac::{Config, Evaluation, Policy, Reason, Request};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

const PATTERNS: &[&str] = &["chrome-extension://*", "moz-extension://*", "safari-web-extension://*"];

/// Origins that browsers send for extensions, and similar texts.
fn origin() -> impl Strategy<Value = String> {
    let scheme = prop_oneof![
        8 => select(&["chrome-extension", "moz-extension", "safari-web-extension"][..]).prop_map(str::to_owned),
        1 => select(&["Chrome-Extension", "chrome-extension-x", "xmoz-extension", "extension", "https", "http", ""][..])
            .prop_map(str::to_owned),
        1 => "[a-z+.-]{0,12}",
    ];
    let separator = prop_oneof![9 => Just("://"), 1 => select(&[":", ":/", ":///", "//", ""][..])];
    let host = prop_oneof![
        4 => "[a-p]{32}",
        4 => "[0-9A-Fa-f]{8}-[0-9a-f]{4}",
        2 => "[A-Za-z0-9._-]{0,6}",
        2 => "[ -~]{0,6}",
        1 => Just("a".repeat(253)),
        1 => Just("a".repeat(254)),
        1 => any::<String>(),
    ];
    let end = prop_oneof![
        8 => Just(""),
        2 => select(&[":", ":0", ":1", ":80", ":443", ":65535", ":65536", ":*", "/", "/a", "?", "#", "@a", " ", "\0", "*", "."][..]),
    ];
    (scheme, separator, host, end).prop_map(|(scheme, separator, host, end)| format!("{scheme}{separator}{host}{end}"))
}

fn is_allowed(policy: &Policy, origin: &str) -> bool {
    match policy.evaluate(&Request::new(b"GET").origin(origin.as_bytes())) {
        Evaluation::Decided(decision) => decision.reason() == Reason::OriginAllowed,
        Evaluation::Ask(_) => panic!("asked without a predicate"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_extension_is_what_the_reference_says(
        patterns in subsequence(PATTERNS, 0..=3), beside in any::<bool>(), credentials in any::<bool>(), origin in origin(),
    ) {
        let mut listed: Vec<String> = patterns.into_iter().map(str::to_owned).collect();
        if beside {
            listed.push("https://*.example.com".to_owned());
        }
        let policy = Policy::new(Config {
            allow_origins: listed.clone(),
            allow_credentials: credentials,
            dangerously_allow: vec!["any-extension".into()],
            ..Config::default()
        }).unwrap();
        let expected = Naive::new(&listed, &[], credentials).allows(origin.as_bytes());
        prop_assert_eq!(is_allowed(&policy, &origin), expected, "{:?} {}", listed, origin);
    }
}

/// Each pattern matches the extensions of its own browser and no others, so some origins in the test above are allowed,
/// and others are not.
#[test]
fn each_pattern_matches_its_own_browser_alone() {
    for pattern in PATTERNS {
        let policy = Policy::new(Config { allow_origins: vec![(*pattern).to_owned()], ..Config::default() }).unwrap();
        for other in PATTERNS {
            assert_eq!(is_allowed(&policy, &other.replace('*', "3b5c-9F")), pattern == other, "{pattern} {other}");
        }
    }
}
