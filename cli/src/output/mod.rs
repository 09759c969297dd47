//! The output of subcommands: text for people, and formats for programs.

use std::io::{self, Write};

pub(crate) mod explanation;
pub(crate) mod format;
pub(crate) mod github;
pub(crate) mod issues;
pub(crate) mod junit;
pub(crate) mod sarif;
pub(crate) mod snippet;
pub(crate) mod tap;
pub(crate) mod terminal;

/// Prints a text to the standard output. Styles are left out unless it is a terminal.
pub(crate) fn print(text: &str) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}
