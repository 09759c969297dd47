//! The text of a policy's file. Only a regular file is read, up to a maximum size.

use crate::issues::issue::LoadError;
use crate::limits::POLICY_FILE_MIB;
use crate::read::refused_file::RefusedFile;
use std::fs::{File, Metadata, OpenOptions};
use std::io::Read;
use std::path::Path;

const MAX_BYTES: u64 = POLICY_FILE_MIB << 20;

/// Reads a policy's file whole.
///
/// # Errors
///
/// [`LoadError::Io`] if the system cannot open or read it; [`LoadError::Config`] if it is not a regular file, or is too
/// large.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, LoadError> {
    // The file is checked before it is opened, since opening a device or a pipe has effects, and again afterwards,
    // since the path may have changed.
    check_kind(path, &std::fs::metadata(path).map_err(LoadError::Io)?)?;
    let file = open(path).map_err(LoadError::Io)?;
    let metadata = file.metadata().map_err(LoadError::Io)?;
    check_kind(path, &metadata)?;
    // A file may contain more than its size says (as in /proc), or grow while it is read.
    let expected = usize::try_from(metadata.len().min(MAX_BYTES)).unwrap_or_default();
    let mut text = Vec::with_capacity(expected + 1);
    file.take(MAX_BYTES + 1).read_to_end(&mut text).map_err(LoadError::Io)?;
    if text.len() as u64 > MAX_BYTES {
        return Err(RefusedFile::TooLarge.error(path).into());
    }
    Ok(text)
}

/// For a folder, the system has its own error.
fn check_kind(path: &Path, metadata: &Metadata) -> Result<(), LoadError> {
    if metadata.is_file() || metadata.is_dir() {
        return Ok(());
    }
    Err(kind(metadata).error(path).into())
}

/// Opens a file without waiting. Otherwise, a named pipe would wait for a writer, perhaps forever.
#[cfg(unix)]
fn open(path: &Path) -> std::io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY).open(path)
}

#[cfg(not(unix))]
fn open(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().read(true).open(path)
}

#[cfg(unix)]
fn kind(metadata: &Metadata) -> RefusedFile {
    use std::os::unix::fs::FileTypeExt;
    let kind = metadata.file_type();
    if kind.is_fifo() {
        RefusedFile::Pipe
    } else if kind.is_socket() {
        RefusedFile::Socket
    } else {
        RefusedFile::Device
    }
}

#[cfg(not(unix))]
fn kind(_: &Metadata) -> RefusedFile {
    RefusedFile::Device
}
