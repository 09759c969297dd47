//! The README and the guide show what really happens. Their Rust blocks are run as documentation tests.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use corsac::Policy;

const README: &str = include_str!("../../README.md");
const GUIDE: &str = include_str!("../../docs/service.md");

/// The blocks in a language, in order.
fn blocks(text: &'static str, language: &str) -> Vec<&'static str> {
    let start = format!("```{language}\n");
    let blocks: Vec<_> = text.split(&start).skip(1).map(|rest| rest.split_once("```").unwrap().0).collect();
    assert!(!blocks.is_empty());
    blocks
}

/// The error of a file, with a name that does not depend on the machine.
fn error(name: &str, text: &str) -> String {
    let folder = std::env::temp_dir().join(format!("corsac-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("cors.toml");
    std::fs::write(&path, text).unwrap();
    let error = Policy::from_file(&path).unwrap_err().to_string();
    std::fs::remove_dir_all(&folder).unwrap();
    error.replace(path.to_str().unwrap(), "cors.toml")
}

#[test]
fn the_policy_files_are_policies() {
    for toml in [blocks(README, "toml"), blocks(GUIDE, "toml")].concat() {
        let policy = Policy::from_toml(toml).unwrap();
        assert!(policy.lints().is_empty(), "{toml}");
    }
}

#[test]
fn the_errors_read_as_shown() {
    let readme = "allow_origins = [\"https://app.example.com/\"]\nallow_methods = [\"PUT\", \"put\"]\n";
    assert_eq!(error("readme", readme), blocks(README, "text")[0].trim_end());
    let guide = "allow_origins = [\"https://app.example.com\"]\nallow_credentials = true\n\n[[routes]]\npath = \"/a\"\n\n\
                 [[routes]]\npath = \"/b\"\nallow_origins = [\"*\"]\n";
    assert_eq!(error("guide", guide), blocks(GUIDE, "text")[0].trim_end());
}
