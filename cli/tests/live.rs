//! `corsac test` with a server.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::expect_used)]

mod common;
#[path = "common/server.rs"]
mod server;

use common::{Folder, Run};
use server::{Request, Server};

const PAGE: &str = "https://app.example.com";

const POLICY: &str = "\
allow_origins = ['https://app.example.com']
allow_methods = ['PUT']
allow_headers = ['X-Id']
expose_headers = ['X-Total']
allow_credentials = true
";

const TABLE: &str = "\
policy = 'cors.toml'

[[requests]]
name = 'the app'
from = 'https://app.example.com'
url = '/items'
credentials = true
response_headers = { X-Total = '12' }
readable_headers = ['x-total']
expect = 'readable'

[[requests]]
name = 'the app writes'
from = 'https://app.example.com'
url = '/items/7'
method = 'PUT'
headers = { X-Id = '7' }
expect = 'allowed'

[[requests]]
name = 'others'
from = ['https://evil.example', 'null']
url = '/items'
expect = 'refused'
";

/// A server that does what the policy says.
fn good(request: &Request) -> String {
    let allow = if request.origin() == PAGE {
        format!("\nAccess-Control-Allow-Origin: {PAGE}\nAccess-Control-Allow-Credentials: true")
    } else {
        String::new()
    };
    match request.method.as_str() {
        "OPTIONS" => {
            format!("204 No Content{allow}\nAccess-Control-Allow-Methods: PUT\nAccess-Control-Allow-Headers: x-id")
        }
        _ => format!("200 OK{allow}\nX-Total: 12\nAccess-Control-Expose-Headers: X-Total\nVary: Origin"),
    }
}

fn folder(name: &str) -> Folder {
    let folder = Folder::new(name);
    folder.file("cors.toml", POLICY);
    folder.file("cors.test.toml", TABLE);
    folder
}

fn flat(run: &Run) -> String {
    run.out.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_policy_and_a_server_are_tested_with_the_same_table() {
    let folder = folder("live-same");
    let run = folder.corsac(&["test"]);
    assert_eq!((run.status, run.out.as_str()), (0, "4 passed, 0 failed\n"), "{run:?}");
    let server = Server::texts(good);
    let run = folder.corsac(&["test", "--url", &server.url]);
    assert_eq!((run.status, run.out.as_str()), (0, "4 passed, 0 failed\n"), "{run:?}");
    // Without `--send`, a write is not sent.
    let seen = server.seen();
    assert!(seen.iter().all(|request| matches!(request.method.as_str(), "GET" | "OPTIONS")), "{seen:?}");
    let run = folder.corsac(&["test", "--url", &server.url, "--send"]);
    assert_eq!(run.status, 0, "{run:?}");
    assert!(server.seen().iter().any(|request| request.method == "PUT" && request.header("x-id") == Some("7")));
    // The table can name the server by a URL, whose path is put before every path of the table.
    folder.file("live.toml", TABLE.replace("policy = 'cors.toml'", &format!("url = '{}/v1/'", server.url)));
    let run = folder.corsac(&["test", "live.toml", "--cookie", "sid=hunter2"]);
    assert_eq!(run.status, 0, "{run:?}");
    let seen = server.seen();
    assert!(
        seen.iter().any(|request| request.target == "/v1/items" && request.header("cookie") == Some("sid=hunter2"))
    );
}

#[test]
fn failed_expectations_are_explained_with_the_policy() {
    let folder = folder("live-unmet");
    // The server allows every origin, and exposes no headers.
    let careless = Server::texts(|request| {
        format!(
            "200 OK\nAccess-Control-Allow-Origin: {}\nAccess-Control-Allow-Credentials: true\nX-Total: 12",
            request.origin()
        )
    });
    let run = folder.corsac(&["test", "--url", &careless.url]);
    assert_eq!(run.status, 1, "{run:?}");
    let out = flat(&run);
    assert!(out.contains("failed the app: GET /items from https://app.example.com"), "{out}");
    assert!(out.contains("the script cannot read the response header `x-total`"), "{out}");
    assert!(out.contains("failed the app writes") && out.contains("method-not-allowed"), "{out}");
    assert!(out.contains("`refused` was expected, but the result is `readable`"), "{out}");
    assert!(out.ends_with("0 passed, 4 failed"), "{out}");
    // A request that passes its preflight, but is expected not to.
    folder.file(
        "write.toml",
        "policy = 'cors.toml'\n[[requests]]\nfrom = 'https://app.example.com'\nurl = '/'\nmethod = 'PUT'\n\
         readable_headers = ['x-total']\nexpect = 'blocked'\n",
    );
    let run = folder.corsac(&["test", "write.toml", "--url", &Server::texts(good).url]);
    let out = flat(&run);
    assert!(out.contains("`blocked` was expected, but the preflight passes; the request itself was not sent"), "{out}");
    assert!(out.contains("the request was not sent, so it is not known which"), "{out}");
    assert_eq!(run.status, 1);
}

#[test]
fn a_server_that_does_not_respond_refuses_nothing() {
    let folder = folder("live-gone");
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{closed}");
    let run = folder.corsac(&["test", "--url", &url]);
    assert_eq!(run.status, 3, "{run:?}");
    let out = flat(&run);
    assert!(out.contains("no response others: GET /items from null"), "{out}");
    assert!(out.contains("the server gave no response: no program listens on this port"), "{out}");
    assert!(out.ends_with("0 passed, 0 failed, 4 without a response"), "{out}");
    let run = folder.corsac(&["test", "--url", &url, "--format", "junit"]);
    assert!(run.status == 3 && run.out.contains("tests=\"4\" failures=\"0\" errors=\"4\""), "{run:?}");
    assert!(run.out.contains("<error message=\"the server gave no response: "), "{}", run.out);
    let run = folder.corsac(&["test", "--url", &url, "--format", "tap"]);
    assert!(run.status == 3 && run.out.matches("\nnot ok ").count() == 4, "{run:?}");
    // A table can expect the failure.
    folder.file("gone.toml", format!("url = '{url}'\n[[requests]]\nfrom = '{PAGE}'\nurl = '/'\nexpect = 'failed'\n"));
    let run = folder.corsac(&["test", "gone.toml"]);
    assert_eq!((run.status, run.out.as_str()), (0, "1 passed, 0 failed\n"), "{run:?}");
    // A server that never responds.
    let hangs = Server::start(|_, _| std::thread::sleep(std::time::Duration::from_secs(30)));
    let run = folder.corsac(&["test", "gone.toml", "--url", &hangs.url, "--timeout", "1"]);
    assert_eq!(run.status, 0, "{run:?}");
}

#[test]
fn tables_that_cannot_be_asked() {
    let folder = folder("live-tables");
    let request = format!("[[requests]]\nfrom = '{PAGE}'\nurl = '/'\nexpect = 'allowed'\n");
    let server = Server::texts(good);
    for (text, more, sentence) in [
        (request.clone(), &[][..], "names neither a policy nor a server"),
        (format!("url = 'api.example.com'\n{request}"), &[], "not an http or https URL"),
        (format!("url = 'https://api.example.com'\n{request}method = 'POST'\n"), &[], "without a preflight"),
        (format!("url = '{}'\n{request}headers = {{ 'X Id' = '7' }}\n", server.url), &[], "a browser sends nothing"),
        (format!("url = '{}'\n{request}", server.url), &["--proxy", "::"], "--proxy"),
    ] {
        folder.file("table.toml", &text);
        let mut arguments = vec!["test", "table.toml"];
        arguments.extend(more);
        let run = folder.corsac(&arguments);
        assert!(run.status == 2 && run.err.contains(sentence), "{text} {run:?}");
    }
    assert_eq!(server.seen().len(), 0);
}
