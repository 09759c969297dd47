//! A set of byte strings in which a look-up costs the same for one string as for a million.

use crate::limits::HEADER_NAME_BYTES;
use foldhash::fast::RandomState;
use hashbrown::HashTable;
use std::hash::BuildHasher;

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

/// All strings in one arena, and a hash table of the offsets at which they begin: about 45 bytes for each origin.
#[derive(Debug)]
pub(crate) struct Table {
    arena: Vec<u8>,
    starts: HashTable<u32>,
    hasher: BytesHasher,
    /// The length of the longest string, if no more strings will be added. A longer text is not hashed, because a text
    /// from a request may have any length.
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
            hasher: BytesHasher::new(),
            longest: strings.iter().map(|string| string.as_ref().len()).max().unwrap_or(0),
        };
        for string in &strings {
            table.insert(string.as_ref());
        }
        StringSet::Many(table)
    }

    #[inline(always)]
    pub(crate) fn contains(&self, string: &[u8]) -> bool {
        match self {
            StringSet::Few(strings) => !strings.is_empty() && has(strings, string),
            StringSet::Many(table) => table.contains(string),
        }
    }

    /// Whether a name, in upper or lower case, is in a set of names in lower case.
    #[inline]
    pub(crate) fn contains_name(&self, name: &[u8]) -> bool {
        match self {
            // Browsers send lower case.
            StringSet::Few(names) => has(names, name) || names.iter().any(|other| other.eq_ignore_ascii_case(name)),
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
    /// A table that grows.
    pub(crate) fn new() -> Self {
        Table { arena: Vec::new(), starts: HashTable::new(), hasher: BytesHasher::new(), longest: usize::MAX }
    }

    /// Adds a string, and returns whether it was not there before.
    pub(crate) fn insert(&mut self, string: &[u8]) -> bool {
        // No string is too long, because origins and names have at most 512 bytes, and a policy cannot contain 4 GiB
        // of them. A string that did not fit would be left out, so what it names would be refused.
        let (Ok(length), Ok(start)) = (u16::try_from(string.len()), u32::try_from(self.arena.len())) else {
            return false;
        };
        if self.contains(string) {
            return false;
        }
        self.arena.extend_from_slice(&length.to_le_bytes());
        self.arena.extend_from_slice(string);
        let (arena, hasher) = (&self.arena, &self.hasher);
        let hash = hasher.hash(string);
        self.starts.insert_unique(hash, start, |start| hasher.hash(at(arena, *start).unwrap_or_default()));
        true
    }

    #[inline]
    fn contains(&self, string: &[u8]) -> bool {
        if string.len() > self.longest {
            return false;
        }
        let is_it = |start: &u32| at(&self.arena, *start).is_some_and(|other| is_same(other, string));
        self.starts.find(self.hasher.hash(string), is_it).is_some()
    }
}

/// Whether a string is one of a few. This is a separate function, so that a look-up in an empty set makes no call.
#[inline(never)]
fn has(strings: &[Box<[u8]>], string: &[u8]) -> bool {
    strings.iter().any(|other| is_same(other, string))
}

/// Whether two strings are the same, without a call to the platform's function, which takes longer than comparing so
/// few bytes.
#[inline]
fn is_same(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    if one.len() > 2 * CHUNK {
        return one == other;
    }
    if let (Some((start, end)), Some((other_start, other_end))) = (ends::<CHUNK>(one), ends::<CHUNK>(other)) {
        // The beginnings of origins differ less often than their ends.
        return end == other_end && start == other_start;
    }
    if let (Some((start, end)), Some((other_start, other_end))) = (ends::<8>(one), ends::<8>(other)) {
        return start == other_start && end == other_end;
    }
    if let (Some((start, end)), Some((other_start, other_end))) = (ends::<4>(one), ends::<4>(other)) {
        return start == other_start && end == other_end;
    }
    // A string of up to three bytes consists of its first, its middle and its last byte.
    let middle = one.len() / 2;
    one.first() == other.first() && one.get(middle) == other.get(middle) && one.last() == other.last()
}

/// The first `N` and the last `N` bytes, which overlap if the string is shorter than `2 * N`.
#[inline]
fn ends<const N: usize>(string: &[u8]) -> Option<(&[u8; N], &[u8; N])> {
    Some((string.first_chunk()?, string.last_chunk()?))
}

/// How many bytes are compared or hashed at once.
const CHUNK: usize = 16;

/// A hash of bytes by folded multiplication, as in foldhash and wyhash. It is inlined, because a call to foldhash
/// takes twice as many instructions for an origin.
///
/// Requests cannot fill a bucket, since sets never change. Each set has two secret numbers of its own, so that whoever
/// chooses the strings of a policy cannot choose strings that collide.
#[derive(Debug)]
struct BytesHasher {
    start: u64,
    multiplier: u64,
}

impl BytesHasher {
    fn new() -> Self {
        let random = RandomState::default();
        BytesHasher { start: random.hash_one(0), multiplier: random.hash_one(1) }
    }

    #[inline]
    fn hash(&self, string: &[u8]) -> u64 {
        let mut hash = self.start ^ string.len() as u64;
        if let Some((start, end)) = ends::<CHUNK>(string) {
            hash = self.mix(hash, words(*start));
            if string.len() > 2 * CHUNK {
                for chunk in string.as_chunks::<CHUNK>().0 {
                    hash = self.mix(hash, words(*chunk));
                }
            }
            hash = self.mix(hash, words(*end));
        } else if let Some((start, end)) = ends::<8>(string) {
            hash = self.mix(hash, (u64::from_le_bytes(*start), u64::from_le_bytes(*end)));
        } else {
            hash = self.mix(hash, (string.iter().fold(0, |word, byte| word << 8 | u64::from(*byte)), 0));
        }
        // Without this last step, some secret numbers would put strings that differ in a few digits into too few
        // buckets.
        self.mix(hash, (0, 0))
    }

    /// Multiplies, and folds the product.
    #[inline]
    fn mix(&self, hash: u64, (one, other): (u64, u64)) -> u64 {
        let product = u128::from(hash ^ one) * u128::from(self.multiplier ^ other);
        (product >> u64::BITS) as u64 ^ product as u64
    }
}

#[inline]
fn words(chunk: [u8; CHUNK]) -> (u64, u64) {
    let both = u128::from_le_bytes(chunk);
    (both as u64, (both >> u64::BITS) as u64)
}

#[inline]
fn at(arena: &[u8], start: u32) -> Option<&[u8]> {
    let (length, rest) = arena.get(start as usize..)?.split_first_chunk::<LENGTH>()?;
    rest.get(..usize::from(u16::from_le_bytes(*length)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;

    /// Strings that differ in one byte, of every length up to three chunks.
    fn near_strings() -> impl Strategy<Value = (Vec<u8>, Vec<u8>)> {
        (proptest::collection::vec(any::<u8>(), 0..3 * CHUNK), any::<prop::sample::Index>(), any::<u8>()).prop_map(
            |(one, index, byte)| {
                let mut other = one.clone();
                if let Some(place) = (!one.is_empty()).then(|| index.index(one.len())).and_then(|at| other.get_mut(at))
                {
                    *place = byte;
                }
                (one, other)
            },
        )
    }

    proptest! {
        #[test]
        fn strings_are_the_same_if_all_bytes_are((one, other) in near_strings()) {
            prop_assert_eq!(is_same(&one, &other), one == other);
            prop_assert!(is_same(&one, &one.clone()));
        }

        #[test]
        fn a_set_has_its_strings_and_no_others(strings in proptest::collection::hash_set("[ab]{0,40}", 0..40), other in "[ab]{0,40}") {
            let set = StringSet::new(strings.iter().collect());
            for string in strings.iter().chain([&other]) {
                prop_assert_eq!(set.contains(string.as_bytes()), strings.contains(string));
            }
        }
    }

    /// With a poor hash, some secret numbers would put most of these strings into few buckets.
    #[test]
    fn similar_strings_have_different_hashes() {
        for prefix in ["", "https://", "https://a.example:", "https://tenant.of.a.long.name.example:"].repeat(8) {
            let hasher = BytesHasher::new();
            let hashes = (0..2000).map(|number| hasher.hash(format!("{prefix}{number}").as_bytes()));
            let hashes: Vec<u64> = hashes.collect();
            // hashbrown finds a bucket by the lowest bits, and a string in it by the highest seven.
            let buckets: HashSet<u64> = hashes.iter().map(|hash| hash % 4096).collect();
            assert!(buckets.len() > 1500, "{prefix}: {}, where 1,583 are expected", buckets.len());
            let tags: HashSet<u64> = hashes.iter().map(|hash| hash >> 57).collect();
            assert!(tags.len() > 120, "{prefix}: {}", tags.len());
        }
    }
}
