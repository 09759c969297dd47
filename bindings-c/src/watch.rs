//! `corsac_reloadable_watch`: looking at the file of a `corsac_reloadable` now and then.

use crate::error::corsac_error;
use crate::guard;
use crate::policy::{Refusal, give_error};
use crate::reloadable::{Held, corsac_reloadable};
use crate::status::{corsac_status, status_number};
use engine::PolicyFile;
use std::cell::Cell;
use std::ffi::c_void;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

/// Called where a file that is watched was read again: after its policy was put in force, or where it is missing or
/// refused and the old policy stays, once for each such change.
///
/// `status` is as that of `corsac_policy_from_file`. `error` is NULL where that is `CORSAC_OK`; it is freed after the
/// call. `user` is what was given to `corsac_reloadable_watch`. It runs on a thread of the library's, and may not throw,
/// `longjmp` or end that thread.
pub type corsac_on_reload =
    Option<unsafe extern "C" fn(status: status_number, error: *const corsac_error, user: *mut c_void)>;

/// A thread that watches. Dropping it ends that, and waits for a reading that is under way.
pub(crate) struct Watch {
    number: u64,
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

static LAST: AtomicU64 = AtomicU64::new(0);

thread_local! {
    /// The number of the watch whose thread this is. `std`'s own name of a thread would be allocated in the host's.
    static NUMBER: Cell<u64> = const { Cell::new(0) };
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take()
            // It may be ended by its own callback.
            && NUMBER.get() != self.number
        {
            let _ = thread.join();
        }
    }
}

/// Whom to tell.
struct Told {
    on_reload: corsac_on_reload,
    user: *mut c_void,
}

// SAFETY: the caller vouches that the function may be called with `user` from another thread.
unsafe impl Send for Told {}

impl Told {
    fn tell(&self, outcome: Result<(), Refusal>) {
        let Some(on_reload) = self.on_reload else { return };
        let mut error = null_mut();
        let status = match outcome {
            Ok(()) => corsac_status::CORSAC_OK,
            // SAFETY: a pointer of our own.
            Err(refusal) => unsafe { give_error(refusal, &raw mut error) },
        };
        // SAFETY: the caller vouches for the function.
        unsafe { on_reload(status as status_number, error, self.user) };
        if !error.is_null() {
            // SAFETY: it was made above, and the callback does not free it.
            drop(unsafe { Box::from_raw(error) });
        }
    }
}

/// The shortest time between two looks.
const SHORTEST: Duration = Duration::from_millis(10);

fn start(held: Arc<Held>, interval: Duration, told: Told) -> std::io::Result<Watch> {
    let (stop, stopped) = channel::<()>();
    let number = LAST.fetch_add(1, Ordering::Relaxed) + 1;
    let thread = Builder::new().name("corsac-watch".into()).spawn(move || {
        // Whole, not field by field: it is what may be sent.
        let told = told;
        NUMBER.set(number);
        while stopped.recv_timeout(interval) == Err(RecvTimeoutError::Timeout) {
            guard::value((), || {
                if let Some(outcome) = held.read(PolicyFile::look) {
                    told.tell(outcome);
                }
            });
        }
    })?;
    Ok(Watch { number, stop: Some(stop), thread: Some(thread) })
}

/// Looks at the file now and then, on a thread of the library's, and reads it again once a change has settled: two looks
/// that find the same. Files that are written in place, renamed into place or reached through links that change, as
/// Kubernetes changes a ConfigMap, are all seen. Watching again replaces the watching before.
///
/// Parameters:
/// - `reloadable` is a holder that came from a file.
/// - `milliseconds`: the time between two looks, 10 or more. A second is a good choice: a look is one system call.
/// - `on_reload` is told of what was read, with `user`; both may be NULL.
///
/// Returns: `CORSAC_OK`; `CORSAC_NULL`; `CORSAC_BAD_SIZE` for too short a time; `CORSAC_IO` where there is no file to
/// watch, or the system has no thread left; `CORSAC_PANIC`.
///
/// Threads: any. The thread has the signal mask of the one that calls: block the signals before that the program waits
/// for. It does not live on in a process that is forked: watch after that.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn corsac_reloadable_watch(
    reloadable: *const corsac_reloadable,
    milliseconds: u64,
    on_reload: corsac_on_reload,
    user: *mut c_void,
) -> corsac_status {
    guard::status(|| {
        // SAFETY: NULL or a holder of ours, by the caller's contract.
        let reloadable = unsafe { guard::reference(reloadable)? };
        let interval = Duration::from_millis(milliseconds);
        if interval < SHORTEST {
            return Err(corsac_status::CORSAC_BAD_SIZE);
        }
        if !reloadable.held.has_file() {
            return Err(corsac_status::CORSAC_IO);
        }
        let watch = start(Arc::clone(&reloadable.held), interval, Told { on_reload, user });
        replace(reloadable, Some(watch.map_err(|_| corsac_status::CORSAC_IO)?));
        Ok(())
    })
}

/// Ends the watching, if there is any. Once it has returned, the callback is neither running nor called again, but where
/// the callback itself calls it.
///
/// Parameters: `reloadable` is a holder, or NULL, which does nothing.
///
/// Threads: any; it waits for a callback that is running, which may not need a lock that the caller holds.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn corsac_reloadable_unwatch(reloadable: *const corsac_reloadable) {
    guard::value((), || {
        // SAFETY: NULL or a holder of ours, by the caller's contract.
        if let Some(reloadable) = unsafe { reloadable.as_ref() } {
            replace(reloadable, None);
        }
    });
}

fn replace(reloadable: &corsac_reloadable, watch: Option<Watch>) {
    let before = {
        let mut place = reloadable.watch.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *place, watch)
    };
    // Not under the lock: its callback may want that, too.
    drop(before);
}
