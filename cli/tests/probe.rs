//! `corsac probe` against servers with planted faults.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::expect_used)]

mod common;
#[path = "common/server.rs"]
mod server;

use common::{Folder, Run};
use server::{Request, Server};
use std::io::Write;
use std::time::{Duration, Instant};

const PAGE: &str = "https://app.example.com";

/// Runs `corsac probe` on a path of the server, with a short time-out.
fn probe(server: &Server, path: &str, more: &[&str]) -> Run {
    probe_url(&format!("{}{path}", server.url), more)
}

fn probe_url(url: &str, more: &[&str]) -> Run {
    static NUMBER: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    let number = NUMBER.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let folder = Folder::new(&format!("probe-{number}"));
    let mut arguments = vec!["probe", url, "--from", PAGE, "--timeout", "2"];
    arguments.extend(more);
    // Environment variables that name a proxy are ignored.
    folder.corsac_with(&arguments, b"", &[("http_proxy", "http://127.0.0.1:1"), ("ALL_PROXY", "http://127.0.0.1:1")])
}

/// The verdict and the codes of the findings, from the JSON.
fn verdict(run: &Run) -> (String, Vec<String>) {
    let json = run.json();
    let explanation = &json["pages"][0];
    let codes = explanation["explanation"]["findings"].as_array().unwrap();
    let codes = codes.iter().map(|finding| finding["code"].as_str().unwrap().to_owned());
    // Servers of tests are on this machine.
    let codes = codes.filter(|code| !matches!(code.as_str(), "local-network-access" | "engines-differ")).collect();
    (explanation["verdict"].as_str().unwrap().to_owned(), codes)
}

/// The output in one line.
fn flat(run: &Run) -> String {
    run.out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A server that does everything right for the page.
fn good(request: &Request) -> String {
    let allow = if request.origin() == PAGE {
        format!("Access-Control-Allow-Origin: {PAGE}\nAccess-Control-Allow-Credentials: true\n")
    } else {
        String::new()
    };
    match request.method.as_str() {
        "OPTIONS" => format!(
            "204 No Content\n{allow}Vary: Origin\nAccess-Control-Allow-Methods: PUT, DELETE\n\
             Access-Control-Allow-Headers: x-id, authorization\nAccess-Control-Max-Age: 600"
        ),
        _ if request.target.contains("no-such-page") => format!("404 Not Found\n{allow}Vary: Origin"),
        _ => format!("200 OK\n{allow}Vary: Origin"),
    }
}

#[test]
fn a_server_that_allows_the_page_is_readable() {
    let server = Server::texts(good);
    let run = probe(&server, "/items", &["--credentials", "--cookie", "sid=hunter2", "-H", "X-Id: 7"]);
    assert_eq!(run.status, 0, "{run:?}");
    assert!(run.out.starts_with("readable: "), "{}", run.out);
    assert!(!run.out.contains("More about this server"), "{}", run.out);
    let seen = server.seen();
    assert_eq!(seen[0].method, "OPTIONS");
    assert_eq!(seen[0].header("access-control-request-headers"), Some("x-id"));
    assert_eq!(seen[0].header("cookie"), None);
    assert_eq!(seen[1].header("x-id"), Some("7"));
    assert_eq!(seen[1].header("cookie"), Some("sid=hunter2"));
    assert!(seen.iter().all(|request| matches!(request.method.as_str(), "GET" | "OPTIONS")));
}

#[test]
fn only_what_is_listed_is_sent() {
    let server = Server::texts(good);
    for more in [
        &["-X", "DELETE"][..],
        &["-X", "DELETE", "--send"],
        &["-H", "Authorization: Bearer hunter2"],
        &["--only"],
        &["--from", "https://b.example.com", "--cache"],
        &["--attack"],
    ] {
        let before = server.seen().len();
        let mut dry = more.to_vec();
        dry.push("--dry-run");
        let plan = probe(&server, "/items", &dry);
        assert_eq!(plan.status, 0, "{plan:?}");
        assert_eq!(server.seen().len(), before, "nothing is sent by --dry-run");
        assert!(!plan.out.contains("hunter2"), "{}", plan.out);
        let most: usize =
            plan.out.trim().lines().last().and_then(|line| line.split(' ').next()).unwrap().parse().unwrap();
        let run = probe(&server, "/items", more);
        let sent = server.seen().len() - before;
        assert!(sent > 0 && sent <= most, "{more:?}: {sent} of {most} {run:?}");
    }
}

#[test]
fn methods_that_act_are_sent_only_if_asked_for() {
    let server = Server::texts(good);
    let run = probe(&server, "/items/7", &["-X", "DELETE"]);
    assert_eq!(run.status, 0, "{run:?}");
    assert!(run.out.starts_with("the preflight passed; DELETE "), "{}", run.out);
    assert!(run.out.contains("was not sent"), "{}", run.out);
    assert!(server.seen().iter().all(|request| request.method != "DELETE"));
    let run = probe(&server, "/items/7", &["-X", "PUT", "--send", "--data", "hello", "--only"]);
    assert_eq!(run.status, 0, "{run:?}");
    let last = server.seen().last().unwrap().clone();
    assert_eq!((last.method.as_str(), last.body.as_slice()), ("PUT", &b"hello"[..]));
    // This POST needs no preflight, so without `--send` there is nothing to send.
    let before = server.seen().len();
    let run = probe(&server, "/items", &["-X", "POST"]);
    assert_eq!(run.status, 2, "{run:?}");
    assert!(run.err.contains("--send"), "{}", run.err);
    assert_eq!(server.seen().len(), before);
}

/// Each fault: what the server responds, the options, and the first finding.
type Fault = (&'static str, fn(&Request) -> String, &'static [&'static str], &'static str, &'static str);

const FAULTS: &[Fault] = &[
    (
        "header twice",
        |_| format!("200 OK\nAccess-Control-Allow-Origin: {PAGE}\nAccess-Control-Allow-Origin: {PAGE}"),
        &[],
        "sent-but-unreadable",
        "allow-origin-multiple",
    ),
    ("header missing", |_| "200 OK".to_owned(), &[], "sent-but-unreadable", "allow-origin-missing"),
    (
        "a slash",
        |_| format!("200 OK\nAccess-Control-Allow-Origin: {PAGE}/"),
        &[],
        "sent-but-unreadable",
        "allow-origin-mismatch",
    ),
    (
        "any with credentials",
        |_| "200 OK\nAccess-Control-Allow-Origin: *".to_owned(),
        &["--credentials"],
        "sent-but-unreadable",
        "allow-origin-any-with-credentials",
    ),
    (
        "Latin-1",
        |_| "200 OK\nAccess-Control-Allow-Origin: https://\u{e4}.example".to_owned(),
        &[],
        "sent-but-unreadable",
        "allow-origin-mismatch",
    ),
    (
        "to a login page",
        |request| {
            if request.target == "/login" {
                "200 OK".to_owned()
            } else {
                format!("302 Found\nAccess-Control-Allow-Origin: {PAGE}\nLocation: /login")
            }
        },
        &[],
        "sent-but-unreadable",
        "redirect-to-login",
    ),
    (
        "preflight to a login page",
        |_| "302 Found\nLocation: /login".to_owned(),
        &["-X", "PUT"],
        "blocked",
        "redirect-to-login",
    ),
    (
        "preflight redirected",
        |_| "308 Permanent Redirect\nLocation: /items/".to_owned(),
        &["-X", "PUT"],
        "blocked",
        "preflight-redirected",
    ),
    ("preflight 401", |_| "401 Unauthorized".to_owned(), &["-X", "PUT"], "blocked", "preflight-unauthorized"),
    ("preflight 404", |_| "404 Not Found".to_owned(), &["-X", "PUT"], "blocked", "preflight-not-found"),
    (
        "preflight 405",
        |_| "405 Method Not Allowed\nAllow: GET".to_owned(),
        &["-X", "PUT"],
        "blocked",
        "preflight-options-refused",
    ),
    ("preflight 502", |_| "502 Bad Gateway\nServer: nginx".to_owned(), &["-X", "PUT"], "blocked", "gateway-error"),
    ("502", |_| "502 Bad Gateway\nServer: nginx".to_owned(), &[], "sent-but-unreadable", "gateway-error"),
    (
        "500 without headers",
        |_| "500 Internal Server Error".to_owned(),
        &[],
        "sent-but-unreadable",
        "error-without-headers",
    ),
    (
        "method",
        |_| format!("204 No Content\nAccess-Control-Allow-Origin: {PAGE}"),
        &["-X", "PUT"],
        "blocked",
        "method-not-allowed",
    ),
    (
        "header",
        |_| format!("204 No Content\nAccess-Control-Allow-Origin: {PAGE}"),
        &["-H", "X-Id: 7"],
        "blocked",
        "header-not-allowed",
    ),
    (
        "endless redirects",
        |_| format!("302 Found\nAccess-Control-Allow-Origin: {PAGE}\nLocation: /again"),
        &[],
        "failed",
        "too-many-redirects",
    ),
    (
        "Vary dropped",
        |_| format!("200 OK\nAccess-Control-Allow-Origin: {PAGE}\nCache-Control: public, max-age=60"),
        &[],
        "readable",
        "vary-missing",
    ),
];

#[test]
fn faults_are_named() {
    for (name, respond, more, wanted, code) in FAULTS {
        let server = Server::texts(respond);
        let mut arguments = more.to_vec();
        arguments.extend(["--format", "json"]);
        let run = probe(&server, "/items", &arguments);
        let (found, codes) = verdict(&run);
        assert_eq!(codes.first().map(String::as_str), Some(*code), "{name}: {codes:?}");
        let wanted = if *name == "endless redirects" { found.as_str() } else { wanted };
        assert_eq!(found, wanted, "{name}");
        assert_eq!(run.status, i32::from(found != "readable"), "{name}: {run:?}");
        assert!(server.seen().len() < 40, "{name}: {}", server.seen().len());
    }
}

/// Faults of the connection: what the server does with it, the kind of failure, and the message.
type Broken = (&'static str, fn(&Request, &mut std::net::TcpStream), &'static str, &'static str);

const BROKEN: &[Broken] = &[
    ("hangs", |_, _| std::thread::sleep(Duration::from_secs(60)), "timed-out", "no response came in time"),
    ("closes", |_, _| {}, "connection-failed", "closed the connection"),
    (
        "hangs within the headers",
        |_, stream| {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nX: ");
            std::thread::sleep(Duration::from_secs(60));
        },
        "timed-out",
        "no response came in time",
    ),
    (
        "a header bomb",
        |_, stream| {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n");
            let line = format!("X-Bomb: {}\r\n", "x".repeat(8000));
            while stream.write_all(line.as_bytes()).is_ok() {}
        },
        "connection-failed",
        "KiB",
    ),
    (
        "one endless header",
        |_, stream| {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nX-Bomb: ");
            while stream.write_all(&[b'x'; 8192]).is_ok() {}
        },
        "connection-failed",
        "",
    ),
    ("no HTTP", |_, stream| drop(stream.write_all(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")), "connection-failed", ""),
    (
        "ends too early",
        |_, stream| {
            let head =
                format!("HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: {PAGE}\r\nContent-Length: 100\r\n\r\nabc");
            let _ = stream.write_all(head.as_bytes());
        },
        "response-incomplete",
        "",
    ),
];

#[test]
fn a_server_that_does_not_respond_is_described() {
    for (name, respond, code, sentence) in BROKEN {
        let server = Server::start(respond);
        let start = Instant::now();
        let run = probe(&server, "/items", &["--format", "json"]);
        assert!(start.elapsed() < Duration::from_secs(20), "{name}");
        assert_eq!(run.status, 3, "{name}: {run:?}");
        let (found, codes) = verdict(&run);
        assert_eq!((found.as_str(), codes.first().map(String::as_str)), ("failed", Some(*code)), "{name}");
        let detail = run.json()["pages"][0]["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(sentence), "{name}: {detail}");
        assert_eq!(server.seen().len(), 1, "{name}: a server that does not respond is not asked again");
    }
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let run = probe_url(&format!("http://{closed}/"), &[]);
    assert_eq!(run.status, 3, "{run:?}");
    assert!(run.out.contains("connection-failed") && run.out.contains("no program listens"), "{}", run.out);
}

#[test]
fn a_gigabyte_is_not_read() {
    let server = Server::start(|_, stream| {
        let head =
            format!("HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: {PAGE}\r\nContent-Length: 1073741824\r\n\r\n");
        let _ = stream.write_all(head.as_bytes());
        let block = vec![b'x'; 1 << 16];
        let mut written = 0_u64;
        while written < 1 << 30 && stream.write_all(&block).is_ok() {
            written += block.len() as u64;
        }
        assert!(written < 1 << 28, "{written} bytes were read");
    });
    let start = Instant::now();
    let run = probe(&server, "/items", &["--only"]);
    assert_eq!(run.status, 0, "{run:?}");
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[test]
fn further_requests_show_more() {
    // Any origin is sent back with credentials, and errors have no headers.
    let server = Server::texts(|request| match request.target.contains("no-such-page") {
        true => "404 Not Found".to_owned(),
        false if request.origin().is_empty() => "200 OK".to_owned(),
        false => {
            format!("200 OK\nAccess-Control-Allow-Origin: {}\nAccess-Control-Allow-Credentials: true", request.origin())
        }
    });
    let run = probe(&server, "/items", &["--format", "json"]);
    let json = run.json();
    let found = json["pages"][0]["observations"].as_array().unwrap();
    let names: Vec<_> = found
        .iter()
        .filter(|found| found["is_risk"] == true)
        .map(|found| found["experiment"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["no-origin", "foreign-origin", "null-origin", "missing-path"]);
    // A request without a token is refused, without CORS headers.
    let server = Server::texts(|request| match (request.method.as_str(), request.header("authorization")) {
        ("OPTIONS", _) | (_, Some(_)) => good(request),
        _ => "401 Unauthorized".to_owned(),
    });
    let run = probe(&server, "/items", &["-H", "Authorization: Bearer hunter2", "--format", "json"]);
    assert!(run.out.contains("without-authorization") && run.out.contains("looks like a CORS error"), "{}", run.out);
    assert!(!run.out.contains("hunter2"), "{}", run.out);
    assert!(server.seen().iter().any(|request| request.header("authorization") == Some("Bearer hunter2")));
}

#[test]
fn attacks_and_caches_are_found() {
    let careless = Server::texts(|request| {
        let origin = request.origin();
        let allow =
            if origin.starts_with(PAGE) { format!("\nAccess-Control-Allow-Origin: {origin}") } else { String::new() };
        format!("200 OK\nVary: Origin{allow}")
    });
    let run = probe(&careless, "/items", &["--attack"]);
    assert_eq!(run.status, 1, "{run:?}");
    assert!(flat(&run).contains("https://app.example.com.evil.example"), "{}", run.out);
    let run = probe(&Server::texts(good), "/items", &["--attack"]);
    assert_eq!(run.status, 0, "{run:?}");
    assert!(flat(&run).contains("none of the origins"), "{}", run.out);
    let cached = Server::texts(|_| format!("200 OK\nAccess-Control-Allow-Origin: {PAGE}\nAge: 7"));
    let run = probe(&cached, "/items", &["--from", "https://b.example.com", "--cache"]);
    assert_eq!(run.status, 1, "{run:?}");
    assert!(
        flat(&run).contains("`https://b.example.com` got the response that was made for `https://app.example.com`"),
        "{}",
        run.out
    );
    // The preflight and the response have the same wrong value, which is one problem.
    let run = probe(&cached, "/items", &["--from", "https://b.example.com", "--cache", "-X", "PUT", "--send"]);
    assert_eq!(flat(&run).matches("got the response that was made for").count(), 1, "{}", run.out);
    let run = probe(&cached, "/items", &["--cache"]);
    assert_eq!(run.status, 2, "{run:?}");
}

#[test]
fn policy_and_wire_are_compared() {
    let folder = Folder::new("probe-policy");
    folder.file("cors.toml", format!("allow_origins = [\"{PAGE}\"]\nallow_methods = [\"PUT\"]\n"));
    let right = Server::texts(|request| match request.method.as_str() {
        "OPTIONS" => format!(
            "204 No Content\nAccess-Control-Allow-Origin: {PAGE}\nAccess-Control-Allow-Methods: GET,HEAD,POST,PUT\n\
             Access-Control-Allow-Headers: accept, accept-language, content-language, content-type\nVary: Origin\n\
             Access-Control-Max-Age: 600"
        ),
        _ => format!("200 OK\nAccess-Control-Allow-Origin: {PAGE}\nVary: Origin"),
    });
    let policy = |server: &Server, more: &[&str]| {
        let url = format!("{}/items", server.url);
        let mut arguments = vec!["probe", &url, "--from", PAGE, "--policy", "cors.toml", "--only"];
        arguments.extend(more);
        folder.corsac(&arguments)
    };
    let run = policy(&right, &["-X", "PUT", "--send"]);
    assert!(run.out.contains("the server sends what the policy says"), "{}", run.out);
    assert_eq!(run.status, 0, "{run:?}");
    let doubled = Server::texts(|_| {
        format!(
            "200 OK\nAccess-Control-Allow-Origin: {PAGE}\nAccess-Control-Allow-Origin: *\nServer: nginx\nVary: Origin"
        )
    });
    let run = policy(&doubled, &[]);
    assert_eq!(run.status, 1, "{run:?}");
    assert!(flat(&run).contains("is sent twice: the server `nginx` or what is behind it adds its own"), "{}", run.out);
    let dropped = Server::texts(|_| "200 OK\nCF-Ray: 1".to_owned());
    let run = policy(&dropped, &[]);
    assert!(flat(&run).contains("is missing: Cloudflare drops it"), "{}", run.out);
    assert!(flat(&run).contains("`Vary: Origin` is missing"), "{}", run.out);
    let elsewhere = Server::texts(|_| "401 Unauthorized\nVia: 1.1 gate".to_owned());
    let run = policy(&elsewhere, &["-X", "PUT"]);
    assert!(
        flat(&run).contains("the status is 401, and the policy sends 204: a proxy (`Via: 1.1 gate`)"),
        "{}",
        run.out
    );
}

#[test]
fn exchanges_are_saved_without_secrets() {
    let folder = Folder::new("probe-saved");
    let server = Server::texts(|request| format!("{}\nSet-Cookie: sid=hunter2", good(request)));
    let url = format!("{}/items?access_token=hunter2", server.url);
    let run = folder.corsac(&[
        "probe",
        &url,
        "--from",
        PAGE,
        "-H",
        "Authorization: Bearer hunter2",
        "--save",
        "saved.json",
        "--har",
        "saved.har",
    ]);
    assert_eq!(run.status, 0, "{run:?}");
    for name in ["saved.json", "saved.har"] {
        let text = std::fs::read_to_string(folder.0.join(name)).unwrap();
        assert!(!text.contains("hunter2") && text.contains("redacted"), "{text}");
        let run = folder.corsac(&["why", name]);
        assert!(matches!(run.status, 0 | 1), "{run:?}");
    }
    assert!(server.seen().iter().any(|request| request.target.contains("hunter2")));
    let har: serde_json::Value = serde_json::from_slice(&std::fs::read(folder.0.join("saved.har")).unwrap()).unwrap();
    assert_eq!(har["log"]["entries"].as_array().unwrap().len(), server.seen().len());
}

#[test]
fn options_that_cannot_be_used_are_explained() {
    for (more, sentence) in [
        (&["api.example.com", "--from", PAGE][..], "not an http or https URL"),
        (&["ftp://api.example.com", "--from", PAGE], "not an http or https URL"),
        (&["https://api.example.com", "--from", "app.example.com"], "not an origin"),
        (&["https://api.example.com"], "--from"),
        (&["https://api.example.com", "--from", PAGE, "-H", "X Id: 7"], "a browser sends nothing"),
        (&["https://api.example.com", "--from", PAGE, "-X", "TRACE"], "TRACE"),
        (&["https://api.example.com", "--from", PAGE, "-H", "X-Id"], "no colon"),
        (&["https://api.example.com", "--from", PAGE, "--proxy", "::"], "--proxy"),
        (&["https://api.example.com", "--from", PAGE, "--policy", "no.toml"], "no.toml"),
    ] {
        let folder = Folder::new("probe-options");
        let arguments: Vec<&str> = ["probe"].into_iter().chain(more.iter().copied()).collect();
        let run = folder.corsac(&arguments);
        assert_eq!(run.status, 2, "{more:?} {run:?}");
        assert!(run.err.contains(sentence), "{more:?} {}", run.err);
    }
}

#[test]
fn requests_that_browsers_block_have_a_verdict() {
    for (url, code) in [("http://api.example.com", "mixed-content"), ("https://api.example.com:25", "blocked-port")] {
        let run = probe_url(url, &[]);
        assert_eq!(run.status, 1, "{run:?}");
        assert!(run.out.starts_with("blocked: ") && run.out.contains(code), "{}", run.out);
        assert!(run.out.ends_with("\nno request was sent\n"), "{}", run.out);
        let run = probe_url(url, &["--dry-run"]);
        assert!(run.status == 0 && flat(&run).starts_with("0 requests at most"), "{run:?}");
    }
}
