//! `corsac diff`: what pages gain and lose if one policy replaces another.

mod report;

use crate::failure::Failure;
use crate::output;
use crate::policy_argument::load;
use crate::status::Status;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// See what pages gain and lose if one policy replaces another
///
/// Origins are compared by what they match: listing an origin that a wildcard already matches changes nothing.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The policy in force
    #[arg(value_name = "OLD")]
    old: PathBuf,

    /// The policy that replaces it
    #[arg(value_name = "NEW")]
    new: PathBuf,

    /// How the result is printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    /// Exit with 1 only if pages gain something
    #[arg(long)]
    wider_only: bool,
}

/// The formats of the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For a comment on a pull request
    Markdown,
    /// For programs
    Json,
}

const EXAMPLES: &str = "\
Examples:
  corsac diff cors.toml new.toml
  git show main:cors.toml | corsac diff - cors.toml
  corsac diff old.toml new.toml --format markdown >> comment.md
  corsac diff old.toml new.toml --wider-only    fail only if pages gain something

Exit status: 0 if nothing differs (with --wider-only, if pages gain nothing),
1 if something does, 2 if a policy cannot be read.";

pub(crate) fn run(arguments: &Arguments) -> Result<Status, Failure> {
    let (old, new) = (load(&arguments.old)?, load(&arguments.new)?);
    let comparison = old.compare(&new);
    output::print(&match arguments.format {
        Format::Text => report::text(&comparison, output::terminal::columns()),
        Format::Markdown => report::markdown(&comparison),
        Format::Json => report::json(&comparison),
    })?;
    let differs = if arguments.wider_only { comparison.is_wider() } else { !comparison.is_empty() };
    Ok(Status::of(!differs))
}
