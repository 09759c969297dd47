//! Why a subcommand gives no answer: a sentence, and what to do about it.

use crate::output::terminal::{BOLD, ERROR, HELP, columns, plain};
use crate::status::Status;
use corsac::binding::wrap;
use std::io;

/// A subcommand that could not do what it was asked to do.
#[derive(Debug)]
pub(crate) struct Failure {
    status: Status,
    message: String,
    help: Option<String>,
    /// What is printed before the message.
    details: String,
}

impl Failure {
    /// The input is missing, cannot be read or makes no sense. The message is a sentence without a full stop.
    pub(crate) fn input(message: impl Into<String>) -> Self {
        Failure { status: Status::Unusable, message: message.into(), help: None, details: String::new() }
    }

    /// Adds what to do about it.
    pub(crate) fn help(self, help: impl Into<String>) -> Self {
        Failure { help: Some(help.into()), ..self }
    }

    /// Adds what is printed before the message: text in styles, with an empty line at its end.
    pub(crate) fn details(self, details: String) -> Self {
        Failure { details, ..self }
    }

    pub(crate) fn status(&self) -> Status {
        self.status
    }

    /// What is wrong, without the help.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// Prints it to the standard error. Nothing is printed about a reader that closed its end of a pipe.
    pub(crate) fn print(&self) {
        if self.message.is_empty() {
            return;
        }
        anstream::eprint!("{}", self.details);
        let columns = columns();
        let message = wrap(&format!("error: {}", self.message), "  ", columns);
        let message = message.strip_prefix("error:").unwrap_or(&message);
        anstream::eprintln!("{ERROR}error:{ERROR:#}{BOLD}{message}{BOLD:#}");
        if let Some(help) = &self.help {
            let help = wrap(&format!("  help: {help}"), "        ", columns);
            let help = help.strip_prefix("  help:").unwrap_or(&help);
            anstream::eprintln!("  {HELP}help:{HELP:#}{help}");
        }
    }
}

impl From<io::Error> for Failure {
    /// The output cannot be written.
    fn from(error: io::Error) -> Self {
        let message = match error.kind() {
            io::ErrorKind::BrokenPipe => String::new(),
            _ => format!("the output cannot be written: {}", plain(&error)),
        };
        Failure::input(message)
    }
}
