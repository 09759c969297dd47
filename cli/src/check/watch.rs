//! Doing something again whenever files change.

use crate::failure::Failure;
use corsac::binding::FileStamp;
use std::path::PathBuf;
use std::thread::sleep;
use std::time::Duration;

/// The time between two looks at the files.
const INTERVAL: Duration = Duration::from_millis(200);

/// Does it now and after each change, until the process is ended or it fails, as it does if nobody reads its output.
pub(crate) fn watch(files: &[PathBuf], mut again: impl FnMut() -> Result<(), Failure>) -> Result<(), Failure> {
    let mut seen = states(files);
    loop {
        again()?;
        seen = next_change(files, &seen);
    }
}

/// Waits until a file has changed and then been the same for one interval, since one that is being written is incomplete.
fn next_change(files: &[PathBuf], seen: &[Option<FileStamp>]) -> Vec<Option<FileStamp>> {
    let mut before = seen.to_vec();
    loop {
        sleep(INTERVAL);
        let now = states(files);
        if now != seen && now == before {
            return now;
        }
        before = now;
    }
}

/// The state of each file; none where it is missing.
fn states(files: &[PathBuf]) -> Vec<Option<FileStamp>> {
    files.iter().map(|path| FileStamp::of(path)).collect()
}
