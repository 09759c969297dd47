//! `corsac pull`: a policy from a server becomes the policy file of this machine.

mod destination;
mod download;
mod receipt;

use crate::failure::Failure;
use crate::network::options::ClientArguments;
use crate::output;
use crate::output::issues::render_issues;
use crate::output::terminal::{GOOD, columns};
use crate::policy_argument::{Written, refused, shown};
use crate::pull::destination::Destination;
use crate::pull::download::{Download, Source, download};
use crate::pull::receipt::Receipt;
use crate::status::Status;
use clap::Args;
use corsac::binding::WrittenPolicy;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Fetch a policy from a server, and replace a file with it if it is valid
///
/// The file is left unchanged if anything is wrong: no response, a status other than 200, a policy with errors. A new
/// policy replaces the old one in one step, so that a program that reads or watches the file sees either the old policy
/// or the new one. If the server has nothing new, it does not send the policy again, and nothing is written. For this,
/// the validators of the last response are kept in a hidden file next to the policy. Run it from a timer; services that
/// watch the file do the rest.
///
/// The URL has to be https; plain http works only for this machine. If the server asks for a login, set the variable
/// CORSAC_PULL_AUTHORIZATION to the value of the header `Authorization`, such as `Bearer 123`. Redirects are followed
/// only to https, and without this header.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Where the policy is
    #[arg(value_name = "URL")]
    url: String,

    /// The policy file; JSON if the name ends in `.json`, otherwise TOML
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Before the request, wait for a random time of at most this many seconds, so that the machines of a fleet do not
    /// all ask at once
    #[arg(long, value_name = "SECONDS", default_value_t = 0, value_parser = clap::value_parser!(u64).range(0..=86_400))]
    jitter: u64,

    #[command(flatten)]
    client: ClientArguments,
}

const EXAMPLES: &str = "\
Examples:
  corsac pull https://config.example.com/cors.toml /etc/corsac/cors.toml
  corsac pull https://config.example.com/cors.toml cors.toml --jitter 60
  CORSAC_PULL_AUTHORIZATION='Bearer 123' corsac pull \\
      https://config.example.com/cors.json cors.json

Exit status: 0 if the file has the server's policy, 1 if the server responded
with something else, 2 if the file cannot be written, 3 if no response came.";

/// The environment variable with the value of `Authorization`.
const AUTHORIZATION: &str = "CORSAC_PULL_AUTHORIZATION";

pub(crate) fn run(arguments: &Arguments) -> Result<Status, Failure> {
    let source = Source::new(&arguments.url, std::env::var_os(AUTHORIZATION), AUTHORIZATION)?;
    let destination = Destination::new(&arguments.file)?;
    let known = Receipt::read(&destination, source.shown());
    std::thread::sleep(jitter(arguments.jitter));
    let mut lints = None;
    if let Download::Policy { text, validators } = download(&source, known.as_ref(), &arguments.client)? {
        let found = check(&arguments.file, &text, source.shown())?;
        if !destination.has(&text) {
            destination.replace(&text)?;
            lints = Some(found);
        }
        Receipt::write(&destination, source.shown(), validators);
    }
    let outcome = if lints.is_some() { "updated" } else { "unchanged" };
    let lints = lints.unwrap_or_default();
    output::print(&format!("{}: {GOOD}{outcome}{GOOD:#}\n{lints}", shown(&arguments.file)))?;
    Ok(Status::Yes)
}

/// Checks the text. The name of the file decides how it is read. Returns the lints, ready to print. The lints and all
/// errors name the URL.
fn check(file: &Path, text: &[u8], url: &str) -> Result<String, Failure> {
    let checked = Written::new(Path::new(url), WrittenPolicy::new(file, text)).and_then(|written| {
        let policy = written.policy().map_err(|error| refused(url, &written, &error))?;
        Ok(render_issues(url, written.text(), policy.lints(), columns()))
    });
    checked.map_err(|failure| {
        let help = format!("`{}` was not changed; correct the policy on the server", shown(file));
        failure.with_status(Status::No).help(help)
    })
}

/// A random time of at most this many seconds. The standard library has no random numbers except the keys of its hash
/// maps.
fn jitter(most: u64) -> Duration {
    let random = RandomState::new().build_hasher().finish();
    Duration::from_millis(random.checked_rem(most.saturating_mul(1000).saturating_add(1)).unwrap_or_default())
}
