//! `corsac check`: what it prints in each format, and its exit status.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::expect_used)]

mod common;

use common::Folder;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::process::Command;
use std::time::{Duration, Instant};

const GOOD: &str = "allow_origins = [\"https://app.example.com\"]\n";
const LINT: &str = "allow_origins = [\"https://app.example.com\"]\nallow_headers = [\"*\"]\n";
const BAD: &str = "allow_origins = [\n  \"https://ä.example/\",\n]\nallow_methods = [\"put\"]\n";

#[test]
fn a_line_is_shown_with_what_is_wrong_underlined() {
    let folder = Folder::new("underlined");
    folder.file("cors.toml", BAD);
    let run = folder.corsac(&["check"]);
    assert_eq!((run.status, run.err.as_str()), (1, ""));
    assert!(
        run.out.contains(" --> cors.toml:2:3\n  |\n2 |   \"https://ä.example/\",\n  |   ^^^^^^^^^^^^^^^^^^^^"),
        "{}",
        run.out
    );
    assert!(run.out.contains("error[method-case]: `put` is not `PUT`"), "{}", run.out);
    assert!(
        run.out.contains("4 | allow_methods = [\"put\"]\n  |                  ^^^^^\n  |\n  = help: write `PUT`"),
        "{}",
        run.out
    );
    assert!(run.out.ends_with("cors.toml: 2 errors; read more about each code: docs/errors.md\n"), "{}", run.out);
}

#[test]
fn a_parser_points_at_the_place_where_it_stopped() {
    let folder = Folder::new("syntax");
    folder.file("cors.toml", "allow_origins = [\"https://a.example\"]\nmax_age = 10 seconds\n");
    let run = folder.corsac(&["check"]);
    assert_eq!(run.status, 1);
    assert!(run.out.contains("error[syntax]") && run.out.contains(" --> cors.toml:2:11\n"), "{}", run.out);
}

#[test]
fn the_exit_status_says_what_was_found() {
    let folder = Folder::new("status");
    for (name, text) in [("good.toml", GOOD), ("lint.toml", LINT), ("bad.toml", BAD)] {
        folder.file(name, text);
    }
    for (arguments, status) in [
        (&["good.toml"][..], 0),
        (&["lint.toml"], 0),
        (&["lint.toml", "--strict"], 1),
        (&["good.toml", "--strict"], 0),
        (&["bad.toml"], 1),
        (&["good.toml", "bad.toml", "lint.toml"], 1),
        (&["good.toml", "missing.toml"], 2),
        (&["bad.toml", "missing.toml"], 2),
        (&["--no-such-option"], 2),
        (&["good.toml", "--format", "yaml"], 2),
        (&["good.toml", "--watch", "--format", "json"], 2),
    ] {
        let arguments: Vec<_> = ["check"].iter().chain(arguments).copied().collect();
        let run = folder.corsac(&arguments);
        assert_eq!(run.status, status, "{arguments:?} {run:?}");
    }
    let run = folder.corsac(&["check", "lint.toml"]);
    assert!(run.out.contains("lint[authorization-not-covered]"), "{}", run.out);
    assert!(run.out.contains("lint.toml: valid, 1 lint"), "{}", run.out);
}

#[test]
fn lints_are_reported_together_with_errors() {
    let folder = Folder::new("both");
    folder.file("cors.toml", "allow_origins = [\"https://a.example/\"]\nallow_headers = [\"*\"]\n");
    let run = folder.corsac(&["check"]);
    assert!(run.out.contains("cors.toml: 1 error, 1 lint"), "{}", run.out);
}

#[test]
fn the_standard_input_is_a_policy() {
    let folder = Folder::new("input");
    for (text, status) in [(GOOD, 0), (BAD, 1), ("{\"allow_origins\": [\"https://a.example\"]}", 0), ("", 1)] {
        let run = folder.corsac_with(&["check", "-"], text.as_bytes(), &[]);
        assert_eq!(run.status, status, "{text} {run:?}");
        assert!(run.out.contains("<stdin>"), "{run:?}");
    }
}

#[test]
fn json_has_every_issue_with_its_place() {
    let folder = Folder::new("json");
    folder.file("bad.toml", BAD);
    let run = folder.corsac(&["check", "bad.toml", "missing.toml", "--format", "json"]);
    assert_eq!((run.status, run.err.as_str()), (2, ""));
    let found = run.json();
    let issue = &found["files"][0]["issues"][1];
    assert_eq!(found["files"][0]["state"], "refused");
    assert_eq!(
        [&issue["code"], &issue["severity"], &issue["field"], &issue["line"], &issue["column"], &issue["end_column"]],
        [&json!("method-case"), &json!("error"), &json!("allow_methods[0]"), &json!(4), &json!(18), &json!(23)]
    );
    assert_eq!(found["files"][1]["state"], "unreadable");
    assert_eq!(found["files"][1]["error"], "there is no file `missing.toml`");
}

#[test]
fn github_gets_annotations() {
    let folder = Folder::new("github");
    folder.file("bad.toml", BAD);
    folder.file("lint.toml", LINT);
    let run = folder.corsac(&["check", "bad.toml", "lint.toml", "missing.toml", "--format", "github"]);
    let lines: Vec<_> = run.out.lines().collect();
    assert_eq!(lines.len(), 4, "{}", run.out);
    let start =
        "::error file=bad.toml,line=4,endLine=4,col=18,endColumn=23,title=corsac method-case::allow_methods[0]: ";
    assert!(lines[1].starts_with(start) && lines[1].contains("%0AHelp: write `PUT`."), "{}", lines[1]);
    assert!(lines[2].starts_with("::warning file=lint.toml,line=2,"), "{}", lines[2]);
    assert_eq!(lines[3], "::error file=missing.toml,title=corsac::there is no file `missing.toml`");
    let strict = folder.corsac(&["check", "lint.toml", "--format", "github", "--strict"]);
    assert!(strict.out.starts_with("::error"), "{}", strict.out);
}

/// Every policy of the shared vectors gets the codes that its vector expects, in one run of the program.
#[test]
fn shared_vectors_have_their_codes() {
    let folder = Folder::new("vectors");
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors/config-bad.json");
    let vectors: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let mut expected = Vec::new();
    for vector in vectors["vectors"].as_array().unwrap() {
        let Some(issues) = vector.get("issues").filter(|_| vector.get("config").is_some()) else { continue };
        let name = format!("{}.json", vector["id"].as_str().unwrap());
        folder.file(&name, vector["config"].to_string());
        expected.push((name, codes(issues)));
    }
    assert!(expected.len() > 100);
    let arguments: Vec<_> =
        ["check", "--format", "json"].into_iter().chain(expected.iter().map(|(name, _)| name.as_str())).collect();
    let run = folder.corsac(&arguments);
    let found = run.json();
    for (file, (name, codes)) in found["files"].as_array().unwrap().iter().zip(&expected) {
        let errors: Vec<&Value> =
            file["issues"].as_array().unwrap().iter().filter(|issue| issue["severity"] == "error").collect();
        let errors = Value::Array(errors.into_iter().cloned().collect());
        assert_eq!((&file["path"], &self::codes(&errors)), (&json!(name), codes));
    }
}

fn codes(issues: &Value) -> BTreeSet<String> {
    issues.as_array().unwrap().iter().map(|issue| issue["code"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_watch_checks_again_after_a_change() {
    let folder = Folder::new("watch");
    folder.file("cors.toml", GOOD);
    let mut child = folder.command(&["check", "--watch"], &[]).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert_eq!(lines.next().unwrap(), "cors.toml: valid");
    folder.file("cors.toml", BAD);
    let start = Instant::now();
    let next = lines.find(|line| line.starts_with("cors.toml: ")).unwrap();
    assert!(next.starts_with("cors.toml: 2 errors"), "{next}");
    assert!(start.elapsed() < Duration::from_secs(10));
    // Ctrl-C ends it, and it prints nothing more.
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    drop(lines);
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.signal(), output.stderr.as_slice()), (Some(2), &b""[..]));
}
