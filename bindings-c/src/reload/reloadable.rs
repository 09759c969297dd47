//! `corsac_reloadable`: a policy that is swapped while requests run.

use crate::issues::error::corsac_error;
use crate::panic_boundary;
use crate::pointer;
use crate::policy::counted::{corsac_policy, shared};
use crate::policy::options::{builder, corsac_policy_options};
use crate::policy::out_parameters::{Refusal, give_error, hand_over, path_of, unread};
use crate::reload::watch::{self, Watching};
use crate::slice::corsac_slice;
use crate::status::corsac_status;
use engine::{LoadError, Policy, PolicyFile, Reloadable};
use std::ffi::c_char;
use std::ptr::null_mut;
use std::sync::{Arc, Mutex, PoisonError};

/// Holds the policy that is in force, which any thread may swap at any time. It is opaque, and any number of threads
/// may use it at the same time. Free it with `corsac_reloadable_free`.
///
/// Readers never block. They see either the old policy or the new one, and never a mix.
pub struct corsac_reloadable {
    pub(crate) in_force: Arc<PolicyInForce>,
    pub(crate) watching: Watching,
}

/// The policy that is in force, and its file. The thread that watches the file shares this.
pub(crate) struct PolicyInForce {
    policy: Reloadable<corsac_policy>,
    /// Is locked while the file is read and its policy is put in force, so that the policy that was read last is in
    /// force at the end.
    file: Option<Mutex<PolicyFile>>,
}

const _: () = {
    const fn any_thread<T: Send + Sync>() {}
    any_thread::<corsac_reloadable>();
};

impl PolicyInForce {
    /// Whether the policy came from a file.
    pub(crate) fn has_file(&self) -> bool {
        self.file.is_some()
    }

    /// Reads the file, if there is a reason to, and puts its policy in force.
    pub(crate) fn read(
        &self,
        reading: impl FnOnce(&mut PolicyFile) -> Option<Result<Policy, LoadError>>,
    ) -> Option<Result<(), Refusal>> {
        let file = self.file.as_ref()?;
        // Code that panicked has not changed the policy in force.
        let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
        Some(match reading(&mut file)? {
            Ok(policy) => {
                self.policy.swap(corsac_policy::from(policy));
                Ok(())
            }
            Err(error) => Err(unread(file.path(), &error)),
        })
    }
}

fn into_raw(policy: impl Into<Arc<corsac_policy>>, file: Option<PolicyFile>) -> *mut corsac_reloadable {
    let in_force = PolicyInForce { policy: Reloadable::new(policy), file: file.map(Mutex::new) };
    Box::into_raw(Box::new(corsac_reloadable { in_force: Arc::new(in_force), watching: Watching::default() }))
}

/// Makes a holder of a policy that the program itself builds and swaps.
///
/// Parameters:
/// - `policy` is the first policy in force. The holder takes another reference, and the caller keeps the old one.
/// - `out`: where the holder is stored; NULL on failure.
///
/// Returns: `CORSAC_OK`; `CORSAC_NULL`; `CORSAC_PANIC`.
///
/// Ownership: the holder belongs to the caller.
///
/// Threads: any.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn corsac_reloadable_from_policy(
    policy: *const corsac_policy,
    out: *mut *mut corsac_reloadable,
) -> corsac_status {
    // SAFETY: a policy of ours, by the caller's contract.
    let make = || Ok(Ok(into_raw(unsafe { shared(policy)? }, None)));
    // SAFETY: `out` is writable by the caller's contract.
    unsafe { hand_over(out, null_mut(), make) }
}

/// Makes a holder of a file's policy. The file is read now, and again by `corsac_reloadable_reload` or while it is watched.
///
/// Parameters:
/// - `options`, which may be NULL, `path`, `len`, `err`: as for `corsac_policy_from_file_with`.
/// - `out`: where the holder is stored; NULL on failure.
///
/// Returns, threads: as for `corsac_policy_from_file_with`. If the file is missing or refused, there is no holder.
///
/// Ownership: the holder (`corsac_reloadable_free`) and the error belong to the caller.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn corsac_reloadable_from_file(
    options: *const corsac_policy_options,
    path: *const c_char,
    len: usize,
    out: *mut *mut corsac_reloadable,
    err: *mut *mut corsac_error,
) -> corsac_status {
    let make = || {
        let path = corsac_slice { ptr: path, len };
        // SAFETY: both are valid by the caller's contract.
        let (builder, path) = unsafe { (builder(options)?, path.bytes()?.ok_or(corsac_status::CORSAC_NULL)?) };
        let path = path_of(path);
        Ok(match PolicyFile::open(path.clone(), builder) {
            Ok((file, policy)) => Ok(into_raw(corsac_policy::from(policy), Some(file))),
            Err(error) => Err(unread(&path, &error)),
        })
    };
    // SAFETY: both point to writable pointers, by the caller's contract.
    unsafe { hand_over(out, err, make) }
}

/// Takes a reference to the policy that is in force now. A request takes a reference when it begins, decides with that
/// policy, uses the decision, and then gives the reference back with `corsac_policy_free`.
///
/// Parameters: `reloadable` is a holder, or NULL.
///
/// Returns: the policy; NULL for NULL. It never blocks.
///
/// Ownership: the reference belongs to the caller, as with `corsac_policy_clone`. The policy can outlive the holder.
///
/// Threads: any.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn corsac_reloadable_acquire(reloadable: *const corsac_reloadable) -> *mut corsac_policy {
    panic_boundary::value(null_mut(), || {
        // SAFETY: NULL or a holder of ours, by the caller's contract.
        let reloadable = unsafe { reloadable.as_ref() };
        reloadable.map_or(null_mut(), |reloadable| Arc::into_raw(reloadable.in_force.policy.load()).cast_mut())
    })
}

/// Puts another policy in force. Requests that have acquired the old one keep it.
///
/// Parameters:
/// - `reloadable` is a holder. If it came from a file, the next change to the file, or `corsac_reloadable_reload`, puts
///   the file's policy in force again.
/// - `policy` is a policy. The holder takes another reference, and the caller keeps the old one.
///
/// Returns: `CORSAC_OK`; `CORSAC_NULL` (then nothing is swapped); `CORSAC_PANIC`.
///
/// Threads: any.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn corsac_reloadable_swap(
    reloadable: *const corsac_reloadable,
    policy: *const corsac_policy,
) -> corsac_status {
    panic_boundary::status(|| {
        // SAFETY: NULL or ours, both by the caller's contract.
        let (reloadable, policy) = unsafe { (pointer::reference(reloadable)?, shared(policy)?) };
        reloadable.in_force.policy.swap(policy);
        Ok(())
    })
}

/// Reads the file again and puts its policy in force. If anything is wrong with the file, the old policy stays in
/// force.
///
/// Parameters:
/// - `reloadable` is a holder that came from a file.
/// - `err`: where the error is stored if there is one; otherwise NULL is stored there. `err` itself may be NULL.
///
/// Returns: as for `corsac_policy_from_file`; `CORSAC_IO` also if there is no file to read.
///
/// Ownership: the error belongs to the caller.
///
/// Threads: any, with the stack that building a policy needs. If several threads call it at the same time, they
/// take turns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn corsac_reloadable_reload(
    reloadable: *const corsac_reloadable,
    err: *mut *mut corsac_error,
) -> corsac_status {
    panic_boundary::status(|| {
        if !err.is_null() {
            // SAFETY: not NULL; writable by the caller's contract.
            unsafe { err.write(null_mut()) };
        }
        // SAFETY: NULL or a holder of ours, by the caller's contract.
        let reloadable = unsafe { pointer::reference(reloadable)? };
        let read = reloadable.in_force.read(|file| Some(file.reload()));
        // SAFETY: `err` is writable by the caller's contract.
        read.unwrap_or_else(|| Err(corsac_error::no_file())).map_err(|refusal| unsafe { give_error(refusal, err) })
    })
}

/// Frees a holder, and ends its watch as `corsac_reloadable_unwatch` does. Policies that were acquired stay valid.
///
/// Parameters: `reloadable` is a holder that has not been freed yet and that no thread uses, or NULL, which does
/// nothing. A callback that is running may use the holder until the callback returns, unless another callback frees the
/// holder.
///
/// Ownership: the library takes it.
///
/// Threads: any.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn corsac_reloadable_free(reloadable: *mut corsac_reloadable) {
    panic_boundary::value((), || {
        // SAFETY: NULL or a holder of ours, by the caller's contract.
        if let Some(holder) = unsafe { reloadable.as_ref() } {
            watch::end(holder);
            // SAFETY: it came from `Box::into_raw` and has not been freed yet, by the caller's contract.
            drop(unsafe { Box::from_raw(reloadable) });
        }
    });
}
