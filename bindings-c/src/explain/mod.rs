//! How a browser handles an exchange, as JSON or as text for people.

pub mod exchange;
pub mod explanation;
pub mod format;
