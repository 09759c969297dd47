//! Doing something again whenever files change.

use crate::failure::Failure;
use std::path::PathBuf;
use std::thread::sleep;
use std::time::{Duration, SystemTime};

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
fn next_change(files: &[PathBuf], seen: &[State]) -> Vec<State> {
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

/// What tells one state of a file from another; none where it is missing.
type State = Option<(Option<SystemTime>, u64)>;

fn states(files: &[PathBuf]) -> Vec<State> {
    let state = |path: &PathBuf| std::fs::metadata(path).ok().map(|found| (found.modified().ok(), found.len()));
    files.iter().map(state).collect()
}
