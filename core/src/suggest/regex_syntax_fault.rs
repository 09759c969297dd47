//! Why a text is not a regex that corsac can run, in plain words.

use crate::issues::code::Code;
use crate::issues::issue::Fault;
use crate::origins::regex::Unusable;
use crate::printable::printable;
use crate::suggest::regex::{Written, pattern_meant};
use regex_syntax::ast::{ErrorKind, Span};

impl Written<'_> {
    /// What the parser or the compiler says of it.
    pub(crate) fn refused(&self, why: &Unusable) -> Fault {
        match why {
            Unusable::TooLong => self.too_large("the regex is longer than 4 KiB"),
            Unusable::TooLarge => self.too_large("the regex compiles to more than 256 KiB"),
            Unusable::Unparsable(kind, span) => self.unparsable(kind, span),
            Unusable::Untranslatable(span) => self.untranslatable(span),
            Unusable::ReadDifferently(what) => {
                let source = printable(self.text);
                let message = format!("`/{source}/` holds {what}, which its own language reads differently");
                let help = "write it without that; classes such as `[a-z0-9-]` mean the same in every language";
                Fault::new(Code::RegexSyntax, message, help)
            }
            Unusable::Undecidable => {
                let message = "the regex cannot be compiled for matching in linear time";
                let boundaries = [r"\b", r"\B"].map(|part| self.code(part));
                let help = format!(
                    "remove `{}` and `{}`, which origins have no use for, or list the origins in `{}`",
                    boundaries[0],
                    boundaries[1],
                    self.list()
                );
                Fault::new(Code::RegexSyntax, message, help)
            }
        }
    }

    /// A regex, or their number, is more than can be run.
    pub(crate) fn too_large(&self, message: &str) -> Fault {
        let help = format!("write origin patterns in `{}`, of which there may be millions", self.list());
        Fault::new(Code::RegexTooLarge, message, help)
    }

    /// What the parser stopped at.
    fn unparsable(&self, kind: &ErrorKind, span: &Span) -> Fault {
        let (what, help) = self.explain(kind, text_of(self.text, span));
        let message =
            format!("`{}` cannot be used as a regex: at character {} {what}", printable(self.text), span.start.column);
        let help = match pattern_meant(self.text, self.place.stakes) {
            Some(pattern) if self.place.regexes => self.offer(&[pattern]),
            _ => help,
        };
        Fault::new(Code::RegexSyntax, message, help)
    }

    /// What parses, and stands for characters that no origin has or for what the engine does not know.
    fn untranslatable(&self, span: &Span) -> Fault {
        let what = printable(text_of(self.text, span));
        let message = format!(
            "`{}` cannot be used as a regex: at character {} `{what}` stands for characters beyond ASCII, which no origin has",
            printable(self.text),
            span.start.column
        );
        let help = "use classes such as `[a-z0-9-]`; browsers send names beyond ASCII as punycode";
        Fault::new(Code::RegexSyntax, message, help)
    }

    fn explain(&self, kind: &ErrorKind, text: &str) -> (&'static str, String) {
        let list = self.list();
        let help = |text: &str| format!("{text}, or write origin patterns such as `https://*.example.com` in `{list}`");
        let with = |before: &str, part: &str, after: &str| help(&format!("{before}`{}`{after}", self.code(part)));
        match kind {
            ErrorKind::UnsupportedLookAround => (
                if text.contains('<') {
                    "it looks behind, which cannot run in linear time"
                } else {
                    "it looks ahead, which cannot run in linear time"
                },
                format!(
                    "say which origins are allowed, not which are not: list them, or the patterns that cover them, in `{list}`"
                ),
            ),
            ErrorKind::UnsupportedBackreference => (
                "it refers back to a group, which cannot run in linear time",
                help("write out what the group stands for"),
            ),
            ErrorKind::GroupUnclosed => ("a group is opened and never closed", help("add the `)` that closes it")),
            ErrorKind::GroupUnopened => {
                ("a group is closed that was never opened", with("remove the `)`, or escape it as ", r"\)", ""))
            }
            ErrorKind::ClassUnclosed => ("a class is opened and never closed", help("add the `]` that closes it")),
            ErrorKind::ClassRangeInvalid => (
                "a range of characters ends before it begins",
                help(
                    "write the lower end first, as in `[a-z]`, and a `-` that is meant as itself last, as in `[a-z-]`",
                ),
            ),
            ErrorKind::ClassRangeLiteral | ErrorKind::ClassEscapeInvalid => (
                "a class has something in it that is not one character",
                with("put a `-` that is meant as itself last, as in ", r"[\w-]", ""),
            ),
            ErrorKind::RepetitionMissing => (
                "there is nothing to repeat",
                help("write what is to be repeated before it, as in `[a-z0-9-]+`, where `*` alone stands for nothing"),
            ),
            ErrorKind::RepetitionCountInvalid => {
                ("a repetition ends before it begins", help("write the smaller number first, as in `{1,5}`"))
            }
            ErrorKind::RepetitionCountUnclosed
            | ErrorKind::RepetitionCountDecimalEmpty
            | ErrorKind::DecimalEmpty
            | ErrorKind::DecimalInvalid => (
                "a repetition is not written as numbers in braces",
                with("write it as in `{1,5}`, or escape a brace that is meant as itself as ", r"\{", ""),
            ),
            ErrorKind::EscapeUnexpectedEof => {
                ("it ends in the middle of an escape", help("remove the backslash, or write what it escapes"))
            }
            ErrorKind::EscapeUnrecognized
            | ErrorKind::EscapeHexEmpty
            | ErrorKind::EscapeHexInvalid
            | ErrorKind::EscapeHexInvalidDigit
            | ErrorKind::SpecialWordBoundaryUnclosed
            | ErrorKind::SpecialWordBoundaryUnrecognized
            | ErrorKind::SpecialWordOrRepetitionUnexpectedEof
            | ErrorKind::UnicodeClassInvalid => (
                "there is an escape that stands for nothing",
                with(
                    "remove the backslash, which belongs before punctuation (",
                    r"\.",
                    ") and before the letters d, w and s",
                ),
            ),
            ErrorKind::FlagDanglingNegation
            | ErrorKind::FlagDuplicate { .. }
            | ErrorKind::FlagRepeatedNegation { .. }
            | ErrorKind::FlagUnexpectedEof
            | ErrorKind::FlagUnrecognized => (
                "a group begins with `(?` and something that is not a flag",
                help("begin a group with `(?:`, and a regex for any case with `(?i)`"),
            ),
            ErrorKind::GroupNameDuplicate { .. }
            | ErrorKind::GroupNameEmpty
            | ErrorKind::GroupNameInvalid
            | ErrorKind::GroupNameUnexpectedEof => {
                ("a group has no valid name of its own", help("leave the name out: `(?:` begins a group without one"))
            }
            ErrorKind::NestLimitExceeded(_) | ErrorKind::CaptureLimitExceeded => {
                ("groups are nested more than 64 deep", help("write it with fewer groups"))
            }
            _ => ("it cannot be read further", help("correct it there")),
        }
    }
}

fn text_of<'s>(source: &'s str, span: &Span) -> &'s str {
    source.get(span.start.offset..span.end.offset).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use crate::config::notation::Notation;
    use crate::config::stakes::Stakes;
    use crate::issues::issue::{Fault, Issues};
    use crate::origins::regex::Regex;
    use crate::suggest::regex::{Syntax, Written};
    use crate::suggest::trial::Place;

    fn refused(text: &str) -> Fault {
        let place =
            Place::new("allow_origin_regex", Stakes::default(), true, &Issues::new(Notation::default(), |_| true));
        let written = Written { text, syntax: Syntax::Text, anywhere: false, place };
        written.refused(&Regex::parse(text).unwrap_err())
    }

    #[test]
    fn what_is_wrong_and_where() {
        for (source, message) in [
            ("https://(a", "at character 9 a group is opened and never closed"),
            ("https://a)", "at character 10 a group is closed that was never opened"),
            ("https://[a-z", "at character 9 a class is opened and never closed"),
            (r"https://(?!evil)a", "at character 9 it looks ahead, which cannot run in linear time"),
            (r"(?<=https://)a", "at character 1 it looks behind, which cannot run in linear time"),
            (r"https://(a)\1", "at character 12 it refers back to a group, which cannot run in linear time"),
            (r"https://a{2,1}", "at character 10 a repetition ends before it begins"),
            (r"+a", "at character 1 there is nothing to repeat"),
            (r"https://a\", "at character 10 it ends in the middle of an escape"),
            (r"https://[z-a]", "at character 10 a range of characters ends before it begins"),
            (r"https://\ya", "at character 9 there is an escape that stands for nothing"),
        ] {
            assert_eq!(refused(source).message, format!("`{source}` cannot be used as a regex: {message}"));
        }
        let message = refused(r"https://\p{Greek}\.example").message;
        assert!(message.contains(r"at character 9 `\p{Greek}`"), "{message}");
    }

    #[test]
    fn patterns_that_were_taken_for_regexes() {
        for source in ["*.example.com", r"*\.example\.com"] {
            let help = "write `allow_origins = [\"https://*.example.com\"]` instead";
            assert_eq!(refused(source).help, help, "{source}");
        }
        assert!(refused("*.github.io").help.contains("*.github.io"));
    }
}
