//! The path of a field, as issues name it (`routes[0].path` has three steps), and the bytes of a text to which it
//! leads.

/// The position of a setting, or of an entry of a list, in a text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found {
    pub(crate) start: usize,
    /// The end of its name if it has one, otherwise the end of the value.
    pub(crate) end_of_name: usize,
    pub(crate) end: usize,
}

/// One step of a field's path.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Step<'f> {
    Key(&'f str),
    Index(usize),
}

pub(crate) fn steps(field: &str) -> Vec<Step<'_>> {
    let parts = field.split(['.', '[']).filter(|part| !part.is_empty());
    parts
        .map(|part| match part.strip_suffix(']').map(str::parse) {
            Some(Ok(index)) => Step::Index(index),
            _ => Step::Key(part),
        })
        .collect()
}
