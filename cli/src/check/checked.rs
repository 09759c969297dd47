//! One file that was checked.

use crate::failure::Failure;
use crate::policy_argument::{read, shown};
use crate::status::Status;
use corsac::{Issue, PolicyBuilder, Severity};
use std::path::Path;

/// One file, and what was found in it.
#[derive(Debug)]
pub(crate) struct Checked {
    pub(crate) name: String,
    /// What was found, or why the file could not be read.
    pub(crate) content: Result<Content, Failure>,
}

/// The text of a policy, and what is wrong with it.
#[derive(Debug)]
pub(crate) struct Content {
    pub(crate) text: String,
    /// Errors first.
    pub(crate) issues: Vec<Issue>,
}

impl Checked {
    pub(crate) fn new(path: &Path) -> Self {
        Checked { name: shown(path), content: content(path) }
    }

    pub(crate) fn status(&self, strict: bool) -> Status {
        match &self.content {
            Err(failure) => failure.status(),
            Ok(content) => Status::of(!content.issues.iter().any(|issue| strict || issue.severity == Severity::Error)),
        }
    }
}

impl Content {
    /// How many issues have this severity.
    pub(crate) fn count(&self, severity: Severity) -> usize {
        self.issues.iter().filter(|issue| issue.severity == severity).count()
    }
}

fn content(path: &Path) -> Result<Content, Failure> {
    let written = read(path)?;
    let issues = match written.policy(PolicyBuilder::new()) {
        Ok(policy) => policy.lints().to_vec(),
        Err(error) => error.issues().iter().chain(error.lints()).cloned().collect(),
    };
    match std::str::from_utf8(written.text()) {
        Ok(text) => Ok(Content { text: text.to_owned(), issues }),
        Err(error) => Err(not_text(path, &error, written.text())),
    }
}

fn not_text(path: &Path, error: &std::str::Utf8Error, text: &[u8]) -> Failure {
    let name = shown(path);
    if text.contains(&0) {
        return Failure::input(format!("`{name}` is a binary file and not a policy"))
            .help("name a file in TOML or JSON, as in `corsac check cors.toml`");
    }
    let line = text.iter().take(error.valid_up_to()).filter(|byte| **byte == b'\n').count() + 1;
    Failure::input(format!("`{name}` is not UTF-8: line {line} has a byte that belongs to no character"))
        .help("save the file as UTF-8")
}
