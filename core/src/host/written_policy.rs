//! A policy as it is written in a file, for tools that show lines of it.

use crate::builder::{PolicyBuilder, without_bom};
use crate::decide::policy::Policy;
use crate::issues::issue::{ConfigError, LoadError};
use crate::read::policy_text;
use std::path::PathBuf;

/// The text of a policy's file, for tools that show what an issue is about.
#[derive(Clone, Debug)]
pub struct WrittenPolicy {
    path: PathBuf,
    text: Vec<u8>,
}

impl WrittenPolicy {
    /// Takes a text that did not come from a file. It is JSON if the name ends in `.json`, otherwise TOML, as with files.
    pub fn new(name: impl Into<PathBuf>, text: impl Into<Vec<u8>>) -> Self {
        WrittenPolicy { path: name.into(), text: text.into() }
    }

    /// Reads a regular file of at most 64 MiB.
    ///
    /// # Errors
    ///
    /// The errors of [`Policy::from_file`] for a file that cannot be read.
    pub fn read(path: impl Into<PathBuf>) -> Result<Self, LoadError> {
        let path = path.into();
        let text = policy_text::read(&path)?;
        Ok(WrittenPolicy { path, text })
    }

    /// The text without a byte order mark, in which [`Issue::span`](crate::Issue::span) counts bytes.
    #[must_use]
    pub fn text(&self) -> &[u8] {
        without_bom(&self.text)
    }

    /// Builds the policy: from JSON if the name of the file ends in `.json`, else from TOML.
    ///
    /// # Errors
    ///
    /// Those of [`PolicyBuilder::file_text`].
    pub fn policy(&self, builder: PolicyBuilder) -> Result<Policy, ConfigError> {
        builder.file_text(&self.path, &self.text)
    }
}
