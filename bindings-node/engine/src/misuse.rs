//! Calls that this package's own JavaScript does not make.

use std::fmt;

/// What is wrong with a call, as a sentence for an exception.
#[derive(Debug)]
pub struct Misuse(String);

/// The result of a call that may be wrong.
pub type Result<T> = std::result::Result<T, Misuse>;

impl Misuse {
    /// An error whose message begins with the package's name.
    pub fn new(message: impl fmt::Display) -> Self {
        Misuse(format!("corsac: {message}"))
    }
}

impl fmt::Display for Misuse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Misuse {}
