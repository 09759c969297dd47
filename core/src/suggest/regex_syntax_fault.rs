//! Why a text is not a regex that corsac can run, in plain words.

use crate::issues::fault::Fault;
use crate::issues::messages::regex_syntax::{self, Piece};
use crate::issues::messages::regexes::{self, TooLarge};
use crate::origins::regex::Unusable;
use crate::suggest::regex::{Written, pattern_meant};

impl Written<'_> {
    /// The error of the parser or the compiler.
    pub(crate) fn refused(&self, why: &Unusable) -> Fault {
        match why {
            Unusable::TooLong => regexes::too_large(&self.words(), TooLarge::Source),
            Unusable::TooLarge => regexes::too_large(&self.words(), TooLarge::Compiled),
            Unusable::Unparsable(kind, span) => {
                let pattern = if self.place.regexes { pattern_meant(self.text, self.place.stakes) } else { None };
                let suggestion = pattern.map(|pattern| self.offer(&[pattern]));
                regex_syntax::unparsable(self.text, kind, Piece::new(self.text, span), suggestion, &self.words())
            }
            Unusable::Untranslatable(span) => regex_syntax::beyond_ascii(self.text, Piece::new(self.text, span)),
            Unusable::ReadDifferently(what) => regex_syntax::read_differently(self.text, *what),
            Unusable::Undecidable => regex_syntax::not_linear(&self.words()),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::config::lifted::NOTHING;
    use crate::config::notation::Notation;
    use crate::config::stakes::Stakes;
    use crate::issues::fault::Fault;
    use crate::issues::issue::Issues;
    use crate::origins::regex::Regex;
    use crate::suggest::regex::{Syntax, Written};
    use crate::suggest::trial::Place;

    fn refused(text: &str) -> Fault {
        let place = Place::new(
            "allow_origin_regex",
            Stakes::default(),
            &NOTHING,
            true,
            &Issues::new(Notation::default(), |_| true),
        );
        let written = Written { text, syntax: Syntax::Text, anywhere: false, place };
        written.refused(&Regex::parse(text).unwrap_err())
    }

    #[test]
    fn messages_say_what_is_wrong_and_where() {
        for (source, message) in [
            ("https://(a", "at character 9 a group is opened and never closed"),
            ("https://a)", "at character 10 there is a `)` without a matching `(`"),
            ("https://[a-z", "at character 9 a class is opened and never closed"),
            (r"https://(?!evil)a", "at character 9 there is a lookahead, which cannot run in linear time"),
            (r"(?<=https://)a", "at character 1 there is a lookbehind, which cannot run in linear time"),
            (r"https://(a)\1", "at character 12 there is a backreference, which cannot run in linear time"),
            (r"https://a{2,1}", "at character 10 a repetition ends before it begins"),
            (r"+a", "at character 1 there is nothing to repeat"),
            (r"https://a\", "at character 10 it ends in the middle of an escape"),
            (r"https://[z-a]", "at character 10 a range of characters ends before it begins"),
            (r"https://\ya", "at character 9 there is an escape that has no meaning"),
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
