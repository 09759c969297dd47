//! What is said of a regex that is refused, or that may let in too much.

use crate::compile::origins::Stakes;
use crate::config::settings::Dangers;
use crate::issues::code::Code;
use crate::issues::issue::{Fault, printable, write_this};
use crate::origins::regex::{Finding, Regex};
use crate::origins::regex_language;
use crate::suggest::regex::{Suggestion, Syntax, Written, pattern_meant, suggest};
use crate::suggest::regex_repair::{Repairs, repaired};

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

    fn list(&self) -> &'static str {
        match self.syntax {
            Syntax::Text => "allow_origins",
            Syntax::RegExp => "origin",
        }
    }

    /// A fault with the suggestion that passed, else with what can be said in general.
    fn fault(&self, code: Code, message: String, suggested: bool, general: impl FnOnce() -> String) -> Fault {
        let help = suggested.then(|| suggest(self)).flatten().map_or_else(general, |found| self.help(&found));
        Fault::new(code, message, help)
    }

    fn help(&self, suggestion: &Suggestion) -> String {
        let place = match self.syntax {
            Syntax::Text => " in `allow_origins`",
            Syntax::RegExp => "",
        };
        match suggestion {
            Suggestion::Regex(text) if self.syntax == Syntax::Text && text.contains('\\') => {
                format!("{}; in a string with escapes, write each `\\` twice", write_this(text))
            }
            Suggestion::Regex(text) => write_this(text),
            Suggestion::Patterns(patterns) => help_of_patterns(patterns, place),
        }
    }

    /// What the parser or the compiler says of it.
    pub(crate) fn refused(&self, fault: Fault) -> Fault {
        in_list(fault, self.list())
    }

    /// What was found in it. A public suffix only counts where credentials are allowed.
    pub(crate) fn finding(&self, finding: &Finding, suggested: bool) -> Fault {
        let (shown, list) = (self.shown(), self.list());
        match finding {
            Finding::BareDot => {
                let message = format!("`{shown}` has a `.` that stands for any character");
                self.fault(Code::RegexUnescapedDot, message, suggested, || {
                    format!(
                        "write each dot of a name as `\\.`, and end the regex in a domain that you control, or write \
                         origin patterns such as `https://*.example.com` in `{list}`"
                    )
                })
            }
            Finding::OpenHost => {
                let message = format!("`{shown}` does not fix the end of the host");
                self.fault(Code::RegexUnboundedHost, message, suggested, || {
                    format!(
                        "end it in a literal domain that you control, such as `\\.example\\.com`, with at most an \
                         optional port after it (`(:[0-9]+)?`), or write origin patterns such as \
                         `https://*.example.com` in `{list}`"
                    )
                })
            }
            Finding::PublicSuffix(name) => public_suffix(&shown, name),
        }
    }

    /// Nobody sends an origin that it matches.
    pub(crate) fn matches_nothing(&self, suggested: bool) -> Fault {
        let shown = self.shown();
        let why = if suggested { self.why_nothing() } else { GENERAL };
        let message = format!("`{shown}` cannot match any origin: {why}");
        self.fault(Code::RegexMatchesNothing, message, suggested, || {
            format!(
                "describe the whole origin, `https://` and the host in lower case and nothing after it but a port, or \
                 list the origins in `{}`",
                self.list()
            )
        })
    }

    /// The one repair that lets it match shows what it lacks.
    fn why_nothing(&self) -> &'static str {
        if pattern_meant(self.text, self.stakes).is_some() {
            return "`*` repeats what stands before it, and alone stands for nothing";
        }
        let none = Repairs::default();
        let reasons = [
            (Repairs { marks: true, ..none }, MARKED),
            (Repairs { case: true, ..none }, "it has upper case, and browsers send origins in lower case"),
            (Repairs { default_port: true, ..none }, "it has the scheme's default port, which browsers leave out"),
            (Repairs { tail: true, ..none }, "it has a slash or a path after the host, and origins have none"),
            (Repairs { scheme: true, ..none }, "it has no scheme, and an origin begins with one"),
        ];
        let matches = |repairs: Repairs| {
            repaired(self.text, false, repairs)
                .and_then(|body| Regex::parse(&body.text).ok()?.compile_for_help(false))
                .is_some_and(|dfa| !regex_language::is_empty(&dfa))
        };
        reasons.into_iter().find(|(repairs, _)| matches(*repairs)).map_or(GENERAL, |(_, why)| why)
    }

    /// Its own language would find it anywhere in an origin.
    pub(crate) fn not_anchored(&self, suggested: bool) -> Fault {
        let message = format!("`{}` is not anchored: it matches anywhere in an origin", self.shown());
        self.fault(Code::RegexpNotAnchored, message, suggested, || {
            let Stakes { credentials, dangers } = self.stakes;
            match Regex::parse(self.text).ok().and_then(|regex| regex.finding) {
                Some(Finding::PublicSuffix(name)) if credentials && !dangers.public_suffixes => {
                    format!("anchor it with `^` and `$`, and {}", help_of_public_suffix(&name))
                }
                _ => "begin it with `^https:\\/\\/` and end it with the domain that you control and `$`, or list origins \
                      and origin patterns such as `https://*.example.com` in `origin`"
                    .into(),
            }
        })
    }
}

const MARKED: &str =
    "`/…/`, `~`, quotes and doubled backslashes mark a regex elsewhere, and here they are matched like the rest";
const GENERAL: &str = "no browser sends an origin of this form";

/// Whether a finding is an error under these settings, a lint, or neither.
pub(crate) fn counts(finding: &Finding, stakes: Stakes) -> bool {
    let Stakes { credentials, dangers: Dangers { public_suffixes, .. } } = stakes;
    !matches!(finding, Finding::PublicSuffix(_)) || (credentials && !public_suffixes)
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

pub(crate) fn help_of_patterns(patterns: &[String], place: &str) -> String {
    let wild = patterns.iter().any(|pattern| pattern.contains('*'));
    let kind = if wild { "origin pattern" } else { "origin" };
    match patterns {
        [one] => format!("write the {kind} `{one}`{place}"),
        several => {
            let list: Vec<String> = several.iter().map(|pattern| format!("\"{pattern}\"")).collect();
            format!("write the {kind}s `[{}]`{place}", list.join(", "))
        }
    }
}

/// A fault that names the list of origins as it is called where the regex stands.
pub(crate) fn in_list(mut fault: Fault, list: &str) -> Fault {
    fault.help = fault.help.replace("`allow_origins`", &format!("`{list}`"));
    fault
}

fn public_suffix(shown: &str, name: &str) -> Fault {
    let message = format!("`{shown}` reaches names below `{name}`, which anyone can register, with credentials");
    Fault::new(Code::PublicSuffix, message, help_of_public_suffix(name))
}

fn help_of_public_suffix(name: &str) -> String {
    format!(
        "name the part before `{name}` that is yours, as in `https://my-team.{name}`, or lift this check with \
         `dangerously_allow = [\"public-suffixes\"]`"
    )
}
