//! The messages and helps that the author of a bad policy reads, word by word.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use corsac::binding::Notation;
use corsac::{ConfigError, LoadError, Policy, PolicyBuilder};
use serde::Deserialize;

/// A policy in a notation, and the lines of its error.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    notation: String,
    written: serde_json::Value,
    says: Vec<String>,
}

fn error(case: &Case) -> ConfigError {
    let builder = PolicyBuilder::new();
    let value = || serde_json::from_value(case.written.clone()).unwrap();
    let text = || case.written.as_str().unwrap().as_bytes();
    let built = match case.notation.as_str() {
        "toml" => builder.toml(text()),
        "json" => builder.json(text()),
        "yaml" => return error_of_file("yaml", text()),
        "python" => builder.notation(Notation::Python).value(value()),
        "javascript" => builder.notation(Notation::JavaScript).value(value()),
        "options" => builder.notation(Notation::JavaScript).cors_options(true).value(value()),
        other => panic!("{other}"),
    };
    built.err().unwrap_or_else(|| panic!("{} is accepted", case.written))
}

fn error_of_file(extension: &str, text: &[u8]) -> ConfigError {
    let path = std::env::temp_dir().join(format!("corsac-messages-{}.{extension}", std::process::id()));
    std::fs::write(&path, text).unwrap();
    let read = Policy::from_file(&path);
    std::fs::remove_file(&path).unwrap();
    match read {
        Err(LoadError::Config(error)) => error,
        other => panic!("{other:?}"),
    }
}

#[test]
fn messages_say_what_is_wrong_and_helps_what_to_write() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("data/messages.json")).unwrap();
    assert!(cases.len() >= 30, "{}", cases.len());
    for case in &cases {
        let error = error(case).to_string();
        let mut lines: Vec<_> = error.lines().skip(1).map(str::trim_start).collect();
        assert!(lines.pop().unwrap().starts_with("read more"), "{error}");
        assert_eq!(lines, case.says, "{}: {}", case.notation, case.written);
    }
}

/// `main` prints an error with its `Debug`, after `Error: `.
#[test]
fn an_error_that_main_returns_reads_well() {
    let refused = || Policy::from_toml("allow_origins = ['https://a.example/']").unwrap_err();
    let expected = "Error: \n\
        1 problem in the CORS policy\n\
        allow_origins[0], line 1: `https://a.example/` ends in a slash, but origins have no path [origin-trailing-slash]\n  \
        help: write `https://a.example`\n\
        read more: docs/errors.md#origin-trailing-slash";
    assert_eq!(format!("Error: {:?}", refused()), expected);
    assert_eq!(format!("Error: {:?}", LoadError::from(refused())), expected);
    let boxed: Box<dyn std::error::Error> = refused().into();
    assert_eq!(format!("Error: {boxed:?}"), expected);
    let missing = Policy::from_file("/nonexistent/cors.toml").unwrap_err();
    let printed = format!("Error: {missing:?}");
    assert!(printed.starts_with("Error: \nthe policy file could not be read: "), "{printed}");
}

/// Trying a suggestion means building a policy, so none is tried for issues that are not listed.
#[test]
fn suggestions_for_very_many_issues_take_no_longer() {
    let start = std::time::Instant::now();
    let origins: Vec<_> = (0..3_000).map(|index| format!("\"https:/a{index}.example\"")).collect();
    let error = Policy::from_json(format!("{{\"allow_origins\": [{}]}}", origins.join(","))).unwrap_err();
    assert_eq!(error.issues()[999].help, "write `https://a999.example`");
    assert!(start.elapsed() < std::time::Duration::from_secs(10), "{:?}", start.elapsed());
}
