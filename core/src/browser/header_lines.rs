//! Finding and removing headers. The lines are kept as they were written, so names are compared without regard to
//! case.

use crate::browser::exchange::HeaderLines;

/// The value of each line with this name.
pub(crate) fn values<'l>(
    lines: &'l [(Vec<u8>, Vec<u8>)],
    name: &'l (impl AsRef<[u8]> + ?Sized),
) -> impl Iterator<Item = &'l [u8]> {
    lines.iter().filter(move |(found, _)| found.eq_ignore_ascii_case(name.as_ref())).map(|(_, value)| value.as_slice())
}

/// Removes each line with this name.
pub(crate) fn remove(lines: &mut HeaderLines, name: &str) {
    lines.retain(|(found, _)| !found.eq_ignore_ascii_case(name.as_bytes()));
}
