//! Reading a configuration: values become settings, and every wrong type is recorded.

pub(crate) mod cors_package;
mod dangers;
pub(crate) mod document;
pub(crate) mod field_path;
pub(crate) mod line_numbers;
#[cfg(feature = "watch")]
pub(crate) mod policy_text;
pub(crate) mod protection;
pub(crate) mod reader;
#[cfg(feature = "toml")]
pub(crate) mod refused_file;
pub(crate) mod request_options;
pub(crate) mod routes;
pub(crate) mod scalars;
pub(crate) mod setting;
mod slips;
pub(crate) mod syntax;
#[cfg_attr(not(feature = "toml"), path = "toml_absent.rs")]
pub(crate) mod toml_text;
pub(crate) mod unknown_name;
