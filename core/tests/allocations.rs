//! Deciding allocates nothing: a counting allocator around every kind of policy and request.
//!
//! It has no test harness, so that nothing else runs and allocates at the same time.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

use corsac::{Config, Evaluation, Policy, ProtectionConfig, Request, RouteConfig};
use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};

struct Counting;

static CALLS: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is passed on unchanged to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        CALLS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller fulfils the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        CALLS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller fulfils the contract of `alloc_zeroed`.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        CALLS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller fulfils the contract of `realloc`.
        unsafe { System.realloc(memory, layout, size) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: the caller fulfils the contract of `dealloc`.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn allocations(work: impl FnOnce()) -> usize {
    let before = CALLS.load(Ordering::Relaxed);
    work();
    CALLS.load(Ordering::Relaxed) - before
}

/// Decides and reads the whole decision, with and without an answer of the predicate.
fn decide(policy: &Policy, request: &Request<'_>) {
    let decision = match policy.evaluate(black_box(request)) {
        Evaluation::Decided(decision) => decision,
        Evaluation::Ask(pending) => pending.resolve(corsac::PredicateAnswer::Allow),
    };
    for header in decision.headers() {
        black_box((header.name.as_str(), header.value, header.op));
    }
    black_box((decision.action(), decision.status(), decision.reason(), decision.body(), decision.removed()));
}

fn policy(origins: Vec<String>, more: impl FnOnce(&mut Config)) -> Policy {
    let mut config = Config {
        allow_origins: origins,
        allow_methods: vec!["PUT".into(), "DELETE".into()],
        allow_headers: vec!["X-A".into(), "X-B".into()],
        ..Config::default()
    };
    more(&mut config);
    Policy::new(config).unwrap()
}

fn numbered(count: usize, pattern: &str) -> Vec<String> {
    (0..count).map(|index| pattern.replace('#', &index.to_string())).collect()
}

fn policies() -> Vec<(String, Policy)> {
    let mut policies = Vec::new();
    for count in [1, 4, 5, 100, 10_000, 1_000_000] {
        let origins = numbered(count, "https://app-#.example.com");
        policies.push((format!("{count} origins"), policy(origins, |config| config.allow_credentials = true)));
    }
    let mut add = |name: &str, origins: Vec<String>, more: &dyn Fn(&mut Config)| {
        policies.push((name.to_owned(), policy(origins, more)));
    };
    add("nobody", vec![], &|_| {});
    add("any origin", vec!["*".into()], &|config| config.allow_headers = vec!["*".into()]);
    add("10,000 `*.`", numbered(10_000, "https://*.app-#.example.com"), &|_| {});
    add("1,000 globs", numbered(1000, "https://pr-*.app-#.example.com"), &|_| {});
    add("1,000 of any port", numbered(1000, "https://app-#.example.com:*"), &|_| {});
    add("regexes", vec!["https://app-0.example.com".into()], &|config| {
        config.allow_origin_regex =
            vec![r"https://[a-z0-9-]+\.example\.com(:\d+)?".into(), r"https://(.+\.)?b\.example".into()];
    });
    add("stars with credentials", numbered(5, "https://app-#.example.com"), &|config| {
        config.allow_credentials = true;
        config.allow_private_network = true;
        config.allow_methods = vec!["*".into()];
        config.allow_headers = vec!["*".into()];
    });
    add("many names", numbered(5, "https://app-#.example.com"), &|config| {
        config.allow_methods = numbered(50, "M#");
        config.allow_headers = numbered(100, "X-#");
    });
    add("10,000 routes, protected", numbered(100, "https://app-#.example.com"), &|config| {
        let trusted_origins = numbered(100, "https://app-#.example.com");
        config.protection =
            Some(ProtectionConfig { writes: true, websockets: true, trusted_origins, ..ProtectionConfig::default() });
        let route = |path| RouteConfig { path, max_age: Some(None), ..RouteConfig::default() };
        config.routes = numbered(10_000, "/v#/{id}/{*rest}").into_iter().map(route).collect();
    });
    policies
}

/// Requests that cover every way of reading a request, each with a name.
fn requests(texts: &Texts) -> Vec<(String, Request<'_>)> {
    let mut requests = vec![("no origin".to_owned(), Request::new(b"GET"))];
    for (name, origin) in &texts.origins {
        requests.push((name.clone(), Request::new(b"GET").origin(origin)));
        for path in &texts.paths {
            let mut write = Request::new(b"POST").origin(origin).path(path);
            write.host = Some(b"app-0.example.com");
            requests.push((format!("{name}, a write to {} bytes of path", path.len()), write));
        }
        for (asked, method, headers) in &texts.asked {
            let mut preflight = Request::new(b"OPTIONS").origin(origin).access_control_request_method(method);
            preflight.access_control_request_headers = headers.as_deref();
            preflight.access_control_request_private_network = Some(b"true");
            requests.push((format!("{name}, {asked}"), preflight));
        }
    }
    requests
}

struct Texts {
    origins: Vec<(String, Vec<u8>)>,
    asked: Vec<Asked>,
    paths: Vec<Vec<u8>>,
}

/// The name of the request, `Access-Control-Request-Method` and `-Headers`.
type Asked = (&'static str, Vec<u8>, Option<Vec<u8>>);

fn texts() -> Texts {
    let mega = 1 << 20;
    let origins: [(&str, Vec<u8>); 10] = [
        ("hit", b"https://app-0.example.com".to_vec()),
        ("hit below", b"https://x.app-0.example.com".to_vec()),
        ("hit a glob", b"https://pr-1.app-0.example.com".to_vec()),
        ("hit a port", b"https://app-0.example.com:8443".to_vec()),
        ("miss", b"https://app-0.example.org".to_vec()),
        ("plain http", b"http://app-0.example.com".to_vec()),
        ("null", b"null".to_vec()),
        ("malformed", b"https://app-0.example.com/".to_vec()),
        ("an address", b"http://[2001:db8::1]:8080".to_vec()),
        ("1 MiB of origin", [b"https://".to_vec(), vec![b'a'; mega]].concat()),
    ];
    let names = |text: &str| Some(text.as_bytes().to_vec());
    Texts {
        origins: origins.into_iter().map(|(name, origin)| (name.to_owned(), origin)).collect(),
        asked: vec![
            ("for a method", b"PUT".to_vec(), None),
            ("for another method", b"PURGE".to_vec(), names("")),
            ("for two names", b"PUT".to_vec(), names("x-a,x-b")),
            ("for an unknown name", b"PUT".to_vec(), names("x-a, X-UNKNOWN")),
            ("for a long name", b"PUT".to_vec(), Some(vec![b'x'; 4000])),
            ("for no names", b"PUT".to_vec(), names("x-a, (bad)")),
            ("for 1 MiB of method", vec![b'A'; mega], None),
            ("for 1 MiB of commas", b"PUT".to_vec(), Some(vec![b','; mega])),
            ("for 8 KiB of commas", b"PUT".to_vec(), Some(vec![b','; 8192])),
        ],
        paths: vec![
            b"/v9/17/x".to_vec(),
            b"/v9/%c3%a9/../x".to_vec(),
            [&b"/v9/1"[..], &b"/%61".repeat(500)].concat(),
            b"/%61".repeat(mega),
        ],
    }
}

fn main() {
    // The counter works: each call that allocates is counted once.
    assert_eq!(allocations(|| drop(black_box(Box::new(1u64)))), 1);
    assert!(allocations(|| drop(black_box(numbered(3, "x#")))) > 3);
    assert_eq!(allocations(|| ()), 0);

    let texts = texts();
    let requests = requests(&texts);
    let mut failures = Vec::new();
    for (policy_name, policy) in policies() {
        for (name, request) in &requests {
            let count = allocations(|| decide(&policy, request));
            if count > 0 {
                failures.push(format!("{policy_name}, {name}: {count} allocations"));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    predicate(&requests);
    println!("allocations: none in {} requests to each policy", requests.len());
}

/// Neither asking a predicate nor continuing with its answer allocates anything.
fn predicate(requests: &[(String, Request<'_>)]) {
    let value = corsac::binding::Value::Map(vec![("allow_credentials".into(), true.into())]);
    let policy = corsac::PolicyBuilder::new().predicate(true).value(value).unwrap();
    for (name, request) in requests {
        assert_eq!(allocations(|| decide(&policy, request)), 0, "predicate, {name}");
    }
}
