//! Any text that is read as an exchange gives an explanation or a clear error, and quickly.
#![cfg(feature = "explain")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use corsac::browser::{
    After, Answer, Body, Cache, Credentials, Exchange, HeaderLines, Hop, Initiator, Mode, NetworkError, Redirect,
    Verdict,
};
use corsac::explain::diagnose;
use proptest::prelude::*;
use std::time::{Duration, Instant};

/// The time that a debug build on a busy machine may take; a release build takes milliseconds.
const A_MOMENT: Duration = Duration::from_secs(10);

fn problem(text: &str) -> (String, String) {
    let error = Exchange::from_json(text.as_bytes()).unwrap_err();
    let first = error.problems().first().unwrap();
    assert!(!first.help.is_empty() && error.to_string().contains(&first.message));
    (first.path.clone(), first.message.clone())
}

#[test]
fn errors_say_where() {
    let request = r#""page": "https://a.example", "request""#;
    for (text, path, message) in [
        ("".to_owned(), "", "not JSON"),
        ("[1]".to_owned(), "", "a list is not an exchange"),
        ("{}".to_owned(), "page", "missing"),
        (format!("{{{request}: {{}}}}"), "request.url", "missing"),
        (format!("{{{request}: {{\"url\": 1}}}}"), "request.url", "`1` is not a string"),
        (format!("{{{request}: {{\"url\": \"x\", \"metod\": 1}}}}"), "request.metod", "no field `metod`"),
        (
            format!("{{{request}: {{\"url\": \"x\", \"mode\": \"websocket\"}}}}"),
            "request.mode",
            "not a value of `mode`",
        ),
        (format!("{{{request}: {{\"url\": \"x\", \"headers\": [[\"a\"]]}}}}"), "request.headers[0]", "not a name"),
        (
            format!("{{{request}: {{\"url\": \"x\", \"headers\": [[\"a\", \"\u{142}\"]]}}}}"),
            "request.headers[0][1]",
            "not a byte",
        ),
        (
            format!("{{{request}: {{\"url\": \"x\"}}, \"response\": [null, {{\"status\": 1000}}]}}"),
            "response[1].status",
            "not a status",
        ),
        (
            format!("{{{request}: {{\"url\": \"x\"}}, \"response\": {{\"error\": \"x\"}}}}"),
            "response.error",
            "not a value",
        ),
        (format!("{{{request}: {{\"url\": \"x\"}}, \"version\": 2}}"), "version", "not a known version"),
        (
            format!("{{{request}: {{\"url\": \"x\"}}, \"after\": {{\"exchange\": {{}}, \"seconds\": -1}}}}"),
            "after.exchange.page",
            "missing",
        ),
        (r#"{"page": "https://a.example/", "request": {"url": "x"}}"#.to_owned(), "page", "not an origin"),
        (r#"{"page": null, "request": {"url": "x"}}"#.to_owned(), "page", "not the origin"),
        (
            format!("{{{request}: {{\"url\": \"x\"}}, \"pageUrl\": \"x\", \"page_url\": \"y\"}}"),
            "page_url",
            "given twice",
        ),
    ] {
        let (found_path, found) = problem(&text);
        assert_eq!(found_path, path, "{text}: {found}");
        assert!(found.contains(message), "{text}: {found}");
    }
}

#[test]
fn names_are_read_in_both_cases() {
    let snake =
        r#"{"page": "null", "page_url": "https://a.example/", "request": {"url": "x", "upload_listener": true}}"#;
    let camel = snake.replace("page_url", "pageUrl").replace("upload_listener", "uploadListener");
    assert_eq!(Exchange::from_json(snake.as_bytes()).unwrap(), Exchange::from_json(camel.as_bytes()).unwrap());
}

#[test]
fn a_capture_of_ten_mebibytes() {
    let start = Instant::now();
    let line = |index: usize| format!("[\"x-{index}\", \"{}\"]", "v".repeat(1000));
    let headers: Vec<String> = (0..990).map(line).collect();
    let hop = format!("{{\"status\": 307, \"headers\": [[\"Location\", \"/\"], {}]}}", headers.join(","));
    let text = |hops: usize| {
        let hops = vec![hop.as_str(); hops].join(",");
        format!("{{\"page\": \"https://a.example\", \"request\": {{\"url\": \"/\"}}, \"response\": [{hops}]}}")
    };
    let exchange = Exchange::from_json(text(10).as_bytes()).unwrap();
    assert_eq!(diagnose(&exchange).verdict, Verdict::Unknown);
    assert!(problem(&text(11)).1.contains("MiB"));
    assert!(start.elapsed() < A_MOMENT, "{:?}", start.elapsed());
}

#[test]
fn a_thousand_redirects() {
    let start = Instant::now();
    let hop = "{\"status\": 302, \"headers\": [[\"Location\", \"/\"], [\"Access-Control-Allow-Origin\", \"*\"]]}";
    let text = |hops: usize| {
        let hops = vec![hop; hops].join(",");
        format!(
            "{{\"page\": \"https://a.example\", \"request\": {{\"url\": \"https://b.example\"}}, \"response\": [{hops}]}}"
        )
    };
    let explanation = diagnose(&Exchange::from_json(text(1000).as_bytes()).unwrap());
    assert_eq!(explanation.verdict, Verdict::SentButUnreadable);
    assert_eq!(explanation.steps.last().unwrap().name.as_str(), "redirect-count");
    assert!(problem(&text(1001)).1.contains("more than 1000"));
    assert!(start.elapsed() < A_MOMENT, "{:?}", start.elapsed());
}

#[test]
fn exchanges_within_exchanges() {
    let mut text = r#"{"page": "null", "request": {"url": "https://b.example"}}"#.to_owned();
    for _ in 0..8 {
        let body = text.trim_end_matches('}').to_owned();
        let closing = text.len() - body.len();
        text = format!(
            "{{\"page\": \"null\", \"request\": {{\"url\": \"https://b.example\"}}, \"after\": {{\"exchange\": {body}{}, \"seconds\": 1}}}}",
            "}".repeat(closing)
        );
    }
    Exchange::from_json(text.as_bytes()).unwrap();
    let more = format!(
        "{{\"page\": \"null\", \"request\": {{\"url\": \"x\"}}, \"after\": {{\"exchange\": {text}, \"seconds\": 1}}}}"
    );
    assert!(problem(&more).1.contains("more than 8"));
    let deep = format!("{}{}", "{\"page\":".repeat(100_000), "}".repeat(100_000));
    assert!(problem(&deep).1.contains("not JSON"));
}

fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..12),
        Just(b"*".to_vec()),
        Just(b"true".to_vec()),
        Just(b"https://a.example".to_vec()),
        Just(b"PUT, x-a".to_vec()),
        Just(b"https://u:p@b.example/\xff?#".to_vec()),
        Just(b"//c.example".to_vec()),
        Just(b"600".to_vec()),
    ]
}

fn any_name() -> impl Strategy<Value = Vec<u8>> {
    const KNOWN: [&str; 13] = [
        "Access-Control-Allow-Origin",
        "access-control-allow-credentials",
        "Access-Control-Allow-Methods",
        "Access-Control-Allow-Headers",
        "Access-Control-Expose-Headers",
        "Access-Control-Max-Age",
        "Cross-Origin-Resource-Policy",
        "Location",
        "Content-Type",
        "Range",
        "Authorization",
        "Cookie",
        "X-A",
    ];
    prop_oneof![
        4 => proptest::sample::select(&KNOWN[..]).prop_map(|name| name.as_bytes().to_vec()),
        1 => proptest::collection::vec(any::<u8>(), 0..6),
    ]
}

fn lines() -> impl Strategy<Value = HeaderLines> {
    proptest::collection::vec((any_name(), any_bytes()), 0..6)
}

fn any_answer() -> impl Strategy<Value = Answer> {
    let status = proptest::sample::select(&[101u16, 200, 204, 301, 302, 303, 304, 307, 308, 404, 500][..]);
    prop_oneof![
        1 => Just(Answer::Unknown),
        1 => proptest::sample::select(NetworkError::ALL).prop_map(Answer::Failed),
        6 => (status, lines()).prop_map(|(status, headers)| Answer::Response { status, headers }),
    ]
}

fn any_url() -> impl Strategy<Value = String> {
    prop_oneof![
        2 => proptest::sample::select(&["https://a.example/", "http://b.example", "https://b.example:8443/x?y#z", "/x", "", "wss://b.example", "data:,x"][..])
            .prop_map(str::to_owned),
        1 => any::<String>(),
        1 => "(https?|ws|ftp|x):/{0,3}[\\PC]{0,8}(:[0-9]{0,6})?(/[\\PC]{0,6})?(\\?[\\PC]{0,4})?(#[\\PC]{0,4})?",
        1 => "https://(\u{202e}|\u{0}|xn--|[\u{e000}-\u{e010}]|\\.|%[0-9a-f]{2}|\u{3002}){1,6}/",
    ]
}

prop_compose! {
    fn any_exchange()(
        page in proptest::sample::select(&["https://a.example", "http://a.example", "null", "http://localhost:3000"][..]),
        url in any_url(),
        method in prop_oneof![proptest::sample::select(&["GET", "put", "PATCH", "POST", "TRACE", ""][..]).prop_map(str::to_owned), any::<String>()],
        headers in lines(),
        (credentials, mode) in (proptest::option::of(proptest::sample::select(Credentials::ALL)), proptest::option::of(proptest::sample::select(&[Mode::Cors, Mode::NoCors, Mode::SameOrigin, Mode::Navigate][..]))),
        (redirect, cache, initiator) in (proptest::sample::select(Redirect::ALL), proptest::sample::select(Cache::ALL), proptest::sample::select(Initiator::ALL)),
        body in prop_oneof![Just(Body::None), Just(Body::Text), Just(Body::Stream), Just(Body::FormData), any::<String>().prop_map(Body::Typed)],
        upload_listener in any::<bool>(),
        hops in proptest::collection::vec((any_answer(), any_answer()).prop_map(|(preflight, response)| Hop { preflight, response }), 0..4),
    ) -> Exchange {
        let mut exchange = Exchange::new(page, &url);
        exchange.request.method = method;
        exchange.request.headers = headers;
        exchange.request.credentials = credentials;
        exchange.request.mode = mode;
        exchange.request.redirect = redirect;
        exchange.request.cache = cache;
        exchange.request.initiator = initiator;
        exchange.request.body = body;
        exchange.request.upload_listener = upload_listener;
        // A single hop with two unknown responses is left out when the exchange is written.
        exchange.hops = if hops.iter().all(|hop| *hop == Hop::default()) && hops.len() < 2 { Vec::new() } else { hops };
        exchange
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn garbage_is_read_or_refused(text in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Err(error) = Exchange::from_json(&text) {
            prop_assert!(!error.problems().is_empty());
        }
    }

    #[test]
    fn every_exchange_has_an_explanation(mut exchange in any_exchange(), earlier in proptest::option::of(any_exchange()), milliseconds in 0..1_000_000u32) {
        exchange.after = earlier.map(|exchange| Box::new(After { exchange, seconds: f64::from(milliseconds) / 1000.0 }));
        let explanation = diagnose(&exchange);
        let json: serde_json::Value = serde_json::from_str(&explanation.to_json()).unwrap();
        prop_assert_eq!(json["verdict"].as_str(), Some(explanation.verdict.as_str()));
        // The explanation has the exchange as it is after reading, which removes its secrets.
        let read = Exchange::from_json(exchange.to_json().as_bytes());
        prop_assert_eq!(read.as_ref(), Ok(&explanation.exchange));
        // Only the last step fails, and each verdict has its steps.
        let failed: Vec<usize> = explanation.steps.iter().enumerate().filter(|(_, step)| !step.passed).map(|(at, _)| at).collect();
        prop_assert!(failed.is_empty() || failed == [explanation.steps.len() - 1]);
        let fails = matches!(explanation.verdict, Verdict::Blocked | Verdict::SentButUnreadable | Verdict::Failed | Verdict::Invalid);
        prop_assert!(!fails || !failed.is_empty());
        prop_assert!(explanation.verdict != Verdict::Readable || failed.is_empty());
        for name in &explanation.readable_headers {
            prop_assert!(!explanation.hidden_headers.contains(name) && name != "set-cookie");
        }
    }

    #[test]
    fn exposing_more_changes_no_verdict(exchange in any_exchange()) {
        let before = diagnose(&exchange);
        let mut wider = exchange.clone();
        for hop in &mut wider.hops {
            if let Answer::Response { headers, .. } = &mut hop.response {
                headers.retain(|(name, _)| !name.eq_ignore_ascii_case(b"access-control-expose-headers"));
                headers.push((b"access-control-expose-headers".to_vec(), b"*".to_vec()));
            }
        }
        prop_assert_eq!(diagnose(&wider).verdict, before.verdict);
    }
}
