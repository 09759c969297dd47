//! `corsac_vary_merge`: the engine's merge, with the result in the caller's buffer.

use crate::panic_boundary;
use crate::slice::corsac_slice;
use crate::status::corsac_status;
use std::ffi::c_char;

/// Merges a decision's header whose `op` is `CORSAC_OP_MERGE` into the lines with the same name that the application
/// has set. The result has to replace all of them. `corsac_decision_apply` does both; this function is for hosts that
/// apply decisions themselves.
///
/// Parameters:
/// - `lines`, `count`: the values of the application's lines; `lines` may be NULL if `count` is 0. Absent slices are
///   left out.
/// - `decision`: the value of the decision's header.
/// - `buffer`, `capacity`: where the result is stored, followed by a NUL; `buffer` may be NULL if `capacity` is 0.
/// - `length`: where the result's length is stored, without the NUL.
///
/// Returns: `CORSAC_OK`; `CORSAC_NULL`; `CORSAC_BAD_SIZE` if `capacity` is not greater than the length. Then `*length`
/// is set, and the buffer has an empty text. If `decision` comes from a corsac decision, the capacity is always enough
/// if it is the sum of the lengths of all lines and of `decision`, plus 2 for each of them.
///
/// The buffer may overlap the lines. If there is no memory for the lines, the process ends, as usual in Rust.
///
/// Ownership: everything belongs to the caller, and nothing is kept.
///
/// Threads: any.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn corsac_vary_merge(
    lines: *const corsac_slice,
    count: usize,
    decision: corsac_slice,
    buffer: *mut c_char,
    capacity: usize,
    length: *mut usize,
) -> corsac_status {
    panic_boundary::status(|| {
        // SAFETY: the contract of this function is `merge`'s.
        let merged = unsafe { merge(lines, count, decision, length, capacity) };
        if buffer.is_null() {
            return if capacity > 0 { Err(corsac_status::CORSAC_NULL) } else { merged.map(drop) };
        }
        let text = merged.as_deref().unwrap_or_default();
        if capacity > 0 {
            // SAFETY: the buffer has room for the value and the NUL or, if there is no value, for the NUL alone. The
            // lines, which may overlap it, have been read.
            unsafe {
                text.as_ptr().cast::<c_char>().copy_to_nonoverlapping(buffer, text.len());
                buffer.add(text.len()).write(0);
            }
        }
        merged.map(drop)
    })
}

/// The merged value, if it fits into `capacity` with a NUL.
///
/// # Safety
///
/// The parameters are as `corsac_vary_merge` requires.
unsafe fn merge(
    lines: *const corsac_slice,
    count: usize,
    decision: corsac_slice,
    length: *mut usize,
    capacity: usize,
) -> Result<Vec<u8>, corsac_status> {
    if length.is_null() || (lines.is_null() && count > 0) {
        return Err(corsac_status::CORSAC_NULL);
    }
    // SAFETY: not NULL; writable by the caller's contract.
    unsafe { length.write(0) };
    // SAFETY: `lines` points to `count` slices, each of which is valid, by the caller's contract.
    let lines = unsafe { read(lines, count)? };
    // SAFETY: as above.
    let decision = unsafe { decision.bytes()? }.ok_or(corsac_status::CORSAC_NULL)?;
    let merged = engine::merge_vary(lines, decision);
    // SAFETY: not NULL, checked above.
    unsafe { length.write(merged.len()) };
    if capacity <= merged.len() { Err(corsac_status::CORSAC_BAD_SIZE) } else { Ok(merged) }
}

/// # Safety
///
/// `lines` points to `count` slices that are valid for `'a`; it may be NULL if `count` is 0.
unsafe fn read<'a>(lines: *const corsac_slice, count: usize) -> Result<Vec<&'a [u8]>, corsac_status> {
    if lines.is_null() {
        return Ok(Vec::new());
    }
    if count > isize::MAX.unsigned_abs() / size_of::<corsac_slice>() {
        return Err(corsac_status::CORSAC_BAD_SIZE);
    }
    // SAFETY: not NULL, not too long; readable by this function's own contract.
    let lines = unsafe { std::slice::from_raw_parts(lines, count) };
    // SAFETY: each slice is valid, by this function's own contract.
    lines.iter().filter_map(|line| unsafe { line.bytes() }.transpose()).collect()
}
