//! The two laws that hold for every policy and every request: `Vary` is exact, and nothing leaks.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use common::naive::{self, Naive};
use common::strategies::{RequestSeed, Seed, accepted, config, instance, request, roots, seed};
use corsac::{Config, Decision, Evaluation, HeaderName, LiftedCheck, Policy, PolicyBuilder, PredicateAnswer, Request};
use proptest::prelude::*;

/// `PROPTEST_CASES` sets another number of cases.
fn cases(default: u32) -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(default);
    ProptestConfig { cases, failure_persistence: None, max_shrink_iters: 20_000, ..ProptestConfig::default() }
}

/// A pure predicate.
#[derive(Clone, Copy, Debug)]
enum Predicate {
    None,
    Never,
    Some,
    Failing,
}

fn predicate() -> impl Strategy<Value = Predicate> {
    prop_oneof![3 => Just(Predicate::None), 1 => Just(Predicate::Never), 1 => Just(Predicate::Some), 1 => Just(Predicate::Failing)]
}

fn decide<'a>(policy: &'a Policy, request: &Request<'a>, predicate: Predicate) -> Decision<'a> {
    match policy.evaluate(request) {
        Evaluation::Decided(decision) => decision,
        Evaluation::Ask(pending) => {
            assert!(naive::parse(pending.origin()).is_some(), "asked about a malformed origin");
            pending.resolve(match predicate {
                Predicate::None => panic!("asked without a predicate"),
                Predicate::Never => PredicateAnswer::Deny,
                Predicate::Some if pending.origin().contains(&b'a') => PredicateAnswer::Allow,
                Predicate::Some => PredicateAnswer::Deny,
                Predicate::Failing => PredicateAnswer::Failed,
            })
        }
    }
}

/// The same policy with a predicate, which cannot be used with `*`.
fn with_predicate(config: &Config, policy: Policy, predicate: Predicate) -> (Policy, Predicate) {
    if matches!(predicate, Predicate::None) || config.allow_origins == ["*"] {
        return (policy, Predicate::None);
    }
    (PolicyBuilder::new().predicate(true).value(config.clone().into()).unwrap(), predicate)
}

/// The entries that the configuration names as exempt from a check.
fn named(config: &Config, danger: &str) -> Vec<String> {
    let lifted = config.dangerously_allow.iter().filter_map(|lifted| match lifted {
        LiftedCheck::ForOrigins { check, origins } if check == danger => Some(origins.clone()),
        _ => None,
    });
    lifted.flatten().collect()
}

fn naive(config: &Config) -> Naive {
    let insecure = config.dangerously_allow.contains(&"insecure-origins".into());
    let secure_only = config.allow_credentials && !insecure;
    let naive = Naive::new(&config.allow_origins, &config.allow_origin_regex, secure_only);
    naive.with_insecure(&named(config, "insecure-origins"))
}

/// The response as it is sent.
type Answered = (Option<u16>, Vec<(HeaderName, Vec<u8>)>, &'static str);

fn answered(decision: &Decision<'_>) -> Answered {
    let headers = decision.headers().map(|header| (header.name, header.value.to_vec())).collect();
    (decision.status(), headers, decision.body())
}

fn value<'a>(decision: &Decision<'a>, name: HeaderName) -> Option<&'a [u8]> {
    decision.headers().find(|header| header.name == name).map(|header| header.value)
}

fn varies_on(decision: &Decision<'_>, name: &str) -> bool {
    let vary = value(decision, HeaderName::Vary).unwrap_or_default();
    vary.split(|byte| *byte == b',').any(|field| field.trim_ascii().eq_ignore_ascii_case(name.as_bytes()))
}

/// The request of a seed, with its origin.
struct Grown {
    seed: RequestSeed,
    origin: Option<Vec<u8>>,
}

impl Grown {
    fn new(seed: RequestSeed, config: &Config) -> Self {
        Grown { origin: seed.origin.as_ref().map(|seed| seed.origin(&roots(config))), seed }
    }

    fn request(&self) -> Request<'_> {
        let mut request = Request::new(&self.seed.method);
        request.origin = self.origin.as_deref();
        request.access_control_request_method = self.seed.request_method.as_deref();
        request.access_control_request_headers = self.seed.request_headers.as_deref();
        request.access_control_request_private_network = self.seed.private_network.as_deref();
        request
    }
}

proptest! {
    #![proptest_config(cases(1000))]

    /// Two requests that differ only in headers that the first answer's `Vary` does not name get equal responses.
    #[test]
    fn vary_names_what_the_answer_depends_on(
        config in config(), first in request(), second in request(), head in any::<bool>(), predicate in predicate(),
    ) {
        let (config, policy) = accepted(config);
        let (policy, predicate) = with_predicate(&config, policy, predicate);
        let (first, second) = (Grown::new(first, &config), Grown::new(second, &config));
        let method: &[u8] = if head { b"HEAD" } else { b"GET" };
        let (mut first, mut second) = (first.request(), second.request());
        (first.method, second.method) = (method, method);
        let decision = decide(&policy, &first, predicate);
        prop_assert_eq!(decision.action().as_str(), "continue");
        for (name, to, from) in [
            ("origin", &mut second.origin, first.origin),
            ("access-control-request-method", &mut second.access_control_request_method, first.access_control_request_method),
            ("access-control-request-headers", &mut second.access_control_request_headers, first.access_control_request_headers),
            ("access-control-request-private-network", &mut second.access_control_request_private_network,
             first.access_control_request_private_network),
        ] {
            if varies_on(&decision, name) {
                *to = from;
            }
        }
        prop_assert_eq!(answered(&decision), answered(&decide(&policy, &second, predicate)));
    }

    /// `Vary` names `Origin` if and only if an origin can change the response.
    #[test]
    fn vary_is_sent_only_if_a_header_changes_the_response(config in config(), seeds in prop::collection::vec(seed(), 1..12)) {
        let (config, policy) = accepted(config);
        let mut origins: Vec<Option<Vec<u8>>> = vec![None, Some(b"https://unheard.of".to_vec()), Some(b"null".to_vec()), Some(vec![])];
        let roots = roots(&config);
        origins.extend(roots.iter().map(|pattern| Some(instance(pattern, "w", "").into_bytes())));
        origins.extend(seeds.iter().map(|seed| Some(seed.origin(&roots))));
        let mut answers = Vec::new();
        for origin in &origins {
            let mut request = Request::new(b"GET");
            request.origin = origin.as_deref();
            answers.push(decide(&policy, &request, Predicate::None));
        }
        let changes = answers.iter().any(|answer| value(answer, HeaderName::AllowOrigin) != value(&answers[0], HeaderName::AllowOrigin));
        let constant = config.allow_origins == ["*"] || (config.allow_origins.is_empty() && config.allow_origin_regex.is_empty());
        prop_assert!(!(changes && constant));
        if !config.allow_origins.is_empty() && !constant {
            prop_assert!(changes, "an instance of a pattern is not allowed: {:?}", config.allow_origins);
        }
        for answer in &answers {
            prop_assert_eq!(value(answer, HeaderName::Vary), if constant { None } else { Some(&b"Origin"[..]) });
        }
    }
}

proptest! {
    #![proptest_config(cases(1500))]

    /// The compiled set allows what the reference allows: no more, and no less.
    #[test]
    fn the_set_agrees_with_the_reference(config in config(), seeds in prop::collection::vec(seed(), 24)) {
        let (config, policy) = accepted(config);
        let (naive, roots) = (naive(&config), roots(&config));
        for origin in seeds.iter().map(|seed: &Seed| seed.origin(&roots)) {
            let preflight = Request::new(b"OPTIONS").origin(&origin).access_control_request_method(b"GET");
            let decision = decide(&policy, &preflight, Predicate::None);
            prop_assert_eq!(
                value(&decision, HeaderName::AllowOrigin).is_some(),
                naive.allows(&origin),
                "{:?} by {:?} {:?}", String::from_utf8_lossy(&origin), config.allow_origins, config.allow_origin_regex
            );
            let malformed = decision.reason().as_str() == "origin-malformed";
            prop_assert_eq!(malformed, origin != b"null" && naive::parse(&origin).is_none());
        }
    }
}

proptest! {
    #![proptest_config(cases(1500))]

    /// Checks what a response may contain, whatever the request is.
    #[test]
    fn nothing_leaks(config in config(), request in request(), predicate in predicate()) {
        let (config, policy) = accepted(config);
        let (policy, predicate) = with_predicate(&config, policy, predicate);
        let grown = Grown::new(request, &config);
        let mut request = grown.request();
        leaks_nothing(&policy, &config, &request, predicate)?;
        // Once more as a preflight that is most likely allowed.
        let origin = roots(&config).first().map(|pattern| instance(pattern, "w", ""));
        request.method = b"OPTIONS";
        request.origin = origin.as_deref().map(str::as_bytes).or(request.origin);
        leaks_nothing(&policy, &config, &request, predicate)?;
    }

    /// No bytes make evaluating panic.
    #[test]
    fn any_bytes_are_decided(config in config(), headers in prop::collection::vec(prop::option::of(any::<Vec<u8>>()), 6)) {
        let (_, policy) = accepted(config);
        let mut request = Request::new(headers[0].as_deref().unwrap_or(b"OPTIONS"));
        request.path = headers[1].as_deref();
        request.origin = headers[2].as_deref();
        request.access_control_request_method = headers[3].as_deref();
        request.access_control_request_headers = headers[4].as_deref();
        request.access_control_request_private_network = headers[5].as_deref();
        let decision = decide(&policy, &request, Predicate::None);
        prop_assert_eq!(decision.template().index() as usize, policy.templates().iter().position(|template| std::ptr::eq(template, decision.template())).unwrap());
    }
}

/// Checks everything in the response to one request.
fn leaks_nothing(
    policy: &Policy,
    config: &Config,
    request: &Request<'_>,
    predicate: Predicate,
) -> Result<(), TestCaseError> {
    let naive = naive(config);
    let asked = matches!(policy.evaluate(request), Evaluation::Ask(_));
    let decision = decide(policy, request, predicate);
    let by_predicate = asked && matches!(predicate, Predicate::Some) && request.origin.unwrap().contains(&b'a');
    let allowed = by_predicate || request.origin.is_some_and(|origin| naive.allows(origin));
    if asked {
        let parts = request.origin.and_then(naive::parse);
        prop_assert!(parts.is_some_and(|parts| !naive.is_insecure(&parts)));
    }
    let any = config.allow_origins == ["*"];

    match value(&decision, HeaderName::AllowOrigin) {
        Some(b"*") => prop_assert!(any),
        Some(origin) => prop_assert!(!any && allowed && Some(origin) == request.origin),
        None => prop_assert!(!any || request.access_control_request_method.is_some() && !allowed),
    }
    if let Some(credentials) = value(&decision, HeaderName::AllowCredentials) {
        prop_assert!(credentials == b"true" && config.allow_credentials && !any && allowed);
    }
    if value(&decision, HeaderName::AllowOrigin).is_none() {
        for header in decision.headers() {
            prop_assert!(!header.name.as_str().starts_with("access-control-"), "{}", header.name.as_str());
        }
    }
    for header in decision.headers() {
        prop_assert!(!header.value.is_empty());
        prop_assert!(header.value.iter().all(|byte| matches!(byte, b'!'..=b'~' | b' ' | b'\t')));
        check_provenance(header.name, header.value, request, config)?;
    }
    prop_assert!(decision.body().bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\n')));
    prop_assert!(!decision.template().headers().iter().any(|header| decision.removed().contains(&header.name)));
    Ok(())
}

/// Bytes of the request are in a response only as the whole origin, one method, or a checked list of names.
fn check_provenance(
    name: HeaderName,
    value: &[u8],
    request: &Request<'_>,
    config: &Config,
) -> Result<(), TestCaseError> {
    let comes_from = |bytes: Option<&[u8]>| bytes.is_some_and(|bytes| bytes.as_ptr_range().contains(&value.as_ptr()));
    let is_token = |text: &[u8]| !text.is_empty() && text.iter().all(|byte| is_tchar(*byte));
    let star = |list: &[String]| config.allow_credentials && list == ["*"];
    let method = request.access_control_request_method;
    let headers = request.access_control_request_headers;
    if comes_from(request.origin) {
        prop_assert_eq!((name, Some(value)), (HeaderName::AllowOrigin, request.origin));
    } else if comes_from(method) {
        prop_assert_eq!((name, Some(value)), (HeaderName::AllowMethods, method));
        prop_assert!(star(&config.allow_methods) && is_token(value) && value.len() <= 128);
        prop_assert!(![&b"CONNECT"[..], b"TRACE", b"TRACK"].iter().any(|bad| bad.eq_ignore_ascii_case(value)));
    } else if comes_from(headers) {
        prop_assert_eq!((name, Some(value)), (HeaderName::AllowHeaders, headers));
        prop_assert!(star(&config.allow_headers) && value.len() <= 8192);
        for element in value.split(|byte| *byte == b',') {
            let element = element.trim_ascii();
            prop_assert!(element.is_empty() || is_token(element));
        }
    } else {
        let others = [Some(request.method), request.path, request.access_control_request_private_network];
        prop_assert!(!others.into_iter().any(comes_from), "{}", name.as_str());
    }
    Ok(())
}

fn is_tchar(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// The laws would prove little if random policies never allowed random origins.
#[test]
fn the_generators_meet() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut allowed, mut malformed, mut total) = (0, 0, 0);
    for _ in 0..300 {
        let (config, _) = accepted(config().new_tree(&mut runner).unwrap().current());
        let naive = naive(&config);
        for _ in 0..24 {
            let origin = seed().new_tree(&mut runner).unwrap().current().origin(&roots(&config));
            total += 1;
            allowed += usize::from(naive.allows(&origin));
            malformed += usize::from(naive::parse(&origin).is_none());
        }
    }
    println!("{allowed} of {total} allowed, {malformed} malformed");
    assert!(allowed * 5 > total && malformed * 10 > total && (allowed + malformed) * 10 < total * 9);
}
