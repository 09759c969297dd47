//! Applies a decision to a response's headers, as the shared vectors in `tests/vectors/apply` say.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use corsac::binding::{Precedence, apply_headers};
use corsac::{Evaluation, Header, HeaderName, Op, Policy, RequestHeaders, ResponseHeaders};
use http::HeaderMap;
use http::header::{HeaderName as Name, HeaderValue};
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    id: String,
    #[serde(rename = "spec")]
    _spec: String,
    #[serde(rename = "why")]
    _why: String,
    config: serde_json::Value,
    request: Request,
    application: Pairs,
    response: Pairs,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    method: String,
    headers: Pairs,
}

type Pairs = Vec<(String, String)>;

/// The values of each name, in the order of its lines.
fn by_name<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> BTreeMap<String, Vec<String>> {
    let mut values = BTreeMap::<_, Vec<_>>::new();
    for (name, value) in pairs {
        values.entry(name.to_ascii_lowercase()).or_default().push(value.to_owned());
    }
    values
}

fn strs(pairs: &Pairs) -> impl Iterator<Item = (&str, &str)> {
    pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))
}

fn header_map(pairs: &Pairs) -> HeaderMap {
    let header = |(name, value): (&str, &str)| -> (Name, HeaderValue) {
        (Name::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_str(value).unwrap())
    };
    strs(pairs).map(header).collect()
}

#[test]
fn vectors() {
    let file: File = serde_json::from_str(include_str!("../../tests/vectors/apply/apply.json")).unwrap();
    assert!(!file.vectors.is_empty());
    for vector in &file.vectors {
        let policy = Policy::from_json(vector.config.to_string()).unwrap();
        let headers = strs(&vector.request.headers).map(|(name, value)| (name.as_bytes(), value.as_bytes()));
        let headers = headers.collect::<RequestHeaders<'_>>();
        let Evaluation::Decided(decision) = policy.evaluate(&headers.request(vector.request.method.as_bytes(), None))
        else {
            panic!("{}: the policy has no predicate", vector.id)
        };
        let mut response = header_map(&vector.application);
        decision.apply(&mut response);
        let sent = by_name(response.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())));
        assert_eq!(sent, by_name(strs(&vector.response)), "{}", vector.id);
        // If two middlewares have the same policy, it is applied twice.
        decision.apply(&mut response);
        let again = by_name(response.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())));
        assert_eq!(again, sent, "{}: applied twice", vector.id);
    }
}

/// If a host's own setting keeps the application's headers, the result is the same as with the policy's setting.
#[test]
fn precedence_of_the_application() {
    let file: File = serde_json::from_str(include_str!("../../tests/vectors/apply/apply.json")).unwrap();
    for vector in file.vectors.iter().filter(|vector| vector.config.get("keep_app_headers").is_some()) {
        let mut config = vector.config.clone();
        config.as_object_mut().unwrap().remove("keep_app_headers");
        let policy = Policy::from_json(config.to_string()).unwrap();
        let headers = strs(&vector.request.headers).map(|(name, value)| (name.as_bytes(), value.as_bytes()));
        let headers = headers.collect::<RequestHeaders<'_>>();
        let Evaluation::Decided(decision) = policy.evaluate(&headers.request(vector.request.method.as_bytes(), None))
        else {
            panic!("{}: the policy has no predicate", vector.id)
        };
        let mut response = header_map(&vector.application);
        let removed = decision.removed().iter().copied();
        let Ok(()) = apply_headers(removed, decision.headers(), Precedence::Application, &mut response);
        let sent = by_name(response.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())));
        assert_eq!(sent, by_name(strs(&vector.response)), "{}", vector.id);
    }
}

/// A host in which the call with this number fails.
struct Failing {
    calls: std::cell::Cell<usize>,
    fails_at: usize,
}

impl Failing {
    fn call(&self) -> Result<(), usize> {
        self.calls.set(self.calls.get() + 1);
        if self.calls.get() == self.fails_at { Err(self.fails_at) } else { Ok(()) }
    }
}

impl ResponseHeaders for Failing {
    type Error = usize;

    fn values(&self, _: HeaderName) -> Result<Vec<Cow<'_, [u8]>>, usize> {
        self.call().map(|()| Vec::new())
    }

    fn remove(&mut self, _: HeaderName) -> Result<(), usize> {
        self.call()
    }

    fn set(&mut self, _: HeaderName, _: &[u8]) -> Result<(), usize> {
        self.call()
    }

    fn append(&mut self, _: HeaderName, _: &[u8]) -> Result<(), usize> {
        self.call()
    }
}

#[test]
fn the_hosts_errors_are_passed_on_and_end_the_operation() {
    let headers =
        [Op::Set, Op::Add, Op::Default, Op::Merge].map(|op| Header { name: HeaderName::Vary, value: b"Origin", op });
    let apply = |fails_at| {
        let mut host = Failing { calls: 0.into(), fails_at };
        let removed = [HeaderName::AllowOrigin];
        let result = apply_headers(removed, headers, Precedence::OfPolicy, &mut host);
        (result, host.calls.get())
    };
    let (result, calls) = apply(usize::MAX);
    assert_eq!((result, calls), (Ok(()), 7));
    for fails_at in 1..=calls {
        assert_eq!(apply(fails_at), (Err(fails_at), fails_at));
    }
}
