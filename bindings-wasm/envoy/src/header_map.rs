//! All header lines of a request or response, in one call to Envoy.
//!
//! If a filter asks for one header, Envoy returns only its first line. The SDK's function for all headers copies each
//! name and value, although the filter never uses most of them.
#![allow(unsafe_code)]

use proxy_wasm::types::{MapType, Status};

#[link(wasm_import_module = "env")]
unsafe extern "C" {
    /// Copies the headers into memory that Envoy has requested from this module, and returns a status.
    fn proxy_get_header_map_pairs(kind: MapType, data: *mut *mut u8, size: *mut usize) -> u32;
}

/// The size of a number in bytes. Lengths are in the byte order of WebAssembly.
const NUMBER: usize = 4;

/// Header lines as Envoy writes them: how many there are, the lengths of each name and value, then the names and values, each
/// followed by a zero.
pub(crate) struct HeaderMap(Vec<u8>);

impl HeaderMap {
    /// Reads the headers of the current request or response.
    pub(crate) fn read(kind: MapType) -> Result<Self, Status> {
        let (mut data, mut size) = (std::ptr::null_mut(), 0);
        // SAFETY: Envoy writes to these two, and to nothing else.
        if unsafe { proxy_get_header_map_pairs(kind, &mut data, &mut size) } != Status::Ok as u32 {
            return Err(Status::InternalFailure);
        }
        if data.is_null() {
            return Ok(HeaderMap(Vec::new()));
        }
        // SAFETY: the SDK has allocated exactly this much for Envoy (`proxy_on_memory_allocate`), and nothing else owns it.
        Ok(HeaderMap(unsafe { Vec::from_raw_parts(data, size, size) }))
    }

    /// The names and values of all lines, in their order.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let (count, lengths) = number(&self.0).unwrap_or_default();
        let lengths_end = count.saturating_mul(2 * NUMBER);
        let (lengths, mut rest) = lengths.split_at_checked(lengths_end).unwrap_or_default();
        lengths.chunks_exact(2 * NUMBER).map_while(move |pair| {
            let (name, value) = number(pair)?;
            let (name, after) = with_zero(rest, name)?;
            let (value, after) = with_zero(after, number(value)?.0)?;
            rest = after;
            Some((name, value))
        })
    }
}

fn number(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (number, rest) = bytes.split_first_chunk()?;
    Some((u32::from_le_bytes(*number) as usize, rest))
}

/// A text of this length, and the bytes after its terminating zero.
fn with_zero(bytes: &[u8], length: usize) -> Option<(&[u8], &[u8])> {
    let (text, rest) = bytes.split_at_checked(length)?;
    Some((text, rest.get(1..)?))
}
