//! A fault: the part of an issue that does not depend on where the value is.

use crate::issues::code::Code;

/// One thing that is wrong with a value: its code, what is wrong, and what to write instead.
///
/// The functions in [`messages`](crate::issues::messages) make them.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) code: Code,
    pub(crate) message: String,
    pub(crate) help: String,
    /// The byte of the text at which a parser stopped.
    pub(crate) stopped_at: Option<usize>,
}

impl Fault {
    /// Says at which byte of the text a parser stopped.
    pub(crate) fn at(self, stopped_at: Option<usize>) -> Self {
        Fault { stopped_at, ..self }
    }

    pub(in crate::issues) fn new(code: Code, message: impl Into<String>, help: impl Into<String>) -> Self {
        Fault { code, message: message.into(), help: help.into(), stopped_at: None }
    }
}
