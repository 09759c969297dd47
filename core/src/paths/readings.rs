//! A request's path in every way in which servers read it. Nothing here allocates.
//!
//! Servers decode, join, cut and resolve paths differently. A route applies only if all readings choose it. So no
//! spelling of a path gets the policy of one route and the response of another.

use crate::limits::{PATH_BYTES, READINGS_BYTES};
use crate::paths::lookup::{Lookup, Steps};
use crate::paths::segments::{self, Empty};
use crate::paths::tree::Routes;
use crate::paths::{Ambiguous, RouteChoice};

/// A path of up to this many bytes is read in smaller buffers, which take less time to clear.
const SHORT_PATH: usize = 256;

impl Routes {
    /// Chooses the route for a request's target, or for the decoded path if the host has no target: the route that all
    /// readings choose (specification 6.2).
    // Explanations call this too, so without the attribute it would not be inlined where requests are decided, and
    // deciding would be slower.
    #[inline(always)]
    pub(crate) fn choose(&self, target: Option<&[u8]>, decoded: bool) -> RouteChoice {
        self.read(target, decoded).unwrap_or(RouteChoice::Ambiguous)
    }

    #[inline(always)]
    fn read(&self, target: Option<&[u8]>, decoded: bool) -> Result<RouteChoice, Ambiguous> {
        let target = target.ok_or(Ambiguous)?;
        let path = if decoded { target } else { target.split(|byte| *byte == b'?').next().unwrap_or_default() };
        // Browsers never send a fragment, and servers differ in how they handle one.
        let has_fragment = !decoded && path.contains(&b'#');
        if path.len() > PATH_BYTES || !begins_at_root(path) || has_fragment || path.iter().any(u8::is_ascii_control) {
            return Err(Ambiguous);
        }
        if is_plain(path) {
            Lookup { routes: self, steps: &mut Steps::default(), buffer: None }.route_of(path).map(RouteChoice::from)
        } else if path.len() <= SHORT_PATH {
            self.agreed::<SHORT_PATH>(path, decoded)
        } else {
            self.agreed::<PATH_BYTES>(path, decoded)
        }
    }

    /// The route that all readings choose. It is ambiguous if they disagree, or if there are more than can be looked
    /// up.
    fn agreed<const BYTES: usize>(&self, path: &[u8], decoded: bool) -> Result<RouteChoice, Ambiguous> {
        let mut buffer = [0; BYTES];
        let mut readings =
            Readings { routes: self, chosen: None, steps: Steps::default(), left: READINGS_BYTES, buffer: &mut buffer };
        let mut scratch = [0; BYTES];
        if decoded {
            readings.folded_too::<BYTES>(path, &mut scratch)?;
            return readings.chosen.ok_or(Ambiguous);
        }
        readings.all(path, &mut scratch)?;
        let (mut cut, mut buffer) = ([0; BYTES], [0; BYTES]);
        // Parameters may be cut before escapes are decoded, or after.
        for parameters in Parameters::ways(path) {
            let cut = Style { parameters, ..Style::default() }.read(path, &mut cut).ok_or(Ambiguous)?;
            for escapes in [Escapes::InSegments, Escapes::InWhole] {
                let text = decode(cut, escapes, &mut buffer).ok_or(Ambiguous)?;
                readings.folded_too::<BYTES>(text, &mut scratch)?;
            }
        }
        readings.chosen.ok_or(Ambiguous)
    }
}

/// The readings of one path, and the route that the readings so far have chosen.
struct Readings<'r> {
    routes: &'r Routes,
    /// None before the first.
    chosen: Option<RouteChoice>,
    steps: Steps,
    left: usize,
    /// The buffer into which look-ups write.
    buffer: &'r mut [u8],
}

impl Readings<'_> {
    /// Reads a text as it is, and once more with ASCII letters in place of the letters that equal them under Unicode's
    /// case rules.
    fn folded_too<const BYTES: usize>(&mut self, text: &[u8], scratch: &mut [u8]) -> Result<(), Ambiguous> {
        self.all(text, scratch)?;
        let mut buffer = [0; BYTES];
        match fold(text, &mut buffer).ok_or(Ambiguous)? {
            folded if folded.len() < text.len() => self.all(folded, scratch),
            _ => Ok(()),
        }
    }

    /// Every way to cut and resolve a text.
    fn all(&mut self, text: &[u8], scratch: &mut [u8]) -> Result<(), Ambiguous> {
        let has_backslash = text.contains(&b'\\');
        let has_parameters = text.contains(&b';');
        let has_dots = is_any_pair(text, |pair| matches!(pair, [b'/' | b'\\', b'.']));
        let has_empty =
            has_parameters || is_any_pair(text, |pair| pair.iter().all(|byte| matches!(byte, b'/' | b'\\')));
        for backslash in both(has_backslash) {
            for parameters in Parameters::ways(text) {
                for (empty, resolve) in Empty::ways(has_empty, has_dots) {
                    self.left = self.left.checked_sub(text.len()).ok_or(Ambiguous)?;
                    let style = Style { backslash, parameters, empty, resolve };
                    self.agree(style.read(text, scratch).ok_or(Ambiguous)?)?;
                }
            }
        }
        Ok(())
    }

    /// A reading has to choose the same route as those before it.
    fn agree(&mut self, path: &[u8]) -> Result<(), Ambiguous> {
        let lookup = Lookup { routes: self.routes, steps: &mut self.steps, buffer: Some(&mut *self.buffer) };
        let choice = RouteChoice::from(lookup.route_of(path)?);
        if *self.chosen.get_or_insert(choice) == choice { Ok(()) } else { Err(Ambiguous) }
    }
}

/// How a server cuts and resolves a path.
#[derive(Default)]
struct Style {
    /// `\` is a slash.
    backslash: bool,
    parameters: Parameters,
    empty: Empty,
    /// `.` and `..` are resolved.
    resolve: bool,
}

/// How `;` and the text after it are read (RFC 3986, section 3.3).
#[derive(Clone, Copy, Default)]
enum Parameters {
    #[default]
    Kept,
    /// Each segment ends at its `;`.
    OfSegments,
    /// The path ends at its first `;`.
    OfAll,
}

impl Parameters {
    /// The ways that make a difference to a text.
    fn ways(text: &[u8]) -> impl Iterator<Item = Self> {
        let ways = [Parameters::Kept, Parameters::OfSegments, Parameters::OfAll];
        ways.into_iter().take(if text.contains(&b';') { 3 } else { 1 })
    }
}

impl Style {
    /// Writes the path as it is read.
    fn read<'s>(&self, text: &[u8], scratch: &'s mut [u8]) -> Option<&'s [u8]> {
        let text = match self.parameters {
            Parameters::OfAll => text.split(|byte| *byte == b';').next().unwrap_or_default(),
            _ => text,
        };
        let is_slash = |byte: &u8| *byte == b'/' || (*byte == b'\\' && self.backslash);
        // The path begins with a slash, so the part before it is empty.
        let segments = text.split(is_slash).skip(1).map(|segment| match self.parameters {
            Parameters::OfSegments => segment.split(|byte| *byte == b';').next().unwrap_or_default(),
            _ => segment,
        });
        segments::write(segments, self.empty, self.resolve, scratch)
    }
}

fn both(varies: bool) -> impl Iterator<Item = bool> {
    std::iter::once(false).chain(varies.then_some(true))
}

fn is_any_pair(text: &[u8], is: impl Fn(&[u8]) -> bool) -> bool {
    text.windows(2).any(is)
}

/// Whether the path begins with one slash. After two slashes, or after a slash and a backslash, some programs read a
/// host: as a relative URL, `//x/y` is the path `/y` (URL standard, "path or authority state").
fn begins_at_root(path: &[u8]) -> bool {
    path.first() == Some(&b'/') && !matches!(path.get(1), Some(b'/' | b'\\'))
}

/// Whether all readings are the same.
fn is_plain(path: &[u8]) -> bool {
    let mut before = 0;
    path.iter().all(|byte| {
        let special = match byte {
            b'%' | b'\\' | b';' | 0x80.. => true,
            b'/' | b'.' => before == b'/',
            _ => false,
        };
        before = *byte;
        !special
    })
}

/// Where the escapes of a path (RFC 3986, section 2.1) are decoded. They are decoded only once.
#[derive(Clone, Copy, PartialEq)]
enum Escapes {
    /// In each segment separately, where an encoded slash does not end the segment.
    InSegments,
    /// In the whole path, before it is cut.
    InWhole,
}

/// The byte for an encoded slash inside a segment. No literal contains it, and it does not end a segment.
const INERT: u8 = 0;

/// Decodes escapes. `None` if an escape is not valid or means a control character: some servers end the path at NUL,
/// and others ignore a line feed at the end.
fn decode<'b>(text: &[u8], escapes: Escapes, buffer: &'b mut [u8]) -> Option<&'b [u8]> {
    let mut bytes = text.iter();
    let mut length = 0;
    while let Some(byte) = bytes.next() {
        let byte = if *byte == b'%' {
            let high = char::from(*bytes.next()?).to_digit(16)?;
            let low = char::from(*bytes.next()?).to_digit(16)?;
            match u8::try_from(high * 16 + low).ok()? {
                control if control.is_ascii_control() => return None,
                b'/' | b'\\' if escapes == Escapes::InSegments => INERT,
                byte => byte,
            }
        } else {
            *byte
        };
        *buffer.get_mut(length)? = byte;
        length += 1;
    }
    buffer.get(..length)
}

/// Letters beyond ASCII that equal ASCII letters if Unicode's case rules are used: the Kelvin sign, the long s, and
/// Turkish's i with and without a dot.
const FOLDED: [(&[u8], u8); 4] = [
    ("\u{212a}".as_bytes(), b'k'),
    ("\u{17f}".as_bytes(), b's'),
    ("\u{130}".as_bytes(), b'i'),
    ("\u{131}".as_bytes(), b'i'),
];

/// The text with these letters replaced by ASCII letters, which makes it shorter.
fn fold<'b>(text: &[u8], buffer: &'b mut [u8]) -> Option<&'b [u8]> {
    let mut rest = text;
    let mut length = 0;
    while let Some((first, after)) = rest.split_first() {
        let folded = FOLDED.iter().find_map(|(letter, ascii)| Some((rest.strip_prefix(*letter)?, *ascii)));
        let (after, byte) = folded.unwrap_or((after, *first));
        *buffer.get_mut(length)? = byte;
        length += 1;
        rest = after;
    }
    buffer.get(..length)
}
