//! Serialised origins as an automaton, to be walked together with those of regexes.
//!
//! It accepts every well-formed origin and a little more: it counts no lengths, and recognises addresses only by their
//! characters. A text that it does not accept is not an origin.

/// The bytes of origins, in the order in which walks try them, which makes for plain examples.
pub(crate) const ALPHABET: &[u8] = b".abcdefghijklmnopqrstuvwxyz123456780-9_:/[]+ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// Schemes with rules of their own. `http` and `ws` have them too, and are read as the beginnings of `https` and `wss`.
const WORDS: [&[u8]; 3] = [b"https", b"file", b"wss"];
const NO_WORD: u8 = 3;

/// How hosts and ports of a scheme are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Https,
    Http,
    App,
}

/// The position of a reader in an origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    /// In the scheme, with the scheme that it may become, and the number of bytes that were read.
    Scheme {
        word: u8,
        read: u8,
    },
    Colon(Kind),
    Slash(Kind),
    HostStart(Kind),
    /// In a label, or in the host of an app.
    Label(Kind),
    /// After a dot.
    Dot(Kind),
    Brackets(Kind),
    HostEnd(Kind),
    /// In a port, with its number of digits, and whether it begins like the default.
    Port {
        kind: Kind,
        digits: u8,
        default: bool,
    },
}

impl Place {
    pub(crate) const START: Place = Place::Scheme { word: NO_WORD, read: 0 };

    /// Bytes with the same class are read in the same way everywhere.
    pub(crate) fn class(byte: u8) -> u8 {
        // Each letter of the schemes, and each digit of the default ports, has a class of its own.
        match byte {
            b'h' | b't' | b'p' | b's' | b'f' | b'i' | b'l' | b'e' | b'w' | b'4' | b'3' | b'8' | b'0' => byte,
            b'a'..=b'd' => b'a',
            b'g'..=b'z' => b'g',
            b'1'..=b'9' => b'1',
            b'A'..=b'Z' => b'A',
            _ => byte,
        }
    }

    /// Whether an origin may end here.
    pub(crate) fn is_end(self) -> bool {
        match self {
            Place::Label(_) | Place::Dot(_) | Place::HostEnd(_) => true,
            Place::Port { kind, digits, default } => {
                digits > 0 && !(default && usize::from(digits) == default_port(kind).len())
            }
            _ => false,
        }
    }

    /// Reads one byte.
    pub(crate) fn next(self, byte: u8) -> Option<Self> {
        match (self, byte) {
            (Place::Scheme { word, read }, b':') => kind_of(word, read).map(Place::Colon),
            (Place::Scheme { word, read }, _) => next_in_scheme(word, read, byte),
            (Place::Colon(kind), b'/') => Some(Place::Slash(kind)),
            (Place::Slash(kind), b'/') => Some(Place::HostStart(kind)),
            (Place::HostStart(Kind::App) | Place::Label(Kind::App), b'A'..=b'Z' | b'.') => {
                Some(Place::Label(Kind::App))
            }
            (
                Place::HostStart(kind) | Place::Label(kind) | Place::Dot(kind),
                b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-',
            ) => Some(Place::Label(kind)),
            (Place::Label(kind), b'.') => Some(Place::Dot(kind)),
            (Place::HostStart(kind @ (Kind::Http | Kind::Https)), b'[') => Some(Place::Brackets(kind)),
            (Place::Brackets(kind), b'0'..=b'9' | b'a'..=b'f' | b':') => Some(Place::Brackets(kind)),
            (Place::Brackets(kind), b']') => Some(Place::HostEnd(kind)),
            (Place::Label(kind) | Place::Dot(kind) | Place::HostEnd(kind), b':') => {
                Some(Place::Port { kind, digits: 0, default: true })
            }
            (Place::Port { kind, digits, default }, b'0'..=b'9') if digits < 5 && (digits > 0 || byte != b'0') => {
                let default = default && default_port(kind).get(usize::from(digits)) == Some(&byte);
                Some(Place::Port { kind, digits: digits + 1, default })
            }
            _ => None,
        }
    }
}

fn default_port(kind: Kind) -> &'static [u8] {
    match kind {
        Kind::Https => b"443",
        Kind::Http => b"80",
        Kind::App => b"",
    }
}

fn kind_of(word: u8, read: u8) -> Option<Kind> {
    match (word, read) {
        (0, 5) => Some(Kind::Https),
        (0, 4) => Some(Kind::Http),
        (1, 4) | (2, 2 | 3) | (NO_WORD, 0) => None,
        _ => Some(Kind::App),
    }
}

fn next_in_scheme(word: u8, read: u8, byte: u8) -> Option<Place> {
    let first = word == NO_WORD && read == 0;
    if !(byte.is_ascii_lowercase() || (!first && matches!(byte, b'0'..=b'9' | b'+' | b'.' | b'-'))) {
        return None;
    }
    let reads = |word: u8| WORDS.get(usize::from(word)).is_some_and(|text| text.get(usize::from(read)) == Some(&byte));
    let word = if first { (0..NO_WORD).find(|word| reads(*word)) } else { Some(word).filter(|word| reads(*word)) };
    // The length of any other scheme makes no difference.
    Some(word.map_or(Place::Scheme { word: NO_WORD, read: 1 }, |word| Place::Scheme { word, read: read + 1 }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::origins::origin::Origin;

    fn takes(text: &str) -> bool {
        text.bytes().try_fold(Place::START, Place::next).is_some_and(Place::is_end)
    }

    #[test]
    fn origins() {
        for text in [
            "https://app.example.com",
            "https://a",
            "http://localhost:3000",
            "https://example.com.",
            "https://example.com:44",
            "https://example.com:4430",
            "https://example.com:80",
            "http://example.com:443",
            "http://[::1]:8080",
            "http://127.0.0.1",
            "app://.",
            "httpsx://A_b",
            "ht://a",
            "chrome-extension://abcdef",
            "wsx://a",
        ] {
            assert!(Origin::parse(text.as_bytes()).is_some() && takes(text), "{text}");
            assert!(text.bytes().all(|byte| ALPHABET.contains(&byte)), "{text}");
        }
        for text in [
            "",
            "null",
            "app.example.com",
            "://a",
            "https://",
            "https:/a",
            "HTTPS://a.example",
            "https://A.example",
            "https://a.example/",
            "https://a.example:443",
            "http://a.example:80",
            "https://a.example:",
            "https://a.example:080",
            "https://a.example:123456",
            "https://.example.com",
            "https://a..example",
            "file://a",
            "ws://a",
            "wss://a",
            "1a://b",
        ] {
            assert!(Origin::parse(text.as_bytes()).is_none() && !takes(text), "{text}");
        }
    }
}
