//! Decisions that core makes for bindings, so that no binding needs its own rules.
#![allow(clippy::unwrap_used, clippy::panic)]

use corsac::binding::{Notation, RequestHeader, Value, is_websocket};
use corsac::{
    Action, Code, ConfigError, Decision, Evaluation, Pending, Policy, PolicyBuilder, PredicateAnswer, Reason, Request,
};

const APP: &[u8] = b"https://app.example.com";

fn policy(builder: PolicyBuilder, json: &str) -> Result<Policy, ConfigError> {
    builder.notation(Notation::JavaScript).value(serde_json::from_str::<Value>(json).unwrap())
}

fn decided<'a>(policy: &'a Policy, request: &Request<'a>) -> Decision<'a> {
    match policy.evaluate(request) {
        Evaluation::Decided(decision) => decision,
        Evaluation::Ask(_) => panic!("asked"),
    }
}

fn pending<'a>(policy: &'a Policy, request: &Request<'a>) -> Pending<'a> {
    match policy.evaluate(request) {
        Evaluation::Ask(pending) => pending,
        Evaluation::Decided(_) => panic!("decided"),
    }
}

fn header<'a>(decision: &Decision<'a>, name: &str) -> Option<&'a [u8]> {
    decision.headers().find(|header| header.name.as_str() == name).map(|header| header.value)
}

#[test]
fn origin_true_of_options_for_one_request_is_that_requests_origin() {
    let builder = PolicyBuilder::new().cors_options(true).for_one_request(true);
    let options = r#"{"origin": true, "credentials": true}"#;
    assert_eq!(policy(builder.for_one_request(false), options).unwrap_err().issues().len(), 1);

    let policy = policy(builder, options).unwrap();
    assert!(!policy.needs().predicate, "no predicate has to be asked");
    let ask = |origin| decided(&policy, &Request::new(b"GET").origin(origin));
    let allowed = ask(APP);
    assert_eq!(allowed.reason(), Reason::OriginAllowed);
    assert_eq!(header(&allowed, "access-control-allow-origin"), Some(APP));
    assert_eq!(header(&allowed, "access-control-allow-credentials"), Some(&b"true"[..]));
    assert_eq!(header(&allowed, "vary"), Some(&b"Origin"[..]));
    // The origin has to pass the same checks as an origin that a predicate allows.
    for (origin, reason) in [
        (&b"null"[..], Reason::OriginNotAllowed),
        (b"http://app.example.com", Reason::OriginNotAllowed),
        (b"https://app.example.com/", Reason::OriginMalformed),
    ] {
        assert_eq!(ask(origin).reason(), reason);
    }
    assert_eq!(decided(&policy, &Request::new(b"GET")).reason(), Reason::NoOrigin);
}

#[test]
fn options_for_one_request_differ_in_nothing_else() {
    let builder = PolicyBuilder::new().cors_options(true);
    for options in [r#"{"origin": "*"}"#, r#"{"origin": false}"#, r#"{"origin": ["https://app.example.com"]}"#, "{}"] {
        let request = Request::new(b"GET").origin(APP);
        let [always, once] = [false, true].map(|once| policy(builder.for_one_request(once), options).unwrap());
        assert_eq!(decided(&always, &request).reason(), decided(&once, &request).reason(), "{options}");
    }
    let error = policy(builder.for_one_request(true), r#"{"origin": [true]}"#).unwrap_err();
    assert_eq!(error.issues().iter().map(|issue| issue.code).collect::<Vec<_>>(), [Code::WrongType]);
}

#[test]
fn the_response_to_a_failed_predicate_is_the_hosts() {
    let policy =
        policy(PolicyBuilder::new().predicate(true), r#"{"allowOrigins": [], "protection": {"writes": "reject"}}"#);
    let policy = policy.unwrap();
    let preflight = Request::new(b"OPTIONS").origin(APP).access_control_request_method(b"PUT");
    // With `resolve`, a preflight whose predicate failed is refused, and the host's error handler does not run.
    assert_eq!(pending(&policy, &preflight).resolve(PredicateAnswer::Failed).action(), Action::Respond);
    for request in [preflight, Request::new(b"GET").origin(APP)] {
        let decision = pending(&policy, &request).resolve_error_response();
        assert_eq!((decision.action(), decision.reason()), (Action::Continue, Reason::PredicateFailed));
        assert_eq!(header(&decision, "access-control-allow-origin"), None);
        assert!(header(&decision, "vary").is_some_and(|vary| vary.starts_with(b"Origin")));
    }
    let mut write = Request::new(b"POST").origin(APP);
    write.sec_fetch_site = Some(b"cross-site");
    let decision = pending(&policy, &write).resolve_error_response();
    assert_eq!((decision.action(), decision.reason()), (Action::Respond, Reason::WriteRefused));
}

#[test]
fn readable_reasons_are_those_with_an_allowed_origin() {
    let policy = policy(PolicyBuilder::new(), r#"{"allowOrigins": ["https://app.example.com"]}"#).unwrap();
    let any = self::policy(PolicyBuilder::new(), r#"{"allowOrigins": ["*"]}"#).unwrap();
    for template in policy.templates().iter().chain(any.templates()) {
        let is_actual = template.action() == Action::Continue;
        let allows = template.headers().iter().any(|header| header.name.as_str() == "access-control-allow-origin");
        if is_actual {
            assert_eq!(template.reason().is_readable(), allows, "{}", template.reason().as_str());
        }
    }
}

#[test]
fn names_of_request_headers() {
    for header in RequestHeader::ALL {
        assert_eq!(RequestHeader::of(header.as_str().as_bytes()), Some(header));
        assert_eq!(RequestHeader::of(header.as_str().to_uppercase().as_bytes()), Some(header));
    }
    assert_eq!(RequestHeader::Host.fallback(), Some(RequestHeader::Authority));
}

#[test]
fn websocket_in_any_case() {
    for (protocol, expected) in
        [("websocket", true), (" WebSocket\t", true), ("websockets", false), ("h2c", false), ("", false)]
    {
        assert_eq!(is_websocket(protocol.as_bytes()), expected, "{protocol}");
    }
}

#[test]
fn the_length_of_a_name_excludes_no_header_that_is_read() {
    for json in [
        r#"{"allowOrigins": ["https://app.example.com"]}"#,
        r#"{"allowOrigins": ["https://app.example.com"], "protection": {"writes": "reject"}}"#,
    ] {
        let needs = policy(PolicyBuilder::new(), json).unwrap().needs();
        for header in RequestHeader::ALL {
            let name = header.as_str();
            assert!(!needs.reads(header) || needs.may_read_name_of(name.len()), "{name}");
        }
        for length in [0, 5, 63, 64, 65, usize::MAX] {
            assert!(!needs.may_read_name_of(length), "{length}");
        }
    }
}

#[test]
fn a_name_that_a_policy_reads_is_never_passed_over_because_of_its_length() {
    for json in [r#"{"allow_origins": []}"#, r#"{"allow_origins": [], "protection": {"writes": "reject"}}"#] {
        let needs = policy(PolicyBuilder::new(), json).unwrap().needs();
        for header in RequestHeader::ALL {
            for name in [header.as_str().to_ascii_lowercase(), header.as_str().to_ascii_uppercase()] {
                if needs.header(name.as_bytes()).is_some() {
                    assert!(needs.may_read_name_of(name.len()), "{name}");
                }
            }
        }
        for length in [0, 1, 63, 64, 65, 128 + 6, usize::MAX] {
            assert!(!needs.may_read_name_of(length), "{length}");
        }
    }
}
