//! What the README shows is so. Its Rust blocks are run as documentation tests.
#![allow(clippy::unwrap_used, clippy::panic)]

use corsac::Policy;

const README: &str = include_str!("../../README.md");

fn block(language: &str) -> &'static str {
    let start = format!("```{language}\n");
    let (_, rest) = README.split_once(&start).unwrap();
    rest.split_once("```").unwrap().0
}

#[test]
fn the_policy_file_is_a_policy() {
    let policy = Policy::from_toml(block("toml")).unwrap();
    assert!(policy.lints().is_empty());
}

#[test]
fn the_error_reads_as_shown() {
    let folder = std::env::temp_dir().join(format!("corsac-readme-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("cors.toml");
    std::fs::write(&path, "allow_origins = [\"https://app.example.com/\"]\nallow_methods = [\"PUT\", \"put\"]\n")
        .unwrap();
    let error = Policy::from_file(&path).unwrap_err().to_string();
    std::fs::remove_dir_all(&folder).unwrap();
    let shown = error.replace(path.to_str().unwrap(), "cors.toml");
    assert_eq!(shown, block("text").trim_end());
}
