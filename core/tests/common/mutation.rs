//! Changes that attackers and mistakes make to an origin.

use proptest::prelude::*;
use proptest::sample::{Index, select};

/// One change.
#[derive(Clone, Debug)]
pub enum Mutation {
    /// Removes a byte.
    Drop(Index),
    /// Inserts a byte.
    Insert(Index, u8),
    /// Replaces a byte with another.
    Replace(Index, u8),
    /// Changes the case of a letter.
    Flip(Index),
    /// Adds text at the end.
    Append(&'static str),
    /// Adds text before the host.
    Prepend(&'static str),
    /// Puts the host of another configured origin before this one's, joined by a text.
    Join(&'static str),
    /// Cuts this origin somewhere, and adds the end of another configured origin.
    Splice(Index, Index),
    /// Removes the first label.
    Parent,
    /// Uses another scheme.
    Scheme(&'static str),
    /// Replaces the whole text.
    Other(&'static str),
}

const APPENDED: &[&str] = &[
    ".evil.com",
    "evil.com",
    ".",
    "..",
    ":443",
    ":80",
    ":8443",
    ":0",
    ":65536",
    ":08",
    ":",
    "/",
    "/path",
    "?q",
    "#f",
    " ",
    "\t",
    "\0",
    "\r\nX: y",
    ",https://evil.com",
    " https://evil.com",
    "@evil.com",
    "_.evil.com",
    "-.evil.com",
    "{.evil.com",
    "%60.evil.com",
    "\\.evil.com",
    "*",
    "\u{fc}",
    "!.evil.com",
];
const PREPENDED: &[&str] = &[
    "evil",
    "evil.",
    "a.",
    "a.b.",
    "x.",
    "xn--",
    "xn--x.",
    ".",
    "*.",
    "user@",
    "user:pw@",
    "evil.com/.",
    "evil.com .",
    "evil.com#.",
    "-",
    "_.",
    "pr-",
    "A.",
];
const OTHERS: &[&str] =
    &["", "null", "NULL", "*", "https://", "https://*", "http://localhost", "http://0x7f.1", "https://[::1", "://a"];
const BYTES: &[u8] = b"aezx0129.-_:/*@[]%A \x00\x80\xff";

/// A strategy for any single change.
pub fn mutation() -> impl Strategy<Value = Mutation> {
    let byte = || select(BYTES);
    prop_oneof![
        any::<Index>().prop_map(Mutation::Drop),
        (any::<Index>(), byte()).prop_map(|(at, byte)| Mutation::Insert(at, byte)),
        (any::<Index>(), byte()).prop_map(|(at, byte)| Mutation::Replace(at, byte)),
        any::<Index>().prop_map(Mutation::Flip),
        select(APPENDED).prop_map(Mutation::Append),
        select(PREPENDED).prop_map(Mutation::Prepend),
        select(&["", ".", "-", "_", "x"][..]).prop_map(Mutation::Join),
        (any::<Index>(), any::<Index>()).prop_map(|(at, from)| Mutation::Splice(at, from)),
        Just(Mutation::Parent),
        select(&["http", "https", "ws", "file", "HTTPS", "httpss", ""][..]).prop_map(Mutation::Scheme),
        select(OTHERS).prop_map(Mutation::Other),
    ]
}

impl Mutation {
    /// The changed text; `other` is another configured origin.
    pub fn apply(&self, mut text: Vec<u8>, other: &[u8]) -> Vec<u8> {
        let host = text.windows(3).position(|window| window == b"://").map_or(0, |at| at + 3);
        match self {
            Mutation::Insert(at, byte) => text.insert(at.index(text.len() + 1), *byte),
            Mutation::Append(end) => text.extend_from_slice(end.as_bytes()),
            Mutation::Prepend(start) => drop(text.splice(host..host, start.bytes())),
            Mutation::Other(text) => return text.as_bytes().to_vec(),
            Mutation::Scheme(scheme) => drop(text.splice(..host.saturating_sub(3), scheme.bytes())),
            Mutation::Join(joint) => {
                let from = other.windows(3).position(|window| window == b"://").map_or(0, |at| at + 3);
                drop(text.splice(host..host, other[from..].iter().copied().chain(joint.bytes())));
            }
            Mutation::Splice(at, from) => {
                text.truncate(at.index(text.len() + 1));
                text.extend_from_slice(&other[from.index(other.len() + 1)..]);
            }
            Mutation::Parent => {
                if let Some(dot) = text[host..].iter().position(|byte| *byte == b'.') {
                    text.drain(host..=host + dot);
                }
            }
            _ if text.is_empty() => {}
            Mutation::Drop(at) => drop(text.remove(at.index(text.len()))),
            Mutation::Replace(at, byte) => *at.get_mut(&mut text) = *byte,
            Mutation::Flip(at) => {
                let byte = at.get_mut(&mut text);
                *byte = if byte.is_ascii_lowercase() { byte.to_ascii_uppercase() } else { byte.to_ascii_lowercase() };
            }
        }
        text
    }
}
