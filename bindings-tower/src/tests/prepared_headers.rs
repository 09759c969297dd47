//! A response is the same whether its values are prepared or not.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use super::*;
use crate::request_head::RequestHead;
use corsac::{Evaluation, Policy};
use http::Request;
use http::header::HeaderName;
use std::sync::Arc;

/// Policies of all kinds: for any origin, for one origin, with responses that repeat as much of the request as they
/// can, with the application's headers kept, and with protection.
const POLICIES: [&str; 5] = [
    "allow_origins = ['*']\nexpose_headers = ['x-a']",
    "allow_origins = ['https://a.example']",
    "allow_origins = ['https://a.example']\nallow_credentials = true\nallow_methods = ['*']\nallow_headers = ['*']\n\
     expose_headers = ['x-a', 'x-b']\npreflight_status = 200\nallow_private_network = true",
    "allow_origins = ['https://a.example']\nkeep_app_headers = true\nallow_credentials = true\nexpose_headers = ['x-a']\n\
     preflight_continue = true",
    "allow_origins = []\n[protection]\nwrites = 'reject'",
];

/// Headers that an application sets, each alone and all together.
const OWN: [(&str, &str); 8] = [
    ("access-control-allow-origin", "https://own.example"),
    ("access-control-allow-credentials", "true"),
    ("access-control-allow-methods", "PURGE"),
    ("access-control-allow-private-network", "true"),
    ("vary", "accept, origin"),
    ("vary", "*"),
    ("cache-control", "public"),
    ("etag", "\"1\""),
];

fn requests() -> Vec<Request<()>> {
    let asked = [
        ("access-control-request-method", "PURGE"),
        ("access-control-request-headers", "x-a, x-b"),
        ("access-control-request-private-network", "true"),
    ];
    let mut requests = Vec::new();
    for method in ["GET", "POST", "OPTIONS"] {
        for origins in [&[][..], &["https://a.example"], &["https://b.example"], &["https://a.example"; 2]] {
            for asked in [&asked[..0], &asked[..1], &asked] {
                let mut builder = Request::builder().method(method);
                for origin in origins {
                    builder = builder.header("origin", *origin);
                }
                for (name, value) in asked {
                    builder = builder.header(*name, *value);
                }
                requests.push(builder.body(()).unwrap());
            }
        }
    }
    requests
}

fn lines(headers: &HeaderMap) -> Vec<(HeaderName, HeaderValue)> {
    let mut lines: Vec<_> = headers.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    lines.sort_by(|(a, _), (b, _)| a.as_str().cmp(b.as_str()));
    lines
}

/// A response has the headers that core puts on it, although values are shared between responses, and only the needed
/// headers of a request are read.
#[test]
fn prepared_headers_are_the_same_as_those_of_core() {
    for policy in POLICIES {
        let prepared = PreparedPolicy::new(Arc::new(Policy::from_toml(policy).unwrap()));
        for request in requests() {
            let head = RequestHead::of(&request, None);
            let needed = head.needed_headers(prepared.needs);
            let Evaluation::Decided(decision) = prepared.policy.evaluate(&head.request(&needed, false)) else {
                panic!("there is no predicate")
            };
            if let Some(read) = head.read(prepared.needs, false) {
                let Evaluation::Decided(again) = prepared.policy.evaluate(&read.request) else {
                    panic!("there is no predicate")
                };
                assert_eq!(again.template().index(), decision.template().index(), "{request:?}");
            }
            let values = RequestValues::of(&decision, &head, request.headers().get("origin"));
            let (template, response) = prepared.response(decision.template().index()).unwrap();
            let mut expected = HeaderMap::new();
            decision.apply(&mut expected);
            assert_eq!(lines(&response.own_headers(template, &values)), lines(&expected), "{policy} {request:?}");
            let sets = (0..OWN.len()).map(|index| OWN[index..=index].to_vec());
            for set in sets.chain([vec![], OWN.to_vec()]) {
                let mut sent = HeaderMap::new();
                for (name, value) in set {
                    sent.append(name, HeaderValue::from_static(value));
                }
                let mut expected = sent.clone();
                decision.apply(&mut expected);
                prepared.apply(decision.template().index(), &values, &mut sent);
                assert_eq!(lines(&sent), lines(&expected), "{policy} {request:?}");
            }
        }
    }
}
