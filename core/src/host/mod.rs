//! Policies in a running host: files, watching, replacement.

pub(crate) mod file_stamp;
pub(crate) mod policy_file;
pub(crate) mod reloadable;
pub(crate) mod written_policy;
