//! The public suffix list in a dense form, and its lookup.
//!
//! `cargo xtask generate` writes the list as lines of labels. The first line has the top-level domains. Each label that
//! has labels below it has a line for them; these lines are in the order of the labels that they belong to. Within a
//! line, the labels are sorted.
//!
//! A label begins with a capital letter, which says how many bytes it has in common with the label before it: `A` none,
//! `B` one. Then come its other bytes, and its marks:
//!
//! - `!` if its rule is an exception,
//! - `?` if there is no rule for this name, but there are rules for names below it,
//! - `.` if there are labels below it.
//!
//! So the lines `Acg.Bk.`, `Aco?.Cm`, `A*Awww!`, and `Ablog` have the rules `cg`, `ck`, `blog.co.cg`, `com.cg`, `*.ck`, and
//! `!www.ck`.

use std::cmp::Ordering;
use std::sync::LazyLock;

/// What the list says about a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// It is a public suffix.
    Suffix,
    /// It is not one, although the rule with a wildcard matches it.
    Exception,
    /// It is not one, but has some below it.
    Parent,
}

struct Label {
    /// The index of its first byte. Its last byte is before the first one of the next label.
    start: usize,
    entry: Entry,
    /// The index of the line with the labels below it.
    below: Option<usize>,
}

#[derive(Default)]
struct List {
    bytes: Vec<u8>,
    labels: Vec<Label>,
    /// For each line, the index after its last label.
    ends: Vec<usize>,
}

/// What the list says about a name in lower case, without a dot at its end. A wildcard is a label like any other.
pub(super) fn find(name: &str) -> Option<Entry> {
    // Few programs need the list, so it is only read if a policy is built that needs it. This takes less than a millisecond.
    static LIST: LazyLock<List> = LazyLock::new(|| List::read(include_bytes!("public_suffixes.txt")));
    LIST.find(name)
}

impl List {
    fn read(text: &[u8]) -> Self {
        let mut list = List::default();
        let mut lines = 1;
        for byte in text {
            match (byte, list.labels.last_mut()) {
                (b'A'..=b'Z', last) => {
                    let (start, end) = (last.map_or(0, |label| label.start), list.bytes.len());
                    list.labels.push(Label { start: end, entry: Entry::Suffix, below: None });
                    list.bytes.extend_from_within(start..end.min(start + usize::from(byte - b'A')));
                }
                (b'!', Some(label)) => label.entry = Entry::Exception,
                (b'?', Some(label)) => label.entry = Entry::Parent,
                (b'.', Some(label)) => {
                    label.below = Some(lines);
                    lines += 1;
                }
                (b'\n', _) => list.ends.push(list.labels.len()),
                _ => list.bytes.push(*byte),
            }
        }
        list
    }

    fn find(&self, name: &str) -> Option<Entry> {
        let (mut line, mut entry) = (Some(0), None);
        for label in name.rsplit('.') {
            let label = self.label(line?, label.as_bytes())?;
            (line, entry) = (label.below, Some(label.entry));
        }
        entry
    }

    /// Searches a line for a label.
    fn label(&self, line: usize, wanted: &[u8]) -> Option<&Label> {
        let mut start = line.checked_sub(1).map_or(Some(&0), |before| self.ends.get(before)).copied()?;
        let mut end = *self.ends.get(line)?;
        while start < end {
            let middle = start.midpoint(end);
            let label = self.labels.get(middle)?;
            let next = self.labels.get(middle + 1).map_or(self.bytes.len(), |next| next.start);
            match self.bytes.get(label.start..next)?.cmp(wanted) {
                Ordering::Less => start = middle + 1,
                Ordering::Equal => return Some(label),
                Ordering::Greater => end = middle,
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_form_that_is_described() {
        let list = List::read(b"Acg.Bk.\nAco?.Cm\nA*Awww!\nAblog\n");
        for suffix in ["cg", "ck", "blog.co.cg", "com.cg", "*.ck"] {
            assert_eq!(list.find(suffix), Some(Entry::Suffix), "{suffix}");
        }
        assert_eq!(list.find("co.cg"), Some(Entry::Parent));
        assert_eq!(list.find("www.ck"), Some(Entry::Exception));
        for name in ["", ".", "c", "cgg", "cg.", ".cg", "a.cg", "co.ck", "blog.com.cg", "a.www.ck", "log.co.cg"] {
            assert_eq!(list.find(name), None, "{name}");
        }
    }
}
