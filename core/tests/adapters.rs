//! Decisions on `http` types, and questions to the predicate.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use corsac::binding::Value;
use corsac::{
    Action, Config, Decision, Evaluation, Policy, PolicyBuilder, PredicateAnswer, ProtectionConfig, Request,
    RequestHeaders,
};
use http::{HeaderMap, HeaderValue};

const APP: &str = "https://app.example.com";
const OTHER: &str = "https://other.example.com";

fn policy(more: impl FnOnce(&mut Config)) -> Policy {
    let mut config = Config { allow_origins: vec![APP.into()], ..Config::default() };
    more(&mut config);
    Policy::new(config).unwrap()
}

fn map(lines: &[(&'static str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        headers.append(*name, HeaderValue::from_str(value).unwrap());
    }
    headers
}

fn lines<'a>(headers: &'a HeaderMap, name: &str) -> Vec<&'a str> {
    headers.get_all(name).iter().map(|value| value.to_str().unwrap()).collect()
}

fn decided<'a>(policy: &'a Policy, request: &Request<'a>) -> Decision<'a> {
    match policy.evaluate(request) {
        Evaluation::Decided(decision) => decision,
        Evaluation::Ask(_) => panic!("asked"),
    }
}

/// The headers of the application's response after a decision on a GET from this origin was applied.
fn applied(policy: &Policy, origin: Option<&str>, application: &[(&'static str, &str)]) -> HeaderMap {
    let mut request = Request::new(b"GET");
    request.origin = origin.map(str::as_bytes);
    let mut headers = map(application);
    decided(policy, &request).apply(&mut headers);
    headers
}

#[test]
fn the_applications_own_headers_are_replaced() {
    let policy = policy(|config| {
        config.allow_credentials = true;
        config.expose_headers = vec!["ETag".into()];
    });
    let application = [
        ("access-control-allow-origin", "*"),
        ("access-control-allow-origin", "https://evil.example"),
        ("access-control-allow-credentials", "false"),
        ("access-control-expose-headers", "x-secret"),
        ("access-control-allow-methods", "PUT"),
        ("access-control-allow-headers", "x-a"),
        ("access-control-max-age", "5"),
        ("access-control-allow-private-network", "true"),
        ("x-own", "1"),
    ];
    let headers = applied(&policy, Some(APP), &application);
    assert_eq!(lines(&headers, "access-control-allow-origin"), [APP]);
    assert_eq!(lines(&headers, "access-control-allow-credentials"), ["true"]);
    assert_eq!(lines(&headers, "access-control-expose-headers"), ["etag"]);
    for of_preflights in ["allow-methods", "allow-headers", "max-age", "allow-private-network"] {
        assert_eq!(lines(&headers, &format!("access-control-{of_preflights}")), Vec::<&str>::new());
    }
    assert_eq!(lines(&headers, "x-own"), ["1"]);
    assert_eq!(lines(&headers, "vary"), ["Origin"]);
}

#[test]
fn a_refusal_removes_the_applications_own_headers() {
    let application = [
        ("access-control-allow-origin", "https://other.example.com"),
        ("access-control-allow-credentials", "true"),
        ("access-control-expose-headers", "x-secret"),
    ];
    for policy in [policy(|_| {}), policy(|config| config.allow_origins.clear())] {
        for origin in [Some(OTHER), Some("https://app.example.com/"), None] {
            let headers = applied(&policy, origin, &application);
            assert!(!headers.keys().any(|name| name.as_str().starts_with("access-control-")), "{headers:?}");
        }
    }
}

#[test]
fn responses_of_corsac_have_no_headers_of_another_layer() {
    let layer = [
        ("access-control-allow-origin", "*"),
        ("access-control-allow-credentials", "true"),
        ("access-control-expose-headers", "x-secret"),
        ("access-control-allow-private-network", "true"),
        ("cache-control", "max-age=60"),
    ];
    for keep_app_headers in [false, true] {
        let policy = policy(|config| {
            config.keep_app_headers = keep_app_headers;
            config.protection = Some(ProtectionConfig { writes: true, ..ProtectionConfig::default() });
        });
        let refused = Request::new(b"OPTIONS").origin(OTHER.as_bytes()).access_control_request_method(b"PUT");
        let write = Request::new(b"POST").origin(OTHER.as_bytes());
        for request in [refused, write] {
            let mut headers = map(&layer);
            decided(&policy, &request).apply(&mut headers);
            assert!(!headers.keys().any(|name| name.as_str().starts_with("access-control-")), "{headers:?}");
            let cached = if request.method == b"POST" { "no-store" } else { "max-age=60" };
            assert_eq!(lines(&headers, "cache-control"), [cached]);
        }
        let allowed = Request::new(b"OPTIONS").origin(APP.as_bytes()).access_control_request_method(b"GET");
        let mut headers = map(&layer);
        decided(&policy, &allowed).apply(&mut headers);
        assert_eq!(lines(&headers, "access-control-allow-origin"), [APP]);
        for not_granted in ["allow-credentials", "expose-headers", "allow-private-network"] {
            assert!(!headers.contains_key(format!("access-control-{not_granted}")), "{not_granted}");
        }
    }
}

#[test]
fn any_origin_sets_only_a_star() {
    let any = policy(|config| config.allow_origins = vec!["*".into()]);
    let headers = applied(
        &any,
        Some(OTHER),
        &[("access-control-allow-origin", OTHER), ("access-control-allow-credentials", "true")],
    );
    assert_eq!(lines(&headers, "access-control-allow-origin"), ["*"]);
    assert_eq!(lines(&headers, "access-control-allow-credentials"), Vec::<&str>::new());
    assert!(!headers.contains_key("vary"));
}

#[test]
fn keep_app_headers_keeps_them() {
    let policy = policy(|config| config.keep_app_headers = true);
    let own = [("access-control-allow-origin", OTHER), ("access-control-expose-headers", "x-own")];
    for origin in [APP, OTHER] {
        let headers = applied(&policy, Some(origin), &own);
        assert_eq!(lines(&headers, "access-control-allow-origin"), [OTHER]);
        assert_eq!(lines(&headers, "access-control-expose-headers"), ["x-own"]);
        assert_eq!(lines(&headers, "vary"), ["Origin"]);
    }
    assert_eq!(lines(&applied(&policy, Some(APP), &[]), "access-control-allow-origin"), [APP]);
    assert!(!applied(&policy, Some(OTHER), &[]).contains_key("access-control-allow-origin"));
}

#[test]
fn kept_lists_are_not_widened() {
    let policy = policy(|config| {
        config.allow_credentials = true;
        config.allow_methods = vec!["*".into()];
        config.preflight_continue = true;
        config.keep_app_headers = true;
    });
    let asked = Request::new(b"OPTIONS").origin(APP.as_bytes()).access_control_request_method(b"FOO");
    for name in ["access-control-allow-methods", "access-control-allow-origin", "access-control-allow-credentials"] {
        let mut headers = map(&[(name, "GET")]);
        decided(&policy, &asked).apply(&mut headers);
        let methods = if name == "access-control-allow-methods" { vec!["GET"] } else { Vec::new() };
        assert_eq!(lines(&headers, "access-control-allow-methods"), methods, "{name}");
    }
    let mut headers = map(&[]);
    decided(&policy, &asked).apply(&mut headers);
    assert_eq!(lines(&headers, "access-control-allow-methods").len(), 2);
}

#[test]
fn kept_headers_are_never_given_credentials() {
    let policy = policy(|config| {
        config.keep_app_headers = true;
        config.allow_credentials = true;
        config.expose_headers = vec!["ETag".into()];
    });
    for own in ["*", OTHER] {
        let headers = applied(&policy, Some(APP), &[("access-control-allow-origin", own)]);
        assert_eq!(lines(&headers, "access-control-allow-origin"), [own]);
        assert!(!headers.contains_key("access-control-allow-credentials"));
        assert!(!headers.contains_key("access-control-expose-headers"));
    }
    let headers = applied(&policy, Some(APP), &[("access-control-expose-headers", "x-own")]);
    assert_eq!(lines(&headers, "access-control-allow-credentials"), ["true"]);
    assert_eq!(lines(&headers, "access-control-expose-headers"), ["x-own"]);
}

#[test]
fn vary_is_merged_over_several_lines() {
    let policy = policy(|_| {});
    for (application, merged) in [
        (vec![("vary", "Accept-Encoding"), ("vary", "Accept")], "Accept-Encoding, Accept, Origin"),
        (vec![("vary", "origin"), ("vary", "Accept")], "origin, Accept"),
        (vec![("vary", "Accept"), ("vary", "*")], "Accept, *"),
        (vec![("vary", ""), ("vary", "Accept")], "Accept, Origin"),
        (vec![], "Origin"),
    ] {
        assert_eq!(lines(&applied(&policy, Some(OTHER), &application), "vary"), [merged]);
    }
}

#[test]
fn a_second_line_of_methods_is_appended() {
    let policy = policy(|config| {
        config.allow_credentials = true;
        config.allow_methods = vec!["*".into()];
        config.preflight_continue = true;
    });
    let request = Request::new(b"OPTIONS").origin(APP.as_bytes()).access_control_request_method(b"PURGE");
    let decision = decided(&policy, &request);
    assert_eq!(decision.action(), Action::Continue);
    let mut headers = map(&[("access-control-allow-methods", "TRACE"), ("access-control-allow-methods", "X")]);
    decision.apply(&mut headers);
    assert_eq!(
        lines(&headers, "access-control-allow-methods"),
        ["GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS", "PURGE"]
    );
}

#[test]
fn a_refused_preflight_has_its_own_response() {
    let policy = policy(|_| {});
    let request = Request::new(b"OPTIONS").origin(OTHER.as_bytes()).access_control_request_method(b"GET");
    let decision = decided(&policy, &request);
    assert_eq!(
        (decision.action(), decision.status(), decision.body()),
        (Action::Respond, Some(403), "corsac: origin-not-allowed\n")
    );
    let mut headers = HeaderMap::new();
    decision.apply(&mut headers);
    assert_eq!(lines(&headers, "content-type"), ["text/plain; charset=utf-8"]);
    assert_eq!(lines(&headers, "vary"), ["Origin, Access-Control-Request-Method, Access-Control-Request-Headers"]);
    assert_eq!(headers.len(), 2);
}

#[test]
fn repeated_lines_of_a_request_are_joined() {
    let headers = map(&[
        ("origin", APP),
        ("access-control-request-headers", "x-a"),
        ("access-control-request-method", "PUT"),
        ("access-control-request-headers", ""),
        ("access-control-request-headers", "x-b"),
        ("x-other", "1"),
    ]);
    let picked = RequestHeaders::from(&headers);
    let request = picked.request(b"OPTIONS", Some(b"/path"));
    assert_eq!(request.origin, Some(APP.as_bytes()));
    assert_eq!(request.access_control_request_method, Some(&b"PUT"[..]));
    assert_eq!(request.access_control_request_headers, Some(&b"x-a, , x-b"[..]));
    assert_eq!(request.access_control_request_private_network, None);
    assert_eq!((request.method, request.path), (&b"OPTIONS"[..], Some(&b"/path"[..])));
}

#[test]
fn two_origins_are_malformed_and_an_empty_one_is_present() {
    let policy = policy(|_| {});
    for (lines, reason) in [
        (vec![("origin", APP), ("origin", APP)], "origin-malformed"),
        (vec![("origin", ""), ("origin", APP)], "origin-malformed"),
        (vec![("origin", APP), ("origin", "")], "origin-malformed"),
        (vec![("origin", "")], "origin-malformed"),
        (vec![("origin", APP)], "origin-allowed"),
        (vec![], "no-origin"),
    ] {
        let headers = map(&lines);
        let picked = RequestHeaders::from(&headers);
        assert_eq!(decided(&policy, &picked.request(b"GET", None)).reason().as_str(), reason, "{lines:?}");
    }
}

/// The length of a joined value is limited. A value that was cut is still malformed.
#[test]
fn many_lines_are_malformed_and_not_copied() {
    let policy = policy(|config| config.allow_headers = vec!["*".into()]);
    let lines = vec![(&b"access-control-request-headers"[..], &b"x-a"[..]); 100_000];
    let mut picked: RequestHeaders<'_> = lines.into_iter().collect();
    picked.push(b"ORIGIN", APP.as_bytes());
    picked.push(b"Access-Control-Request-Method", b"POST");
    let request = picked.request(b"OPTIONS", None);
    assert!(request.access_control_request_headers.unwrap().len() < 64 * 1024);
    assert_eq!(decided(&policy, &request).reason().as_str(), "preflight-headers-malformed");
}

/// Whether a policy with a predicate asks about an origin, and the reasons that its answers lead to.
fn asks(policy: &Policy, request: &Request<'_>) -> Option<[&'static str; 3]> {
    let Evaluation::Ask(pending) = policy.evaluate(request) else { return None };
    assert_eq!(Some(pending.origin()), request.origin);
    Some([PredicateAnswer::Allow, PredicateAnswer::Deny, PredicateAnswer::Failed].map(|answer| {
        let decision = pending.resolve(answer);
        let mut headers = map(&[("access-control-allow-origin", "https://evil.example")]);
        decision.apply(&mut headers);
        let readable = decision.headers().any(|header| header.name.as_str() == "access-control-allow-origin");
        assert_eq!(readable, answer == PredicateAnswer::Allow);
        if decision.action() == Action::Continue {
            let origin = std::str::from_utf8(pending.origin()).unwrap();
            assert_eq!(lines(&headers, "access-control-allow-origin"), if readable { vec![origin] } else { vec![] });
            assert_eq!(lines(&headers, "vary"), ["Origin"]);
        } else {
            assert_eq!(decision.status(), Some(if readable { 204 } else { 403 }));
        }
        decision.reason().as_str()
    }))
}

fn with_predicate(entries: Vec<(&str, Value)>) -> Policy {
    let entries = entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    let policy = PolicyBuilder::new().predicate(true).value(Value::Map(entries)).unwrap();
    assert!(policy.needs().predicate);
    policy
}

#[test]
fn the_predicate_is_asked_and_its_answer_decides() {
    let policy = with_predicate(vec![("allow_origins", vec![APP.to_owned()].into())]);
    let actual = Request::new(b"GET").origin(OTHER.as_bytes());
    assert_eq!(asks(&policy, &actual), Some(["origin-allowed", "origin-not-allowed", "predicate-failed"]));
    let preflight = Request::new(b"OPTIONS").origin(OTHER.as_bytes()).access_control_request_method(b"GET");
    assert_eq!(asks(&policy, &preflight), Some(["preflight-allowed", "origin-not-allowed", "predicate-failed"]));
    let Evaluation::Ask(pending) = policy.evaluate(&preflight) else { panic!("not asked") };
    assert_eq!(pending.resolve(PredicateAnswer::Failed).body(), "corsac: predicate-failed\n");
}

#[test]
fn the_predicate_is_not_asked_without_need() {
    let policy = with_predicate(vec![
        ("allow_origins", vec![APP.to_owned(), "https://*.below.example".to_owned()].into()),
        ("allow_origin_regex", vec![r"https://[a-z]+\.regex\.example".to_owned()].into()),
        ("allow_credentials", true.into()),
    ]);
    for (origin, reason) in [
        (APP, "origin-allowed"),
        ("https://a.below.example", "origin-allowed"),
        ("https://a.regex.example", "origin-allowed"),
        ("null", "origin-not-allowed"),
        ("https://other.example.com/", "origin-malformed"),
        ("", "origin-malformed"),
        ("http://other.example.com", "origin-not-allowed"),
    ] {
        let request = Request::new(b"GET").origin(origin.as_bytes());
        assert_eq!(decided(&policy, &request).reason().as_str(), reason, "{origin}");
    }
    assert_eq!(decided(&policy, &Request::new(b"GET")).reason().as_str(), "no-origin");
    assert!(asks(&policy, &Request::new(b"GET").origin(b"http://localhost:3000")).is_some());
    let insecure = with_predicate(vec![
        ("allow_credentials", true.into()),
        ("dangerously_allow", vec!["insecure-origins".to_owned()].into()),
    ]);
    assert!(asks(&insecure, &Request::new(b"GET").origin(b"http://other.example.com")).is_some());
}

#[test]
fn a_policy_with_a_predicate_always_varies() {
    let policy = with_predicate(vec![]);
    let decision = decided(&policy, &Request::new(b"GET"));
    assert_eq!(decision.headers().map(|header| header.value).collect::<Vec<_>>(), [b"Origin"]);
}
