//! Isomorphic strings: one code point, U+0000 to U+00FF, is one byte, in both directions.

/// The bytes that a string represents.
pub fn bytes(text: &str) -> Vec<u8> {
    text.chars().map(|c| u8::try_from(u32::from(c)).expect("a code point over U+00FF")).collect()
}

/// The string that represents bytes.
pub fn string(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}
