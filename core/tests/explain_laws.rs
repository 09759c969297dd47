//! An explanation agrees with the decisions of its policy and with the browser, whatever the policy and the request are.
#![cfg(feature = "explain")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use common::strategies::{accepted, config, roots, seed};
use corsac::browser::{Answer, Credentials, Exchange, Fetch, Hop, PREFLIGHT_METHOD, Verdict};
use corsac::explain::{Explanation, FindingCode, FindingSeverity, diagnose};
use corsac::{Evaluation, Policy, Request};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

const URL: &str = "https://server.corsac-tests.net/items/7";
const METHODS: &[&str] = &["GET", "POST", "PUT", "DELETE", "PATCH", "purge", "QUERY"];
const HEADERS: &[(&str, &str)] =
    &[("x-a", "1"), ("X-B", "2"), ("Authorization", "x"), ("Content-Type", "application/json"), ("X-Unknown", "3")];

/// The responses that a browser gets if the policy is evaluated directly, without an explanation.
fn by_hand(policy: &Policy, exchange: &Exchange) -> Verdict {
    let (page, request) = (exchange.page.as_bytes(), &exchange.request);
    let headers: Vec<(&[u8], &[u8])> = request.headers.iter().map(|(name, value)| (&name[..], &value[..])).collect();
    let credentials = request.credentials == Some(Credentials::Include);
    let fetch = Fetch { origin: page, method: request.method.as_bytes(), headers: &headers, credentials };
    let answer = |asked: &Request<'_>| {
        let Evaluation::Decided(decision) = policy.evaluate(asked) else { panic!("there is no predicate") };
        let lines: Vec<(Vec<u8>, Vec<u8>)> =
            decision.headers().map(|header| (header.name.as_str().into(), header.value.to_vec())).collect();
        (decision.status().unwrap_or(200), lines)
    };
    if let Some(lines) = fetch.preflight() {
        let value =
            |name: &str| lines.iter().find(|(found, _)| found == name.as_bytes()).map(|(_, value)| value.as_slice());
        let mut asked = Request::new(PREFLIGHT_METHOD.as_bytes()).origin(page).path(b"/items/7");
        asked.access_control_request_method = value("access-control-request-method");
        asked.access_control_request_headers = value("access-control-request-headers");
        let (status, lines) = answer(&asked);
        let lines: Vec<(&[u8], &[u8])> = lines.iter().map(|(name, value)| (&name[..], &value[..])).collect();
        if fetch.check_preflight(status, &lines).is_err() {
            return Verdict::Blocked;
        }
    }
    let (_, lines) = answer(&Request::new(request.method.as_bytes()).origin(page).path(b"/items/7"));
    let lines: Vec<(&[u8], &[u8])> = lines.iter().map(|(name, value)| (&name[..], &value[..])).collect();
    if fetch.check(&lines).is_ok() { Verdict::Readable } else { Verdict::SentButUnreadable }
}

/// A request fails if and only if there is an error among the findings.
fn check(explanation: &Explanation) {
    let fails = matches!(
        explanation.verdict,
        Verdict::Blocked | Verdict::SentButUnreadable | Verdict::Failed | Verdict::Invalid
    );
    let errors = explanation.findings.iter().filter(|finding| {
        finding.severity() == FindingSeverity::Error || finding.code == FindingCode::AuthorizationOnlyByWildcard
    });
    let is_refusal = |code| matches!(code, FindingCode::ProtectionRefused);
    let errors: Vec<_> = errors.map(|finding| finding.code).filter(|code| fails || !is_refusal(*code)).collect();
    let known = explanation.verdict != Verdict::Unknown;
    assert!(!known || fails != errors.is_empty(), "{errors:?}\n{explanation}");
    assert!(explanation.findings.is_sorted_by_key(|finding| finding.code), "{explanation}");
    let text = explanation.to_string();
    assert!(!text.replace('\n', "").contains(char::is_control), "{text:?}");
    assert!(serde_json::from_str::<serde_json::Value>(&explanation.to_json()).is_ok());
}

/// Values of CORS headers, right and wrong ones.
fn soup() -> impl Strategy<Value = Vec<(Vec<u8>, Vec<u8>)>> {
    let names = select(
        &[
            "Access-Control-Allow-Origin",
            "access-control-allow-origin",
            "Access-Control-Allow-Credentials",
            "Access-Control-Allow-Methods",
            "Access-Control-Allow-Headers",
            "Access-Control-Expose-Headers",
            "Location",
            "Set-Cookie",
            "Vary",
            "Server",
            "X-Total",
        ][..],
    );
    let values = prop_oneof![
        4 => select(&["https://a.test", "*", "true", "PUT", "x-a", "x-a, authorization", "null"][..])
            .prop_map(|text| text.as_bytes().to_vec()),
        2 => select(&["https://a.test/", "https://A.test", "a.test", "https://a.test, *", "https://b.test/login", "/x", ""][..])
            .prop_map(|text| text.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..12),
    ];
    prop::collection::vec((names.prop_map(|name| name.as_bytes().to_vec()), values), 0..6)
}

fn answer() -> impl Strategy<Value = Answer> {
    prop_oneof![
        8 => (select(&[200u16, 204, 301, 302, 401, 404, 405, 500, 502][..]), soup())
            .prop_map(|(status, headers)| Answer::Response { status, headers }),
        1 => Just(Answer::Unknown),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn an_explanation_is_what_the_policy_decides(
        config in config(),
        seed in seed(),
        method in select(METHODS),
        headers in subsequence(HEADERS, 0..=HEADERS.len()),
        credentials in any::<bool>(),
    ) {
        let (config, _) = accepted(config);
        let config = corsac::Config { preflight_continue: false, ..config };
        let policy = Policy::new(config.clone()).unwrap();
        let page = String::from_utf8_lossy(&seed.origin(&roots(&config))).into_owned();
        let mut exchange = Exchange::new(&page, URL);
        // A text that is not an origin cannot be a page.
        prop_assume!(Exchange::from_json(exchange.to_json().as_bytes()).is_ok());
        exchange.request.method = method.to_owned();
        exchange.request.headers =
            headers.iter().map(|(name, value)| (name.as_bytes().to_vec(), value.as_bytes().to_vec())).collect();
        exchange.request.credentials = credentials.then_some(Credentials::Include);
        let explanation = policy.explain(&exchange);
        prop_assert_eq!(explanation.verdict, by_hand(&policy, &exchange), "{:?}\n{}", config, explanation);
        check(&explanation);
    }

    #[test]
    fn whatever_servers_send_is_explained(
        method in select(METHODS),
        headers in subsequence(HEADERS, 0..=HEADERS.len()),
        credentials in any::<bool>(),
        hops in prop::collection::vec((answer(), answer()), 0..4),
    ) {
        let mut exchange = Exchange::new("https://a.test", URL);
        exchange.request.method = method.to_owned();
        exchange.request.headers =
            headers.iter().map(|(name, value)| (name.as_bytes().to_vec(), value.as_bytes().to_vec())).collect();
        exchange.request.credentials = credentials.then_some(Credentials::Include);
        exchange.hops = hops.into_iter().map(|(preflight, response)| Hop { preflight, response }).collect();
        check(&diagnose(&exchange));
    }
}

#[test]
fn a_near_miss_among_many_origins_is_found_quickly() {
    let mut allow_origins: Vec<_> = (0..200_000).map(|index| format!("https://tenant-{index}.example.net")).collect();
    allow_origins.push("https://app.example.com:8443".into());
    let policy = Policy::new(corsac::Config { allow_origins, ..corsac::Config::default() }).unwrap();
    let exchange = Exchange::new("https://app.example.com", URL);
    let start = std::time::Instant::now();
    let explanation = policy.explain(&exchange);
    assert!(start.elapsed() < std::time::Duration::from_secs(10), "{:?}", start.elapsed());
    let near = explanation.findings[0].near.as_ref().unwrap();
    assert_eq!((near.what, near.configured.as_str()), ("port", "https://app.example.com:8443"));
}
