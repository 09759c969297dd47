//! The policy file that a subcommand is given.

use crate::failure::Failure;
use crate::output::terminal::plain;
use corsac::binding::{WrittenPolicy, printable};
use corsac::{ConfigError, LoadError, Policy, PolicyBuilder};
use std::io::{self, Read};
use std::path::Path;

/// Names the standard input in the place of a file.
const STANDARD_INPUT: &str = "-";
/// No more is read of the standard input than of a file.
const MOST_BYTES: u64 = corsac::binding::limits::POLICY_FILE_MIB << 20;

/// Reads the text of a policy, from a file or from the standard input.
pub(crate) fn read(path: &Path) -> Result<WrittenPolicy, Failure> {
    if path == Path::new(STANDARD_INPUT) {
        return read_standard_input();
    }
    WrittenPolicy::read(path).map_err(|error| match error {
        LoadError::Io(error) => unreadable(path, &error),
        LoadError::Config(error) => special(path, &error),
        error => Failure::input(format!("`{}` cannot be read: {error}", shown(path))),
    })
}

/// Reads a policy for a subcommand that needs a valid one.
pub(crate) fn load(path: &Path) -> Result<Policy, Failure> {
    let written = read(path)?;
    written.policy(PolicyBuilder::new()).map_err(|error| refused(path, &error))
}

/// A path as it may be shown.
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

/// Why the system does not let a file be read.
pub(crate) fn unreadable(path: &Path, error: &io::Error) -> Failure {
    let path = shown(path);
    match error.kind() {
        io::ErrorKind::NotFound => Failure::input(format!("there is no file `{path}`"))
            .help("name the file of the policy, as in `corsac check conf/cors.toml`"),
        io::ErrorKind::IsADirectory => Failure::input(format!("`{path}` is a folder and not a file"))
            .help(format!("name the file of the policy in it, as in `{}/cors.toml`", path.trim_end_matches('/'))),
        io::ErrorKind::PermissionDenied => Failure::input(format!("you may not read `{path}`"))
            .help("change its permissions, or run the command as a user who may read it"),
        _ => Failure::input(format!("`{path}` cannot be read: {}", plain(error))),
    }
}

/// What is too large, or not a regular file.
fn special(path: &Path, error: &ConfigError) -> Failure {
    match error.issues() {
        [issue, ..] => Failure::input(format!("`{}` cannot be read: {}", shown(path), issue.message)).help(&issue.help),
        [] => Failure::input(format!("`{}` cannot be read", shown(path))),
    }
}

fn refused(path: &Path, error: &ConfigError) -> Failure {
    let count = error.issues().len();
    let problems = if count == 1 { "a problem".to_owned() } else { format!("{count} problems") };
    Failure::input(format!("the policy `{}` has {problems}", shown(path)))
        .help(format!("run `corsac check {}`, which explains each", shown(path)))
}
