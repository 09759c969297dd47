//! One file that was checked.

use crate::failure::Failure;
use crate::policy_argument::{Written, all_issues, read, shown};
use crate::status::Status;
use corsac::{Issue, Severity};
use std::path::Path;

/// One file, and what was found in it.
#[derive(Debug)]
pub(crate) struct Checked {
    pub(crate) name: String,
    /// The issues, or the reason why the file could not be read.
    pub(crate) content: Result<Content, Failure>,
}

/// The text of a policy, and what is wrong with it.
#[derive(Debug)]
pub(crate) struct Content {
    pub(crate) written: Written,
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
    let issues = match written.policy() {
        Ok(policy) => policy.lints().to_vec(),
        Err(error) => all_issues(&error),
    };
    Ok(Content { written, issues })
}
