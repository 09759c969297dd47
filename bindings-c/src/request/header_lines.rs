//! `corsac_request_add_header`: a request's header lines, for hosts that keep them in a list.

use crate::panic_boundary;
use crate::pointer;
use crate::request::allocate::corsac_allocate;
use crate::request::fields::corsac_request;
use crate::request::read;
use crate::slice::corsac_slice;
use crate::status::corsac_status;
use engine::binding::{Needs, RequestHeader, limits};
use std::ffi::{c_char, c_void};
use std::mem::{offset_of, size_of};
use std::ptr::addr_of_mut;

/// The separator between the lines of a repeated header.
const COMMA: &[u8] = b", ";

/// The longest joined value. A longer one is refused in any case, so the rest is not copied.
const ENOUGH: usize = limits::JOINED_HEADER_BYTES;

const _: () = assert!(
    limits::ORIGIN_BYTES <= ENOUGH && limits::METHOD_BYTES <= ENOUGH && limits::REQUESTED_HEADERS_BYTES <= ENOUGH
);

/// The minimum size of an allocation.
const LEAST: usize = 256;

/// The offset of a header's field in a request.
fn field_of(header: RequestHeader) -> Option<usize> {
    Some(match header {
        RequestHeader::Origin => offset_of!(corsac_request, origin),
        RequestHeader::RequestMethod => offset_of!(corsac_request, access_control_request_method),
        RequestHeader::RequestHeaders => offset_of!(corsac_request, access_control_request_headers),
        RequestHeader::PrivateNetwork => offset_of!(corsac_request, access_control_request_private_network),
        RequestHeader::Host => offset_of!(corsac_request, host),
        RequestHeader::Authority => offset_of!(corsac_request, authority),
        RequestHeader::SecFetchSite => offset_of!(corsac_request, sec_fetch_site),
        RequestHeader::Upgrade => offset_of!(corsac_request, upgrade),
        RequestHeader::SecWebSocketKey => offset_of!(corsac_request, sec_websocket_key),
        _ => return None,
    })
}

/// The size of the memory that a joined value of this length has.
fn room(length: usize) -> usize {
    length.max(LEAST).next_power_of_two()
}

/// Adds one header line to a request. Lines that no policy reads are ignored. The first line of a header is borrowed,
/// and further lines are joined to it in memory from `allocate`. If no line is repeated, nothing is allocated.
///
/// Parameters:
/// - `request` is the request, with its `size` set.
/// - `name`, `value`: the line. The case of the name does not matter.
/// - `allocate` is called with `user`, which may be NULL, if a line is repeated. The memory that is allocated for one
///   request is limited. `allocate` itself may be NULL if no header is repeated.
///
/// Returns: `CORSAC_OK`; `CORSAC_NULL`; `CORSAC_BAD_SIZE`; `CORSAC_MEMORY` if a line is repeated and there is no
/// memory. The header then has a value that policies refuse.
///
/// Lifetime: the request borrows `value` and the allocated memory. Do not assign a field that this function has
/// filled until the whole struct is set to zero again.
///
/// Threads: any, one at a time with the same request.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn corsac_request_add_header(
    request: *mut corsac_request,
    name: corsac_slice,
    value: corsac_slice,
    allocate: corsac_allocate,
    user: *mut c_void,
) -> corsac_status {
    panic_boundary::status(|| {
        // SAFETY: the caller's struct, by the caller's contract.
        unsafe { pointer::check_size(request, read::FIRST)? };
        // SAFETY: both slices are valid by the caller's contract.
        let (name, line) = unsafe { (name.bytes()?, value.bytes()?) };
        let (Some(name), Some(line)) = (name, line) else { return Err(corsac_status::CORSAC_NULL) };
        let Some(header) = RequestHeader::of(name) else { return Ok(()) };
        let Some(field) = field_of(header) else { return Ok(()) };
        // SAFETY: not NULL, and large enough to contain its `size`.
        if field + size_of::<corsac_slice>() > unsafe { (*request).size } {
            return Ok(()); // the caller was compiled with a header that has no such field
        }
        let bit = 1 << header as usize;
        // SAFETY: the field is inside the caller's struct, which nobody else uses now. No reference is made to the
        // whole: an older caller's struct ends before ours.
        let (slice, joined) =
            unsafe { (&mut *request.byte_add(field).cast::<corsac_slice>(), &mut *addr_of_mut!((*request).joined)) };
        if slice.ptr.is_null() {
            *slice = value;
            *joined &= !bit;
            return Ok(());
        }
        let unreadable = corsac_slice::of(header.unreadable_value());
        if header.is_unreadable_joined(slice.len, line.len()) {
            *slice = unreadable;
            *joined &= !bit;
            return Ok(());
        }
        if slice.len > ENOUGH {
            return Ok(());
        }
        let line = line.get(..ENOUGH).unwrap_or(line);
        let length = slice.len + COMMA.len() + line.len();
        let to = if *joined & bit != 0 && length <= room(slice.len) {
            slice.ptr.cast_mut()
        } else {
            // SAFETY: the caller vouches for the function.
            let memory = allocate.map_or(std::ptr::null_mut(), |allocate| unsafe { allocate(room(length), user) });
            if memory.is_null() {
                *slice = unreadable;
                *joined &= !bit;
                return Err(corsac_status::CORSAC_MEMORY);
            }
            // SAFETY: the memory is new and has room for more than the old value.
            unsafe { slice.ptr.copy_to_nonoverlapping(memory.cast::<c_char>(), slice.len) };
            memory.cast::<c_char>()
        };
        // SAFETY: `to` has room for `length` bytes: it is new, or an earlier call allocated that much.
        unsafe {
            COMMA.as_ptr().cast::<c_char>().copy_to_nonoverlapping(to.add(slice.len), COMMA.len());
            line.as_ptr().cast::<c_char>().copy_to_nonoverlapping(to.add(slice.len + COMMA.len()), line.len());
        }
        *slice = corsac_slice { ptr: to, len: length };
        *joined |= bit;
        Ok(())
    })
}

/// The lengths of the names that `corsac_request_add_header` recognises: bit `n` is set if there is a name of `n` bytes,
/// and no name is longer than 63 bytes. A host can leave out all other lines, which is faster than passing them.
///
/// Returns: the bits. They never change while a program runs.
///
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn corsac_request_name_lengths() -> u64 {
    const READS_ALL: Needs = Needs { predicate: false, path: false, protection: true, websockets: false };
    const LENGTHS: u64 = {
        let (mut bits, mut length) = (0, 0);
        while length < u64::BITS {
            if READS_ALL.may_read_name_of(length as usize) {
                bits |= 1 << length;
            }
            length += 1;
        }
        bits
    };
    LENGTHS
}
