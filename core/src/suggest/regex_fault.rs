//! The issue of a regex that is refused, or that may allow too much.

use crate::config::dangers::Danger;
use crate::config::notation::Notation;
use crate::config::stakes::Stakes;
use crate::config::value::Value;
use crate::issues::fault::Fault;
use crate::issues::messages::regexes::{self, OpenHost, RegexWords, TooLarge};
use crate::issues::messages::suggestions::{Origins, over_https, write, write_origins, write_setting_instead};
use crate::origins::regex::{Finding, Regex};
use crate::printable::printable;
use crate::suggest::regex::{Suggested, Suggestion, Syntax, Written, suggest};

impl Written<'_> {
    /// The regex as its author wrote it: `/…/i`, or the text.
    fn shown(&self) -> String {
        match self.syntax {
            Syntax::Text => printable(self.text),
            Syntax::RegExp => {
                let (flags, source) = flags_and_source(self.text);
                format!("/{}/{flags}", printable(source))
            }
        }
    }

    /// The regex as messages name it.
    pub(crate) fn words(&self) -> RegexWords {
        let notation = self.place.notation;
        let is_literal = self.syntax == Syntax::RegExp && notation == Notation::JavaScript;
        RegexWords { shown: self.shown(), list: notation.key(self.list_key()), notation, is_literal }
    }

    /// The setting that takes origins and patterns.
    fn list_key(&self) -> &'static str {
        if self.place.key == "origin" { "origin" } else { "allow_origins" }
    }

    /// The suggestion that passed, in words.
    fn suggested(&self) -> Option<String> {
        let Suggested { instead, secured } = self.suggestion()?;
        let help = self.say(&instead);
        Some(if secured { over_https(&help) } else { help })
    }

    fn suggestion(&self) -> Option<Suggested> {
        self.place.regexes.then(|| suggest(self)).flatten()
    }

    fn say(&self, suggestion: &Suggestion) -> String {
        match suggestion {
            Suggestion::Regex(literal) => write(literal),
            Suggestion::Patterns(patterns) => self.offer(patterns),
        }
    }

    /// Suggests patterns instead of a regex.
    pub(crate) fn offer(&self, patterns: &[String]) -> String {
        let (place, list) = (&self.place, self.list_key());
        let texts: Value = patterns.iter().map(String::as_str).collect();
        let of_the_setting = place.key == list;
        if place.alone && !of_the_setting {
            return write_setting_instead(&place.notation.setting(list, &texts, place.nested));
        }
        let entries: Vec<_> = patterns.iter().map(|pattern| place.notation.value(&Value::from(&**pattern))).collect();
        let entries = match patterns.len() {
            // A list may replace the single object.
            2.. if of_the_setting && place.whole => place.notation.value(&texts),
            _ => entries.join(", "),
        };
        let is_pattern = patterns.iter().any(|pattern| pattern.contains('*'));
        let origins = Origins { is_pattern, is_plural: patterns.len() != 1 };
        let list = (!of_the_setting).then(|| place.notation.key(list));
        write_origins(&entries, origins, list.as_deref())
    }

    /// The findings in the regex. A public suffix counts only if credentials are allowed.
    pub(crate) fn finding(&self, finding: &Finding) -> Fault {
        match finding {
            Finding::BareDot => regexes::unescaped_dot(&self.words(), self.suggested()),
            Finding::OpenHost => {
                let why = if self.place.regexes { self.why_open() } else { OpenHost::End };
                regexes::unbounded_host(&self.words(), why, self.suggested(), self.place.stakes.credentials)
            }
            Finding::PublicSuffix(name) => {
                regexes::public_suffix(&self.words(), name, &self.place.lifting(Danger::PublicSuffixes))
            }
        }
    }

    /// There are too many regexes; `count` says how many.
    pub(crate) fn too_many(&self, count: usize) -> Fault {
        regexes::too_large(&self.words(), TooLarge::Number(count))
    }

    /// No browser sends an origin that it matches.
    pub(crate) fn matches_nothing(&self) -> Fault {
        regexes::matches_nothing(&self.words(), self.why_nothing(), self.suggested())
    }

    /// With credentials, everything that it matches is refused.
    pub(crate) fn insecure(&self) -> Fault {
        let secure = self.suggestion().map(|found| self.say(&found.instead));
        regexes::insecure(&self.words(), secure, &self.place.lifting(Danger::InsecureOrigins))
    }

    /// Without credentials, plain http is a risk that a policy may take. `only` says that the regex matches
    /// nothing else.
    pub(crate) fn plain_http(&self, only: bool) -> Fault {
        regexes::plain_http(&self.words(), only)
    }

    /// The program's language would find a match anywhere in an origin.
    pub(crate) fn not_anchored(&self) -> Fault {
        let Stakes { credentials, dangers } = self.place.stakes;
        let suggested = self.suggested();
        let finding =
            if suggested.is_none() { Regex::parse(self.text).ok().and_then(|regex| regex.finding) } else { None };
        let lift = self.place.lifting(Danger::PublicSuffixes);
        let suffix = match &finding {
            Some(Finding::PublicSuffix(name)) if credentials && !dangers.public_suffixes => Some((&**name, &*lift)),
            _ => None,
        };
        regexes::not_anchored(&self.words(), suggested, suffix)
    }
}

/// The flags of an object are written around its source.
fn flags_and_source(text: &str) -> (&str, &str) {
    let whole = || {
        let (flags, source) = text.strip_prefix("(?")?.strip_suffix(')')?.split_once(':')?;
        let is_whole = matches!(flags, "i" | "s" | "is" | "si") && Regex::parse(source).is_ok();
        is_whole.then_some((flags, source))
    };
    whole().unwrap_or(("", text))
}
