//! Texts that are not origin patterns.

use crate::issues::code::Code;
use crate::issues::fault::Fault;
use crate::limits::{HOST_BYTES, LABEL_BYTES, ORIGIN_BYTES};
use crate::printable::printable;

/// The reason why a text is not an origin pattern.
#[derive(Clone, Debug)]
pub(crate) enum OriginFlaw {
    /// `null` in another case.
    NullCase,
    CommaAtEnd,
    SeveralOrigins,
    WhiteSpace,
    NoScheme,
    /// A scheme that is not followed by `://`.
    NoSchemeSeparator,
    WildcardInScheme,
    EmptyScheme,
    RegexInScheme,
    ListInString,
    QuotesInString,
    NotAScheme,
    /// A scheme in lower case that no page has.
    SchemeOfNoPage(String),
    UpperCase,
    UserName,
    NonAscii,
    TrailingSlash,
    Query,
    Fragment,
    SchemeTwice,
    TooManySlashes,
    Path,
    OpenBracket,
    Ipv6WithoutBrackets,
    SeveralPorts,
    DefaultPort,
    Port,
    /// A wildcard in an origin that is neither http nor https.
    WildcardOutsideWeb,
    Wildcard,
    /// Characters in the host of an origin that is neither http nor https.
    HostCharacters,
    IpForm,
    NoHost,
    LongHost,
    EmptyLabel,
    LongLabel,
    HostCharacter(u8),
    TooLong,
}

impl OriginFlaw {
    pub(crate) fn code(&self) -> Code {
        match self {
            OriginFlaw::NullCase | OriginFlaw::UpperCase => Code::OriginUppercase,
            OriginFlaw::CommaAtEnd | OriginFlaw::SeveralOrigins => Code::OriginList,
            OriginFlaw::WhiteSpace => Code::OriginWhitespace,
            OriginFlaw::NoScheme | OriginFlaw::NoSchemeSeparator => Code::OriginMissingScheme,
            OriginFlaw::WildcardInScheme | OriginFlaw::WildcardOutsideWeb | OriginFlaw::Wildcard => {
                Code::OriginWildcard
            }
            OriginFlaw::EmptyScheme
            | OriginFlaw::RegexInScheme
            | OriginFlaw::ListInString
            | OriginFlaw::QuotesInString
            | OriginFlaw::NotAScheme
            | OriginFlaw::SchemeOfNoPage(_) => Code::OriginScheme,
            OriginFlaw::UserName => Code::OriginUserinfo,
            OriginFlaw::NonAscii => Code::OriginUnicode,
            OriginFlaw::TrailingSlash => Code::OriginTrailingSlash,
            OriginFlaw::Query => Code::OriginQuery,
            OriginFlaw::Fragment => Code::OriginFragment,
            OriginFlaw::SchemeTwice | OriginFlaw::TooManySlashes | OriginFlaw::Path => Code::OriginPath,
            OriginFlaw::OpenBracket | OriginFlaw::Ipv6WithoutBrackets | OriginFlaw::SeveralPorts | OriginFlaw::Port => {
                Code::OriginPort
            }
            OriginFlaw::DefaultPort => Code::OriginDefaultPort,
            OriginFlaw::IpForm => Code::OriginIp,
            OriginFlaw::HostCharacters
            | OriginFlaw::NoHost
            | OriginFlaw::LongHost
            | OriginFlaw::EmptyLabel
            | OriginFlaw::LongLabel
            | OriginFlaw::HostCharacter(_)
            | OriginFlaw::TooLong => Code::OriginHost,
        }
    }

    /// The rest of the message, after the text.
    fn description(&self) -> String {
        match self {
            OriginFlaw::NullCase => "is not in lower case".into(),
            OriginFlaw::CommaAtEnd => "ends in a comma".into(),
            OriginFlaw::SeveralOrigins => "contains several origins in one string".into(),
            OriginFlaw::WhiteSpace => "contains white space".into(),
            OriginFlaw::NoScheme => "has no scheme".into(),
            OriginFlaw::NoSchemeSeparator => "has no `://` between its scheme and its host".into(),
            OriginFlaw::WildcardInScheme => "has a wildcard in its scheme".into(),
            OriginFlaw::EmptyScheme => "has no scheme before `://`".into(),
            OriginFlaw::RegexInScheme => {
                "has a scheme written as a regex, but here `?` is an ordinary character".into()
            }
            OriginFlaw::ListInString => "is a list inside a string".into(),
            OriginFlaw::QuotesInString => "has quotation marks inside the string".into(),
            OriginFlaw::NotAScheme => "does not begin with a scheme".into(),
            OriginFlaw::SchemeOfNoPage(scheme) => format!("has the scheme `{scheme}`, which no web page's origin has"),
            OriginFlaw::UpperCase => "is not in lower case, but browsers send origins in lower case".into(),
            OriginFlaw::UserName => "contains a user name, but origins have none".into(),
            OriginFlaw::NonAscii => "contains non-ASCII characters, but browsers send such names as punycode".into(),
            OriginFlaw::TrailingSlash => "ends in a slash, but origins have no path".into(),
            OriginFlaw::Query => "has a query, but origins have none".into(),
            OriginFlaw::Fragment => "has a fragment, but origins have none".into(),
            OriginFlaw::SchemeTwice => "has its scheme twice".into(),
            OriginFlaw::TooManySlashes => "has more than two slashes after its scheme".into(),
            OriginFlaw::Path => "has a path, but origins have none: a policy applies to the whole origin".into(),
            OriginFlaw::OpenBracket => "has a bracket that is not closed".into(),
            OriginFlaw::Ipv6WithoutBrackets => "has an IPv6 address without brackets".into(),
            OriginFlaw::SeveralPorts => "has more than one port".into(),
            OriginFlaw::DefaultPort => "contains the default port of its scheme, which browsers leave out".into(),
            OriginFlaw::Port => "has an invalid port".into(),
            OriginFlaw::WildcardOutsideWeb => {
                "has a wildcard, but apart from http and https origins only `chrome-extension://*`, `moz-extension://*` and \
                 `safari-web-extension://*` can have one"
                    .into()
            }
            OriginFlaw::Wildcard => "has a wildcard in a position where it is not allowed".into(),
            OriginFlaw::HostCharacters => {
                "has a host with characters other than letters, digits, `.`, `_` and `-`".into()
            }
            OriginFlaw::IpForm => "has an IP address in a form that browsers do not send".into(),
            OriginFlaw::NoHost => "has no host".into(),
            OriginFlaw::LongHost => format!("has a host of more than {HOST_BYTES} bytes"),
            OriginFlaw::EmptyLabel => "has an empty label in its host".into(),
            OriginFlaw::LongLabel => format!("has a label of more than {LABEL_BYTES} bytes in its host"),
            OriginFlaw::HostCharacter(byte) => {
                format!("has the character `{}` in its host", char::from(*byte).escape_default())
            }
            OriginFlaw::TooLong => format!("is longer than {ORIGIN_BYTES} bytes, the most that an origin may have"),
        }
    }
}

/// The form of a text without a suggestion.
#[derive(Clone, Copy, Debug)]
pub(crate) enum LooksLike {
    /// Every host, such as `https://*`.
    AnyHost,
    /// The name of an environment variable.
    VariableName,
    Nothing,
}

pub(crate) fn not_an_origin(text: &str, flaw: &OriginFlaw, suggestion: Option<String>, looks_like: LooksLike) -> Fault {
    let code = flaw.code();
    let help = suggestion.unwrap_or_else(|| general_help(code, looks_like).into());
    Fault::new(code, format!("`{}` {}", printable(text), flaw.description()), help)
}

fn general_help(code: Code, looks_like: LooksLike) -> &'static str {
    match (code, looks_like) {
        (Code::OriginWildcard | Code::OriginMissingScheme, LooksLike::AnyHost) => {
            "list the hosts, as in `https://*.example.com`; to allow any origin, without credentials, write `*` as the \
             only entry"
        }
        (Code::OriginMissingScheme, LooksLike::VariableName) => {
            "if this is the name of a variable, write its value: corsac does not read the environment"
        }
        (Code::OriginMissingScheme, _) => {
            "if this is a host, write it with its scheme: an origin is `scheme://host` or `scheme://host:port`, as in \
             `https://app.example.com`"
        }
        (Code::OriginWildcard, _) => {
            "a `*` can be the first label (`https://*.example.com`), part of one label left of the public suffix \
             (`https://pr-*.example.com`), or the port (`http://localhost:*`); a host can have only one"
        }
        (Code::OriginScheme, _) => {
            "pages have http or https origins; pages that are opened from files have the origin `null`"
        }
        (Code::OriginPort, _) => "write a port from 1 to 65535 without a leading zero, or `:*` for any port",
        (Code::OriginIp, _) => {
            "write IPv4 addresses as four decimal numbers, and IPv6 addresses in brackets, compressed and in lower case"
        }
        _ => "an origin is `scheme://host` or `scheme://host:port`, as in `https://app.example.com`",
    }
}

/// A placeholder such as `${ORIGIN}`, which another program should have replaced.
pub(crate) fn placeholder(code: Code, placeholder: &str) -> Fault {
    Fault::new(
        code,
        format!(
            "`{}` is a placeholder that was not filled in: corsac does not expand variables",
            printable(placeholder)
        ),
        "fill in an origin such as `https://app.example.com` before corsac reads the policy",
    )
}

pub(crate) fn empty(code: Code) -> Fault {
    Fault::new(
        code,
        "the entry is empty: perhaps a variable is not set",
        "remove the entry, or write an origin such as `https://app.example.com`",
    )
}

/// A text such as `undefined`.
pub(crate) fn unset_variable(code: Code, text: &str) -> Fault {
    Fault::new(
        code,
        format!("`{}` looks like the value of a variable that is not set", printable(text)),
        "set the variable, or remove the entry",
    )
}

/// A text that is nearly `null`, where the origin `null` is not allowed. `lift` says how to allow it.
pub(crate) fn nearly_null(code: Code, text: &str, lift: &str) -> Fault {
    Fault::new(
        code,
        format!("`{}` is not the form in which browsers send `null`", printable(text)),
        format!("remove the entry, because sandboxed frames have the origin `null`; or write `null` and {lift}"),
    )
}

/// A word for any origin, such as `all`.
pub(crate) fn word_for_any_origin(code: Code, text: &str, suggestion: Option<String>) -> Fault {
    let help = suggestion.unwrap_or_else(|| {
        "list the origins, such as `https://app.example.com`: `*` cannot be used with credentials, and has to be the only \
         entry"
            .into()
    });
    Fault::new(code, format!("`{}` is not an origin: the entry that allows any origin is `*`", printable(text)), help)
}

/// A word for no origin, such as `none`.
pub(crate) fn word_for_no_origin(code: Code, text: &str, suggestion: Option<String>) -> Fault {
    Fault::new(
        code,
        format!("`{}` is not an origin: an empty list allows no origin", printable(text)),
        suggestion.unwrap_or_else(|| "remove the entry: origins that are not listed are not allowed".into()),
    )
}

/// A word for the service's own origin, such as `self`. The suggestion is an empty list.
pub(crate) fn word_for_own_origin(code: Code, text: &str, suggestion: Option<String>) -> Fault {
    let help = match suggestion {
        Some(suggestion) => format!("{suggestion}, which allows no other origin"),
        None => "remove the entry".into(),
    };
    let message = format!("`{}` is not an origin: pages of the service's own origin need no CORS", printable(text));
    Fault::new(code, message, help)
}

/// A regex in a list of origins. `regexes` is the setting that takes regexes. If the list of origins itself takes them,
/// `example` shows how one is written there.
pub(crate) fn regex_among_origins(
    code: Code,
    text: &str,
    suggestion: Option<String>,
    regexes: Option<&str>,
    example: Option<&str>,
) -> Fault {
    let message = format!("`{}` is a regex, but an origin or an origin pattern belongs here", printable(text));
    let help = suggestion.unwrap_or_else(|| {
        let patterns = "describe the origins with patterns such as `https://*.example.com`";
        match (regexes, example) {
            (Some(setting), _) => format!("{patterns}; regexes belong in `{setting}`"),
            (None, Some(example)) => format!("{patterns}; a regex is written as in `{example}`"),
            (None, None) => patterns.into(),
        }
    });
    Fault::new(code, message, help)
}
