//! Recognises the kind of a pasted text.

use crate::capture::captured::Captured;
use crate::capture::known::Known;
use crate::capture::paste_error::PasteError;
use crate::capture::{copied_fetch, curl, har, messages};
use crate::explain::{ConsoleSentence, read_console};

/// The pasted text after reading it.
#[derive(Clone, Debug, PartialEq)]
pub enum Pasted {
    /// Sentences from a console.
    Console(Vec<ConsoleSentence>),
    /// Requests, with the responses to them.
    Captured(Captured),
}

impl Pasted {
    /// Reads a text of whatever kind.
    ///
    /// # Errors
    ///
    /// If the text is of no known kind, or incomplete.
    pub fn of(text: &str, known: &Known<'_>) -> Result<Self, PasteError> {
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return Err(PasteError::new(
                "there is nothing to read",
                "paste the red lines of the browser's console, or a request that you have copied in its network panel \
                 (right-click the request, Copy, Copy as cURL)",
            ));
        }
        if trimmed.starts_with('{') {
            return match har::read(trimmed, known) {
                Ok(captured) => Ok(Pasted::Captured(captured)),
                // The body of a response can be JSON with a message from the server.
                Err(error) => console(trimmed).ok_or(error),
            };
        }
        if let Some(command) = curl::command(trimmed) {
            return curl::read(command, known).map(Pasted::Captured);
        }
        if let Some(call) = copied_fetch::call(trimmed) {
            return copied_fetch::read(call, known).map(Pasted::Captured);
        }
        if let Some(console) = console(trimmed) {
            return Ok(console);
        }
        if let Some(captured) = messages::read(trimmed, known)? {
            return Ok(Pasted::Captured(captured));
        }
        let sentences = read_console(trimmed);
        if !sentences.is_empty() {
            return Ok(Pasted::Console(sentences));
        }
        Err(PasteError::new(
            "this is not a console message, a request or a response that corsac can read",
            "paste the whole red line of the browser's console, a command that begins with `curl`, a HAR file, or the \
             headers of a response, one on each line; for a symptom in your own words, see docs/troubleshooting.md",
        ))
    }
}

/// The sentences of a text, if one of them says what went wrong.
fn console(text: &str) -> Option<Pasted> {
    let sentences = read_console(text);
    sentences.iter().any(|sentence| sentence.is_cause).then_some(Pasted::Console(sentences))
}
