//! The policy file that a subcommand is given.

use crate::failure::Failure;
use crate::output::issues::render_issues;
use crate::output::terminal::{columns, plain};
use corsac::binding::{WrittenPolicy, printable};
use corsac::{ConfigError, Issue, LoadError, Policy, PolicyBuilder};
use std::io::{self, Read};
use std::path::Path;
use std::str::Utf8Error;

/// The argument that means the standard input instead of a file.
pub(crate) const STANDARD_INPUT: &str = "-";
/// The standard input has the same limit as a file.
const MOST_BYTES: u64 = corsac::binding::limits::POLICY_FILE_MIB << 20;

/// A policy as it is written: text in UTF-8.
#[derive(Debug)]
pub(crate) struct Written(WrittenPolicy);

impl Written {
    pub(crate) fn new(path: &Path, policy: WrittenPolicy) -> Result<Self, Failure> {
        match std::str::from_utf8(policy.text()) {
            Ok(_) => Ok(Written(policy)),
            Err(error) => Err(not_text(path, error, policy.text())),
        }
    }

    /// The text. The positions in issues are offsets in its bytes.
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(self.0.text()).unwrap_or_default()
    }

    pub(crate) fn policy(&self) -> Result<Policy, ConfigError> {
        self.0.policy(PolicyBuilder::new())
    }
}

/// Reads the text of a policy, from a file or from the standard input.
pub(crate) fn read(path: &Path) -> Result<Written, Failure> {
    if path == Path::new(STANDARD_INPUT) {
        return Written::new(path, read_standard_input()?);
    }
    let policy = WrittenPolicy::read(path).map_err(|error| match error {
        LoadError::Io(error) => unreadable_policy(path, &error),
        LoadError::Config(error) => special(path, &error),
        error => Failure::input(format!("`{}` cannot be read: {error}", shown(path))),
    })?;
    Written::new(path, policy)
}

/// Reads a policy for a subcommand that needs a valid one. If it is not valid, its issues are part of the failure.
pub(crate) fn load(path: &Path) -> Result<Policy, Failure> {
    let written = read(path)?;
    written.policy().map_err(|error| refused(&shown(path), &written, &error))
}

/// A policy with errors, which are part of the failure.
pub(crate) fn refused(name: &str, written: &Written, error: &ConfigError) -> Failure {
    let details = render_issues(name, written.text(), error.issues(), columns());
    let problems = match error.issues().len() {
        1 => "a problem".to_owned(),
        count => format!("{count} problems"),
    };
    Failure::input(format!("the policy `{name}` has {problems}")).details(details)
}

/// The issues and the lints of a policy that is refused.
pub(crate) fn all_issues(error: &ConfigError) -> Vec<Issue> {
    error.issues().iter().chain(error.lints()).cloned().collect()
}

fn not_text(path: &Path, error: Utf8Error, text: &[u8]) -> Failure {
    let name = shown(path);
    if text.contains(&0) {
        return Failure::input(format!("`{name}` is a binary file and not a policy"))
            .help("name a file in TOML or JSON, as in `corsac check cors.toml`");
    }
    let line = text.iter().take(error.valid_up_to()).filter(|byte| **byte == b'\n').count() + 1;
    Failure::input(format!("`{name}` is not UTF-8: line {line} has a byte that is not valid there"))
        .help("save the file as UTF-8")
}

/// A path with control characters escaped, as it may be printed.
pub(crate) fn shown(path: &Path) -> String {
    if path == Path::new(STANDARD_INPUT) {
        return "<stdin>".to_owned();
    }
    printable(&path.display().to_string())
}

fn read_standard_input() -> Result<WrittenPolicy, Failure> {
    let mut text = Vec::new();
    io::stdin()
        .take(MOST_BYTES + 1)
        .read_to_end(&mut text)
        .map_err(|error| Failure::input(format!("the standard input cannot be read: {}", plain(&error))))?;
    if text.len() as u64 > MOST_BYTES {
        let message = format!("the standard input has more than {} MiB", corsac::binding::limits::POLICY_FILE_MIB);
        return Err(Failure::input(message));
    }
    // No TOML begins with a brace.
    let is_json = text.trim_ascii_start().starts_with(b"{");
    Ok(WrittenPolicy::new(if is_json { "<stdin>.json" } else { "<stdin>" }, text))
}

/// The system's reason why a policy cannot be read.
fn unreadable_policy(path: &Path, error: &io::Error) -> Failure {
    let failure = unreadable(path, error);
    match error.kind() {
        io::ErrorKind::NotFound => failure.help("name the file of the policy, as in `corsac check conf/cors.toml`"),
        io::ErrorKind::IsADirectory => failure.help(format!(
            "name the file of the policy in it, as in `{}/cors.toml`",
            shown(path).trim_end_matches('/')
        )),
        _ => failure,
    }
}

/// The system's reason why a file cannot be read.
pub(crate) fn unreadable(path: &Path, error: &io::Error) -> Failure {
    let path = shown(path);
    match error.kind() {
        io::ErrorKind::NotFound => Failure::input(format!("there is no file `{path}`")),
        io::ErrorKind::IsADirectory => Failure::input(format!("`{path}` is a folder and not a file")),
        io::ErrorKind::PermissionDenied => Failure::input(format!("you do not have permission to read `{path}`"))
            .help("change its permissions, or run the command as a user who may read it"),
        _ => Failure::input(format!("`{path}` cannot be read: {}", plain(error))),
    }
}

/// The failure for a file that is too large, or is not a regular file.
fn special(path: &Path, error: &ConfigError) -> Failure {
    match error.issues() {
        [issue, ..] => Failure::input(&issue.message).help(&issue.help),
        [] => Failure::input(format!("`{}` cannot be read", shown(path))),
    }
}
