//! Bytes of headers.

use crate::limits::QUOTED_CHARACTERS;

/// Bytes as characters, one for each byte.
pub(crate) fn latin1(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

/// The bytes of a header's value, as browsers send them: Latin-1, unless it has other characters.
pub(crate) fn latin1_bytes(value: &str) -> Vec<u8> {
    let bytes: Result<Vec<u8>, _> = value.chars().map(u8::try_from).collect();
    bytes.unwrap_or_else(|_| value.as_bytes().to_vec())
}

/// Bytes for a message: what is not printable ASCII is escaped.
pub(crate) fn shown(bytes: &[u8]) -> String {
    let shown = bytes.get(..bytes.len().min(QUOTED_CHARACTERS)).unwrap_or_default();
    let dots = if shown.len() < bytes.len() { "…" } else { "" };
    format!("{}{dots}", shown.escape_ascii())
}

/// The value without HTTP white space at its ends (Fetch, "normalize").
pub(crate) fn trim(value: &[u8]) -> &[u8] {
    trim_of(value, b" \t\r\n")
}

/// The value without optional white space at its ends (RFC 9110, section 5.6.3).
pub(crate) fn trim_optional_white_space(value: &[u8]) -> &[u8] {
    trim_of(value, b" \t")
}

fn trim_of<'v>(value: &'v [u8], white: &[u8]) -> &'v [u8] {
    let start = value.iter().position(|byte| !white.contains(byte)).unwrap_or(value.len());
    let end = value.iter().rposition(|byte| !white.contains(byte)).map_or(start, |last| last + 1);
    value.get(start..end).unwrap_or_default()
}

/// Whether a form can send a body of this type. Parameters of the type do not matter.
pub(crate) fn is_form_type(value: &[u8]) -> bool {
    let essence = trim(value.split(|byte| *byte == b';').next().unwrap_or_default());
    ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"]
        .iter()
        .any(|simple| essence.eq_ignore_ascii_case(simple.as_bytes()))
}
