//! The text of a policy's file. Only a regular file is read, and only so much of it.

use crate::issues::code::Code;
use crate::issues::issue::{ConfigError, Fault, Issues, LoadError};
use crate::limits::POLICY_FILE_MIB;
use crate::printable::printable;
use std::fs::{File, Metadata, OpenOptions};
use std::io::Read;
use std::path::Path;

const MAX_BYTES: u64 = POLICY_FILE_MIB << 20;

/// Reads a policy's file whole.
///
/// # Errors
///
/// [`LoadError::Io`] where the system cannot open or read it; [`LoadError::Config`] where it is not a regular file, or is
/// too large.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, LoadError> {
    // Looked at before it is opened, since opening a device or a pipe acts on it; and after, since it may have changed.
    check_kind(path, &std::fs::metadata(path).map_err(LoadError::Io)?)?;
    let file = open(path).map_err(LoadError::Io)?;
    check_kind(path, &file.metadata().map_err(LoadError::Io)?)?;
    // A file may hold more than it says (such as those of /proc), or grow while it is read.
    let mut text = Vec::new();
    file.take(MAX_BYTES + 1).read_to_end(&mut text).map_err(LoadError::Io)?;
    if text.len() as u64 > MAX_BYTES {
        let message = format!("`{}` is larger than {POLICY_FILE_MIB} MiB", shown(path));
        let help = "write `*.` patterns for origins that have a domain in common, or keep the origins in a database and ask it \
                    with an origin predicate";
        return Err(refused(path, Fault::new(Code::FileTooLarge, message, help)));
    }
    Ok(text)
}

/// The system has an error of its own for a folder.
fn check_kind(path: &Path, metadata: &Metadata) -> Result<(), LoadError> {
    if metadata.is_file() || metadata.is_dir() { Ok(()) } else { Err(refused(path, not_regular(path, metadata))) }
}

/// Opens without waiting: a named pipe would wait for a writer, for ever if there is none.
#[cfg(unix)]
fn open(path: &Path) -> std::io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY).open(path)
}

#[cfg(not(unix))]
fn open(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().read(true).open(path)
}

fn not_regular(path: &Path, metadata: &Metadata) -> Fault {
    let message = format!("`{}` is {}, not a regular file", shown(path), kind(metadata));
    let help = "write the policy to a file and give that file's path; a link to a file works too";
    Fault::new(Code::FileNotRegular, message, help)
}

#[cfg(unix)]
fn kind(metadata: &Metadata) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    let kind = metadata.file_type();
    if kind.is_fifo() {
        "a pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

#[cfg(not(unix))]
fn kind(_: &Metadata) -> &'static str {
    "a device"
}

fn shown(path: &Path) -> String {
    printable(&path.display().to_string())
}

fn refused(path: &Path, fault: Fault) -> LoadError {
    let mut issues = Issues::default();
    issues.error("", "", fault);
    let error: ConfigError = issues.into_error();
    LoadError::Config(error.in_file(path))
}
