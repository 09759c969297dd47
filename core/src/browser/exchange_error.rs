//! The problems of an exchange that cannot be read.

use std::error::Error;
use std::fmt;

/// The error for an exchange that cannot be read. It lists everything that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExchangeError {
    problems: Vec<ExchangeProblem>,
}

/// One thing that is wrong with an exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExchangeProblem {
    /// The path to the problem in the JSON: `request.headers[2][0]`. Empty for the exchange as a
    /// whole.
    pub path: String,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub help: String,
}

impl ExchangeError {
    /// Makes an error from problems, of which there is at least one.
    pub(crate) fn new(problems: Vec<ExchangeProblem>) -> Self {
        ExchangeError { problems }
    }

    /// The problems, in the order in which they were found.
    #[must_use]
    pub fn problems(&self) -> &[ExchangeProblem] {
        &self.problems
    }
}

impl fmt::Display for ExchangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.problems.len() {
            1 => f.write_str("the exchange cannot be read")?,
            count => write!(f, "the exchange cannot be read: {count} problems")?,
        }
        for problem in &self.problems {
            write!(f, "\n{problem}")?;
        }
        Ok(())
    }
}

impl Error for ExchangeError {}

impl fmt::Display for ExchangeProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        write!(f, "{}\n  help: {}", self.message, self.help)
    }
}
