//! The policy file that is replaced.

use crate::failure::Failure;
use crate::output::terminal::plain;
use crate::policy_argument::shown;
use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A regular file, or one that does not exist yet.
pub(super) struct Destination {
    /// The file itself, if the given path is a link.
    path: PathBuf,
    name: String,
}

impl Destination {
    pub(super) fn new(path: &Path) -> Result<Self, Failure> {
        let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        let is_special = path.metadata().is_ok_and(|found| !found.is_file());
        let Some(name) = name.filter(|_| !is_special) else {
            return Err(Failure::input(format!("`{}` is not a file", shown(&path)))
                .help("name the policy file, as in `/etc/corsac/cors.toml`"));
        };
        // A path that cannot be written is reported before anything is sent.
        let destination = Destination { path, name };
        let probe = destination.beside("new");
        create(&probe).and_then(|_| std::fs::remove_file(&probe)).map_err(|error| destination.unwritable(&error))?;
        Ok(destination)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The path of a hidden file that belongs to this file and is in the same folder.
    pub(super) fn beside(&self, what: &str) -> PathBuf {
        let what = if what == "new" { format!("{}.new", std::process::id()) } else { what.to_owned() };
        self.path.with_file_name(format!(".{}.{what}", self.name))
    }

    /// Whether the file already has this text.
    pub(super) fn has(&self, text: &[u8]) -> bool {
        let is_as_long = self.path.metadata().is_ok_and(|found| found.len() == text.len() as u64);
        is_as_long && std::fs::read(&self.path).is_ok_and(|found| found == text)
    }

    /// Replaces the file with a text in one step, and keeps the file's permissions.
    pub(super) fn replace(&self, text: &[u8]) -> Result<(), Failure> {
        let fresh = self.beside("new");
        let write = || -> io::Result<()> {
            let mut file = create(&fresh)?;
            file.write_all(text)?;
            if let Ok(old) = self.path.metadata() {
                keep_owner(&file, &old);
                file.set_permissions(old.permissions())?;
            }
            // The file gets its name only after its text is on the disk.
            file.sync_all()?;
            std::fs::rename(&fresh, &self.path)
        };
        write().map_err(|error| {
            // An incomplete file is of no use.
            let _ = std::fs::remove_file(&fresh);
            self.unwritable(&error)
        })
    }

    fn unwritable(&self, error: &io::Error) -> Failure {
        Failure::input(format!("`{}` cannot be written: {}", shown(&self.path), plain(error)))
            .help("the folder has to exist, and the user who runs this has to be allowed to create files in it")
    }
}

/// A service that could read the old file has to be able to read the new one. Only root may change a file's owner, so
/// failures are ignored.
#[cfg(unix)]
fn keep_owner(file: &File, old: &Metadata) {
    use std::os::unix::fs::{MetadataExt, fchown};
    let _ = fchown(file, Some(old.uid()), Some(old.gid()));
}

#[cfg(not(unix))]
fn keep_owner(_: &File, _: &Metadata) {}

fn create(path: &Path) -> io::Result<File> {
    // If an earlier process with the same ID left a file behind, it is not needed.
    let _ = std::fs::remove_file(path);
    OpenOptions::new().write(true).create_new(true).open(path)
}
