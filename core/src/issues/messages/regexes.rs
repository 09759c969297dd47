//! Regexes that compile but match nothing or too much.

use crate::config::notation::Notation;
use crate::issues::code::Code;
use crate::issues::fault::Fault;
use crate::limits::{COMPILED_REGEX_BYTES, REGEX_BYTES, REGEXES};

/// A regex as its author wrote it.
#[derive(Clone, Debug)]
pub(crate) struct RegexWords {
    /// As it is shown in a message: `/…/i`, or the text.
    pub(crate) shown: String,
    /// The name of the setting that takes origins and patterns, in the notation in which the regex is written.
    pub(crate) list: String,
    pub(crate) notation: Notation,
    /// Whether it is a regular expression literal, and not a string.
    pub(crate) is_literal: bool,
}

impl RegexWords {
    /// A piece of a regex, as it would be in the file.
    pub(super) fn code(&self, piece: &str) -> String {
        if self.is_literal { piece.to_owned() } else { self.notation.in_string(piece) }
    }

    /// Patterns are always offered as the alternative.
    pub(super) fn or_patterns(&self, help: &str) -> String {
        format!("{help}; or write origin patterns such as `https://*.example.com` in `{}`", self.list)
    }
}

/// The part of a regex that is too large.
#[derive(Clone, Copy, Debug)]
pub(crate) enum TooLarge {
    Source,
    Compiled,
    /// The number of regexes, which is above the limit.
    Number(usize),
}

pub(crate) fn too_large(regex: &RegexWords, what: TooLarge) -> Fault {
    let message = match what {
        TooLarge::Source => format!("the regex is longer than {} KiB", REGEX_BYTES >> 10),
        TooLarge::Compiled => format!("the regex compiles to more than {} KiB", COMPILED_REGEX_BYTES >> 10),
        TooLarge::Number(count) => {
            format!("there are {count} regexes, but at most {REGEXES} are allowed, since they are tried one by one")
        }
    };
    let help = format!("write origin patterns in `{}`, of which there can be millions", regex.list);
    Fault::new(Code::RegexTooLarge, message, help)
}

pub(crate) fn unescaped_dot(regex: &RegexWords, suggestion: Option<String>) -> Fault {
    let help = suggestion.unwrap_or_else(|| {
        regex.or_patterns(&format!(
            "write each dot of a name as `{}`, and end the regex with a domain that you control",
            regex.code(r"\.")
        ))
    });
    Fault::new(
        Code::RegexUnescapedDot,
        format!("`{}` has an unescaped `.`, which matches any character", regex.shown),
        help,
    )
}

/// Why the end of the host is not fixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OpenHost {
    /// It does not restrict the host.
    AnyHost,
    /// The scheme is optional, so any characters may come before the host.
    Scheme,
    /// A slash or a path may follow the host.
    Path,
    End,
}

pub(crate) fn unbounded_host(
    regex: &RegexWords,
    why: OpenHost,
    suggestion: Option<String>,
    credentials: bool,
) -> Fault {
    let what = match why {
        OpenHost::AnyHost => "matches every host, so every site is allowed",
        OpenHost::Scheme => "does not have to begin with a scheme, so the start of the host is open",
        OpenHost::Path => "can end in a slash or a path, which origins never have",
        OpenHost::End => "leaves the end of the host open",
    };
    let list = &regex.list;
    let help = suggestion.unwrap_or_else(|| match why {
        OpenHost::AnyHost if credentials => {
            format!("list the origins, or patterns such as `https://*.example.com`, in `{list}`")
        }
        OpenHost::AnyHost => format!(
            "list the origins, or patterns such as `https://*.example.com`, in `{list}`; to let every site read responses, \
             write `*` there"
        ),
        OpenHost::Scheme => {
            format!("begin it with `https://`, since every origin begins with a scheme; or list the origins in `{list}`")
        }
        OpenHost::End | OpenHost::Path => regex.or_patterns(&format!(
            "end it with a literal domain that you control, such as `{}`, with at most an optional port after it \
             (`(:[0-9]+)?`)",
            regex.code(r"\.example\.com")
        )),
    });
    Fault::new(Code::RegexUnboundedHost, format!("`{}` {what}", regex.shown), help)
}

/// A regex that matches below a public suffix, with credentials.
pub(crate) fn public_suffix(regex: &RegexWords, suffix: &str, lift: &str) -> Fault {
    let message = format!(
        "`{}` matches names below `{suffix}`, which anyone can register, and credentials are allowed",
        regex.shown
    );
    Fault::new(Code::PublicSuffix, message, name_before_suffix(suffix, lift))
}

fn name_before_suffix(suffix: &str, lift: &str) -> String {
    format!("include your own name before `{suffix}`, as in `https://my-team.{suffix}`, or {lift}")
}

/// Why a regex matches no origin.
#[derive(Clone, Copy, Debug)]
pub(crate) enum MatchesNothing {
    Empty,
    Null,
    NonAscii,
    EscapedStar,
    /// It was meant as a pattern.
    BareStar,
    NoHost,
    Slashes,
    Tilde,
    Quotes,
    Space,
    Backslashes,
    UpperCase,
    DefaultPort,
    NoPort,
    Path,
    NoScheme,
    Unknown,
}

impl MatchesNothing {
    fn explanation(self) -> &'static str {
        match self {
            MatchesNothing::Empty => "it is empty, and a regex has to match the whole origin",
            MatchesNothing::Null => "regexes are never matched against the origin `null`",
            MatchesNothing::NonAscii => "it has non-ASCII characters, and browsers send such names as punycode",
            MatchesNothing::EscapedStar => "an escaped `*` matches a star, which no origin has",
            MatchesNothing::BareStar => "`*` repeats what is before it, and means nothing by itself",
            MatchesNothing::NoHost => "it ends before the host, and a regex has to match the whole origin",
            MatchesNothing::Slashes => "the slashes around it are part of the regex, and no origin begins with one",
            MatchesNothing::Tilde => "`~` marks a regex in nginx, and is part of the regex here",
            MatchesNothing::Quotes => "the quotation marks in it are part of the regex",
            MatchesNothing::Space => "the white space around it is part of the regex",
            MatchesNothing::Backslashes => "its backslashes are doubled, and two of them match a backslash",
            MatchesNothing::UpperCase => "it has upper case, and browsers send origins in lower case",
            MatchesNothing::DefaultPort => "it has the default port of its scheme, which browsers leave out",
            MatchesNothing::NoPort => "it ends in a colon without a port",
            MatchesNothing::Path => "it has a slash or a path after the host, and origins have none",
            MatchesNothing::NoScheme => "it has no scheme, and every origin begins with one",
            MatchesNothing::Unknown => "no browser sends an origin of this form",
        }
    }
}

pub(crate) fn matches_nothing(regex: &RegexWords, why: MatchesNothing, suggestion: Option<String>) -> Fault {
    let help = suggestion.unwrap_or_else(|| {
        format!(
            "describe the whole origin: `https://`, the host in lower case, and nothing after it except a port; or list \
             the origins in `{}`",
            regex.list
        )
    });
    Fault::new(
        Code::RegexMatchesNothing,
        format!("`{}` cannot match any origin: {}", regex.shown, why.explanation()),
        help,
    )
}

/// A regex that matches plain http and nothing else, with credentials. The suggestion has https.
pub(crate) fn insecure(regex: &RegexWords, suggestion: Option<String>, lift: &str) -> Fault {
    let secure = suggestion.unwrap_or_else(|| "serve those pages over https and allow their origins".into());
    Fault::new(
        Code::InsecureOrigin,
        format!(
            "`{}` matches only plain http, so anyone on the network path could impersonate such an origin and use the \
             user's credentials",
            regex.shown
        ),
        format!("{secure}, or {lift}"),
    )
}

/// A regex that matches plain http, without credentials. `only` says that it matches nothing else.
pub(crate) fn plain_http(regex: &RegexWords, only: bool) -> Fault {
    let matches = if only { "matches only plain http" } else { "also matches plain http" };
    Fault::new(
        Code::PlainHttpOrigin,
        format!("`{}` {matches}, so anyone on the network path could impersonate such an origin", regex.shown),
        "let it match only `https://`, if those pages are served over https",
    )
}

/// A regular expression object that is not anchored. `suffix` is a public suffix below which the anchored regex would
/// match, with the way to allow that.
pub(crate) fn not_anchored(regex: &RegexWords, suggestion: Option<String>, suffix: Option<(&str, &str)>) -> Fault {
    let help = suggestion.unwrap_or_else(|| match suffix {
        Some((suffix, lift)) => {
            format!("anchor it with `^` and `$`, and {}", name_before_suffix(suffix, lift))
        }
        None => {
            let start = if regex.is_literal { r"^https:\/\/" } else { "^https://" };
            format!(
                "begin it with `{start}` and end it with the domain that you control and `$`, or list origins and origin \
                 patterns such as `https://*.example.com` in `{}`",
                regex.list
            )
        }
    });
    Fault::new(
        Code::RegexpNotAnchored,
        format!("`{}` is not anchored, so it can match anywhere in an origin", regex.shown),
        help,
    )
}
