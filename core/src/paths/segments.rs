//! A path as segments: cut at slashes, and rewritten without empty segments and dots.

/// The part of a path after its first slash, without one slash at the end; `None` if there is no segment.
pub(crate) fn inner(path: &[u8]) -> Option<&[u8]> {
    let body = path.get(1..).unwrap_or_default();
    (!body.is_empty()).then(|| body.strip_suffix(b"/").unwrap_or(body))
}

/// The first segment, and the text of the others.
pub(crate) fn first(text: &[u8]) -> (&[u8], Option<&[u8]>) {
    match text.iter().position(|byte| *byte == b'/') {
        Some(end) => (text.get(..end).unwrap_or_default(), text.get(end + 1..)),
        None => (text, None),
    }
}

/// How empty segments are read.
#[derive(Clone, Copy, Default, PartialEq)]
pub(crate) enum Empty {
    #[default]
    Kept,
    /// They are left out before dots are resolved: `//` is one slash.
    Dropped,
    /// They are left out after dots are resolved, so `..` can remove an empty segment.
    DroppedLast,
}

impl Empty {
    /// The ways that make a difference, each with whether dots are resolved.
    pub(crate) fn ways(has_empty: bool, has_dots: bool) -> impl Iterator<Item = (Self, bool)> {
        let ways = [
            (Empty::Kept, false),
            (Empty::Kept, true),
            (Empty::Dropped, false),
            (Empty::Dropped, true),
            (Empty::DroppedLast, true),
        ];
        ways.into_iter().filter(move |(empty, resolve)| (has_empty || *empty == Empty::Kept) && (has_dots || !resolve))
    }
}

/// Writes segments as a path. None if they do not fit.
pub(crate) fn write<'s, 'b>(
    segments: impl Iterator<Item = &'s [u8]>,
    empty: Empty,
    resolve: bool,
    buffer: &'b mut [u8],
) -> Option<&'b [u8]> {
    let mut length: usize = 0;
    for segment in segments {
        match segment {
            b"" if empty == Empty::Dropped => {}
            b"." if resolve => {}
            b".." if resolve => {
                let before = buffer.get(..length)?;
                length = before.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
            }
            _ => {
                *buffer.get_mut(length)? = b'/';
                let end = length + 1 + segment.len();
                buffer.get_mut(length + 1..end)?.copy_from_slice(segment);
                length = end;
            }
        }
    }
    if empty == Empty::DroppedLast {
        length = join_slashes(buffer.get_mut(..length)?);
    }
    if length == 0 { Some(b"/") } else { buffer.get(..length) }
}

/// Makes one slash of several that follow each other. Returns the new length.
fn join_slashes(path: &mut [u8]) -> usize {
    let mut length = 0;
    let mut before = 0;
    for index in 0..path.len() {
        let Some(&byte) = path.get(index) else { break };
        if byte == b'/' && before == b'/' {
            continue;
        }
        if let Some(place) = path.get_mut(length) {
            *place = byte;
        }
        length += 1;
        before = byte;
    }
    length
}
