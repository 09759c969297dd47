//! Why a text is not a regex that corsac can run, in plain words.

use crate::compile::origins::Stakes;
use crate::config::settings::Dangers;
use crate::issues::code::Code;
use crate::issues::issue::{Fault, printable};
use crate::suggest::regex::pattern_meant;
use crate::suggest::regex_fault::help_of_patterns;
use regex_syntax::ast::{ErrorKind, Span};

const LIST_INSTEAD: &str = "or write origin patterns such as `https://*.example.com` in `allow_origins`";

/// What the parser stopped at.
pub(crate) fn unparsable(source: &str, kind: &ErrorKind, span: &Span) -> Fault {
    let (what, help) = explain(kind, text_of(source, span));
    let message =
        format!("`{}` cannot be used as a regex: at character {} {what}", printable(source), span.start.column);
    let help = match pattern_meant(source, Stakes { credentials: true, dangers: Dangers::default() }) {
        Some(pattern) => help_of_patterns(&[pattern], " in `allow_origins`"),
        None => help.to_owned(),
    };
    Fault::new(Code::RegexSyntax, message, help)
}

/// What parses, and stands for characters that no origin has or for what the engine does not know.
pub(crate) fn untranslatable(source: &str, span: &Span) -> Fault {
    let what = printable(text_of(source, span));
    let message = format!(
        "`{}` cannot be used as a regex: at character {} `{what}` stands for characters beyond ASCII, which no origin has",
        printable(source),
        span.start.column
    );
    Fault::new(
        Code::RegexSyntax,
        message,
        "use classes such as `[a-z0-9-]`; browsers send names beyond ASCII as punycode",
    )
}

fn text_of<'s>(source: &'s str, span: &Span) -> &'s str {
    source.get(span.start.offset..span.end.offset).unwrap_or_default()
}

fn explain(kind: &ErrorKind, text: &str) -> (&'static str, String) {
    let help = |text: &str| format!("{text}, {LIST_INSTEAD}");
    match kind {
        ErrorKind::UnsupportedLookAround => (
            if text.contains('<') {
                "it looks behind, which cannot run in linear time"
            } else {
                "it looks ahead, which cannot run in linear time"
            },
            "say which origins are allowed, not which are not: list them, or the patterns that cover them, in \
             `allow_origins`"
                .into(),
        ),
        ErrorKind::UnsupportedBackreference => {
            ("it refers back to a group, which cannot run in linear time", help("write out what the group stands for"))
        }
        ErrorKind::GroupUnclosed => ("a group is opened and never closed", help("add the `)` that closes it")),
        ErrorKind::GroupUnopened => {
            ("a group is closed that was never opened", help("remove the `)`, or escape it as `\\)`"))
        }
        ErrorKind::ClassUnclosed => ("a class is opened and never closed", help("add the `]` that closes it")),
        ErrorKind::ClassRangeInvalid => (
            "a range of characters ends before it begins",
            help("write the lower end first, as in `[a-z]`, and a `-` that is meant as itself last, as in `[a-z-]`"),
        ),
        ErrorKind::ClassRangeLiteral | ErrorKind::ClassEscapeInvalid => (
            "a class has something in it that is not one character",
            help("put a `-` that is meant as itself last, as in `[\\w-]`"),
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
            help("write it as in `{1,5}`, or escape a brace that is meant as itself as `\\{`"),
        ),
        ErrorKind::EscapeUnexpectedEof => {
            ("it ends in the middle of an escape", help("remove the `\\`, or write what it escapes"))
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
            help("remove the `\\`, which belongs before punctuation (`\\.`) and before the letters d, w and s"),
        ),
        ErrorKind::FlagDanglingNegation
        | ErrorKind::FlagDuplicate { .. }
        | ErrorKind::FlagRepeatedNegation { .. }
        | ErrorKind::FlagUnexpectedEof
        | ErrorKind::FlagUnrecognized => (
            "a group begins with `(?` and something that is not a flag",
            help("write `(?:` for a group, or `(?i)` for any case"),
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

#[cfg(test)]
mod tests {
    use crate::origins::regex::Regex;

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
            let fault = Regex::parse(source).unwrap_err();
            assert_eq!(fault.message, format!("`{source}` cannot be used as a regex: {message}"));
        }
        let fault = Regex::parse(r"https://\p{Greek}\.example").unwrap_err();
        assert!(fault.message.contains(r"at character 9 `\p{Greek}`"), "{}", fault.message);
    }

    #[test]
    fn patterns_that_were_taken_for_regexes() {
        for source in ["*.example.com", r"*\.example\.com"] {
            let help = Regex::parse(source).unwrap_err().help;
            assert_eq!(help, "write the origin pattern `https://*.example.com` in `allow_origins`", "{source}");
        }
        assert!(!Regex::parse("*.github.io").unwrap_err().help.contains("*.github.io"));
    }
}
