//! One edit of a text.

use std::ops::Range;

/// One edit of a text: bytes that another text replaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextEdit {
    /// The bytes that are replaced: an empty range if something is inserted.
    pub range: Range<usize>,
    /// The text that replaces them.
    pub replacement: String,
}

impl TextEdit {
    pub(crate) fn replace(range: Range<usize>, replacement: impl Into<String>) -> Self {
        TextEdit { range, replacement: replacement.into() }
    }

    pub(crate) fn insert(at: usize, text: impl Into<String>) -> Self {
        TextEdit::replace(at..at, text)
    }

    /// The text with the edit; none if the range does not begin and end between characters of the text.
    #[must_use]
    pub fn apply(&self, text: &str) -> Option<String> {
        let (before, after) = (text.get(..self.range.start)?, text.get(self.range.end..)?);
        Some([before, &self.replacement, after].concat())
    }
}
