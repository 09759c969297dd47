//! The path of a field, as issues name it: `routes[0].path` has three steps.

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
