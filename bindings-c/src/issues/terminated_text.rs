//! A text that C reads: it is followed by a NUL.

use crate::slice::corsac_slice;

/// A text that is followed by a NUL.
pub(crate) struct TerminatedText(Box<[u8]>);

impl TerminatedText {
    pub(crate) fn new(text: &str) -> Self {
        TerminatedText(text.bytes().chain([0]).collect())
    }

    pub(crate) fn slice(&self) -> corsac_slice {
        corsac_slice::of(self.0.split_last().map_or(&[], |(_, text)| text))
    }
}
