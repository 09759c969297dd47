//! The command `corsac`: it checks, explains and compares CORS policies.
//!
//! Each subcommand is a module of its own, with its arguments and what it does. [`output`] has what they print, and
//! [`status`] the status with which they exit. All rules of CORS are in the crate `corsac`.
#![forbid(unsafe_code)]

use crate::arguments::{Arguments, Command};
use crate::failure::Failure;
use crate::status::Status;
use clap::{CommandFactory, Parser};
use std::process::ExitCode;

mod arguments;
mod check;
mod completions;
mod diff;
mod exchange_arguments;
mod explain;
mod failure;
mod man_pages;
mod network;
mod output;
mod policy_argument;
mod probe;
mod pull;
mod status;
mod test;
mod ui;
mod welcome;
mod why;

fn main() -> ExitCode {
    // It prints help and usage errors itself, and exits with the status 0 or 2.
    let arguments = Arguments::parse();
    output::terminal::choose_colours(arguments.color);
    match run(arguments.command) {
        Ok(status) => status.into(),
        Err(failure) => {
            failure.print();
            failure.status().into()
        }
    }
}

fn run(command: Option<Command>) -> Result<Status, Failure> {
    match command {
        None => welcome::run(),
        Some(Command::Check(arguments)) => check::run(&arguments),
        Some(Command::Explain(arguments)) => explain::run(&arguments),
        Some(Command::Diff(arguments)) => diff::run(&arguments),
        Some(Command::Test(arguments)) => test::run(&arguments),
        Some(Command::Probe(arguments)) => probe::run(&arguments),
        Some(Command::Pull(arguments)) => pull::run(&arguments),
        Some(Command::Why(arguments)) => why::run(&arguments),
        Some(Command::Ui(arguments)) => ui::run(&arguments),
        Some(Command::Completions(arguments)) => completions::run(&arguments, Arguments::command()),
        Some(Command::ManPages(arguments)) => man_pages::run(&arguments, Arguments::command()),
    }
}
