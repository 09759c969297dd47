//! The blocks that a service prints while it is developed.
#![cfg(all(feature = "explain", feature = "toml"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use corsac::binding::{DebugLog, Template, is_debug_requested, is_debug_value};
use corsac::{Evaluation, Policy, PredicateAnswer, Reason, Request};

const PAGE: &[u8] = b"https://app.example.com";
const EVIL: &[u8] = b"https://evil.example";

const POLICY: &str = "allow_origins = ['https://app.example.com']
allow_methods = ['PUT']
allow_credentials = true
expose_headers = ['ETag']

[[routes]]
path = '/public/{*rest}'
allow_origins = ['*']
allow_methods = []
allow_credentials = false
";

const ITEMS: &[u8] = b"/items?token=hunter2";

fn get() -> Request<'static> {
    Request::new(b"GET").path(ITEMS)
}

fn policy() -> Policy {
    Policy::from_toml(POLICY).unwrap()
}

fn template<'p>(policy: &'p Policy, request: &Request<'p>) -> &'p Template {
    match policy.evaluate(request) {
        Evaluation::Decided(decision) => decision.template(),
        Evaluation::Ask(pending) => pending.resolve(PredicateAnswer::Failed).template(),
    }
}

fn block<'p>(log: &DebugLog, policy: &'p Policy, request: &Request<'p>) -> Option<String> {
    log.decision(policy, request, request.path.unwrap_or_default(), template(policy, request))
}

#[test]
fn a_refusal_says_what_to_edit_once() {
    let (log, policy) = (DebugLog::new(), policy());
    let get = get().origin(EVIL);
    assert_eq!(
        block(&log, &policy, &get).unwrap(),
        "corsac: origin-not-allowed: a page of https://evil.example sends GET /items\n  \
         error[allow-origin-mismatch]: the policy does not allow the page's origin `https://evil.example`\n    \
         --> allow_origins, line 1\n    \
         help: add `https://evil.example` to `allow_origins` (line 1)\n"
    );
    assert_eq!(block(&log, &policy, &get), None);
    assert_eq!(block(&log, &policy, &Request::new(b"HEAD").path(ITEMS).origin(EVIL)), None, "the same combination");
    let preflight = Request::new(b"OPTIONS").path(ITEMS).origin(PAGE).access_control_request_method(b"DELETE");
    let text = block(&log, &policy, &preflight).unwrap();
    assert!(text.starts_with("corsac: preflight-method-not-allowed: a page of https://app.example.com asks whether it may send DELETE /items\n"), "{text}");
    assert!(text.contains("help: add `DELETE` to `allow_methods` (line 2)"), "{text}");
    let headers = preflight.access_control_request_method(b"PUT").access_control_request_headers(b"content-type,x-id");
    let text = block(&log, &policy, &headers).unwrap();
    assert!(text.contains("PUT /items with content-type,x-id\n"), "{text}");
    assert!(text.contains("add `x-id` to `allow_headers`"), "{text}");
}

#[test]
fn an_allowed_request_is_one_line() {
    let (log, policy) = (DebugLog::new(), policy());
    let text = block(&log, &policy, &get().origin(PAGE)).unwrap();
    assert_eq!(text, "corsac: origin-allowed: a page of https://app.example.com sends GET /items\n");
    let public = get().origin(EVIL).path(b"/public/x");
    let text = block(&log, &policy, &public).unwrap();
    assert_eq!(
        text,
        "corsac: any-origin: a page of https://evil.example sends GET /public/x (route `/public/{*rest}`)\n"
    );
    assert_eq!(block(&log, &policy, &Request::new(b"GET").path(b"/")), None, "no page asks");
}

#[test]
fn each_reason_has_a_block() {
    let policy = PolicyWithAll::policy();
    let log = DebugLog::new();
    let mut found = Vec::new();
    for request in PolicyWithAll::requests() {
        let reason = template(&policy, &request).reason();
        let text = block(&log, &policy, &request).unwrap_or_else(|| panic!("{reason:?}"));
        assert!(text.starts_with(&format!("corsac: {}: ", reason.as_str())), "{text}");
        assert_eq!(text.contains("help: "), reason.is_refusal(), "{text}");
        found.push(reason);
    }
    let missing: Vec<_> = Reason::ALL.iter().filter(|reason| !found.contains(reason)).collect();
    assert_eq!(missing, [&Reason::NoOrigin]);
}

/// Requests for every reason.
struct PolicyWithAll;

impl PolicyWithAll {
    fn policy() -> Policy {
        let text = format!("{POLICY}\n[protection]\nwrites = 'reject'\nwebsockets = 'reject'");
        corsac::PolicyBuilder::new().predicate(true).toml(text.as_bytes()).unwrap()
    }

    fn requests() -> Vec<Request<'static>> {
        let get = get();
        let preflight = Request::new(b"OPTIONS").path(b"/items").origin(PAGE).access_control_request_method(b"PUT");
        let mut socket = get.origin(EVIL);
        socket.websocket = true;
        vec![
            get.path(b"/public/x").origin(EVIL),
            get.origin(PAGE),
            get.origin(b"null"),
            get.origin(b"https://a.example/\x1b[2J"),
            preflight,
            preflight.access_control_request_method(b"DELETE"),
            preflight.access_control_request_headers(b"x-id"),
            preflight.access_control_request_headers(b"x id"),
            get.origin(PAGE).path(b"/public/%2e%2e/x"),
            get.origin(EVIL),
            Request::new(b"POST").path(b"/items").origin(EVIL),
            socket,
        ]
    }
}

#[test]
fn terminals_are_not_controlled_and_queries_are_left_out() {
    let (log, policy) = (DebugLog::new(), policy());
    let text =
        block(&log, &policy, &Request::new(b"G\x1b[1mET").path(ITEMS).origin(b"https://\x1b]0;title\x07.example"))
            .unwrap();
    assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
    assert!(!text.contains("hunter2"), "{text}");
    let long = b"https://".iter().chain(&[b'a'; 9000]).copied().collect::<Vec<_>>();
    assert!(block(&log, &policy, &get().origin(&long)).unwrap().len() < 2000);
}

#[test]
fn a_thousand_blocks_and_no_more() {
    let (log, policy) = (DebugLog::new(), policy());
    let origins: Vec<String> = (0..1100).map(|number| format!("https://{number}.example")).collect();
    let printed: Vec<String> =
        origins.iter().filter_map(|origin| block(&log, &policy, &get().origin(origin.as_bytes()))).collect();
    assert_eq!(printed.len(), 1000);
    assert!(
        printed[999].ends_with("corsac: 1000 messages were printed for this policy, and no more will be printed\n"),
        "{}",
        printed[999]
    );
    assert!(!printed[998].contains("no more will be printed"));
}

#[test]
fn headers_that_scripts_want() {
    let (log, policy) = (DebugLog::new(), policy());
    let request = get().origin(PAGE);
    let template = template(&policy, &request);
    let own = [
        (&b"Access-Control-Allow-Origin"[..], PAGE),
        (b"access-control-allow-credentials", b"true"),
        (b"access-control-expose-headers", b"etag"),
    ];
    let seen = |status: u16, headers: &[(&'static [u8], &'static [u8])]| {
        let all: Vec<_> = own.iter().copied().chain(headers.iter().copied()).collect();
        log.response(&policy, &request, b"/items", template, status, &all)
    };
    assert_eq!(seen(200, &[(b"ETag", b"1"), (b"Date", b"x"), (b"Server", b"x"), (b"X-Own", b"1")]), None);
    assert_eq!(seen(302, &[(b"Location", b"/")]), None, "browsers follow it");
    let text = seen(200, &[(b"Content-Disposition", b"attachment"), (b"RateLimit-Policy", b"x")]).unwrap();
    assert!(text.starts_with("corsac: the response to GET /items has headers that no script can read\n"), "{text}");
    assert!(text.contains("--> expose_headers, line 4"), "{text}");
    assert!(text.contains("`content-disposition` and `ratelimit-policy`"), "{text}");
    assert_eq!(seen(200, &[(b"content-disposition", b"other"), (b"ratelimit-policy", b"x")]), None, "printed already");
    for name in [
        &b"Link"[..],
        b"Location",
        b"Mcp-Session-Id",
        b"Retry-After",
        b"WWW-Authenticate",
        b"X-Total-Count",
        b"RateLimit-Limit",
    ] {
        assert!(seen(201, &[(name, b"1")]).is_some());
    }
    let refused = get().origin(EVIL);
    let template = template_of(&policy, &refused);
    assert_eq!(log.response(&policy, &refused, b"/", template, 200, &[(b"Link", b"x")]), None, "nothing is readable");
}

fn template_of<'p>(policy: &'p Policy, request: &Request<'p>) -> &'p Template {
    template(policy, request)
}

#[test]
fn only_codes_are_sent_to_clients() {
    let policy = PolicyWithAll::policy();
    for template in policy.templates() {
        let sent = template.server_timing();
        let codes: Vec<_> = sent
            .split(", ")
            .map(|metric| metric.strip_prefix("corsac;desc=\"").unwrap().strip_suffix('"').unwrap())
            .collect();
        assert_eq!(codes[0], template.reason().as_str());
        assert!(codes.iter().all(|code| Reason::ALL.iter().any(|reason| reason.as_str() == *code)), "{sent}");
    }
}

#[test]
fn a_setting_wins_over_the_environment() {
    assert!(is_debug_requested(Some(true)));
    assert!(!is_debug_requested(Some(false)));
    assert!([&b"1"[..], b"true"].into_iter().all(is_debug_value));
    assert!(![&b"0"[..], b"", b"false", b"TRUE"].into_iter().any(is_debug_value));
}

#[test]
fn a_handshake_is_recognised_by_any_of_its_signs() {
    let policy = Policy::from_toml("allow_origins = []\nprotection = { websockets = 'reject' }").unwrap();
    let mut requests = [Request::new(b"GET").path(b"/chat").origin(EVIL); 3];
    requests[0].websocket = true;
    requests[1].upgrade = Some(b"websocket");
    requests[2].sec_websocket_key = Some(b"x");
    for request in requests {
        let text = block(&DebugLog::new(), &policy, &request).unwrap();
        assert!(
            text.starts_with("corsac: websocket-refused: a page of https://evil.example opens a WebSocket at /chat\n"),
            "{text}"
        );
    }
}

#[test]
fn paths_are_utf_8() {
    let policy = policy();
    let text =
        block(&DebugLog::new(), &policy, &Request::new(b"GET").path("/caf\u{e9}/\u{65e5}".as_bytes()).origin(EVIL));
    assert!(text.unwrap().contains(" sends GET /caf\u{e9}/\u{65e5}\n"));
    let text = block(&DebugLog::new(), &policy, &Request::new(b"GET").path(b"/\xff\x1b[2J").origin(EVIL)).unwrap();
    assert!(text.contains(" sends GET /\u{fffd}\\u{1b}[2J\n"), "{text}");
}
