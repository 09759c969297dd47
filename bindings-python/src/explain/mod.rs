//! Explanations of exchanges: from JSON text to JSON text, and to text for people.
//! `corsac/_explain.py` makes objects from them.

pub(crate) mod browser_session;
pub(crate) mod explain_exchange;
