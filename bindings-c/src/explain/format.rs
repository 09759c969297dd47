//! `corsac_explanation_format`: the formats in which an explanation can be written.

use crate::status::corsac_status;

/// The format in which an explanation is written. Numbers are never reused.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum corsac_explanation_format {
    /// JSON, for programs: `docs/explanation.schema.json` describes it.
    CORSAC_EXPLANATION_JSON = 0,
    /// A page of text for people. It ends with a line feed.
    CORSAC_EXPLANATION_TEXT = 1,
}

/// A format as C passes it, which can be any number.
pub type explanation_format_number = i32;

impl corsac_explanation_format {
    pub(crate) fn from_number(number: explanation_format_number) -> Result<Self, corsac_status> {
        [Self::CORSAC_EXPLANATION_JSON, Self::CORSAC_EXPLANATION_TEXT]
            .into_iter()
            .find(|format| *format as explanation_format_number == number)
            .ok_or(corsac_status::CORSAC_BAD_SIZE)
    }
}
