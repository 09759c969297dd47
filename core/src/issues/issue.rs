//! Issues of a policy, collected and reported together.

use crate::config::notation::Notation;
use crate::config::value::Value;
use crate::issues::code::{Code, ERRORS_PAGE, Severity};
use crate::issues::fault::Fault;
use crate::issues::messages::policy;
use crate::limits::ISSUES;
use crate::printable::printable;
use std::fmt;
use std::ops::Range;

/// One thing in a policy that is wrong or unwise.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Issue {
    /// The kind of problem, as a stable kebab-case name.
    pub code: Code,
    /// Whether the policy is refused because of this issue.
    pub severity: Severity,
    /// The setting in snake_case with its index (`allow_origins[2]`). Empty if the issue is about the whole policy.
    pub field: String,
    /// The value that is wrong, as text, escaped and cut at 200 characters.
    pub value: String,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub help: String,
    /// The line of the file or text that has the value, from 1, if it is known.
    pub line: Option<u32>,
    /// The bytes of the text, without its byte order mark, that the issue is about: a setting with its value, an entry of
    /// a list, or where a parser stopped.
    pub span: Option<Range<usize>>,
}

impl fmt::Display for Issue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.field.as_str(), self.line) {
            ("", None) => {}
            ("", Some(line)) => write!(f, "line {line}: ")?,
            (field, None) => write!(f, "{field}: ")?,
            (field, Some(line)) => write!(f, "{field}, line {line}: ")?,
        }
        write!(f, "{} [{}]\n  help: {}", self.message, self.code.as_str(), self.help)
    }
}

/// A policy that is refused, with every issue that was found in it.
///
/// `main` prints the `Debug` form after `Error: `, so `Debug` is the same as `Display`, but begins on a line of its
/// own.
#[derive(Clone, PartialEq, Eq)]
pub struct ConfigError {
    source: Option<String>,
    issues: Vec<Issue>,
    lints: Vec<Issue>,
}

impl ConfigError {
    /// The issues as they were found: names and types of settings first, then their values. Never empty.
    #[must_use]
    pub fn issues(&self) -> &[Issue] {
        &self.issues
    }

    /// The lints that were found in addition to the errors.
    #[must_use]
    pub fn lints(&self) -> &[Issue] {
        &self.lints
    }

    /// The issues and the lints.
    pub(crate) fn lists_mut(&mut self) -> [&mut [Issue]; 2] {
        [&mut self.issues, &mut self.lints]
    }

    /// Names the file that the policy came from.
    #[cfg(feature = "toml")]
    pub(crate) fn in_file(mut self, path: &std::path::Path) -> Self {
        self.source = Some(crate::printable::escape(path.display().to_string().chars()));
        self
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.issues.len();
        write!(f, "{count} problem{} in the CORS policy", if count == 1 { "" } else { "s" })?;
        if let Some(source) = &self.source {
            write!(f, " {source}")?;
        }
        for issue in &self.issues {
            write!(f, "\n{issue}")?;
        }
        match self.issues.as_slice() {
            [issue, others @ ..] if others.iter().all(|other| other.code == issue.code) => {
                write!(f, "\nread more: {}", issue.code.docs())
            }
            _ => write!(f, "\nread more about each code: {ERRORS_PAGE}"),
        }
    }
}

impl fmt::Debug for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\n{self}")
    }
}

impl std::error::Error for ConfigError {}

/// Why a policy could not be read from a file.
///
/// Its `Debug` form is like its `Display` form, as for [`ConfigError`].
#[non_exhaustive]
pub enum LoadError {
    /// The file could not be read: the host's own error.
    Io(std::io::Error),
    /// The file is refused because of its kind, its size or its content.
    Config(ConfigError),
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LoadError::Io(error) => write!(f, "the policy file could not be read: {error}"),
            LoadError::Config(error) => error.fmt(f),
        }
    }
}

impl fmt::Debug for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\n{self}")
    }
}

impl std::error::Error for LoadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            LoadError::Io(error) => Some(error),
            LoadError::Config(error) => Some(error),
        }
    }
}

impl From<ConfigError> for LoadError {
    fn from(error: ConfigError) -> Self {
        LoadError::Config(error)
    }
}

/// After this many issues, no suggestion for a regex is made.
const MOST_REGEX_HELPS: usize = 64;

/// Collects issues while a policy is read and compiled.
#[derive(Debug, Default)]
pub(crate) struct Issues {
    errors: Vec<Issue>,
    lints: Vec<Issue>,
    omitted: usize,
    notation: Notation,
    /// How suggestions are tried. `None` if the policy itself is a suggestion: suggestions for it would never be read.
    trial: Option<Trial>,
}

/// Whether core accepts a policy as it is, and drops nothing of it.
pub(crate) type Trial = fn(Value) -> bool;

impl Issues {
    pub(crate) fn new(notation: Notation, trial: Trial) -> Self {
        Issues { notation, trial: Some(trial), ..Issues::default() }
    }

    pub(crate) fn notation(&self) -> Notation {
        self.notation
    }

    /// How a suggestion is tried. `None` if the policy itself is a suggestion, or once further issues are only counted.
    pub(crate) fn trial(&self) -> Option<Trial> {
        self.trial.filter(|_| !self.is_full())
    }

    /// Whether core accepts everything as it is, and drops nothing of it.
    pub(crate) fn is_clean(&self) -> bool {
        self.errors.is_empty() && self.lints.iter().all(|lint| is_advice(lint.code))
    }

    /// Whether further issues are only counted, so that they need no help.
    pub(crate) fn is_full(&self) -> bool {
        self.errors.len() >= ISSUES
    }

    /// Whether one more finding in a regex gets a help, which costs more than other helps.
    pub(crate) fn suggests_regexes(&self) -> bool {
        self.trial.is_some() && self.errors.len() + self.lints.len() < MOST_REGEX_HELPS
    }

    pub(crate) fn report(
        &mut self,
        severity: Severity,
        field: impl Into<String>,
        value: impl fmt::Display,
        fault: Fault,
    ) {
        match severity {
            Severity::Error => self.error(field, value, fault),
            Severity::Lint => self.lint(field, value, fault),
        }
    }

    pub(crate) fn error(&mut self, field: impl Into<String>, value: impl fmt::Display, fault: Fault) {
        if self.is_full() {
            self.omitted += 1;
            return;
        }
        self.errors.push(issue(Severity::Error, field, value, fault));
    }

    pub(crate) fn lint(&mut self, field: impl Into<String>, value: impl fmt::Display, fault: Fault) {
        if self.lints.len() < ISSUES {
            self.lints.push(issue(Severity::Lint, field, value, fault));
        }
    }

    /// The lints if nothing is wrong, otherwise the error.
    pub(crate) fn finish(mut self) -> Result<Vec<Issue>, ConfigError> {
        if self.errors.is_empty() {
            return Ok(self.lints);
        }
        if self.omitted > 0 {
            let fault = policy::too_many_issues(self.omitted);
            self.errors.push(issue(Severity::Error, "", "", fault));
        }
        Err(self.into_error())
    }

    pub(crate) fn into_error(self) -> ConfigError {
        ConfigError { source: None, issues: self.errors, lints: self.lints }
    }
}

/// Whether a lint with this code is only advice: nothing of the setting is dropped.
fn is_advice(code: Code) -> bool {
    matches!(
        code,
        Code::AuthorizationNotCovered
            | Code::MaxAgeCapped
            | Code::PrivateNetworkObsolete
            | Code::OptionsListed
            | Code::DangerOriginNotListed
            | Code::DangerNotNeeded
            | Code::ExposeOnlyInRoutes
            | Code::PlainHttpOrigin
            | Code::SubdomainsWithCredentials
            | Code::NullWithCredentials
            | Code::LocalhostWithPublicOrigins
            | Code::RedundantPattern
            | Code::OriginNeverSent
    )
}

fn issue(severity: Severity, field: impl Into<String>, value: impl fmt::Display, fault: Fault) -> Issue {
    let value = printable(&value.to_string());
    Issue {
        code: fault.code,
        severity,
        field: field.into(),
        value,
        message: fault.message,
        help: fault.help,
        line: None,
        span: fault.stopped_at.map(|at| at..at),
    }
}
