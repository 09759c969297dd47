//! Repeating an action whenever files change.

use crate::failure::Failure;
use corsac::binding::FileStamp;
use std::path::PathBuf;
use std::thread::sleep;
use std::time::Duration;

/// The time between two checks of the files.
const INTERVAL: Duration = Duration::from_millis(200);

/// Runs the action now and after each change, until the process is ended or the action fails, for example because
/// nobody reads its output any more.
pub(crate) fn watch(files: &[PathBuf], mut again: impl FnMut() -> Result<(), Failure>) -> Result<(), Failure> {
    let mut seen = states(files);
    loop {
        again()?;
        seen = next_change(files, &seen);
    }
}

/// Waits until a file has changed and has then stayed the same for one interval, since a file that is still being
/// written is incomplete.
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

/// The state of each file; none if it is missing.
fn states(files: &[PathBuf]) -> Vec<Option<FileStamp>> {
    files.iter().map(|path| FileStamp::of(path)).collect()
}
