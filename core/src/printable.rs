//! Text from clients and other people, made safe to print.

use crate::limits::{ORIGIN_BYTES, QUOTED_CHARACTERS};

/// A text for a message or a log: control and format characters are escaped, and it is cut at 200 characters.
#[must_use]
pub fn printable(text: &str) -> String {
    let escaped = escape(text.chars().take(QUOTED_CHARACTERS + 1));
    match escaped.char_indices().nth(QUOTED_CHARACTERS) {
        Some((end, _)) => format!("{}…", escaped.get(..end).unwrap_or_default()),
        None => escaped,
    }
}

pub(crate) fn escape(text: impl Iterator<Item = char>) -> String {
    let mut out = String::new();
    for c in text {
        if c.is_control() || is_invisible(c) {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    out
}

/// Bidirectional controls, zero-width and other format characters. A log line with them could look like another
/// line.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

/// A text that a help suggests. It is not cut, so that it can be copied. No suggestion is longer than
/// the longest origin.
pub(crate) fn write_out(text: &str) -> String {
    escape(text.chars().take(ORIGIN_BYTES))
}
