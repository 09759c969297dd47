//! What a browser makes of an exchange, as JSON or as text for people.

pub mod exchange;
pub mod explanation;
pub mod format;
