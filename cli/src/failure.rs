//! Why a subcommand has no result: a sentence, and what to do about it.

use crate::output::terminal::{BOLD, ERROR, HELP, PLAIN, columns, labelled, plain};
use crate::status::Status;
use corsac::browser::ExchangeError;
use std::io;

/// A subcommand that could not do its task.
#[derive(Debug)]
pub(crate) struct Failure {
    status: Status,
    message: String,
    help: Option<String>,
    /// The text that is printed before the message.
    details: String,
}

impl Failure {
    /// The input is missing, cannot be read or cannot be understood. The message is a sentence without a full stop.
    pub(crate) fn input(message: impl Into<String>) -> Self {
        Failure { status: Status::Unusable, message: message.into(), help: None, details: String::new() }
    }

    /// A server responded, but not with what it was asked for.
    pub(crate) fn refused(message: impl Into<String>) -> Self {
        Failure { status: Status::No, ..Failure::input(message) }
    }

    /// No response came over the network.
    pub(crate) fn no_answer(message: impl Into<String>) -> Self {
        Failure { status: Status::NoAnswer, ..Failure::input(message) }
    }

    /// Sets another exit status.
    pub(crate) fn with_status(self, status: Status) -> Self {
        Failure { status, ..self }
    }

    /// An exchange, or the options that describe one, cannot be used. Only the first problem is shown. `named` turns
    /// its path in the exchange, such as `request.url`, into words.
    pub(crate) fn of_exchange(error: &ExchangeError, named: impl FnOnce(&str) -> String) -> Self {
        let Some(problem) = error.problems().first() else { return Failure::input("the request cannot be read") };
        Failure::input(format!("{}{}", named(&problem.path), problem.message)).help(&problem.help)
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

    /// The message, without the help.
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
        let message = format!(" {}", self.message);
        anstream::eprint!("{}", labelled((ERROR, "error:"), (BOLD, &message), (0, 2), columns));
        if let Some(help) = &self.help {
            anstream::eprint!("{}", labelled((HELP, "help:"), (PLAIN, &format!(" {help}")), (2, 8), columns));
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
