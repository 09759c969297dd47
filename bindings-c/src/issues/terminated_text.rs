//! A text that C reads: it has a NUL past its end.

use crate::slice::corsac_slice;

/// A text with a NUL past its end.
pub(crate) struct TerminatedText(Box<[u8]>);

impl TerminatedText {
    pub(crate) fn new(text: &str) -> Self {
        TerminatedText(text.bytes().chain([0]).collect())
    }

    pub(crate) fn slice(&self) -> corsac_slice {
        corsac_slice::of(self.0.split_last().map_or(&[], |(_, text)| text))
    }
}
