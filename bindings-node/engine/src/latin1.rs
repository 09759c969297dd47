//! Node decodes a request's target as Latin-1, one character for each byte, but a policy needs the bytes that were
//! sent.

/// Converts a text in UTF-8 to Latin-1. If a character is not in Latin-1, the text stays as it is.
#[must_use]
pub fn bytes_of_latin1(text: &mut [u8]) -> &[u8] {
    // In UTF-8, U+0080 to U+00FF begin with C2 or C3, and nothing else does.
    let is_byte = |byte: &u8| byte.is_ascii() || is_continuation(*byte) || matches!(*byte, 0xc2 | 0xc3);
    if text.is_ascii() || !text.iter().all(is_byte) {
        return text;
    }
    let mut length = 0;
    let mut high = 0;
    for at in 0..text.len() {
        let byte = text.get(at).copied().unwrap_or_default();
        if matches!(byte, 0xc2 | 0xc3) {
            high = byte & 3;
            continue;
        }
        let whole = if is_continuation(byte) { high << 6 | byte & 0x3f } else { byte };
        if let Some(target) = text.get_mut(length) {
            *target = whole;
            length += 1;
        }
    }
    text.get(..length).unwrap_or_default()
}

fn is_continuation(byte: u8) -> bool {
    byte & 0xc0 == 0x80
}
