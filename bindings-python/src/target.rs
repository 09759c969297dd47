//! The path that the client asked for, mount prefix included, out of what a host keeps of it.

use crate::octets::Octets;

/// A request's target.
#[derive(Debug)]
pub(crate) struct Target {
    text: Text,
    /// The host has decoded it, and keeps no other.
    pub(crate) decoded: bool,
}

#[derive(Debug)]
enum Text {
    AsGiven(Octets),
    Joined(Vec<u8>),
}

impl Target {
    /// From the target as the client sent it.
    pub(crate) fn raw(text: Octets) -> Self {
        Target { text: Text::AsGiven(text), decoded: false }
    }

    /// From a path that the host has decoded.
    pub(crate) fn decoded(text: Octets) -> Self {
        Target { text: Text::AsGiven(text), decoded: true }
    }

    /// Of a mount's own root.
    pub(crate) fn prefix(prefix: &[u8]) -> Self {
        Target { text: Text::Joined(prefix.to_vec()), decoded: true }
    }

    pub(crate) fn as_slice(&self) -> &[u8] {
        match &self.text {
            Text::AsGiven(text) => text.as_slice(),
            Text::Joined(text) => text,
        }
    }

    /// With the prefix that a proxy, or whoever mounted the application, took off before the host saw the path.
    /// `prefix` is decoded.
    pub(crate) fn under(self, prefix: &[u8]) -> Self {
        let prefix = without_slash(prefix);
        let text = self.as_slice();
        // A target of another form than a path has no prefix.
        if prefix.is_empty() || text.first() != Some(&b'/') {
            return self;
        }
        let joined = if self.decoded { [prefix, text].concat() } else { [&*quoted(prefix), text].concat() };
        Target { text: Text::Joined(joined), decoded: self.decoded }
    }

    /// Whether the prefix is in it already.
    pub(crate) fn is_under(&self, prefix: &[u8]) -> bool {
        let prefix = without_slash(prefix);
        let mut path = self.bytes();
        prefix.iter().all(|byte| path.next() == Some(*byte)) && matches!(path.next(), None | Some(b'/'))
    }

    /// Whether it is this path, decoded.
    pub(crate) fn is(&self, path: &[u8]) -> bool {
        self.bytes().eq(path.iter().copied())
    }

    /// Decoded, without the query.
    fn bytes(&self) -> impl Iterator<Item = u8> {
        let mut rest = self.as_slice();
        let decoded = self.decoded;
        std::iter::from_fn(move || match rest {
            [b'%', high, low, after @ ..] if !decoded => {
                let digit = |byte: &u8| char::from(*byte).to_digit(16);
                let byte = digit(high).zip(digit(low)).and_then(|(high, low)| u8::try_from(high * 16 + low).ok());
                rest = if byte.is_some() { after } else { rest.get(1..)? };
                Some(byte.unwrap_or(b'%'))
            }
            [b'?', ..] if !decoded => None,
            [byte, after @ ..] => {
                rest = after;
                Some(*byte)
            }
            [] => None,
        })
    }
}

fn without_slash(prefix: &[u8]) -> &[u8] {
    prefix.strip_suffix(b"/").unwrap_or(prefix)
}

/// As a client would have sent it.
fn quoted(path: &[u8]) -> Vec<u8> {
    let mut quoted = Vec::with_capacity(path.len());
    for byte in path {
        if byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/".contains(byte) {
            quoted.push(*byte);
        } else {
            quoted.extend_from_slice(format!("%{byte:02X}").as_bytes());
        }
    }
    quoted
}
