//! The path that the client requested, with mount prefixes, made from the parts that a server keeps.

use crate::http::octets::Octets;
use corsac::Request;

/// The target of a request.
#[derive(Debug)]
pub(crate) struct RequestTarget<'py> {
    path: Path<'py>,
    /// Whether the server has decoded it and has not kept the original.
    is_decoded: bool,
}

#[derive(Debug)]
enum Path<'py> {
    /// The server's own object.
    Given(Octets<'py>),
    /// The target with a prefix before it.
    Prefixed(Vec<u8>),
}

impl<'py> RequestTarget<'py> {
    /// Makes a target from the text that the client sent.
    pub(crate) fn raw(target: Octets<'py>) -> Self {
        RequestTarget { path: Path::Given(target), is_decoded: false }
    }

    /// Makes a target from a path that the server has decoded.
    pub(crate) fn decoded(path: Octets<'py>) -> Self {
        RequestTarget { path: Path::Given(path), is_decoded: true }
    }

    /// Makes a target for the root of a mount, whose prefix is the whole path.
    pub(crate) fn mount_root(prefix: &[u8]) -> Self {
        RequestTarget { path: Path::Prefixed(prefix.to_vec()), is_decoded: true }
    }

    pub(crate) fn as_slice(&self) -> &[u8] {
        match &self.path {
            Path::Given(path) => path.as_slice(),
            Path::Prefixed(path) => path,
        }
    }

    /// Sets the path of a request to this target.
    pub(crate) fn set_path<'r>(&'r self, request: &mut Request<'r>) {
        request.path = Some(self.as_slice());
        request.path_decoded = self.is_decoded;
    }

    /// The target with a prefix before it, which a proxy or a mount has removed before the server got the path.
    /// `prefix` is decoded.
    pub(crate) fn with_prefix(self, prefix: &[u8]) -> Self {
        let prefix = without_slash(prefix);
        let path = self.as_slice();
        // A target that is not a path has no prefix.
        if prefix.is_empty() || path.first() != Some(&b'/') {
            return self;
        }
        let prefixed =
            if self.is_decoded { [prefix, path].concat() } else { [&*percent_encoded(prefix), path].concat() };
        RequestTarget { path: Path::Prefixed(prefixed), is_decoded: self.is_decoded }
    }

    /// Whether the target has the prefix already.
    pub(crate) fn has_prefix(&self, prefix: &[u8]) -> bool {
        let prefix = without_slash(prefix);
        let mut path = self.decoded_bytes();
        prefix.iter().all(|byte| path.next() == Some(*byte)) && matches!(path.next(), None | Some(b'/'))
    }

    /// Whether the decoded target is this path.
    pub(crate) fn is_path(&self, path: &[u8]) -> bool {
        self.decoded_bytes().eq(path.iter().copied())
    }

    /// The decoded target, without its query.
    fn decoded_bytes(&self) -> impl Iterator<Item = u8> {
        let mut rest = self.as_slice();
        let is_decoded = self.is_decoded;
        std::iter::from_fn(move || match rest {
            [b'%', high, low, after @ ..] if !is_decoded => {
                let digit = |byte: &u8| char::from(*byte).to_digit(16);
                let byte = digit(high).zip(digit(low)).and_then(|(high, low)| u8::try_from(high * 16 + low).ok());
                rest = if byte.is_some() { after } else { rest.get(1..)? };
                Some(byte.unwrap_or(b'%'))
            }
            [b'?', ..] if !is_decoded => None,
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

/// The text in the form in which a client would have sent it.
fn percent_encoded(path: &[u8]) -> Vec<u8> {
    let mut encoded = Vec::with_capacity(path.len());
    for byte in path {
        if byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/".contains(byte) {
            encoded.push(*byte);
        } else {
            encoded.extend_from_slice(format!("%{byte:02X}").as_bytes());
        }
    }
    encoded
}
