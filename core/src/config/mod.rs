//! Settings as a person writes them: their names and values. The table of settings is `settings_table.rs`.

pub(crate) mod dangers;
pub(crate) mod lifted;
pub(crate) mod list;
pub(crate) mod names_elsewhere;
pub(crate) mod notation;
pub(crate) mod number_text;
#[cfg(feature = "explain")]
pub(crate) mod retained;
pub(crate) mod setting_names;
pub(crate) mod settings;
pub(crate) mod settings_table;
pub(crate) mod stakes;
pub(crate) mod table_macros;
pub(crate) mod tables;
pub(crate) mod takes;
pub(crate) mod value;
pub(crate) mod written;
