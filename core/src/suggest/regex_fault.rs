//! What is said of a regex that is refused, or that may let in too much.

use crate::config::notation::Notation;
use crate::config::stakes::Stakes;
use crate::config::value::Value;
use crate::issues::code::Code;
use crate::issues::issue::Fault;
use crate::origins::regex::{Finding, Regex};
use crate::printable::printable;
use crate::suggest::regex::{Suggested, Suggestion, Syntax, Written, suggest};
use crate::suggest::regex_reason::WhyOpen;

impl Written<'_> {
    /// As its writer knows it: `/…/i`, or the text.
    fn shown(&self) -> String {
        match self.syntax {
            Syntax::Text => printable(self.text),
            Syntax::RegExp => {
                let (flags, source) = flags_and_source(self.text);
                format!("/{}/{flags}", printable(source))
            }
        }
    }

    /// The setting that takes origins and patterns, by its name where the regex is written.
    pub(crate) fn list(&self) -> String {
        self.place.notation.key(self.list_key())
    }

    fn list_key(&self) -> &'static str {
        if self.place.key == "origin" { "origin" } else { "allow_origins" }
    }

    /// A part of a regex, as it stands in the file.
    pub(crate) fn code(&self, part: &str) -> String {
        match (self.syntax, self.place.notation) {
            (Syntax::RegExp, Notation::JavaScript) => part.to_owned(),
            (_, notation) => notation.in_string(part),
        }
    }

    /// A fault with the suggestion that passed, else with what can be said in general.
    fn fault(&self, code: Code, message: String, general: impl FnOnce() -> String) -> Fault {
        let help = self.suggested().unwrap_or_else(general);
        Fault::new(code, message, help)
    }

    /// The suggestion that passed, in words.
    fn suggested(&self) -> Option<String> {
        let Suggested { instead, secured } = self.suggestion()?;
        let help = self.say(&instead);
        Some(if secured { format!("{help}: plain http cannot be used with credentials") } else { help })
    }

    fn suggestion(&self) -> Option<Suggested> {
        self.place.regexes.then(|| suggest(self)).flatten()
    }

    fn say(&self, suggestion: &Suggestion) -> String {
        match suggestion {
            Suggestion::Regex(literal) => format!("write `{literal}`"),
            Suggestion::Patterns(patterns) => self.offer(patterns),
        }
    }

    /// Offers patterns in the place of a regex.
    pub(crate) fn offer(&self, patterns: &[String]) -> String {
        let (place, list) = (&self.place, self.list_key());
        let texts: Value = patterns.iter().map(String::as_str).collect();
        let of_the_setting = place.key == list;
        if place.alone && !of_the_setting {
            return format!("write `{}` instead", place.notation.setting(list, &texts, place.nested));
        }
        let wild = patterns.iter().any(|pattern| pattern.contains('*'));
        let kind = if wild { "origin pattern" } else { "origin" };
        let plural = if patterns.len() == 1 { "" } else { "s" };
        let entries: Vec<_> = patterns.iter().map(|pattern| place.notation.value(&Value::from(&**pattern))).collect();
        let entries = match patterns.len() {
            // In the place of the one object there may stand a list.
            2.. if of_the_setting && place.whole => place.notation.value(&texts),
            _ => entries.join(", "),
        };
        let there = if of_the_setting { String::new() } else { format!(" in `{}` instead", self.list()) };
        format!("write the {kind}{plural} `{entries}`{there}")
    }

    /// What was found in it. A public suffix only counts where credentials are allowed.
    pub(crate) fn finding(&self, finding: &Finding) -> Fault {
        let (shown, list) = (self.shown(), self.list());
        match finding {
            Finding::BareDot => {
                let message = format!("`{shown}` has a `.` that stands for any character");
                self.fault(Code::RegexUnescapedDot, message, || {
                    format!(
                        "write each dot of a name as `{}`, and end the regex in a domain that you control, or write \
                         origin patterns such as `https://*.example.com` in `{list}`",
                        self.code(r"\.")
                    )
                })
            }
            Finding::OpenHost => {
                let why = if self.place.regexes { self.why_open() } else { WhyOpen::End };
                let message = format!("`{shown}` {}", why.message());
                self.fault(Code::RegexUnboundedHost, message, || self.close_host(why))
            }
            Finding::PublicSuffix(name) => {
                let message =
                    format!("`{shown}` reaches names below `{name}`, which anyone can register, with credentials");
                Fault::new(Code::PublicSuffix, message, self.help_of_public_suffix(name))
            }
        }
    }

    fn close_host(&self, why: WhyOpen) -> String {
        let list = self.list();
        match why {
            WhyOpen::AnyHost if self.place.stakes.credentials => {
                format!("list the origins, or patterns such as `https://*.example.com`, in `{list}`")
            }
            WhyOpen::AnyHost => format!(
                "list the origins, or patterns such as `https://*.example.com`, in `{list}`; if every site may read, say \
                 so with `*` there"
            ),
            WhyOpen::Scheme => {
                format!("begin it with `https://`, which every origin of a page has, or list the origins in `{list}`")
            }
            WhyOpen::End | WhyOpen::Path => format!(
                "end it in a literal domain that you control, such as `{}`, with at most an optional port after it \
                 (`(:[0-9]+)?`), or write origin patterns such as `https://*.example.com` in `{list}`",
                self.code(r"\.example\.com")
            ),
        }
    }

    /// Nobody sends an origin that it matches.
    pub(crate) fn matches_nothing(&self) -> Fault {
        let message = format!("`{}` cannot match any origin: {}", self.shown(), self.why_nothing());
        self.fault(Code::RegexMatchesNothing, message, || {
            format!(
                "describe the whole origin, `https://` and the host in lower case and nothing after it but a port, or \
                 list the origins in `{}`",
                self.list()
            )
        })
    }

    /// With credentials everything that it matches is refused.
    pub(crate) fn insecure(&self) -> Fault {
        let message = format!(
            "`{}` matches plain http alone: anyone on the network path could act as such an origin, with credentials",
            self.shown()
        );
        let secure = self.suggestion().map(|found| self.say(&found.instead));
        let secure = secure.unwrap_or_else(|| "serve those pages over https and allow their origins".to_owned());
        let help = format!("{secure}, or {}", self.place.lifting("insecure-origins"));
        Fault::new(Code::InsecureOrigin, message, help)
    }

    /// Its own language would find it anywhere in an origin.
    pub(crate) fn not_anchored(&self) -> Fault {
        let message = format!("`{}` is not anchored: it matches anywhere in an origin", self.shown());
        self.fault(Code::RegexpNotAnchored, message, || {
            let Stakes { credentials, dangers } = self.place.stakes;
            match Regex::parse(self.text).ok().and_then(|regex| regex.finding) {
                Some(Finding::PublicSuffix(name)) if credentials && !dangers.public_suffixes => {
                    format!("anchor it with `^` and `$`, and {}", self.help_of_public_suffix(&name))
                }
                _ => {
                    let scheme = if self.place.notation == Notation::JavaScript { r"^https:\/\/" } else { "^https://" };
                    format!(
                        "begin it with `{scheme}` and end it with the domain that you control and `$`, or list origins \
                         and origin patterns such as `https://*.example.com` in `{}`",
                        self.list()
                    )
                }
            }
        })
    }

    fn help_of_public_suffix(&self, name: &str) -> String {
        format!(
            "name the part before `{name}` that is yours, as in `https://my-team.{name}`, or {}",
            self.place.lifting("public-suffixes")
        )
    }
}

/// The flags of an object stand around its source.
fn flags_and_source(text: &str) -> (&str, &str) {
    let whole = || {
        let (flags, source) = text.strip_prefix("(?")?.strip_suffix(')')?.split_once(':')?;
        let is_whole = matches!(flags, "i" | "s" | "is" | "si") && Regex::parse(source).is_ok();
        is_whole.then_some((flags, source))
    };
    whole().unwrap_or(("", text))
}
