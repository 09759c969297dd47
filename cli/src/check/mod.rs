//! `corsac check`: what is wrong with policies.

mod checked;
mod report;
mod watch;

use crate::check::checked::Checked;
use crate::check::watch::watch;
use crate::failure::Failure;
use crate::output;
use crate::output::terminal::{BOLD, columns};
use crate::status::Status;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Find what is wrong with a policy, and what to write instead
///
/// All problems are reported at once. An error means that no server would start with the policy. A lint means that
/// something in it is useless or risky.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The policies: TOML, or JSON if the name ends in `.json`; `-` is the standard input
    #[arg(value_name = "FILE", default_value = "cors.toml")]
    files: Vec<PathBuf>,

    /// How the result is printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    /// Count lints as errors
    #[arg(long)]
    strict: bool,

    /// Check again whenever a file changes, until Ctrl-C
    #[arg(long)]
    watch: bool,
}

/// The formats of the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For programs
    Json,
    /// GitHub Actions annotations
    Github,
    /// SARIF 2.1.0, for code scanning
    Sarif,
}

const EXAMPLES: &str = "\
Examples:
  corsac check                          the file cors.toml
  corsac check conf/*.toml --strict     several files; lints fail as well
  corsac check --watch                  again after each change
  corsac check --format github          in a GitHub Actions workflow
  corsac check --format sarif > cors.sarif

Exit status: 0 if the policies are valid, 1 if there are errors (with
--strict also lints), 2 if a file cannot be read.";

pub(crate) fn run(arguments: &Arguments) -> Result<Status, Failure> {
    if arguments.watch {
        if arguments.format != Format::Text {
            return Err(Failure::input("`--watch` can only be used with the format `text`")
                .help("leave out `--watch` or `--format`: the other formats describe a single check"));
        }
        watch(&arguments.files, || {
            print_check(arguments)?;
            output::print(&format!("{BOLD}waiting for a change; end with Ctrl-C{BOLD:#}\n"))?;
            Ok(())
        })?;
    }
    print_check(arguments)
}

/// Checks each file once. The status is that of the worst file.
fn print_check(arguments: &Arguments) -> Result<Status, Failure> {
    let checked: Vec<_> = arguments.files.iter().map(|path| Checked::new(path)).collect();
    output::print(&write(&checked, arguments))?;
    if arguments.format != Format::Json {
        checked.iter().filter_map(|checked| checked.content.as_ref().err()).for_each(Failure::print);
    }
    Ok(checked.iter().map(|checked| checked.status(arguments.strict)).max().unwrap_or(Status::Yes))
}

fn write(checked: &[Checked], arguments: &Arguments) -> String {
    match arguments.format {
        Format::Text => report::text(checked, columns()),
        Format::Json => report::json(checked),
        Format::Github => report::github(checked, arguments.strict),
        Format::Sarif => report::sarif(checked, arguments.strict),
    }
}
