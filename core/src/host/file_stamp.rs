//! Distinguishing two states of a file without reading it.

use std::fs::Metadata;
use std::path::Path;
use std::time::SystemTime;

/// The attributes by which two states of a file differ. Comparing them costs one system call, and the file is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileStamp {
    modified: Option<SystemTime>,
    length: u64,
    /// Device, inode, and the time at which the inode changed: a file that was renamed into place may be older than the
    /// one before.
    identity: (u64, u64, i64, i64),
}

impl FileStamp {
    /// The state of a file, or of the file to which a link leads; none if there is no file.
    #[must_use]
    pub fn of(path: &Path) -> Option<Self> {
        let metadata = std::fs::metadata(path).ok()?;
        Some(FileStamp { modified: metadata.modified().ok(), length: metadata.len(), identity: identity(&metadata) })
    }
}

#[cfg(unix)]
fn identity(metadata: &Metadata) -> (u64, u64, i64, i64) {
    use std::os::unix::fs::MetadataExt;
    (metadata.dev(), metadata.ino(), metadata.ctime(), metadata.ctime_nsec())
}

#[cfg(not(unix))]
fn identity(_: &Metadata) -> (u64, u64, i64, i64) {
    (0, 0, 0, 0)
}
