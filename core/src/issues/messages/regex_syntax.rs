//! Texts that are not regexes that corsac can run.

use crate::issues::code::Code;
use crate::issues::fault::Fault;
use crate::issues::messages::regexes::RegexWords;
use crate::limits::REGEX_NESTING;
use crate::printable::printable;
use regex_syntax::ast::{ErrorKind, Span};

/// The piece at which a parser or a compiler stopped. `column` is its first character, counted from 1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece<'r> {
    pub(crate) text: &'r str,
    pub(crate) column: usize,
}

impl<'r> Piece<'r> {
    pub(crate) fn new(regex: &'r str, span: &Span) -> Self {
        let text = regex.get(span.start.offset..span.end.offset).unwrap_or_default();
        Piece { text, column: span.start.column }
    }
}

fn not_a_regex(text: &str, Piece { column, .. }: Piece<'_>, what: &str, help: impl Into<String>) -> Fault {
    let message = format!("`{}` cannot be used as a regex: at character {column} {what}", printable(text));
    Fault::new(Code::RegexSyntax, message, help)
}

/// A regex that does not parse.
pub(crate) fn unparsable(
    text: &str,
    kind: &ErrorKind,
    piece: Piece<'_>,
    suggestion: Option<String>,
    regex: &RegexWords,
) -> Fault {
    let (what, help) = explain(kind, piece.text, regex);
    not_a_regex(text, piece, &what, suggestion.unwrap_or(help))
}

/// A regex that parses but matches characters that no origin has.
pub(crate) fn beyond_ascii(text: &str, piece: Piece<'_>) -> Fault {
    not_a_regex(
        text,
        piece,
        &format!("`{}` matches characters beyond ASCII, which no origin has", printable(piece.text)),
        "use classes such as `[a-z0-9-]`; browsers send names beyond ASCII as punycode",
    )
}

/// Syntax that the regular expressions of some other languages do not have, or that means something else there.
#[derive(Clone, Copy, Debug)]
pub(crate) enum NotPortable {
    Flag,
    FlagsWithoutGroup,
    Escape,
    Assertion,
    UnicodeClass,
    PosixClass,
    ClassInClass,
    ClassOperation,
}

/// A regular expression object with something that the program's language reads differently.
pub(crate) fn read_differently(source: &str, what: NotPortable) -> Fault {
    let what = match what {
        NotPortable::Flag => "a flag other than i and s",
        NotPortable::FlagsWithoutGroup => "flags without a group",
        NotPortable::Escape => "an escape such as `\\a` or `\\x{…}`",
        NotPortable::Assertion => "an assertion such as `\\A` or `\\z`",
        NotPortable::UnicodeClass => "a Unicode class",
        NotPortable::PosixClass => "a class such as `[:alpha:]`",
        NotPortable::ClassInClass => "a class within a class",
        NotPortable::ClassOperation => "a class operation such as `&&`",
    };
    Fault::new(
        Code::RegexSyntax,
        format!(
            "`/{}/` contains {what}, which your program's language may not read in the same way as corsac",
            printable(source)
        ),
        "write it without that; classes such as `[a-z0-9-]` mean the same in every language",
    )
}

/// A regex that no automaton can decide.
pub(crate) fn not_linear(regex: &RegexWords) -> Fault {
    let help = format!(
        "remove `{}` and `{}`, which origins do not need; or list the origins in `{}`",
        regex.code(r"\b"),
        regex.code(r"\B"),
        regex.list
    );
    Fault::new(Code::RegexSyntax, "the regex cannot be matched in linear time", help)
}

/// A flag of a regular expression object.
pub(crate) fn flag(source: &str, flag: char) -> Fault {
    let help = if flag == 'm' {
        "remove the flag `m`: it lets `^` and `$` match inside the text"
    } else {
        "remove it; `i` and `s` are supported, and `d`, `g`, `u`, `v` and `y` make no difference when an origin is \
         tested once"
    };
    let message = format!("the flag `{}` of `/{}/` is not supported", flag.escape_default(), printable(source));
    Fault::new(Code::RegexpFlags, message, help)
}

fn explain(kind: &ErrorKind, piece: &str, regex: &RegexWords) -> (String, String) {
    let (what, help) = match kind {
        ErrorKind::UnsupportedLookAround => {
            let what = if piece.contains('<') { "a lookbehind" } else { "a lookahead" };
            return (
                format!("there is {what}, which cannot run in linear time"),
                format!(
                    "say which origins are allowed instead of which are not: list them, or patterns that match them, \
                     in `{}`",
                    regex.list
                ),
            );
        }
        ErrorKind::NestLimitExceeded(_) | ErrorKind::CaptureLimitExceeded => {
            return (
                format!("groups are nested more than {REGEX_NESTING} deep"),
                regex.or_patterns("write it with fewer groups"),
            );
        }
        ErrorKind::UnsupportedBackreference => {
            ("there is a backreference, which cannot run in linear time", "write out what the group matches".into())
        }
        ErrorKind::GroupUnclosed => ("a group is opened and never closed", "add the `)` that closes it".into()),
        ErrorKind::GroupUnopened => (
            "there is a `)` without a matching `(`",
            format!("remove the `)`, or escape it as `{}`", regex.code(r"\)")),
        ),
        ErrorKind::ClassUnclosed => ("a class is opened and never closed", "add the `]` that closes it".into()),
        ErrorKind::ClassRangeInvalid => (
            "a range of characters ends before it begins",
            "write the lower end first, as in `[a-z]`, and a literal `-` last, as in `[a-z-]`".into(),
        ),
        ErrorKind::ClassEscapeInvalid => (
            "a class contains an escape that does not mean a character",
            "write in its place the characters that the class should match".into(),
        ),
        ErrorKind::ClassRangeLiteral => (
            "a range in a class begins or ends with something that is not one character",
            format!("write a literal `-` last, as in `{}`", regex.code(r"[\w-]")),
        ),
        ErrorKind::RepetitionMissing => (
            "there is nothing to repeat",
            "write first what is to be repeated, as in `[a-z0-9-]+`, because `*` means nothing by itself".into(),
        ),
        ErrorKind::RepetitionCountInvalid => {
            ("a repetition ends before it begins", "write the smaller number first, as in `{1,5}`".into())
        }
        ErrorKind::RepetitionCountUnclosed
        | ErrorKind::RepetitionCountDecimalEmpty
        | ErrorKind::DecimalEmpty
        | ErrorKind::DecimalInvalid => (
            "a repetition is not written as numbers in braces",
            format!("write it as in `{{1,5}}`, or escape a literal brace as `{}`", regex.code(r"\{")),
        ),
        ErrorKind::EscapeUnexpectedEof => {
            ("it ends in the middle of an escape", "remove the backslash, or write what it escapes".into())
        }
        ErrorKind::EscapeUnrecognized
        | ErrorKind::EscapeHexEmpty
        | ErrorKind::EscapeHexInvalid
        | ErrorKind::EscapeHexInvalidDigit
        | ErrorKind::SpecialWordBoundaryUnclosed
        | ErrorKind::SpecialWordBoundaryUnrecognized
        | ErrorKind::SpecialWordOrRepetitionUnexpectedEof
        | ErrorKind::UnicodeClassInvalid => (
            "there is an escape that has no meaning",
            format!(
                "remove the backslash, which belongs before punctuation (`{}`) and before the letters d, w and s",
                regex.code(r"\.")
            ),
        ),
        ErrorKind::FlagDanglingNegation
        | ErrorKind::FlagDuplicate { .. }
        | ErrorKind::FlagRepeatedNegation { .. }
        | ErrorKind::FlagUnexpectedEof
        | ErrorKind::FlagUnrecognized => (
            "a group begins with `(?` and something that is not a flag",
            "begin a group with `(?:`, and a regex that ignores case with `(?i)`".into(),
        ),
        ErrorKind::GroupNameDuplicate { .. }
        | ErrorKind::GroupNameEmpty
        | ErrorKind::GroupNameInvalid
        | ErrorKind::GroupNameUnexpectedEof => (
            "the name of a group is invalid or not unique",
            "leave the name out: `(?:` begins a group without one".into(),
        ),
        _ => ("there is a mistake", "fix the regex at that character".into()),
    };
    (what.into(), regex.or_patterns(&help))
}
