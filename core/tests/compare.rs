//! The differences between two policies: examples, and laws that are tested with random policies.
#![cfg(all(feature = "explain", feature = "toml"))]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use common::strategies::{accepted, config, roots, seed};
use corsac::compare::{Change, Comparison, Effect, Paths, Subject};
use corsac::{Config, Evaluation, Policy, Request};
use proptest::prelude::*;
use proptest::sample::select;

fn policy(toml: &str) -> Policy {
    Policy::from_toml(toml).unwrap_or_else(|error| panic!("{toml}\n{error}"))
}

/// A change in one line: `+ origin https://a.example`, with `?` if it is not certain.
fn line(change: &Change) -> String {
    let sign = match change.effect {
        Effect::Gain => "+",
        Effect::Loss => "-",
        Effect::Neutral => "~",
    };
    let unsure = if change.certain { "" } else { "?" };
    format!("{sign}{unsure} {} {}", change.subject.as_str(), change.what)
}

fn lines(comparison: &Comparison) -> Vec<String> {
    comparison.changes().map(line).collect()
}

fn origins(old: &str, new: &str) -> Vec<String> {
    let text = |list: &str| format!("dangerously_allow = ['null-origin']\n{list}");
    lines(&policy(&text(old)).compare(&policy(&text(new))))
}

#[test]
fn origins_are_compared_by_what_they_match() {
    let one = "allow_origins = ['https://a.example.com']";
    for (wider, wide) in [
        ("allow_origins = ['https://*.example.com']", "https://*.example.com"),
        ("allow_origins = ['https://a.example.com:*']", "https://a.example.com:*"),
        (r"allow_origin_regex = ['https://[a-f]\.example\.com']", r"https://[a-f]\.example\.com"),
        ("allow_origins = ['*']", "*"),
    ] {
        assert_eq!(origins(one, wider), [format!("+ origin {wide}")], "{wider}");
        assert_eq!(origins(wider, one), [format!("- origin {wide}")], "{wider}");
    }
    // Lists that are written differently, but match the same origins.
    for (one, other) in [
        ("allow_origins = ['https://a.example.com']", r"allow_origin_regex = ['https://a\.example\.com']"),
        (
            "allow_origins = ['https://a.example.com', 'https://b.example.com']",
            r"allow_origin_regex = ['https://(a|b)\.example\.com']",
        ),
        ("allow_origins = ['https://*.example.com']", r"allow_origin_regex = ['https://([a-z0-9_-]+\.)+example\.com']"),
        (
            "allow_origins = ['https://*.example.com', 'https://*.a.example.com', 'https://x.example.com']",
            "allow_origins = ['https://*.example.com']",
        ),
        ("allow_origins = ['http://localhost:*']", r"allow_origin_regex = ['http://localhost(:\d+)?']"),
        (
            "allow_origins = ['https://*.example.com:*']",
            "allow_origins = ['https://*.example.com:*', 'https://*.example.com', 'https://pr-*.example.com:8443']",
        ),
        (
            r"allow_origin_regex = ['https?://a\.example\.com']",
            "allow_origins = ['https://a.example.com', 'http://a.example.com']",
        ),
        // A glob never matches a label of punycode.
        (
            "allow_origins = ['https://x*.example.com']",
            r"allow_origin_regex = ['https://x([a-mo-z0-9-][a-z0-9-]*|n|n[a-z0-9][a-z0-9-]*|n-|n-[a-z0-9][a-z0-9-]*)\.example\.com']",
        ),
        ("allow_origins = []", r"allow_origins = []"),
    ] {
        assert_eq!(origins(one, other), [""; 0], "{one} {other}");
        assert_eq!(origins(other, one), [""; 0], "{other} {one}");
    }
    assert_eq!(
        origins(
            "allow_origins = ['https://a.example', 'https://b.example']",
            "allow_origins = ['https://c.example', 'https://a.example']"
        ),
        ["+ origin https://c.example", "- origin https://b.example"]
    );
    // Any extension, and the extension with this id.
    let (any, one) = ("allow_origins = ['moz-extension://*']", "allow_origins = ['moz-extension://abc']");
    assert_eq!(origins(one, any), ["+ origin moz-extension://*"]);
    assert_eq!(origins(any, r"allow_origin_regex = ['moz-extension://[A-Za-z0-9._-]+']"), [""; 0]);
    assert_eq!(origins(any, one), ["- origin moz-extension://*"]);
    // The `*` of a label matches at least one character.
    assert_eq!(
        origins("allow_origins = ['https://a.example.com']", "allow_origins = ['https://a*.example.com']"),
        ["+ origin https://a*.example.com", "- origin https://a.example.com"]
    );
    assert_eq!(origins("allow_origins = ['null']", "allow_origins = ['*']"), ["+ origin *"]);
    assert_eq!(origins("allow_origins = ['*']", "allow_origin_regex = ['.*']"), ["- origin *"]);
    assert_eq!(origins("allow_origins = ['*']", "allow_origins = ['null']\nallow_origin_regex = ['.*']"), [""; 0]);
}

#[test]
fn examples_show_the_difference() {
    let (old, new) = ("allow_origins = ['https://*.a.example.com']", "allow_origins = ['https://*.example.com']");
    let comparison = policy(old).compare(&policy(new));
    let example = comparison.changes().next().unwrap().example.clone().unwrap();
    assert!(example.ends_with(".example.com") && !example.ends_with(".a.example.com"), "{example}");
}

#[test]
fn plain_http_is_not_allowed_with_credentials() {
    let with = "allow_origin_regex = ['https?://(app\\.example\\.com|localhost)']\nallow_credentials = true";
    let without = "allow_origin_regex = ['https?://(app\\.example\\.com|localhost)']";
    assert_eq!(
        lines(&policy(with).compare(&policy(without))),
        ["+ origin https?://(app\\.example\\.com|localhost)", "- credentials cookies and HTTP authentication",]
    );
    let comparison = policy(with).compare(&policy(without));
    assert_eq!(comparison.changes().next().unwrap().example.as_deref(), Some("http://app.example.com"));
    // A danger may be lifted for only one entry.
    let named = "allow_origins = ['http://*.example.com', 'http://*.example.org']\nallow_credentials = true\n\
                 dangerously_allow = [{ check = 'insecure-origins', origins = ['http://*.example.com', 'http://*.example.org'] }]";
    let unnamed = named.replace("['http://*.example.com', 'http://*.example.org'] }", "['http://*.example.com'] }");
    let unnamed = unnamed.replace(", 'http://*.example.org']", "]");
    assert_eq!(lines(&policy(named).compare(&policy(&unnamed))), ["- origin http://*.example.org"]);
    assert_eq!(lines(&policy(&unnamed).compare(&policy(named))), ["+ origin http://*.example.org"]);
    // Plain http to the user's own machine is not a danger.
    let local = "allow_origins = ['http://localhost:*', 'https://app.example.com']";
    let local_with = format!("{local}\nallow_credentials = true");
    assert_eq!(lines(&policy(local).compare(&policy(&local_with))), ["+ credentials cookies and HTTP authentication"]);
}

#[test]
fn everything_else_that_pages_gain_and_lose() {
    let base = "allow_origins = ['https://a.example']\n";
    for (old, new, expected) in [
        ("allow_methods = ['PUT']", "allow_methods = ['DELETE']", &["+ method DELETE", "- method PUT"][..]),
        ("allow_methods = ['PUT']", "allow_methods = ['*']", &["+ method *"]),
        ("allow_methods = ['POST']", "", &[]),
        ("allow_headers = ['X-A']", "allow_headers = ['x-a', 'X-B']", &["+ request-header x-b"]),
        (
            "allow_headers = ['Authorization']",
            "allow_headers = ['*']",
            &["+ request-header *", "- request-header authorization"],
        ),
        ("allow_headers = ['*']", "allow_headers = ['*', 'Authorization']", &["+ request-header authorization"]),
        ("allow_headers = ['Content-Type']", "", &[]),
        ("expose_headers = ['ETag']", "expose_headers = ['*']", &["+ exposed-header *"]),
        ("expose_headers = ['ETag', 'X-A']", "expose_headers = ['x-a']", &["- exposed-header etag"]),
        ("max_age = 600", "max_age = 60", &["~ max-age 600 s → 60 s"]),
        ("", "max_age = false", &["~ max-age 600 s → not sent"]),
        ("", "preflight_status = 200", &["~ preflight-status 204 → 200"]),
        ("", "preflight_continue = true", &["~ preflight-continue corsac answers them → the application answers them"]),
        ("", "allow_private_network = true", &["+ private-network requests to private networks"]),
        ("", "keep_app_headers = true", &["+ app-headers the application's own CORS headers stay"]),
        (
            "protection = { writes = 'reject', trusted_origins = ['https://a.example'] }",
            "",
            &["+ writes writes are not refused"],
        ),
        (
            "protection = { writes = 'reject', trusted_origins = ['https://a.example'] }",
            "protection = { writes = 'reject', trusted_origins = ['https://*.c.example', 'https://a.example'], report_only = true }",
            &["+ writes writes are not refused"],
        ),
        (
            "protection = { writes = 'reject', trusted_origins = ['https://a.example'] }",
            "protection = { writes = 'reject', trusted_origins = ['https://*.b.example', 'https://a.example'] }",
            &["+ trusted-origin https://*.b.example"],
        ),
        (
            "protection = { websockets = 'reject' }",
            "protection = { websockets = 'reject', trusted_origins = ['https://a.example'] }\nallow_credentials = true",
            &["+ credentials cookies and HTTP authentication", "+ trusted-origin https://a.example"],
        ),
        (
            "protection = { websockets = 'reject' }\nallow_credentials = true",
            "protection = { websockets = 'reject', trusted_origins = ['https://a.example'] }\nallow_credentials = true",
            &[],
        ),
    ] {
        let found = lines(&policy(&format!("{base}{old}")).compare(&policy(&format!("{base}{new}"))));
        assert_eq!(found, expected, "{old} → {new}");
    }
}

#[test]
fn routes_are_compared_path_by_path() {
    let top = "allow_origins = ['https://a.example']\n";
    let public = "[[routes]]\npath = '/public/{*rest}'\nallow_origins = ['*']\n";
    let one = "[[routes]]\npath = '/public/{id}'\nallow_origins = ['https://b.example']\n";
    let by_paths = |old: &str, new: &str| -> Vec<(Vec<String>, Vec<String>)> {
        let comparison = policy(&format!("{top}{old}")).compare(&policy(&format!("{top}{new}")));
        let shown = |paths: &[Paths]| paths.iter().map(ToString::to_string).collect();
        comparison.paths.iter().map(|found| (shown(&found.paths), found.changes.iter().map(line).collect())).collect()
    };
    let expected = |paths: &[&str], changes: &[&str]| {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<String>>();
        (owned(paths), owned(changes))
    };
    assert_eq!(by_paths("", public), [expected(&["/public/{*rest}"], &["+ origin *"])]);
    assert_eq!(by_paths(public, one), [expected(&["/public/{*rest}", "/public/{name}"], &["- origin *"])]);
    // A change of the top level is also a change of every route that inherits it.
    let inheriting = "[[routes]]\npath = '/x'\nallow_credentials = true\n";
    assert_eq!(
        by_paths(inheriting, &format!("max_age = 5\n{inheriting}")),
        [expected(&["/x", "all paths without a route"], &["~ max-age 600 s → 5 s"])]
    );
    // A path that was ambiguous, so that no origin was allowed there, now has its own route.
    let files = "[[routes]]\npath = '/files'\nallow_credentials = true\n";
    let json = format!("{files}[[routes]]\npath = '/files.json'\n");
    let (was, now) = (policy(&format!("{top}{files}")), policy(&format!("{top}{json}")));
    let origin = b"https://a.example";
    assert!(!allows(&was, origin, b"/files.json") && allows(&now, origin, b"/files.json"));
    assert_eq!(by_paths(files, &json), [expected(&["/files.json"], &["+ origin https://a.example"])]);
    // Each policy has a route, and the routes have only some paths in common.
    let left = "[[routes]]\npath = '/{x}/b'\nallow_origins = ['https://left.example']\n";
    let right = "[[routes]]\npath = '/a/{*rest}'\nallow_origins = ['https://right.example']\n";
    let found = by_paths(left, right);
    let both = ["+ origin https://right.example", "- origin https://left.example"];
    assert!(found.contains(&expected(&["/a/b"], &both)), "{found:?}");
    assert_eq!(found.len(), 3, "{found:?}");
}

#[test]
fn large_lists_are_compared_in_time() {
    let list = |from: usize| -> Policy {
        let allow_origins = (from..from + 100_000).map(|index| format!("https://tenant-{index}.example")).collect();
        Policy::new(Config { allow_origins, ..Config::default() }).unwrap()
    };
    let start = std::time::Instant::now();
    let comparison = list(0).compare(&list(10));
    assert_eq!(comparison.changes().count(), 20);
    assert!(start.elapsed() < std::time::Duration::from_secs(20), "{:?}", start.elapsed());
}

fn allows(policy: &Policy, origin: &[u8], path: &[u8]) -> bool {
    match policy.evaluate(&Request::new(b"GET").origin(origin).path(path)) {
        Evaluation::Decided(decision) => decision.reason().is_readable(),
        Evaluation::Ask(_) => panic!("there is no predicate"),
    }
}

/// Whether an entry of a list, a pattern or a regex, matches an origin.
fn matches(entry: &str, origin: &[u8]) -> bool {
    let dangerously_allow = vec!["null-origin".into()];
    let as_pattern = Config { allow_origins: vec![entry.to_owned()], dangerously_allow, ..Config::default() };
    let as_regex = Config { allow_origin_regex: vec![entry.to_owned()], ..Config::default() };
    let policy = Policy::new(as_pattern).or_else(|_| Policy::new(as_regex)).unwrap();
    allows(&policy, origin, b"/")
}

fn preflight(policy: &Policy, origin: &[u8], method: &[u8], headers: &[u8]) -> bool {
    let mut request = Request::new(b"OPTIONS").origin(origin);
    request.access_control_request_method = Some(method);
    request.access_control_request_headers = Some(headers);
    match policy.evaluate(&request) {
        Evaluation::Decided(decision) => decision.reason().as_str() == "preflight-allowed",
        Evaluation::Ask(_) => panic!("there is no predicate"),
    }
}

fn cases(default: u32) -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(default);
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases(60))]

    /// If one policy allows an origin and the other does not, a reported entry matches it. Every certain change is
    /// true.
    #[test]
    fn no_origin_is_missed(old in config(), new in config(), shared in any::<bool>(), seeds in prop::collection::vec(seed(), 24)) {
        let new = if shared {
            // Similar lists in which some entries differ.
            let half = old.allow_origins.len() / 2;
            let mut origins: Vec<_> = old.allow_origins.iter().take(half).cloned().collect();
            if origins != ["*"] && new.allow_origins != ["*"] {
                origins.extend(new.allow_origins.iter().cloned());
            } else {
                origins.clone_from(&new.allow_origins);
            }
            Config { allow_origins: origins, ..new }
        } else { new };
        let (old, before) = accepted(old);
        let (new, after) = accepted(new);
        let comparison = before.compare(&after);
        let of = |effect: Effect| comparison.changes().filter(move |change| change.effect == effect && change.subject == Subject::Origin);
        let grown = [roots(&old), roots(&new)].concat();
        for seed in &seeds {
            let origin = seed.origin(&grown);
            let (was, is) = (allows(&before, &origin, b"/"), allows(&after, &origin, b"/"));
            let effect = match (was, is) {
                (false, true) => Effect::Gain,
                (true, false) => Effect::Loss,
                _ => continue,
            };
            let shown = String::from_utf8_lossy(&origin).into_owned();
            // An origin that no page has is allowed only by `*`, which does no harm.
            if common::naive::parse(&origin).is_none() && origin != b"null" {
                continue;
            }
            prop_assert!(of(effect).any(|change| matches(&change.what, &origin)), "{shown} {comparison:?}");
        }
        for change in comparison.changes().filter(|change| change.subject == Subject::Origin && change.certain) {
            let example = change.example.as_ref().unwrap_or(&change.what).as_bytes();
            let (was, is) = (allows(&before, example, b"/"), allows(&after, example, b"/"));
            prop_assert_eq!((was, is), if change.effect == Effect::Gain { (false, true) } else { (true, false) }, "{:?}", change);
        }
        // In the other direction, gains are losses.
        let back = after.compare(&before);
        let flipped: Vec<_> = back.changes().filter(|change| change.effect == Effect::Gain).map(|change| (change.subject, change.what.clone())).collect();
        let losses: Vec<_> = comparison.changes().filter(|change| change.effect == Effect::Loss).map(|change| (change.subject, change.what.clone())).collect();
        prop_assert_eq!(flipped, losses);
        prop_assert!(before.compare(&before).is_empty());
    }

    /// If one policy grants a method or header and the other does not, this is reported.
    #[test]
    fn no_method_and_no_header_is_missed(
        old in config(),
        new in config(),
        method in select(common::strategies::REQUEST_METHODS),
        header in select(common::strategies::REQUEST_HEADERS),
    ) {
        let origin = "https://page.example";
        let with_origin = |config: Config| accepted(Config { allow_origins: vec![origin.to_owned()], ..config }).1;
        let (before, after) = (with_origin(old), with_origin(new));
        let comparison = before.compare(&after);
        for (subject, method, header) in [(Subject::Method, method, ""), (Subject::RequestHeader, "GET", header)] {
            let granted = |policy: &Policy| preflight(policy, origin.as_bytes(), method.as_bytes(), header.as_bytes());
            let effect = match (granted(&before), granted(&after)) {
                (false, true) => Effect::Gain,
                (true, false) => Effect::Loss,
                _ => continue,
            };
            let name = if subject == Subject::Method { method } else { header };
            let reported = comparison.changes().any(|change| {
                change.effect == effect && change.subject == subject && (change.what == "*" || change.what.eq_ignore_ascii_case(name))
            });
            prop_assert!(reported, "{name} {comparison:?}");
        }
    }

    /// A difference is reported whatever routes a path has.
    #[test]
    fn no_path_is_missed(old in routes("old"), new in routes("new"), path in path()) {
        let comparison = old.compare(&new);
        let origin = |policy: &Policy, side: &str| (0..8).map(|index| format!("https://{side}-{index}.example")).find(|origin| allows(policy, origin.as_bytes(), path.as_bytes()));
        let (lost, gained) = (origin(&old, "old"), origin(&new, "new"));
        let has = |changes: &[Change], effect: Effect, origin: &Option<String>| origin.as_ref().is_none_or(|origin| {
            changes.iter().any(|change| change.effect == effect && change.what == *origin)
        });
        let reported = comparison.paths.iter().any(|paths| has(&paths.changes, Effect::Loss, &lost) && has(&paths.changes, Effect::Gain, &gained));
        prop_assert!(reported, "{path} {lost:?} {gained:?} {comparison:?}");
    }
}

const SEGMENTS: &[&str] = &["a", "b", "{x}"];

/// A policy whose routes and top level each allow an origin of their own.
fn routes(side: &'static str) -> impl Strategy<Value = Policy> {
    let path = (prop::collection::vec(select(SEGMENTS), 0..4), any::<bool>()).prop_map(|(segments, rest)| {
        let mut path = String::new();
        for (index, segment) in segments.iter().enumerate() {
            path.push('/');
            path.push_str(&segment.replace('x', &format!("x{index}")));
        }
        if rest {
            path.push_str("/{*rest}");
        }
        if path.is_empty() { "/".to_owned() } else { path }
    });
    prop::collection::vec(path, 1..6).prop_map(move |paths| {
        let mut seen = Vec::new();
        let mut toml = format!("allow_origins = ['https://{side}-0.example']\n");
        for path in paths {
            if !seen.contains(&path) {
                seen.push(path.clone());
                toml.push_str(&format!(
                    "[[routes]]\npath = '{path}'\nallow_origins = ['https://{side}-{}.example']\n",
                    seen.len()
                ));
            }
        }
        policy(&toml)
    })
}

fn path() -> impl Strategy<Value = String> {
    prop::collection::vec(select(&["a", "b", "c", "d"][..]), 0..6)
        .prop_map(|segments| format!("/{}", segments.join("/")))
}
