//! `corsac test`: whether a policy does what a table of expectations says.

mod init;
mod outcome;
mod report;
mod table;

use crate::failure::Failure;
use crate::output;
use crate::policy_argument::load;
use crate::status::Status;
use crate::test::outcome::{Outcome, judge};
use crate::test::table::Table;
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};

/// Test a policy against a table of expectations
///
/// The table is a TOML file. It names the policy, relative to itself, and says for each request what a browser makes of it:
///
///   policy = "cors.toml"
///
///   [[requests]]
///   from = ["https://app.example.com", "https://admin.example.com"]
///   url = "/items/7"
///   method = "PUT"
///   headers = { X-Id = "7" }
///   credentials = true
///   expect = "readable"
///
/// `expect` is `readable`, `opaque`, `blocked`, `sent-but-unreadable`, `sent`, `failed` or `invalid`. `allowed` means any
/// verdict with which the page gets what it asks for, and `refused` any other. `from` and `method` take lists. `status`, `response_headers` and `readable_headers` are about
/// the response of the application.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES, verbatim_doc_comment)]
pub(crate) struct Arguments {
    /// The table of expectations
    #[arg(value_name = "FILE", default_value = "cors.test.toml")]
    file: PathBuf,

    /// Write a table from this policy, as it decides now, instead
    #[arg(long, value_name = "POLICY", conflicts_with_all = ["file", "format"])]
    init: Option<PathBuf>,

    /// How the result is printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// The formats of the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// JUnit's XML, for CI servers
    Junit,
    /// TAP 14
    Tap,
}

const EXAMPLES: &str = "\
Examples:
  corsac test --init cors.toml > cors.test.toml
  corsac test
  corsac test conf/cors.test.toml --format junit > cors.xml

Exit status: 0 if all expectations are met, 1 if one is not, 2 if the table or
the policy cannot be read.";

pub(crate) fn run(arguments: &Arguments) -> Result<Status, Failure> {
    if let Some(path) = &arguments.init {
        output::print(&init::table(path, &load(path)?)?)?;
        return Ok(Status::Yes);
    }
    let table = Table::read(&arguments.file)?;
    let folder = arguments.file.parent().unwrap_or(Path::new(""));
    let policy = load(&folder.join(&table.policy))?;
    let mut outcomes: Vec<Outcome> = Vec::new();
    for expectation in &table.requests {
        outcomes.extend(judge(expectation, &policy)?);
    }
    if outcomes.is_empty() {
        return Err(Failure::input("the table has no requests")
            .help("add `[[requests]]` with `from`, `url` and `expect`, or write a table with `corsac test --init`"));
    }
    output::print(&match arguments.format {
        Format::Text => report::text(&outcomes, output::terminal::columns()),
        Format::Junit => report::junit(&arguments.file, &outcomes)?,
        Format::Tap => report::tap(&outcomes),
    })?;
    Ok(Status::of(outcomes.iter().all(Outcome::is_met)))
}
