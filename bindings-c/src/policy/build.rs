//! `corsac_policy_from_json`, `_from_toml` and `_from_file`: a policy from a text or a file.

use crate::issues::error::corsac_error;
use crate::policy::counted::corsac_policy;
use crate::policy::options::{builder, corsac_policy_options};
use crate::policy::out_parameters::{Refusal, hand_over, path_of, refused, unread};
use crate::slice::corsac_slice;
use crate::status::corsac_status;
use engine::{Policy, PolicyBuilder};
use std::ffi::c_char;
use std::sync::Arc;

fn json(builder: PolicyBuilder, text: &[u8]) -> Result<Policy, Refusal> {
    builder.json(text).map_err(|error| refused(&error))
}

fn toml(builder: PolicyBuilder, text: &[u8]) -> Result<Policy, Refusal> {
    builder.toml(text).map_err(|error| refused(&error))
}

fn file(builder: PolicyBuilder, path: &[u8]) -> Result<Policy, Refusal> {
    let path = path_of(path);
    builder.file(&path).map_err(|error| unread(&path, &error))
}

/// # Safety
///
/// As `corsac_policy_from_json_with` says.
unsafe fn build(
    read: fn(PolicyBuilder, &[u8]) -> Result<Policy, Refusal>,
    options: *const corsac_policy_options,
    text: corsac_slice,
    out: *mut *mut corsac_policy,
    err: *mut *mut corsac_error,
) -> corsac_status {
    let make = || {
        // SAFETY: both hold by the caller's contract.
        let (builder, text) = unsafe { (builder(options)?, text.bytes()?.ok_or(corsac_status::CORSAC_NULL)?) };
        Ok(read(builder, text).map(|policy| Arc::into_raw(Arc::new(corsac_policy::from(policy))).cast_mut()))
    };
    // SAFETY: both point to writable pointers, by the caller's contract.
    unsafe { hand_over(out, err, make) }
}

/// Builds a policy from JSON text.
///
/// Parameters:
/// - `json`, `len`: the text in UTF-8, and its length in bytes. It is not kept, and needs no NUL.
/// - `out`: where the policy is stored; NULL on failure.
/// - `err`: where the error is stored on `CORSAC_CONFIG`; otherwise NULL is stored there. It may be NULL itself.
///
/// Returns: `CORSAC_OK`; `CORSAC_CONFIG` with all issues at once; `CORSAC_NULL`; `CORSAC_BAD_SIZE`; `CORSAC_PANIC`.
///
/// Ownership: the caller's, of the policy (`corsac_policy_free`) as of the error (`corsac_error_free`).
/// Threads: any, with a stack of 128 KiB or more, because texts nest. Evaluating needs far less.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn corsac_policy_from_json(
    json: *const c_char,
    len: usize,
    out: *mut *mut corsac_policy,
    err: *mut *mut corsac_error,
) -> corsac_status {
    // SAFETY: the same contract, with NULL for the options.
    unsafe { corsac_policy_from_json_with(std::ptr::null(), json, len, out, err) }
}

/// Builds a policy from TOML text. Otherwise as `corsac_policy_from_json`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn corsac_policy_from_toml(
    toml: *const c_char,
    len: usize,
    out: *mut *mut corsac_policy,
    err: *mut *mut corsac_error,
) -> corsac_status {
    // SAFETY: the same contract, with NULL for the options.
    unsafe { corsac_policy_from_toml_with(std::ptr::null(), toml, len, out, err) }
}

/// Builds a policy from a file: JSON if its name ends in `.json`, else TOML.
///
/// `path`, `len` is the file's name, which needs no NUL. A file that cannot be read is `CORSAC_IO`, with an error
/// of one issue: its code is `io`, its message names the file and what the system says. Otherwise as
/// `corsac_policy_from_json`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn corsac_policy_from_file(
    path: *const c_char,
    len: usize,
    out: *mut *mut corsac_policy,
    err: *mut *mut corsac_error,
) -> corsac_status {
    // SAFETY: the same contract, with NULL for the options.
    unsafe { corsac_policy_from_file_with(std::ptr::null(), path, len, out, err) }
}

/// As `corsac_policy_from_json`, with options. `options` may be NULL, and is not kept.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn corsac_policy_from_json_with(
    options: *const corsac_policy_options,
    json: *const c_char,
    len: usize,
    out: *mut *mut corsac_policy,
    err: *mut *mut corsac_error,
) -> corsac_status {
    // SAFETY: the contract of this function is `build`'s.
    unsafe { build(self::json, options, corsac_slice { ptr: json, len }, out, err) }
}

/// As `corsac_policy_from_toml`, with options. `options` may be NULL, and is not kept.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn corsac_policy_from_toml_with(
    options: *const corsac_policy_options,
    toml: *const c_char,
    len: usize,
    out: *mut *mut corsac_policy,
    err: *mut *mut corsac_error,
) -> corsac_status {
    // SAFETY: the contract of this function is `build`'s.
    unsafe { build(self::toml, options, corsac_slice { ptr: toml, len }, out, err) }
}

/// As `corsac_policy_from_file`, with options. `options` may be NULL, and is not kept.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn corsac_policy_from_file_with(
    options: *const corsac_policy_options,
    path: *const c_char,
    len: usize,
    out: *mut *mut corsac_policy,
    err: *mut *mut corsac_error,
) -> corsac_status {
    // SAFETY: the contract of this function is `build`'s.
    unsafe { build(file, options, corsac_slice { ptr: path, len }, out, err) }
}
