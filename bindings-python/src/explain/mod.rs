//! Explanations of exchanges, from JSON text to JSON text and text for people. `corsac/_explain.py` makes objects of them.

pub(crate) mod browser_session;
pub(crate) mod explain_exchange;
