//! The exit statuses of the command, the same for all subcommands.

use std::process::ExitCode;

/// The exit status of the command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Status {
    /// The result is yes: the policy is valid, the script can read the response, nothing differs.
    Yes = 0,
    /// The result is no: there are errors, the request is blocked, an expectation failed, something differs.
    No = 1,
    /// There is no result, because the command was called wrongly or its input could not be read.
    Unusable = 2,
    /// No response came from the network: the server cannot be reached, or does not respond.
    NoAnswer = 3,
}

impl Status {
    /// Yes or no.
    pub(crate) fn of(yes: bool) -> Self {
        if yes { Status::Yes } else { Status::No }
    }
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        ExitCode::from(status as u8)
    }
}

/// The end of every help.
pub(crate) const HELP: &str = "Exit status: 0 if nothing is wrong (a policy is valid, a page gets what it asks\nfor, nothing differs), 1 if something is, 2 if the command was called wrongly or\nits input cannot be read, 3 if no response came from the network.";
