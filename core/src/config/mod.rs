//! What a person writes: settings, their names and values.

pub(crate) mod names_elsewhere;
pub(crate) mod notation;
pub(crate) mod setting_names;
pub(crate) mod settings;
pub(crate) mod typed;
pub(crate) mod value;
