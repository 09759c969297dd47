//! Why a pasted text cannot be read.

use std::error::Error;
use std::fmt;

/// Why a pasted text cannot be read, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasteError {
    /// What is wrong, without a full stop.
    pub message: String,
    /// What to do. It can be empty.
    pub help: String,
}

impl PasteError {
    pub(crate) fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        PasteError { message: message.into(), help: help.into() }
    }
}

impl fmt::Display for PasteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if self.help.is_empty() { Ok(()) } else { write!(f, "\n  help: {}", self.help) }
    }
}

impl Error for PasteError {}
