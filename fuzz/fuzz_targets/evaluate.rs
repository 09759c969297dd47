//! Any bytes in any field of a request lead to a decision whose values have only visible ASCII, spaces and tabs.
#![no_main]

use corsac::{Config, Evaluation, Policy, PolicyBuilder, PredicateAnswer, ProtectionConfig, Request, RouteConfig};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static POLICIES: LazyLock<Vec<Policy>> = LazyLock::new(|| {
    let star = || vec!["*".to_owned()];
    let patterns = [
        "https://a.example",
        "https://b.example:8443",
        "https://*.c.example",
        "http://localhost:*",
        "https://pr-*.d.example",
        "app://host",
        "http://[::1]",
        "null",
    ];
    let listed = Config {
        allow_origins: patterns.map(str::to_owned).to_vec(),
        allow_origin_regex: vec![r"https://[a-z0-9-]+\.e\.example(:\d+)?".into()],
        allow_private_network: true,
        dangerously_allow: vec!["null-origin".into()],
        ..Config::default()
    };
    let credentials =
        Config { allow_credentials: true, allow_methods: star(), allow_headers: star(), ..listed.clone() };
    let any = Config { allow_origins: star(), allow_headers: star(), ..Config::default() };
    let mut policies: Vec<Policy> =
        [listed.clone(), credentials, any].map(|config| Policy::new(config).expect("a valid policy")).into();
    let route = |path: &str| RouteConfig { path: path.into(), max_age: Some(None), ..RouteConfig::default() };
    let routed = Config {
        routes: ["/", "/a", "/a/{x}/b", "/a/{*rest}", "/{x}/{y}", "/k"].map(route).to_vec(),
        protection: Some(ProtectionConfig { writes: true, websockets: true, ..ProtectionConfig::default() }),
        ..listed.clone()
    };
    policies.push(Policy::new(Config { allow_credentials: true, ..routed }).expect("a valid policy"));
    policies.push(PolicyBuilder::new().predicate(true).value(listed.into()).expect("a valid policy"));
    policies
});

fuzz_target!(|slots: (u8, [bool; 3], [Option<&[u8]>; 10])| {
    let (choice, [path_decoded, secure, websocket], slots) = slots;
    let [method, origin, request_method, request_headers, private_network, path, host, site, upgrade, key] = slots;
    let mut request = Request::new(method.unwrap_or(b"OPTIONS"));
    request.origin = origin;
    request.access_control_request_method = request_method;
    request.access_control_request_headers = request_headers;
    request.access_control_request_private_network = private_network;
    request.path = path;
    request.host = host;
    request.sec_fetch_site = site;
    request.upgrade = upgrade;
    request.sec_websocket_key = key;
    (request.path_decoded, request.secure, request.websocket) = (path_decoded, secure, websocket);
    let decision = match POLICIES[usize::from(choice) % POLICIES.len()].evaluate(&request) {
        Evaluation::Decided(decision) => decision,
        Evaluation::Ask(pending) => pending.resolve(PredicateAnswer::Allow),
    };
    for header in decision.headers() {
        assert!(header.value.iter().all(|byte| matches!(byte, b'!'..=b'~' | b' ' | b'\t')), "{header:?}");
    }
});
