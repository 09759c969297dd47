//! `corsac man-pages`: writes the manual, for packages.

use crate::failure::Failure;
use crate::output::terminal::plain;
use crate::status::Status;
use clap::{Args, Command};
use std::path::PathBuf;

/// Write man pages into a folder
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// The folder, which has to exist
    folder: PathBuf,
}

/// `command_line` describes the whole command.
pub(crate) fn run(arguments: &Arguments, command_line: Command) -> Result<Status, Failure> {
    clap_mangen::generate_to(command_line, &arguments.folder).map_err(|error| {
        let folder = arguments.folder.display();
        Failure::input(format!("the pages cannot be written into `{folder}`: {}", plain(&error)))
    })?;
    Ok(Status::Yes)
}
