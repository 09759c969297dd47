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
/// The contract is that of `corsac_policy_from_json_with`.
unsafe fn build(
    read: fn(PolicyBuilder, &[u8]) -> Result<Policy, Refusal>,
    options: *const corsac_policy_options,
    text: corsac_slice,
    out: *mut *mut corsac_policy,
    err: *mut *mut corsac_error,
) -> corsac_status {
    let make = || {
        // SAFETY: both are valid by the caller's contract.
        let (builder, text) = unsafe { (builder(options)?, text.bytes()?.ok_or(corsac_status::CORSAC_NULL)?) };
        Ok(read(builder, text).map(|policy| Arc::into_raw(Arc::new(corsac_policy::from(policy))).cast_mut()))
    };
    // SAFETY: both point to writable pointers, by the caller's contract.
    unsafe { hand_over(out, err, make) }
}

/// Builds a policy from JSON text.
///
/// Parameters:
/// - `json`, `len`: the text in UTF-8, and its length in bytes. The text is not kept, and needs no NUL.
/// - `out`: where the policy is stored; NULL on failure.
/// - `err`: where the error is stored on `CORSAC_CONFIG`; otherwise NULL is stored there. `err` itself may be NULL.
///
/// Returns: `CORSAC_OK`; `CORSAC_CONFIG` with all issues at once; `CORSAC_NULL`; `CORSAC_BAD_SIZE`; `CORSAC_PANIC`.
///
/// Ownership: the policy and the error belong to the caller (`corsac_policy_free`, `corsac_error_free`).
///
/// Threads: any, with a stack of 128 KiB or more, because the values in a text can be nested. Evaluating needs far less.
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

/// Builds a policy from TOML text. Everything else is as for `corsac_policy_from_json`.
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
/// `path`, `len`: the file's name, which needs no NUL, and its length in bytes. If the file cannot be read, the status is `CORSAC_IO`, and
/// the error has one issue with the code `io`, whose message has the file's name and the system's error. Everything
/// else is as for `corsac_policy_from_json`.
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

/// Does the same as `corsac_policy_from_json`, with options. `options` may be NULL, and is not kept.
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

/// Does the same as `corsac_policy_from_toml`, with options. `options` may be NULL, and is not kept.
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

/// Does the same as `corsac_policy_from_file`, with options. `options` may be NULL, and is not kept.
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
