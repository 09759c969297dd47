//! `corsac_reloadable_watch`: watching the file of a `corsac_reloadable` for changes.

use crate::issues::error::corsac_error;
use crate::panic_boundary;
use crate::pointer;
use crate::policy::out_parameters::{Refusal, give_error};
use crate::reload::reloadable::{PolicyInForce, corsac_reloadable};
use crate::status::{corsac_status, status_number};
use engine::PolicyFile;
use std::cell::Cell;
use std::ffi::c_void;
use std::mem::{replace, take};
use std::ptr::{null, null_mut};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

/// The callback for a watched file. It is called once for each change, after the file has been read again. Either its
/// policy is now in force, or the file is missing or refused and the old policy stays in force.
///
/// `status` has the same values as that of `corsac_policy_from_file`. `error` is NULL if `status` is `CORSAC_OK`. It
/// is freed after the call. `user` is the pointer that was passed to `corsac_reloadable_watch`. The callback runs on
/// a thread of the library, and must not throw, `longjmp` or end that thread.
pub type corsac_on_reload =
    Option<unsafe extern "C" fn(status: status_number, error: *const corsac_error, user: *mut c_void)>;

/// The watch of one holder.
#[derive(Default)]
pub(crate) struct Watching {
    threads: Mutex<Threads>,
    /// Is locked while a caller waits for threads, so that other callers wait for the same threads.
    waiting: Mutex<()>,
}

#[derive(Default)]
struct Threads {
    current: Option<Watch>,
    /// Threads that were told to end. Their callbacks may still be running.
    ended: Vec<JoinHandle<()>>,
}

struct Watch {
    /// Dropping it ends the thread.
    stop: Sender<()>,
    thread: JoinHandle<()>,
}

impl Threads {
    fn replace(&mut self, watch: Option<Watch>) {
        // If each callback begins a new watch, the list of threads must not grow.
        self.ended.retain(|thread| !thread.is_finished());
        if let Some(Watch { stop, thread }) = replace(&mut self.current, watch) {
            drop(stop);
            self.ended.push(thread);
        }
    }
}

thread_local! {
    /// The policy whose file this thread watches; null in the host's threads. `thread::current` is not used to tell the
    /// threads apart, because it would allocate memory in the host's threads.
    static WATCHED: Cell<*const PolicyInForce> = const { Cell::new(null()) };
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The caller's callback.
struct ReloadCallback {
    on_reload: corsac_on_reload,
    user: *mut c_void,
}

// SAFETY: the caller vouches that the function may be called with `user` from another thread.
unsafe impl Send for ReloadCallback {}

impl ReloadCallback {
    fn call(&self, outcome: Result<(), Refusal>) {
        let Some(on_reload) = self.on_reload else { return };
        let mut error = null_mut();
        let status = match outcome {
            Ok(()) => corsac_status::CORSAC_OK,
            // SAFETY: the pointer was made here.
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

/// The shortest time between two checks of the file.
const SHORTEST_INTERVAL: Duration = Duration::from_millis(10);

fn start(in_force: Arc<PolicyInForce>, interval: Duration, callback: ReloadCallback) -> std::io::Result<Watch> {
    let (stop, stopped) = channel::<()>();
    let thread = Builder::new().name("corsac-watch".into()).spawn(move || {
        // This moves the whole struct and not its fields, because only the struct may be sent to another thread.
        let callback = callback;
        WATCHED.set(Arc::as_ptr(&in_force));
        while stopped.recv_timeout(interval) == Err(RecvTimeoutError::Timeout) {
            panic_boundary::value((), || {
                if let Some(outcome) = in_force.read(PolicyFile::look) {
                    callback.call(outcome);
                }
            });
        }
    })?;
    Ok(Watch { stop, thread })
}

/// Checks the file regularly, on a thread of the library. If the file has changed, it is read again as soon as two
/// checks in a row find the same state. A change is noticed whether the file is written in place, renamed into place,
/// or reached through links that change, as Kubernetes does with a ConfigMap. Another call replaces the earlier
/// watch.
///
/// Parameters:
/// - `reloadable` is a holder that came from a file.
/// - `milliseconds`: the time between two checks, 10 or more. A second is a good choice, because a check is one
///   system call.
/// - `on_reload` is called with `user` after the file has been read. Both may be NULL.
///
/// Returns: `CORSAC_OK`; `CORSAC_NULL`; `CORSAC_BAD_SIZE` if the time is too short; `CORSAC_IO` if there is no file
/// to watch, or the system has no thread left; `CORSAC_PANIC`.
///
/// Threads: any. The library's thread has the signal mask of the calling thread, so before this call, block the signals
/// for which the program waits. A forked process does not have the library's thread, so call this after `fork`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn corsac_reloadable_watch(
    reloadable: *const corsac_reloadable,
    milliseconds: u64,
    on_reload: corsac_on_reload,
    user: *mut c_void,
) -> corsac_status {
    panic_boundary::status(|| {
        // SAFETY: NULL or a holder of ours, by the caller's contract.
        let reloadable = unsafe { pointer::reference(reloadable)? };
        let interval = Duration::from_millis(milliseconds);
        if interval < SHORTEST_INTERVAL {
            return Err(corsac_status::CORSAC_BAD_SIZE);
        }
        if !reloadable.in_force.has_file() {
            return Err(corsac_status::CORSAC_IO);
        }
        // The thread is started while the lock is held, so that its callback finds the watch if it wants to end it.
        let mut threads = locked(&reloadable.watching.threads);
        let watch = start(Arc::clone(&reloadable.in_force), interval, ReloadCallback { on_reload, user });
        threads.replace(Some(watch.map_err(|_| corsac_status::CORSAC_IO)?));
        drop(threads);
        if !is_callback(reloadable) {
            let _turn = locked(&reloadable.watching.waiting);
            let ended = take(&mut locked(&reloadable.watching.threads).ended);
            join(ended);
        }
        Ok(())
    })
}

/// Ends the watch, if there is one, and any watch that a callback begins in the meantime. When this function returns,
/// no callback is running and none will be called. If a callback of the same holder calls this, the watch ends, but
/// the function does not wait for any callback.
///
/// Parameters: `reloadable` is a holder, or NULL, which does nothing.
///
/// Threads: any. It waits for a callback that is running. Therefore, the callback must not need a lock that the caller
/// holds.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn corsac_reloadable_unwatch(reloadable: *const corsac_reloadable) {
    panic_boundary::value((), || {
        // SAFETY: NULL or a holder of ours, by the caller's contract.
        if let Some(reloadable) = unsafe { reloadable.as_ref() } {
            end(reloadable);
        }
    });
}

/// Ends all watches, including those that callbacks begin before they return. A callback may use the holder until it
/// returns.
pub(crate) fn end(reloadable: &corsac_reloadable) {
    if is_callback(reloadable) {
        return locked(&reloadable.watching.threads).replace(None);
    }
    let _turn = locked(&reloadable.watching.waiting);
    loop {
        let mut threads = locked(&reloadable.watching.threads);
        threads.replace(None);
        let ended = take(&mut threads.ended);
        // Callbacks of these threads may need the lock before they end.
        drop(threads);
        if ended.is_empty() {
            return;
        }
        join(ended);
    }
}

fn join(ended: Vec<JoinHandle<()>>) {
    for thread in ended {
        let _ = thread.join();
    }
}

/// Whether the caller is a callback of this holder. Then it must not wait for itself, or for another callback that
/// may wait for it.
fn is_callback(reloadable: &corsac_reloadable) -> bool {
    WATCHED.get() == Arc::as_ptr(&reloadable.in_force)
}
