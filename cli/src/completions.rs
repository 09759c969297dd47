//! `corsac completions`: completions for shells.

use crate::failure::Failure;
use crate::output;
use crate::status::Status;
use clap::{Args, Command};
use clap_complete::Shell;

/// Print completions for a shell
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

const EXAMPLES: &str = "\
Examples:
  corsac completions bash > ~/.local/share/bash-completion/completions/corsac
  corsac completions zsh > ~/.zfunc/_corsac
  corsac completions fish > ~/.config/fish/completions/corsac.fish";

/// `command_line` describes the whole command.
pub(crate) fn run(arguments: &Arguments, mut command_line: Command) -> Result<Status, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command_line, "corsac", &mut script);
    output::print(&String::from_utf8_lossy(&script))?;
    Ok(Status::Yes)
}
