//! A set of byte strings in which a look-up costs the same for one string as for a million.

use crate::limits::HEADER_NAME_BYTES;
use foldhash::fast::RandomState;
use hashbrown::HashTable;
use std::hash::{BuildHasher, Hasher};

/// Up to this many strings, a linear scan is faster than hashing, because most names differ in length.
const FEW: usize = 4;
const FEW_NAMES: usize = 16;
/// Each string is in the arena, after its length.
const LENGTH: usize = 2;

/// An immutable set of short byte strings.
#[derive(Debug)]
pub(crate) enum StringSet {
    Few(Box<[Box<[u8]>]>),
    Many(Table),
}

/// All strings in one arena, and a hash table of where each begins: about 45 bytes an origin.
#[derive(Debug)]
pub(crate) struct Table {
    arena: Vec<u8>,
    starts: HashTable<u32>,
    hasher: RandomState,
    /// The longest string in the set. A longer text is not hashed, because a text from a request may have
    /// any length.
    longest: usize,
}

impl StringSet {
    /// Builds the set; duplicates count once.
    pub(crate) fn new(strings: Vec<impl AsRef<[u8]>>) -> Self {
        Self::with_few(strings, FEW)
    }

    /// A set of methods or of header names in lower case.
    pub(crate) fn of_names(strings: Vec<impl AsRef<[u8]>>) -> Self {
        Self::with_few(strings, FEW_NAMES)
    }

    fn with_few(mut strings: Vec<impl AsRef<[u8]>>, few: usize) -> Self {
        if strings.len() <= few {
            return StringSet::Few(strings.drain(..).map(|string| string.as_ref().into()).collect());
        }
        let mut table = Table {
            arena: Vec::with_capacity(strings.iter().map(|string| string.as_ref().len() + LENGTH).sum()),
            starts: HashTable::with_capacity(strings.len()),
            hasher: RandomState::default(),
            longest: strings.iter().map(|string| string.as_ref().len()).max().unwrap_or(0),
        };
        for string in &strings {
            table.insert(string.as_ref());
        }
        StringSet::Many(table)
    }

    #[inline]
    pub(crate) fn contains(&self, string: &[u8]) -> bool {
        match self {
            StringSet::Few(strings) => strings.iter().any(|other| is_equal(other, string)),
            StringSet::Many(table) => table.contains(string),
        }
    }

    /// Whether a name, in any case, is in a set of names in lower case.
    #[inline]
    pub(crate) fn contains_name(&self, name: &[u8]) -> bool {
        match self {
            // Browsers send lower case.
            StringSet::Few(names) => {
                names.iter().any(|other| is_equal(other, name))
                    || names.iter().any(|other| other.eq_ignore_ascii_case(name))
            }
            StringSet::Many(table) => {
                let mut lower = [0; HEADER_NAME_BYTES];
                let Some(lower) = lower.get_mut(..name.len()) else { return false };
                lower.copy_from_slice(name);
                lower.make_ascii_lowercase();
                table.contains(lower)
            }
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        matches!(self, StringSet::Few(strings) if strings.is_empty())
    }

    /// Every string. If the set is large, they are in the order of the arena.
    #[cfg(feature = "explain")]
    pub(crate) fn iter(&self) -> Box<dyn Iterator<Item = &[u8]> + '_> {
        match self {
            StringSet::Few(strings) => Box::new(strings.iter().map(|string| &**string)),
            StringSet::Many(table) => {
                let mut start = 0;
                Box::new(std::iter::from_fn(move || {
                    let string = at(&table.arena, start)?;
                    start += u32::try_from(string.len() + LENGTH).ok()?;
                    Some(string)
                }))
            }
        }
    }

    /// Bytes on the heap.
    pub(crate) fn memory(&self) -> usize {
        match self {
            StringSet::Few(strings) => strings.iter().map(|string| string.len() + size_of::<Box<[u8]>>()).sum(),
            StringSet::Many(table) => table.arena.capacity() + table.starts.allocation_size(),
        }
    }
}

impl Table {
    fn insert(&mut self, string: &[u8]) {
        // Neither can happen, because origins have at most 512 bytes, and a policy cannot contain 4 GiB of
        // them. If it did happen, the string would be missing, so that origin would be refused.
        let (Ok(length), Ok(start)) = (u16::try_from(string.len()), u32::try_from(self.arena.len())) else { return };
        if self.contains(string) {
            return;
        }
        self.arena.extend_from_slice(&length.to_le_bytes());
        self.arena.extend_from_slice(string);
        let (arena, hasher) = (&self.arena, &self.hasher);
        let hash = hash(hasher, string);
        self.starts.insert_unique(hash, start, |start| self::hash(hasher, at(arena, *start).unwrap_or_default()));
    }

    #[inline]
    fn contains(&self, string: &[u8]) -> bool {
        if string.len() > self.longest {
            return false;
        }
        let hash = hash(&self.hasher, string);
        self.starts.find(hash, |start| at(&self.arena, *start) == Some(string)).is_some()
    }
}

/// Compares the first byte by itself, because it usually differs. A function of the platform compares the rest.
#[inline]
fn is_equal(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.first() == other.first() && one == other
}

/// Only the bytes are hashed. `Hash` of a slice also hashes its length, which these sets do not need.
#[inline]
fn hash(hasher: &RandomState, string: &[u8]) -> u64 {
    let mut state = hasher.build_hasher();
    state.write(string);
    state.finish()
}

#[inline]
fn at(arena: &[u8], start: u32) -> Option<&[u8]> {
    let (length, rest) = arena.get(start as usize..)?.split_first_chunk::<LENGTH>()?;
    rest.get(..usize::from(u16::from_le_bytes(*length)))
}
