//! `corsac explain` and `corsac test`: how a browser handles requests under a policy.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::expect_used)]

mod common;

use common::Folder;
use corsac::Policy;
use corsac::browser::Exchange;
use serde_json::{Value, json};

const POLICY: &str = "allow_origins = ['https://app.example.com']\nallow_methods = ['PUT']\nallow_headers = ['X-Id']\n\
                      expose_headers = ['ETag']\n";

#[test]
fn a_request_on_the_command_line() {
    let folder = Folder::new("explain");
    folder.file("cors.toml", POLICY);
    let from = ["explain", "cors.toml", "--from", "https://app.example.com"];
    for (arguments, verdict, status) in [
        (&["/items/7"][..], "readable", 0),
        (&["-X", "PUT", "-H", "X-Id: 7", "/"], "readable", 0),
        (&["-X", "DELETE", "/"], "blocked", 1),
        (&["-H", "X-Other: 7", "/"], "blocked", 1),
        (&["--credentials", "/"], "sent-but-unreadable", 1),
        (&["--status", "500", "/"], "readable", 0),
        (&["--mode", "no-cors", "/"], "opaque", 0),
        (&["--initiator", "img", "https://api.example.net/x.png"], "opaque", 0),
        (&["--mode", "same-origin", "/"], "blocked", 1),
    ] {
        let arguments: Vec<_> = from.iter().chain(arguments).copied().collect();
        let run = folder.corsac(&arguments);
        assert_eq!(run.status, status, "{arguments:?} {run:?}");
        assert!(run.out.starts_with(&format!("{verdict}: ")), "{arguments:?} {run:?}");
        assert!(run.out.lines().all(|line| line.chars().count() <= 80 || !line.trim().contains(' ')), "{}", run.out);
        let as_json: Vec<_> = arguments.iter().copied().chain(["--format", "json"]).collect();
        assert_eq!(folder.corsac(&as_json).json()["verdict"], verdict);
    }
    let hidden = folder.corsac(&[&from[..], &["--response-header", "X-Total: 1", "/", "--format", "json"]].concat());
    assert!(hidden.json()["hidden_headers"].as_array().unwrap().contains(&json!("x-total")));
}

#[test]
fn a_write_that_protection_refuses_is_not_called_carried_out() {
    let folder = Folder::new("refused-write");
    folder.file("cors.toml", POLICY);
    let protection = "[protection]\nwrites = 'reject'\ntrusted_origins = ['https://app.example.com']\n";
    folder.file("protected.toml", format!("{POLICY}{protection}"));
    for (policy, sentence) in
        [("cors.toml", "which may have acted on it"), ("protected.toml", "whose policy refused it")]
    {
        let run = folder.corsac(&["explain", policy, "--from", "https://evil.example", "-X", "POST", "/"]);
        assert!(run.out.starts_with("sent-but-unreadable: "), "{}", run.out);
        let flat = run.out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(sentence), "{flat}");
    }
}

#[test]
fn secrets_are_not_printed() {
    let folder = Folder::new("secrets");
    folder.file("cors.toml", POLICY);
    let arguments = [
        "explain",
        "cors.toml",
        "--from",
        "https://app.example.com",
        "-H",
        "Authorization: Bearer s3cr3t",
        "/?token=s3cr3t",
    ];
    for format in ["text", "json"] {
        let run = folder.corsac(&[&arguments[..], &["--format", format]].concat());
        assert!(!run.out.contains("s3cr3t"), "{}", run.out);
    }
}

/// The command prints for an exchange what core says about it.
#[test]
fn exchanges_of_the_shared_vectors() {
    let folder = Folder::new("exchanges");
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors/findings");
    let mut explained = 0;
    for file in std::fs::read_dir(root).unwrap() {
        let vectors: Value = serde_json::from_slice(&std::fs::read(file.unwrap().path()).unwrap()).unwrap();
        let vectors = vectors["vectors"].as_array().cloned().unwrap_or_default();
        for vector in vectors.iter().filter(|vector| vector.get("config").is_some()).step_by(3) {
            let (config, exchange) = (vector["config"].to_string(), vector["exchange"].to_string());
            folder.file("policy.json", &config);
            folder.file("exchange.json", &exchange);
            let run = folder.corsac(&["explain", "policy.json", "--exchange", "exchange.json", "--format", "json"]);
            let policy = Policy::from_json(&config).unwrap();
            let expected = policy.explain(&Exchange::from_json(exchange.as_bytes()).unwrap());
            assert_eq!(run.out.trim_end(), expected.to_json(), "{}", vector["id"]);
            assert_eq!(run.json()["verdict"], vector["verdict"]);
            assert_eq!(run.status == 0, expected.verdict.is_success());
            explained += 1;
        }
    }
    assert!(explained > 5, "{explained}");
}

/// An exchange describes its request and response, so options that describe them too would be without effect.
#[test]
fn an_exchange_takes_no_options_of_a_request() {
    let folder = Folder::new("two-requests");
    folder.file("cors.toml", POLICY);
    folder.file(
        "exchange.json",
        r#"{"page": "https://app.example.com", "request": {"url": "https://api.example.com/"}}"#,
    );
    let exchange = ["explain", "cors.toml", "--exchange", "exchange.json"];
    assert_eq!(folder.corsac(&exchange).err, "");
    for option in [
        &["-X", "PUT"][..],
        &["-H", "X-Id: 7"],
        &["--credentials"],
        &["--mode", "no-cors"],
        &["--initiator", "xhr"],
        &["--status", "500"],
        &["--response-header", "Vary: *"],
    ] {
        let run = folder.corsac(&[&exchange[..], option].concat());
        assert_eq!(run.status, 2, "{option:?} {run:?}");
        assert!(run.err.contains("--exchange"), "{}", run.err);
    }
}

#[test]
fn a_table_of_expectations() {
    let folder = Folder::new("table");
    folder.file("cors.toml", POLICY);
    folder.file(
        "cors.test.toml",
        "policy = 'cors.toml'\n\
         [[requests]]\nname = 'the app writes'\nfrom = 'https://app.example.com'\nurl = '/items/7'\n\
         method = ['PUT', 'GET']\nheaders = { X-Id = '7' }\nresponse_headers = { ETag = 'x' }\n\
         readable_headers = ['etag']\nexpect = 'readable'\n\
         [[requests]]\nfrom = ['https://app.example.com', 'https://<evil>&.example', 'null']\nurl = '/'\nexpect = 'refused'\n",
    );
    // An origin that no page has is an error, not a failed expectation.
    assert_eq!(folder.corsac(&["test"]).status, 2);
    let text = std::fs::read_to_string(folder.0.join("cors.test.toml")).unwrap();
    folder.file("cors.test.toml", text.replace("<evil>&", "evil"));
    let run = folder.corsac(&["test"]);
    assert_eq!(run.status, 1);
    assert!(
        run.out.starts_with(
            "failed GET / from https://app.example.com is refused\n  `refused` was expected, but the result is `readable`\n"
        ),
        "{}",
        run.out
    );
    assert!(run.out.ends_with("4 passed, 1 failed\n"), "{}", run.out);
    let tap = folder.corsac(&["test", "--format", "tap"]).out;
    let results: Vec<_> = tap.lines().filter(|line| line.contains("ok ")).collect();
    assert!(tap.starts_with("TAP version 14\n1..5\n"), "{tap}");
    assert_eq!(results[0], "ok 1 - the app writes: PUT /items/7 from https://app.example.com with X-Id");
    assert_eq!(results[2], "not ok 3 - GET / from https://app.example.com is refused");
    let junit = folder.corsac(&["test", "--format", "junit"]);
    assert!(junit.status == 1 && junit.out.contains("tests=\"5\" failures=\"1\""), "{}", junit.out);
    folder.file("cors.test.toml", text.replace("<evil>&", "evil").replace("['https://app.example.com', ", "["));
    assert_eq!(folder.corsac(&["test"]).status, 0);
}

/// A policy meets the table that was written from it, and another policy does not.
#[test]
fn a_table_from_a_policy() {
    let folder = Folder::new("init");
    let routed = format!("{POLICY}[[routes]]\npath = '/public/{{*rest}}'\nallow_origins = ['*']\n");
    let protected = "allow_origins = ['https://*.example.com:*', 'null']\nallow_origin_regex = ['https://[a-z]+\\.example\\.org']\n\
                     allow_credentials = true\ndangerously_allow = ['null-origin']\n";
    for policy in [POLICY, &routed, protected, "allow_origins = []\n", "allow_origins = ['*']\nallow_methods = ['*']\n"]
    {
        folder.file("cors.toml", policy);
        let table = folder.corsac(&["test", "--init", "cors.toml"]);
        assert_eq!((table.status, table.err.as_str()), (0, ""), "{policy}");
        folder.file("cors.test.toml", &table.out);
        let run = folder.corsac(&["test"]);
        assert!(run.status == 0 && !run.out.starts_with("0 passed"), "{policy}\n{run:?}");
        folder.file("cors.toml", "allow_origins = ['https://foreign.example']\n");
        assert_eq!(folder.corsac(&["test"]).status, 1, "{policy}\n{}", table.out);
    }
}
