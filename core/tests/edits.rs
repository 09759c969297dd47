//! Edits of a policy's text: each fixes one problem, and keeps everything else.
#![cfg(all(feature = "explain", feature = "toml"))]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::expect_used)]

use corsac::browser::Exchange;
use corsac::edit::{fix_finding, fix_issue};
use corsac::{Issue, Policy};

fn issues(text: &str) -> Vec<Issue> {
    match Policy::from_toml(text) {
        Ok(policy) => policy.lints().to_vec(),
        Err(error) => error.issues().iter().chain(error.lints()).cloned().collect(),
    }
}

/// The text after the edit for the issue with this code; `None` if there is none.
fn fixed(text: &str, code: &str) -> Option<String> {
    let issues = issues(text);
    let issue =
        issues.iter().find(|issue| issue.code.as_str() == code).unwrap_or_else(|| panic!("{code}: {issues:#?}"));
    fix_issue(text, issue)?.apply(text)
}

#[test]
fn issues_are_fixed_where_they_are() {
    for (code, text, expected) in [
        (
            "origin-trailing-slash",
            "allow_origins = [\"https://a.example/\"] # ours\n",
            "allow_origins = [\"https://a.example\"] # ours\n",
        ),
        (
            "origin-trailing-slash",
            "allow_origins = [ 'https://a.example/' ]\n",
            "allow_origins = [ 'https://a.example' ]\n",
        ),
        (
            "method-case",
            "allow_origins = ['*']\nallow_methods = ['put', 'DELETE']\n",
            "allow_origins = ['*']\nallow_methods = ['PUT', 'DELETE']\n",
        ),
        ("unknown-key", "allow_origin = ['https://a.example']\n", "allow_origins = ['https://a.example']\n"),
        (
            "unknown-key",
            "allow_origins = ['https://a.example']\nalow_methods = ['PUT']\n",
            "allow_origins = ['https://a.example']\nallow_methods = ['PUT']\n",
        ),
        (
            "redundant-pattern",
            "allow_origins = [\n  'https://*.b.example',\n  'https://c.example',\n  'https://a.b.example',\n]\n",
            "allow_origins = [\n  'https://*.b.example',\n  'https://c.example',\n]\n",
        ),
        (
            "wrong-type",
            "allow_origins = ['https://a.example']\nallow_credentials = 'true'\n",
            "allow_origins = ['https://a.example']\nallow_credentials = true\n",
        ),
    ] {
        assert_eq!(fixed(text, code).as_deref(), Some(expected), "{code}: {text}\n{:#?}", issues(text));
    }
}

#[test]
fn a_check_is_never_lifted_by_an_edit() {
    let text = "allow_origins = ['*']\nallow_credentials = true\n";
    for issue in issues(text) {
        if let Some(edit) = fix_issue(text, &issue) {
            assert!(!edit.apply(text).unwrap().contains("dangerously_allow"), "{edit:?}");
        }
    }
    let text = "allow_origins = ['http://a.example']\nallow_credentials = true\n";
    for issue in issues(text) {
        let edited = fix_issue(text, &issue).and_then(|edit| edit.apply(text)).unwrap_or_default();
        assert!(!edited.contains("dangerously_allow"), "{edited}");
    }
}

/// The text after the edit for the first finding with this code.
fn allowed(text: &str, exchange: &str, code: &str) -> Option<String> {
    let exchange = Exchange::from_json(exchange.as_bytes()).unwrap();
    let explanation = Policy::from_toml(text).unwrap().explain(&exchange);
    let finding = explanation.findings.iter().find(|finding| finding.code.as_str() == code);
    let finding = finding.unwrap_or_else(|| panic!("{code}: {explanation}"));
    fix_finding(text, &exchange, finding)?.apply(text)
}

#[test]
fn findings_are_fixed_in_the_policy() {
    let get = r#"{"page": "https://new.example", "request": {"url": "https://api.example/x"}}"#;
    let put = r#"{"page": "https://a.example", "request": {"url": "https://api.example/x", "method": "PUT", "headers": [["X-Id", "7"], ["X-B", "8"]]}}"#;
    let include =
        r#"{"page": "https://a.example", "request": {"url": "https://api.example/x", "credentials": "include"}}"#;
    let hidden = r#"{"page": "https://a.example", "request": {"url": "https://api.example/x"}, "response": {"status": 200, "headers": [["X-Total-Count", "7"]]}}"#;
    for (code, exchange, text, expected) in [
        (
            "allow-origin-mismatch",
            get,
            "allow_origins = ['https://a.example']\n",
            "allow_origins = ['https://a.example', \"https://new.example\"]\n",
        ),
        ("allow-origin-mismatch", get, "allow_origins = []\n", "allow_origins = [\"https://new.example\"]\n"),
        (
            "allow-origin-mismatch",
            get,
            "allow_origins = [\n    # the shop\n    'https://a.example', # old\n]\nmax_age = 600\n",
            "allow_origins = [\n    # the shop\n    'https://a.example',\n    \"https://new.example\", # old\n]\nmax_age = 600\n",
        ),
        (
            "method-not-allowed",
            put,
            "allow_origins = ['https://a.example']\nallow_headers = ['*']\n\n[protection]\nwebsockets = 'reject'\n",
            "allow_origins = ['https://a.example']\nallow_headers = ['*']\nallow_methods = [\"PUT\"]\n\n[protection]\nwebsockets = 'reject'\n",
        ),
        (
            "method-not-allowed",
            put,
            "allow_origins = ['https://a.example']",
            "allow_origins = ['https://a.example']\nallow_methods = [\"PUT\"]\n",
        ),
        (
            "header-not-allowed",
            put,
            "allow_origins = ['https://a.example']\nallow_methods = ['PUT']\nallow_headers = ['X-C']\n",
            "allow_origins = ['https://a.example']\nallow_methods = ['PUT']\nallow_headers = ['X-C', \"x-b\", \"x-id\"]\n",
        ),
        (
            "allow-credentials-missing",
            include,
            "allow_origins = ['https://a.example']\nallow_credentials = false # yet\n",
            "allow_origins = ['https://a.example']\nallow_credentials = true # yet\n",
        ),
        (
            "header-not-exposed",
            hidden,
            "allow_origins = ['https://a.example']\n",
            "allow_origins = ['https://a.example']\nexpose_headers = [\"x-total-count\"]\n",
        ),
        (
            "allow-origin-mismatch",
            get,
            "allow_origins = ['https://a.example']\n\n[[routes]]\npath = '/x'\nallow_origins = ['https://b.example']\n",
            "allow_origins = ['https://a.example']\n\n[[routes]]\npath = '/x'\nallow_origins = ['https://b.example', \"https://new.example\"]\n",
        ),
    ] {
        assert_eq!(allowed(text, exchange, code).as_deref(), Some(expected), "{code}: {text}");
    }
}

#[test]
fn the_origin_null_is_never_added() {
    let exchange = r#"{"page": "null", "request": {"url": "https://api.example/x"}}"#;
    assert_eq!(allowed("allow_origins = ['https://a.example']\n", exchange, "allow-origin-mismatch"), None);
}

#[test]
fn edits_are_made_quickly_in_a_long_list() {
    let entries: Vec<_> = (0..5_000).map(|index| format!("  'https://a{index}.example',\n")).collect();
    let text = format!("allow_origins = [\n{}]\n", entries.concat());
    let exchange = r#"{"page": "https://new.example", "request": {"url": "https://api.example/x"}}"#;
    let edited = allowed(&text, exchange, "allow-origin-mismatch").unwrap();
    assert!(edited.ends_with("  'https://a4999.example',\n  \"https://new.example\",\n]\n"));
}
