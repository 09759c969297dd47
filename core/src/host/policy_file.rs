//! A policy file that may change: read again when asked, or watched.

use crate::builder::PolicyBuilder;
use crate::decide::policy::Policy;
use crate::host::file_stamp::FileStamp;
use crate::issues::issue::LoadError;
use crate::read::policy_text;
use foldhash::quality::FixedState;
use std::hash::BuildHasher;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

/// A policy file that may change: it is read again when asked, or watched.
///
/// Changes are found by checking the file, and not with notifications of the system. Those are lost on network and
/// overlay file systems, and do not report that a link further up the path now points elsewhere, which is how
/// Kubernetes updates a ConfigMap. A check costs one system call.
#[derive(Debug)]
pub struct PolicyFile {
    path: PathBuf,
    builder: PolicyBuilder,
    /// The state in which the file was read last; none if the file was missing.
    read: Option<FileStamp>,
    /// The file's state at the last check, if the file has not been read in that state yet.
    unsettled: Option<Option<FileStamp>>,
    /// The hash of the text in force; none if the last reading failed.
    in_force: Option<u64>,
    /// The file exists but could not be read. That may be temporary, so it is tried again, and reported once.
    unreadable: bool,
}

impl PolicyFile {
    /// Reads the file for the first time.
    ///
    /// # Errors
    ///
    /// Those of [`Policy::from_file`]: a file that is missing or refused cannot be watched.
    pub fn open(path: impl Into<PathBuf>, builder: PolicyBuilder) -> Result<(Self, Policy), LoadError> {
        let mut file =
            PolicyFile { path: path.into(), builder, read: None, unsettled: None, in_force: None, unreadable: false };
        let policy = file.reload()?;
        Ok((file, policy))
    }

    /// The file's path, as it was given.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the file now, whether or not it has changed.
    ///
    /// # Errors
    ///
    /// Those of [`Policy::from_file`]. If there is an error, keep the policy that is in force.
    pub fn reload(&mut self) -> Result<Policy, LoadError> {
        // This comes before the file is read, so the next check sees a change that happens meanwhile.
        self.read = FileStamp::of(&self.path);
        self.unsettled = None;
        self.in_force = None;
        let text = policy_text::read(&self.path);
        self.unreadable = self.read.is_some() && matches!(text, Err(LoadError::Io(_)));
        let text = text?;
        let policy = self.builder.file_text(&self.path, &text)?;
        self.in_force = Some(hash(&text));
        Ok(policy)
    }

    /// Checks whether the file has changed, and returns the new policy if there is one.
    ///
    /// A changed file is not read until two checks have found the same state, since a program may still be writing it.
    /// Call this about once a second. If the file is missing or refused, the error is returned once. In that case, keep
    /// the policy that is in force.
    pub fn look(&mut self) -> Option<Result<Policy, LoadError>> {
        let now = FileStamp::of(&self.path);
        if self.unreadable && now == self.read {
            return match self.reload() {
                Err(LoadError::Io(_)) => None,
                outcome => Some(outcome),
            };
        }
        if now == self.read {
            self.unsettled = None;
            return None;
        }
        if self.unsettled.replace(now) != Some(now) {
            return None;
        }
        // A file that was touched has the same text.
        if let (Some(in_force), Ok(text)) = (self.in_force, policy_text::read(&self.path))
            && hash(&text) == in_force
        {
            self.read = now;
            self.unsettled = None;
            return None;
        }
        Some(self.reload())
    }

    /// Checks the file every `interval` on a thread of its own, until the [`Watch`] is dropped.
    ///
    /// An interval below 10 ms counts as 10 ms. `on_change` is called on that thread, with the new policy or with the
    /// error.
    ///
    /// ```no_run
    /// use corsac::{PolicyBuilder, PolicyFile, Reloadable};
    /// use std::sync::Arc;
    /// use std::time::Duration;
    ///
    /// let (file, policy) = PolicyFile::open("cors.toml", PolicyBuilder::new())?;
    /// let policies = Arc::new(Reloadable::new(policy));
    /// let in_force = Arc::clone(&policies);
    /// let watch = file.watch(Duration::from_secs(1), move |outcome| match outcome {
    ///     Ok(policy) => drop(in_force.swap(policy)),
    ///     Err(error) => eprintln!("the previous policy stays in force: {error}"),
    /// })?;
    /// // Requests are decided by `policies.load()`; the watch ends when it is dropped.
    /// drop(watch);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The system's error, if it cannot start a thread.
    pub fn watch(
        mut self,
        interval: Duration,
        mut on_change: impl FnMut(Result<Policy, LoadError>) + Send + 'static,
    ) -> std::io::Result<Watch> {
        let (stop, stopped) = channel::<()>();
        let interval = interval.max(SHORTEST);
        let thread = Builder::new().name("corsac-watch".into()).spawn(move || {
            while stopped.recv_timeout(interval) == Err(RecvTimeoutError::Timeout) {
                if let Some(outcome) = self.look() {
                    // If the callback panics, the panic has already been reported, and the callback is called again at
                    // the next change.
                    let _ = catch_unwind(AssertUnwindSafe(|| on_change(outcome)));
                }
            }
        })?;
        Ok(Watch { stop: Some(stop), thread: Some(thread) })
    }
}

/// The shortest time between two checks.
const SHORTEST: Duration = Duration::from_millis(crate::limits::WATCH_INTERVAL_MS);

fn hash(text: &[u8]) -> u64 {
    FixedState::default().hash_one(text)
}

/// A policy file that is being watched, until this is dropped.
///
/// Dropping it waits until a read that has begun is finished.
#[derive(Debug)]
pub struct Watch {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take()
            // The watch may be dropped by its own callback.
            && thread.thread().id() != std::thread::current().id()
        {
            let _ = thread.join();
        }
    }
}
