//! Names of hosts on the web: the bytes of labels, and a quick check for names that are certainly valid.

use crate::limits::LABEL_BYTES;

/// Whether a host of http or https is certainly fine: labels of letters, digits, `-` and `_`, of which the last is not a number.
/// Otherwise, [`check_web_host`](crate::origins::origin::check_web_host) decides.
///
/// It reads sixteen bytes at a time, since anyone can make a server read an `Origin` that is in no list.
// This is a separate function, so that the function that parses an origin can be inlined.
#[inline(never)]
pub(crate) fn is_plain_name(host: &[u8]) -> bool {
    let [first, .., last] = host else { return false };
    // A number ends in a digit or, if it is hexadecimal, in a letter up to `f` or in the `x` of `0x`.
    let ends_in_word = matches!(last, b'g'..=b'w' | b'y' | b'z');
    // If the whole host is within the limit of one label, so is each of its labels.
    host.len() <= LABEL_BYTES
        && is_label_byte(*first)
        && *last != b'.'
        && (ends_in_word || !ends_in_number(host))
        && (goes_on_in_chunks::<CHUNK>(host) || goes_on_in_chunks::<SHORT_CHUNK>(host))
}

/// Each chunk has one more byte, because the last byte of one chunk is the first of the next.
const CHUNK: usize = 16 + 1;
const SHORT_CHUNK: usize = 8 + 1;

/// Whether every byte of a host after the first may follow the byte before it. False if the host is shorter than a chunk.
fn goes_on_in_chunks<const N: usize>(host: &[u8]) -> bool {
    // The last chunk overlaps the one before it.
    let Some(end) = host.last_chunk::<N>() else { return false };
    let mut fine = goes_on(end);
    let mut rest = host;
    while rest.len() > N
        && let Some(chunk) = rest.first_chunk::<N>()
    {
        fine &= goes_on(chunk);
        rest = rest.get(N - 1..).unwrap_or_default();
    }
    fine
}

/// There are no branches, so that the compiled code checks all bytes at once. The compiler does not make such code if
/// this function is inlined.
#[inline(never)]
fn goes_on<const N: usize>(chunk: &[u8; N]) -> bool {
    let mut fine = true;
    for (before, byte) in chunk.iter().zip(chunk.iter().skip(1)) {
        let is_letter = byte.wrapping_sub(b'a') < 26;
        let is_digit = byte.wrapping_sub(b'0') < 10;
        let is_other = (*byte == b'-') | (*byte == b'_') | ((*byte == b'.') & (*before != b'.'));
        fine &= is_letter | is_digit | is_other;
    }
    fine
}

/// The bytes of labels of web hosts. This is a table because every byte of a host that is not plain is looked up in it.
#[inline]
// The index is in bounds, because the table has an entry for each byte.
#[allow(clippy::indexing_slicing)]
pub(super) const fn is_label_byte(byte: u8) -> bool {
    static TABLE: [bool; 256] = {
        let mut table = [false; 256];
        let mut byte = 0u8;
        while byte < 128 {
            table[byte as usize] = matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-');
            byte += 1;
        }
        table
    };
    TABLE[byte as usize]
}

/// The URL standard's "ends in a number" check: such a host is either an IPv4 address or invalid.
pub(crate) fn ends_in_number(name: &[u8]) -> bool {
    is_number(name.rsplit(|byte| *byte == b'.').next().unwrap_or_default())
}

/// Whether the last label of a host is a number: decimal, or hexadecimal after `0x`.
pub(super) fn is_number(last: &[u8]) -> bool {
    if let Some(hex) = last.strip_prefix(b"0x") {
        return hex.iter().all(u8::is_ascii_hexdigit);
    }
    !last.is_empty() && last.iter().all(u8::is_ascii_digit)
}
