//! `corsac_request_copy`: a request whose texts are in one buffer.

use crate::panic_boundary;
use crate::pointer;
use crate::request::fields::corsac_request;
use crate::request::read;
use crate::slice::corsac_slice;
use crate::status::corsac_status;
use std::ffi::c_char;
use std::mem::{offset_of, size_of};

/// The slices of a request, by their offsets.
const SLICES: [usize; 11] = [
    offset_of!(corsac_request, method),
    offset_of!(corsac_request, path),
    offset_of!(corsac_request, origin),
    offset_of!(corsac_request, access_control_request_method),
    offset_of!(corsac_request, access_control_request_headers),
    offset_of!(corsac_request, access_control_request_private_network),
    offset_of!(corsac_request, host),
    offset_of!(corsac_request, sec_fetch_site),
    offset_of!(corsac_request, authority),
    offset_of!(corsac_request, upgrade),
    offset_of!(corsac_request, sec_websocket_key),
];

/// Copies a request together with its texts, so that it outlives the host's request. A host may keep the copy with its
/// decision, and use `corsac_policy_decides_same` to compare later requests with it.
///
/// Parameters:
/// - `request` is a request.
/// - `buffer`, `capacity`: where the texts are stored, without a NUL; `buffer` may be NULL if `capacity` is 0.
/// - `out` is where the copy is stored. Its `size` has to be set; it may not be `request`.
///
/// Returns: `CORSAC_OK`; `CORSAC_NULL`; `CORSAC_BAD_SIZE`, also if the texts have more than `capacity` bytes in all, or if
/// the size of `out` is less than that of `request`. On failure, `out` is unchanged.
///
/// Ownership: everything belongs to the caller. The copy borrows from `buffer`. Do not add header lines to it.
///
/// Threads: any.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn corsac_request_copy(
    request: *const corsac_request,
    buffer: *mut c_char,
    capacity: usize,
    out: *mut corsac_request,
) -> corsac_status {
    panic_boundary::status(|| {
        // SAFETY: the caller's structs, by the caller's contract.
        let (size, room) = unsafe {
            pointer::check_size(request, read::FIRST)?;
            pointer::check_size(out, read::FIRST)?;
            ((*request).size.min(size_of::<corsac_request>()), (*out).size)
        };
        if buffer.is_null() && capacity > 0 {
            return Err(corsac_status::CORSAC_NULL);
        }
        if size > room {
            return Err(corsac_status::CORSAC_BAD_SIZE);
        }
        let slices = || SLICES.iter().take_while(|offset| **offset + size_of::<corsac_slice>() <= size);
        let mut length = 0_usize;
        for offset in slices() {
            // SAFETY: the slice is inside the caller's struct, and valid by the caller's contract.
            let text = unsafe { request.byte_add(*offset).cast::<corsac_slice>().read().bytes()? };
            length = length.saturating_add(text.unwrap_or_default().len());
        }
        if length > capacity {
            return Err(corsac_status::CORSAC_BAD_SIZE);
        }
        // SAFETY: both structs have at least `size` bytes, and are different ones by the caller's contract. What is
        // written to `out` stays within its `room` bytes; the buffer has room for all texts and does not overlap them.
        unsafe {
            out.cast::<u8>().write_bytes(0, room.min(size_of::<corsac_request>()));
            out.cast::<u8>().copy_from_nonoverlapping(request.cast(), size);
            (*out).size = room;
            (*out).joined = 0;
            let mut free = buffer;
            for offset in slices() {
                let slice = out.byte_add(*offset).cast::<corsac_slice>();
                let Some(text) = (*slice).bytes()? else { continue };
                if text.is_empty() {
                    (*slice).ptr = c"".as_ptr();
                    continue;
                }
                free.copy_from_nonoverlapping(text.as_ptr().cast(), text.len());
                (*slice).ptr = free;
                free = free.add(text.len());
            }
        }
        Ok(())
    })
}
