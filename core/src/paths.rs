//! A request's path under every reading that servers give it. Nothing here allocates.
//!
//! Servers decode, join and resolve paths differently. A route applies only where all readings choose it, so that
//! no spelling of a path gets another route's policy than the application that answers it.

use crate::routes::Routes;

/// A path longer than this is not read.
const MAX_PATH: usize = 8192;
/// The most segments of a path that needs more than one reading.
const MAX_SEGMENTS: usize = 512;
/// Up to this many bytes a path is read in smaller buffers, which are quicker to clear.
const SHORT_PATH: usize = 256;
const SHORT_SEGMENTS: usize = 1 + SHORT_PATH / 2;

/// What the readings of a path come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Choice {
    /// All choose this route.
    Route(u32),
    /// None chooses a route.
    NoRoute,
    /// They disagree, or there is no path that could be read.
    Ambiguous,
}

impl Routes {
    /// Chooses by a request's target: the raw one, or where the host keeps no other, the decoded path.
    pub(crate) fn choose(&self, target: Option<&[u8]>, decoded: bool) -> Choice {
        let path = match target {
            None => return Choice::Ambiguous,
            Some(path) if decoded => path,
            Some(target) => target.split(|byte| *byte == b'?').next().unwrap_or_default(),
        };
        if path.len() > MAX_PATH || !begins_at_root(path) || path.iter().any(|byte| is_lost(*byte, decoded)) {
            return Choice::Ambiguous;
        }
        let as_given = self.route_of(split(path));
        if !is_plain(path, decoded) {
            let again = if path.len() <= SHORT_PATH {
                self.read_again::<SHORT_PATH, SHORT_SEGMENTS>(path, decoded)
            } else {
                self.read_again::<MAX_PATH, MAX_SEGMENTS>(path, decoded)
            };
            if again != Some(as_given) {
                return Choice::Ambiguous;
            }
        }
        as_given.map_or(Choice::NoRoute, Choice::Route)
    }

    /// What the other readings choose, if they agree.
    fn read_again<const BYTES: usize, const SEGMENTS: usize>(&self, path: &[u8], decoded: bool) -> Option<Option<u32>> {
        if decoded {
            return self.resolved::<SEGMENTS>(path);
        }
        let mut buffer = [0; BYTES];
        let by_segments = self.decoded::<SEGMENTS>(path, &mut buffer)?;
        let resolved = self.resolved::<SEGMENTS>(decode(path, &mut buffer)?)?;
        (resolved == by_segments).then_some(resolved)
    }

    /// Each segment decoded once: an encoded slash stays inside its segment.
    fn decoded<const SEGMENTS: usize>(&self, path: &[u8], buffer: &mut [u8]) -> Option<Option<u32>> {
        let mut segments: [&[u8]; SEGMENTS] = [&[]; SEGMENTS];
        let mut count = 0;
        let mut free = buffer;
        for segment in split(path) {
            let length = decode(segment, free)?.len();
            let (decoded, rest) = free.split_at_mut_checked(length)?;
            *segments.get_mut(count)? = decoded;
            free = rest;
            count += 1;
        }
        Some(self.route_of(segments.get(..count)?.iter().copied()))
    }

    /// `\` for `/`, empty segments dropped, `.` and `..` resolved.
    fn resolved<const SEGMENTS: usize>(&self, path: &[u8]) -> Option<Option<u32>> {
        let mut segments: [&[u8]; SEGMENTS] = [&[]; SEGMENTS];
        let mut count: usize = 0;
        for segment in path.split(|byte| matches!(byte, b'/' | b'\\')) {
            match segment {
                b"" | b"." => {}
                b".." => count = count.saturating_sub(1),
                _ => {
                    *segments.get_mut(count)? = segment;
                    count += 1;
                }
            }
        }
        Some(self.route_of(segments.get(..count)?.iter().copied()))
    }
}

/// The segments of a path that begins with a slash; one slash at its end makes none.
fn split(path: &[u8]) -> impl Iterator<Item = &[u8]> + Clone {
    let body = path.get(1..).unwrap_or_default();
    let inner = body.strip_suffix(b"/").unwrap_or(body);
    inner.split(|byte| *byte == b'/').take(if body.is_empty() { 0 } else { usize::MAX })
}

/// Whether the path begins with one slash. After two, and after a slash and a backslash, some read a host: `//x/y` as a
/// reference is the path `/y` (URL standard, "path or authority state").
fn begins_at_root(path: &[u8]) -> bool {
    path.first() == Some(&b'/') && !matches!(path.get(1), Some(b'/' | b'\\'))
}

/// A fragment is never sent, and a NUL ends the path for some: servers differ in what is left.
fn is_lost(byte: u8, decoded: bool) -> bool {
    byte == 0 || (byte == b'#' && !decoded)
}

/// Whether all readings are the same.
fn is_plain(path: &[u8], decoded: bool) -> bool {
    let mut before = 0;
    path.iter().all(|byte| {
        let special = match byte {
            b'%' => !decoded,
            b'\\' => true,
            b'/' | b'.' => before == b'/',
            _ => false,
        };
        before = *byte;
        !special
    })
}

/// Percent-decodes once (RFC 3986, section 2.1); none where an escape is not one, or stands for NUL.
fn decode<'b>(text: &[u8], buffer: &'b mut [u8]) -> Option<&'b [u8]> {
    let mut bytes = text.iter();
    let mut length = 0;
    while let Some(byte) = bytes.next() {
        let byte = if *byte == b'%' {
            let high = char::from(*bytes.next()?).to_digit(16)?;
            let low = char::from(*bytes.next()?).to_digit(16)?;
            u8::try_from(high * 16 + low).ok().filter(|byte| *byte != 0)?
        } else {
            *byte
        };
        *buffer.get_mut(length)? = byte;
        length += 1;
    }
    buffer.get(..length)
}
