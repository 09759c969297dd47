//! Regexes as automata: tables that decide with one look-up for each byte whether a regex matches a whole text.
//!
//! A regex first becomes an automaton that can be in many positions at once ([`Positions`]), and then one with a single
//! state for each set of positions that it reaches ([`Dfa`]). An assertion such as `\b` depends on the bytes before and
//! after it. So a state also contains the kind of the byte before it, and an assertion is followed only when the byte
//! after it is known.

use foldhash::fast::RandomState;
use hashbrown::HashTable;
use regex_syntax::hir::{Class, Hir, HirKind, Look, Repetition};
use regex_syntax::utf8::Utf8Sequences;
use std::hash::BuildHasher;

/// Why there is no automaton for a regex.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Impossible {
    /// It would be larger than allowed.
    TooLarge,
    /// The regex contains a word boundary of Unicode, which depends on more than one byte on each side.
    Undecidable,
}

/// A regex that is compiled to be matched against the whole of a text.
#[derive(Clone, Debug)]
pub(crate) struct Dfa {
    /// Bytes with the same class have the same effect in every state.
    classes: [u8; 256],
    /// How many classes there are.
    width: usize,
    /// The states, one after the other. Each has the next state for every class, and then whether a text may end there.
    table: Vec<u32>,
}

/// A state of a [`Dfa`]: the index of its first place in the table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct State(u32);

impl State {
    /// No text that leads to this state matches.
    pub(crate) fn is_dead(self) -> bool {
        self == State::default()
    }
}

impl Dfa {
    /// `most` is the largest size of the table, in bytes.
    pub(crate) fn new(regex: &Hir, most: usize) -> Result<Self, Impossible> {
        if regex.properties().look_set().contains_word_unicode() {
            return Err(Impossible::Undecidable);
        }
        let mut positions = Positions { steps: Vec::new(), lists: 0, most };
        let end = positions.add(Step::End)?;
        let start = positions.compile(regex, end)?;
        Builder::new(&positions).build(start)
    }

    pub(crate) fn memory(&self) -> usize {
        size_of_val(self.table.as_slice())
    }

    pub(crate) fn matches(&self, text: &[u8]) -> bool {
        let mut state = self.start();
        for byte in text {
            state = self.next(state, *byte);
            if state.is_dead() {
                return false;
            }
        }
        self.is_match(state)
    }

    pub(crate) fn start(&self) -> State {
        // The first state is the dead one.
        State(self.width as u32 + 1)
    }

    pub(crate) fn next(&self, state: State, byte: u8) -> State {
        State(self.place(state, usize::from(self.class(byte))))
    }

    /// Whether a text that leads to this state matches.
    pub(crate) fn is_match(&self, state: State) -> bool {
        self.place(state, self.width) != 0
    }

    pub(crate) fn class(&self, byte: u8) -> u8 {
        self.classes.get(usize::from(byte)).copied().unwrap_or_default()
    }

    fn place(&self, state: State, index: usize) -> u32 {
        self.table.get(state.0 as usize + index).copied().unwrap_or_default()
    }
}

/// How many steps the construction may take for each byte of the table's largest size. A step follows a position or
/// compares a range of bytes. This limits the time.
const MOST_WORK: usize = 32;

/// How many bytes the positions of all states together may take, for each byte of the table's largest size.
const MOST_KEPT: usize = 4;

/// A position in a regex, with the positions after it.
enum Step {
    /// The next byte is in one of these ranges.
    Bytes(Vec<(u8, u8)>, usize),
    /// Any of these positions.
    Any(Vec<usize>),
    /// The next position, if the assertion holds.
    Assert(Look, usize),
    /// The end of the regex.
    End,
}

/// All positions of a regex.
struct Positions {
    steps: Vec<Step>,
    /// The size of the lists in all steps, in bytes.
    lists: usize,
    most: usize,
}

impl Positions {
    fn add(&mut self, step: Step) -> Result<usize, Impossible> {
        self.lists += match &step {
            Step::Bytes(ranges, _) => size_of_val(ranges.as_slice()),
            Step::Any(after) => size_of_val(after.as_slice()),
            _ => 0,
        };
        self.steps.push(step);
        if size_of_val(self.steps.as_slice()) + self.lists > self.most {
            return Err(Impossible::TooLarge);
        }
        Ok(self.steps.len() - 1)
    }

    /// Adds a regex that continues at `after`, and returns where it begins. The parser limits the nesting.
    fn compile(&mut self, regex: &Hir, after: usize) -> Result<usize, Impossible> {
        match regex.kind() {
            HirKind::Empty => Ok(after),
            HirKind::Literal(text) => {
                text.0.iter().rev().try_fold(after, |after, byte| self.add(Step::Bytes(vec![(*byte, *byte)], after)))
            }
            HirKind::Class(Class::Bytes(class)) => {
                self.add(Step::Bytes(class.iter().map(|range| (range.start(), range.end())).collect(), after))
            }
            HirKind::Class(Class::Unicode(class)) => {
                let mut starts = Vec::new();
                for sequence in class.iter().flat_map(|range| Utf8Sequences::new(range.start(), range.end())) {
                    let mut bytes = sequence.as_slice().iter().rev();
                    starts.push(bytes.try_fold(after, |after, range| {
                        self.add(Step::Bytes(vec![(range.start, range.end)], after))
                    })?);
                }
                self.add(Step::Any(starts))
            }
            HirKind::Look(look) => self.add(Step::Assert(*look, after)),
            HirKind::Repetition(repetition) => self.repetition(repetition, after),
            HirKind::Capture(capture) => self.compile(&capture.sub, after),
            HirKind::Concat(parts) => parts.iter().rev().try_fold(after, |after, part| self.compile(part, after)),
            HirKind::Alternation(branches) => {
                let starts = branches.iter().map(|branch| self.compile(branch, after)).collect::<Result<_, _>>()?;
                self.add(Step::Any(starts))
            }
        }
    }

    fn repetition(&mut self, repetition: &Repetition, after: usize) -> Result<usize, Impossible> {
        let Repetition { min, max, sub, .. } = repetition;
        let (mut start, mut copies) = (after, *min);
        if let Some(max) = max {
            for _ in *min..*max {
                let copy = self.compile(sub, start)?;
                start = self.add(Step::Any(vec![copy, after]))?;
            }
        } else {
            let again = self.add(Step::Any(vec![after]))?;
            let copy = self.compile(sub, again)?;
            if let Some(Step::Any(starts)) = self.steps.get_mut(again) {
                starts.push(copy);
            }
            // The last of the copies that have to match is the one that repeats.
            (start, copies) = if copies == 0 { (again, 0) } else { (copy, copies - 1) };
        }
        for _ in 0..copies {
            let copy = self.compile(sub, start)?;
            if copy == start {
                // Every further copy would be empty as well.
                break;
            }
            start = copy;
        }
        Ok(start)
    }
}

/// What assertions ask about the byte before or after a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Beside {
    /// There is none: the text begins or ends.
    Nothing,
    LineFeed,
    CarriageReturn,
    Word,
    Other,
}

impl Beside {
    fn of(byte: u8) -> Self {
        match byte {
            b'\n' => Beside::LineFeed,
            b'\r' => Beside::CarriageReturn,
            b'_' => Beside::Word,
            _ if byte.is_ascii_alphanumeric() => Beside::Word,
            _ => Beside::Other,
        }
    }
}

fn holds(look: Look, before: Beside, after: Beside) -> bool {
    use Beside::{CarriageReturn, LineFeed, Nothing, Word};
    let (word_before, word_after) = (before == Word, after == Word);
    match look {
        Look::Start => before == Nothing,
        Look::End => after == Nothing,
        Look::StartLF => matches!(before, Nothing | LineFeed),
        Look::EndLF => matches!(after, Nothing | LineFeed),
        Look::StartCRLF => matches!(before, Nothing | LineFeed) || (before == CarriageReturn && after != LineFeed),
        Look::EndCRLF => matches!(after, Nothing | CarriageReturn) || (after == LineFeed && before != CarriageReturn),
        Look::WordAscii => word_before != word_after,
        Look::WordAsciiNegate => word_before == word_after,
        Look::WordStartAscii => !word_before && word_after,
        Look::WordEndAscii => word_before && !word_after,
        Look::WordStartHalfAscii => !word_before,
        Look::WordEndHalfAscii => !word_after,
        // These never come here, because a regex that has one of them has no automaton.
        Look::WordUnicode
        | Look::WordUnicodeNegate
        | Look::WordStartUnicode
        | Look::WordEndUnicode
        | Look::WordStartHalfUnicode
        | Look::WordEndHalfUnicode => false,
    }
}

/// A state while the automaton is built: where its positions are in [`Builder::kept`], and what is before them.
#[derive(Clone, Copy)]
struct Set {
    start: usize,
    end: usize,
    before: Beside,
}

struct Builder<'p> {
    positions: &'p Positions,
    dfa: Dfa,
    /// One byte of each class.
    bytes: Vec<u8>,
    /// Whether the regex has assertions about a byte.
    asserts_bytes: bool,
    /// The positions of all states, each state's sorted.
    kept: Vec<usize>,
    sets: Vec<Set>,
    /// The indices in `sets`.
    known: HashTable<usize>,
    hasher: RandomState,
    /// How many positions were followed, and ranges of bytes compared.
    work: usize,
    /// For each position, the number of the search that reached it last.
    reached: Vec<usize>,
    searches: usize,
}

impl<'p> Builder<'p> {
    fn new(positions: &'p Positions) -> Self {
        let is_about_bytes =
            |step: &Step| matches!(step, Step::Assert(look, _) if !matches!(look, Look::Start | Look::End));
        let asserts_bytes = positions.steps.iter().any(is_about_bytes);
        // Whether a byte begins a new class: it has to be distinguished from the next smaller byte.
        let mut differs = [false; 256];
        let mut mark = |index: usize| differs.get_mut(index).into_iter().for_each(|differs| *differs = true);
        for step in &positions.steps {
            let Step::Bytes(ranges, _) = step else { continue };
            for (first, last) in ranges {
                mark(usize::from(*first));
                mark(usize::from(*last) + 1);
            }
        }
        if asserts_bytes {
            (1..=u8::MAX).filter(|byte| Beside::of(*byte) != Beside::of(byte - 1)).for_each(|byte| mark(byte.into()));
        }
        let mut bytes = Vec::new();
        let mut classes = [0; 256];
        for ((byte, class), differs) in (0..=u8::MAX).zip(&mut classes).zip(differs) {
            if byte == 0 || differs {
                bytes.push(byte);
            }
            *class = (bytes.len() - 1) as u8;
        }
        let dfa = Dfa { classes, width: bytes.len(), table: vec![0; bytes.len() + 1] };
        let dead = Set { start: 0, end: 0, before: Beside::Nothing };
        Builder {
            positions,
            dfa,
            bytes,
            asserts_bytes,
            kept: Vec::new(),
            sets: vec![dead],
            known: HashTable::new(),
            hasher: RandomState::default(),
            work: 0,
            reached: vec![0; positions.steps.len()],
            searches: 0,
        }
    }

    fn build(mut self, start: usize) -> Result<Dfa, Impossible> {
        self.state(&[start], Beside::Nothing)?;
        let mut index = 1;
        let (mut after, mut next) = (Vec::new(), Vec::new());
        while let Some(set) = self.sets.get(index).copied() {
            let mut beside = None;
            for class in 0..=self.bytes.len() {
                let byte = self.bytes.get(class).copied();
                let following = self.beside(byte);
                if beside != Some(following) {
                    beside = Some(following);
                    self.follow(set, following, &mut after)?;
                }
                let place = match byte {
                    None => u32::from(after.iter().any(|position| matches!(self.step(*position), Some(Step::End)))),
                    Some(byte) => {
                        next.clear();
                        let mut compared = 0;
                        for position in &after {
                            let Some(Step::Bytes(ranges, after)) = self.step(*position) else { continue };
                            compared += ranges.len() + 1;
                            if ranges.iter().any(|(first, last)| (*first..=*last).contains(&byte)) {
                                next.push(*after);
                            }
                        }
                        self.spend(compared)?;
                        next.sort_unstable();
                        next.dedup();
                        self.state(&next, following)?
                    }
                };
                if let Some(found) = self.dfa.table.get_mut(index * (self.dfa.width + 1) + class) {
                    *found = place;
                }
            }
            index += 1;
        }
        Ok(self.dfa)
    }

    fn step(&self, position: usize) -> Option<&'p Step> {
        self.positions.steps.get(position)
    }

    /// What is beside a position, if the regex asks for it.
    fn beside(&self, byte: Option<u8>) -> Beside {
        match byte {
            None => Beside::Nothing,
            Some(byte) if self.asserts_bytes => Beside::of(byte),
            Some(_) => Beside::Other,
        }
    }

    /// Finds the positions that a state reaches before it reads a byte, if `following` is next: only those that expect
    /// a byte, and the end of the regex.
    fn follow(&mut self, set: Set, following: Beside, found: &mut Vec<usize>) -> Result<(), Impossible> {
        found.clear();
        self.searches += 1;
        let mut open = self.kept.get(set.start..set.end).unwrap_or_default().to_vec();
        let mut followed = 0;
        while let Some(position) = open.pop() {
            followed += 1;
            match self.reached.get_mut(position) {
                Some(search) if *search != self.searches => *search = self.searches,
                _ => continue,
            }
            match self.step(position) {
                Some(Step::Any(after)) => open.extend(after),
                Some(Step::Assert(look, after)) if holds(*look, set.before, following) => open.push(*after),
                Some(Step::Bytes(..) | Step::End) => found.push(position),
                _ => {}
            }
        }
        self.spend(followed)
    }

    fn spend(&mut self, work: usize) -> Result<(), Impossible> {
        self.work += work;
        if self.work > MOST_WORK * self.positions.most { Err(Impossible::TooLarge) } else { Ok(()) }
    }

    /// The first place of the state with these positions, which is added if it is new.
    fn state(&mut self, positions: &[usize], before: Beside) -> Result<u32, Impossible> {
        if positions.is_empty() {
            return Ok(0);
        }
        let Builder { kept, sets, known, hasher, dfa, .. } = self;
        let of = |set: &Set| (kept.get(set.start..set.end).unwrap_or_default(), set.before);
        let hash = hasher.hash_one((positions, before));
        let is_same = |index: &usize| sets.get(*index).is_some_and(|set| of(set) == (positions, before));
        let place = |index: usize| (index * (dfa.width + 1)) as u32;
        if let Some(index) = known.find(hash, is_same) {
            return Ok(place(*index));
        }
        let index = sets.len();
        let size = (index + 1) * (dfa.width + 1);
        let most = self.positions.most;
        if size * size_of::<u32>() > most || size_of_val(kept.as_slice()) + size_of_val(positions) > MOST_KEPT * most {
            return Err(Impossible::TooLarge);
        }
        known.insert_unique(hash, index, |index| hasher.hash_one(sets.get(*index).map_or((&[][..], before), of)));
        let start = kept.len();
        kept.extend_from_slice(positions);
        sets.push(Set { start, end: kept.len(), before });
        dfa.table.resize(size, 0);
        Ok((index * (dfa.width + 1)) as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use regex_syntax::ParserBuilder;

    fn parse(source: &str) -> Option<Hir> {
        ParserBuilder::new().unicode(false).utf8(false).build().parse(source).ok()
    }

    fn dfa(source: &str, most: usize) -> Result<Dfa, Impossible> {
        Dfa::new(&parse(source).unwrap(), most)
    }

    /// Regexes with everything that a regex may contain.
    fn regexes() -> impl Strategy<Value = String> {
        let atom = prop_oneof![
            4 => "[ab]{1,3}",
            1 => prop::sample::select(vec![
                ".", "(?s:.)", "(?u:.)", "(?u:é)", "(?u:[^a])", "(?u:[à-ÿ])", "[a-c]", "[^a]", "[a-z&&[^m]]", r"\d", r"\W",
                r"\n", r"\r", "_", "-", "(?i:a)", "(?i:B)", "()", "[a&&b]",
            ]).prop_map(str::to_owned),
            1 => prop::sample::select(vec![
                "^", "$", r"\A", r"\z", "(?m:^)", "(?m:$)", "(?mR:^)", "(?mR:$)", r"\b", r"\B", r"\b{start}", r"\b{end}",
                r"\b{start-half}", r"\b{end-half}",
            ]).prop_map(str::to_owned),
        ];
        atom.prop_recursive(4, 24, 4, |inner| {
            let repeats =
                prop::sample::select(vec!["*", "+", "?", "*?", "+?", "??", "{2}", "{0}", "{1,3}", "{2,}", "{0,2}?"]);
            prop_oneof![
                prop::collection::vec(inner.clone(), 1..4).prop_map(|parts| parts.concat()),
                prop::collection::vec(inner.clone(), 1..4).prop_map(|parts| format!("(?:{})", parts.join("|"))),
                inner.clone().prop_map(|inner| format!("({inner})")),
                (inner, repeats).prop_map(|(inner, repeat)| format!("(?:{inner}){repeat}")),
            ]
        })
    }

    /// Texts of the bytes that these regexes distinguish, including texts that are not UTF-8.
    fn texts() -> impl Strategy<Value = Vec<u8>> {
        let pieces: Vec<&[u8]> = vec![
            b"a",
            b"b",
            b"B",
            b"m",
            b"7",
            b"_",
            b"-",
            b"\n",
            b"\r",
            b"\r\n",
            "é".as_bytes(),
            "€".as_bytes(),
            b"\xff",
            b"\xc3",
        ];
        prop::collection::vec(prop::sample::select(pieces), 0..8).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: if cfg!(miri) { 4 } else { 2_000 }, ..ProptestConfig::default() })]

        /// The crate `regex` matches the same texts.
        #[test]
        fn matches_as_regex_does(source in regexes(), texts in prop::collection::vec(texts(), 1..40)) {
            let expected = regex::bytes::RegexBuilder::new(&format!(r"\A(?:{source})\z")).unicode(false).build().unwrap();
            let dfa = dfa(&source, 1 << 20).unwrap();
            for text in texts {
                prop_assert_eq!(dfa.matches(&text), expected.is_match(&text), "{} on {:?}", source, text);
                let end = text.iter().fold(dfa.start(), |state, byte| dfa.next(state, *byte));
                prop_assert_eq!(dfa.matches(&text), dfa.is_match(end));
            }
        }
    }

    #[test]
    fn large_regexes_are_refused() {
        for source in
            ["a{1000}{1000}", "(a?){99999}", "(?:[ab]*a[ab]{24})", "(?:a?{500}|b?{500}){500}", "(?u:.){30000}"]
        {
            assert_eq!(dfa(source, 256 << 10).unwrap_err(), Impossible::TooLarge, "{source}");
        }
        for source in ["((){999999}){999999}", "(((((((((((a+)+)+)+)+)+)+)+)+)+)+)+", "a{1000}", ""] {
            assert!(dfa(source, 256 << 10).unwrap().memory() <= 256 << 10, "{source}");
        }
    }

    /// The positions and tables of these regexes are small enough, but without the other limits, each regex would take
    /// seconds or many megabytes.
    #[test]
    fn regexes_that_take_long_are_refused() {
        let every_second: String = (0..256).step_by(2).map(|byte| format!(r"\x{byte:02x}")).collect();
        for source in [
            // Many ranges in each of many positions of each state.
            format!("(?:[{every_second}]?){{200}}"),
            // Many classes.
            format!("[{every_second}](?s:.?){{200}}"),
            // Many positions in each of many states.
            "(?:a?){1500}".to_owned(),
        ] {
            assert_eq!(dfa(&source, 256 << 10).unwrap_err(), Impossible::TooLarge, "{source}");
        }
    }

    #[test]
    fn word_boundaries_of_unicode_are_refused() {
        assert_eq!(Dfa::new(&Hir::look(Look::WordUnicode), 1 << 20).unwrap_err(), Impossible::Undecidable);
    }

    #[test]
    fn a_text_that_cannot_match_any_more_is_dead() {
        let dfa = dfa("ab", 1 << 10).unwrap();
        let (a, b) = (dfa.next(dfa.start(), b'a'), dfa.next(dfa.start(), b'b'));
        assert!(!a.is_dead() && b.is_dead() && !dfa.is_match(a) && dfa.is_match(dfa.next(a, b'b')));
        assert_eq!(dfa.class(b'x'), dfa.class(b'z'));
        assert_ne!(dfa.class(b'a'), dfa.class(b'b'));
    }
}
