//! `corsac_policy`: validated, compiled, immutable, counted by reference.

use crate::error::{IssueTexts, corsac_error, corsac_issue, write_issue};
use crate::guard;
use crate::request::flag;
use crate::slice::corsac_slice;
use crate::status::corsac_status;
use engine::{ConfigError, LoadError, Policy, PolicyBuilder};
use std::ffi::c_char;
use std::mem::size_of;
use std::path::{Path, PathBuf};
use std::ptr::{addr_of, null_mut};
use std::sync::Arc;

/// A validated, compiled policy. Opaque, immutable, usable from any thread at the same time.
pub struct corsac_policy {
    pub(crate) policy: Policy,
    /// Whether it looks at what only protection looks at.
    pub(crate) protected: bool,
    lints: Vec<IssueTexts>,
}

impl From<Policy> for corsac_policy {
    fn from(policy: Policy) -> Self {
        let lints = policy.lints().iter().map(IssueTexts::from).collect();
        corsac_policy { protected: policy.needs().protection, policy, lints }
    }
}

const _: () = {
    const fn any_thread<T: Send + Sync>() {}
    any_thread::<corsac_policy>();
};

/// What only the host can say about a policy. Set all of it to zero, then `size`.
#[repr(C)]
pub struct corsac_policy_options {
    /// `sizeof(corsac_policy_options)`.
    pub size: usize,
    /// Whether the host has an origin predicate, to be asked about well-formed origins that no pattern matches.
    pub has_predicate: bool,
}

// A field added later starts past this: a caller's padding holds anything.
const FIRST: usize = size_of::<usize>() * 2;

/// Why there is no policy.
pub(crate) type Refusal = (corsac_status, corsac_error);

fn refused(error: &ConfigError) -> Refusal {
    (corsac_status::CORSAC_CONFIG, error.into())
}

pub(crate) fn unread(path: &Path, error: &LoadError) -> Refusal {
    match error {
        LoadError::Config(error) => refused(error),
        LoadError::Io(error) => (corsac_status::CORSAC_IO, corsac_error::unreadable(path, error)),
        error => (corsac_status::CORSAC_IO, corsac_error::unreadable(path, error)),
    }
}

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

#[cfg(unix)]
pub(crate) fn path_of(bytes: &[u8]) -> PathBuf {
    <std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(bytes).into()
}

#[cfg(not(unix))]
pub(crate) fn path_of(bytes: &[u8]) -> PathBuf {
    String::from_utf8_lossy(bytes).into_owned().into()
}

/// # Safety
///
/// Unless NULL, `options` points to a readable struct of the size that it says.
pub(crate) unsafe fn builder(options: *const corsac_policy_options) -> Result<PolicyBuilder, corsac_status> {
    if options.is_null() {
        return Ok(PolicyBuilder::new());
    }
    // SAFETY: the caller's contract is this function's own.
    unsafe { guard::check_size(options, FIRST)? };
    // SAFETY: not NULL and large enough.
    let predicate = unsafe { flag(addr_of!((*options).has_predicate)) };
    Ok(PolicyBuilder::new().predicate(predicate))
}

/// Builds what a caller's out-parameters are for, and writes it, or why there is none.
///
/// # Safety
///
/// Unless NULL, `out` and `err` point to writable pointers, which nobody else uses now.
pub(crate) unsafe fn hand_over<T>(
    out: *mut *mut T,
    err: *mut *mut corsac_error,
    make: impl FnOnce() -> Result<Result<*mut T, Refusal>, corsac_status>,
) -> corsac_status {
    guard::status(|| {
        if !err.is_null() {
            // SAFETY: not NULL; writable by the caller's contract.
            unsafe { err.write(null_mut()) };
        }
        if out.is_null() {
            return Err(corsac_status::CORSAC_NULL);
        }
        // SAFETY: not NULL; writable by the caller's contract.
        unsafe { out.write(null_mut()) };
        match make()? {
            Ok(made) => {
                // SAFETY: as above.
                unsafe { out.write(made) };
                Ok(())
            }
            Err(refusal) => {
                // SAFETY: the caller's contract is this function's own.
                Err(unsafe { give_error(refusal, err) })
            }
        }
    })
}

/// Writes an error where the caller wants it, and returns its status.
///
/// # Safety
///
/// Unless NULL, `err` points to a writable pointer.
pub(crate) unsafe fn give_error((status, error): Refusal, err: *mut *mut corsac_error) -> corsac_status {
    if !err.is_null() {
        // SAFETY: not NULL; writable by this function's own contract.
        unsafe { err.write(Box::into_raw(Box::new(error))) };
    }
    status
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
/// - `json`, `len`: the text in UTF-8. It is not kept.
/// - `out`: where the policy goes; NULL on failure.
/// - `err`: where the error goes on `CORSAC_CONFIG`, else NULL; may be NULL itself.
///
/// Returns: `CORSAC_OK`; `CORSAC_CONFIG` with all issues at once; `CORSAC_NULL`; `CORSAC_BAD_SIZE`; `CORSAC_PANIC`.
///
/// Ownership: the caller's, of the policy (`corsac_policy_free`) as of the error (`corsac_error_free`).
///
/// Threads: any, with a stack of 128 KiB or more: texts nest. Evaluating takes far less.
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

/// Takes a further reference to a policy, which is freed by itself. It costs one atomic addition.
///
/// Parameters: `policy` is a policy that is not freed yet, or NULL.
///
/// Returns: the same policy; NULL for NULL.
///
/// Ownership: the caller's, in addition to the one it had.
///
/// Threads: any.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn corsac_policy_clone(policy: *const corsac_policy) -> *mut corsac_policy {
    guard::value(null_mut(), || {
        if !policy.is_null() {
            // SAFETY: it came from `Arc::into_raw`, and the caller holds a reference.
            unsafe { Arc::increment_strong_count(policy) };
        }
        policy.cast_mut()
    })
}

/// Gives a reference to a policy back. The last one frees it.
///
/// Parameters: `policy` is a policy that is not freed yet, or NULL, which does nothing.
///
/// Ownership: taken; decisions that borrow from the policy hold as long as another reference does.
///
/// Threads: any.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn corsac_policy_free(policy: *mut corsac_policy) {
    guard::value((), || {
        if !policy.is_null() {
            // SAFETY: it came from `Arc::into_raw`, and the caller gives one reference back.
            unsafe { Arc::decrement_strong_count(policy.cast_const()) };
        }
    });
}

/// How many lints a policy has: settings that are valid but useless or risky. Log each once, when it is built.
///
/// Parameters: `policy` is a policy, or NULL.
///
/// Returns: their number; 0 for NULL.
///
/// Threads: any.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn corsac_policy_lint_count(policy: *const corsac_policy) -> usize {
    guard::value(0, || {
        // SAFETY: NULL or a policy of ours, by the caller's contract.
        unsafe { policy.as_ref() }.map_or(0, |policy| policy.lints.len())
    })
}

/// One lint of a policy.
///
/// Parameters:
/// - `policy` is a policy.
/// - `index` is below `corsac_policy_lint_count(policy)`.
/// - `out` is where the lint goes; its `size` is set.
///
/// Returns: `CORSAC_OK`; `CORSAC_NULL` if a pointer is NULL or there is no such lint; `CORSAC_BAD_SIZE`. Where
/// there is no such lint, the slices of `out` are absent.
///
/// Lifetime: the texts hold as long as the policy.
///
/// Threads: any.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn corsac_policy_lint(
    policy: *const corsac_policy,
    index: usize,
    out: *mut corsac_issue,
) -> corsac_status {
    guard::status(|| {
        // SAFETY: NULL or a policy of ours, by the caller's contract.
        let policy = unsafe { guard::reference(policy)? };
        // SAFETY: `out` is the caller's struct, by the caller's contract.
        unsafe { write_issue(&policy.lints, index, out) }
    })
}
