//! `corsac diff`: what it prints in each format, and its exit status. Core has the tests about which differences are
//! found.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::expect_used)]

mod common;

use common::Folder;
use serde_json::json;

#[test]
fn gains_and_losses() {
    let folder = Folder::new("diff");
    folder.file("old.toml", "allow_origins = ['https://app.example.com']\nallow_methods = ['PUT']\n");
    folder.file(
        "same.json",
        r#"{"allow_origin_regex": ["https://app\\.example\\.com"], "allow_methods": ["PUT", "GET"]}"#,
    );
    folder.file("new.toml", "allow_origins = ['https://*.example.com']\nmax_age = 60\n");
    folder.file("less.toml", "allow_origins = ['https://app.example.com']\n");
    for (new, status, wider) in [("old.toml", 0, 0), ("same.json", 0, 0), ("new.toml", 1, 1), ("less.toml", 1, 0)] {
        assert_eq!(folder.corsac(&["diff", "old.toml", new]).status, status, "{new}");
        assert_eq!(folder.corsac(&["diff", "old.toml", new, "--wider-only"]).status, wider, "{new}");
    }
    let text = folder.corsac(&["diff", "old.toml", "new.toml"]).out;
    let expected = "on all paths:\n  + origin: https://*.example.com (such as https://w-0-q.example.com)\n  - method: PUT\n  \
                    ~ max age: 600 s → 60 s\n\n1 gain, 1 loss, 1 other change\n";
    assert_eq!(text, expected);
    let markdown = folder.corsac(&["diff", "old.toml", "new.toml", "--format", "markdown"]).out;
    assert!(markdown.contains("\n| ➖ lost | method | `PUT` |\n"), "{markdown}");
    let found = folder.corsac(&["diff", "old.toml", "new.toml", "--format", "json"]).json();
    assert_eq!(found["wider"], true);
    assert_eq!(
        found["changes"][0]["changes"][1],
        json!({ "effect": "loss", "subject": "method", "what": "PUT", "example": null, "certain": true })
    );
    assert_eq!(folder.corsac(&["diff", "old.toml", "same.json"]).out, "both policies allow the same\n");
    let piped = std::fs::read(folder.0.join("old.toml")).unwrap();
    assert_eq!(folder.corsac_with(&["diff", "-", "less.toml"], &piped, &[]).status, 1);
}

#[test]
fn long_lists_are_counted() {
    let folder = Folder::new("long");
    let list =
        |count: usize| (0..count).map(|index| format!("'https://t{index}.example'")).collect::<Vec<_>>().join(", ");
    folder.file("old.toml", format!("allow_origins = [{}]\n", list(1)));
    folder.file("new.toml", format!("allow_origins = [{}]\n", list(1001)));
    let text = folder.corsac(&["diff", "old.toml", "new.toml"]).out;
    assert!(text.contains("  + 980 more of this kind\n") && text.lines().count() < 30, "{text}");
    assert_eq!(
        folder.corsac(&["diff", "old.toml", "new.toml", "--format", "json"]).json()["changes"][0]["changes"]
            .as_array()
            .unwrap()
            .len(),
        1000
    );
}
