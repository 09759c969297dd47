//! Files from which no policy is read, whatever their content is.

use crate::issues::issue::{ConfigError, Issues};
use crate::issues::messages::files::{self, SpecialFile};
use std::path::Path;

/// Why a file is not read, for bindings that read files themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusedFile {
    /// It is a named pipe.
    Pipe,
    /// It is a socket.
    Socket,
    /// It is a device.
    Device,
    /// It is larger than the limit.
    TooLarge,
}

impl RefusedFile {
    /// The error that names the file.
    #[must_use]
    pub fn error(self, path: &Path) -> ConfigError {
        let fault = match self {
            RefusedFile::Pipe => files::not_regular(path, SpecialFile::Pipe),
            RefusedFile::Socket => files::not_regular(path, SpecialFile::Socket),
            RefusedFile::Device => files::not_regular(path, SpecialFile::Device),
            RefusedFile::TooLarge => files::too_large(path),
        };
        let mut issues = Issues::default();
        issues.error("", "", fault);
        issues.into_error().in_file(path)
    }
}
