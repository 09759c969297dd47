//! Replaces `toml_text.rs` if the feature `toml` is off: no text is TOML.

use crate::config::value::Value;
#[cfg(feature = "explain")]
use crate::read::field_path::{Found, Step};
#[cfg(feature = "explain")]
use std::marker::PhantomData;

/// The position at which the parser would have stopped.
#[derive(Debug)]
pub(crate) struct Stop {
    pub(crate) offset: Option<usize>,
}

pub(crate) fn parse(_text: &str) -> Result<Value, Stop> {
    Err(Stop { offset: None })
}

pub(crate) fn is_toml(_text: &str) -> bool {
    false
}

#[cfg(feature = "explain")]
pub(crate) struct Offsets<'t>(PhantomData<&'t str>);

#[cfg(feature = "explain")]
impl Offsets<'_> {
    pub(crate) fn of(_text: &str) -> Option<Self> {
        None
    }

    pub(crate) fn find(&self, _steps: &[Step<'_>]) -> Option<Found> {
        None
    }
}
