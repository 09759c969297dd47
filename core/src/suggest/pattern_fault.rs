//! Why a text is not an origin pattern, and what its author most likely meant.

use crate::config::dangers::Danger;
use crate::config::value::Value;
use crate::issues::code::Code;
use crate::issues::fault::Fault;
use crate::issues::messages::origins::{self, LooksLike, OriginFlaw};
use crate::issues::messages::suggestions::over_https;
use crate::origins::origin::{self, HostFault};
use crate::suggest::patterns::{holds_several, split, suggest};
use crate::suggest::placeholder::placeholder;
use crate::suggest::regex_for_pattern;
use crate::suggest::trial::Place;
use std::net::Ipv6Addr;

/// Reports what is wrong with a text that is not a pattern, and what to write instead.
pub(crate) fn diagnose(text: &str, place: &Place<'_>) -> Fault {
    let flaw = find(text);
    let code = flaw.code();
    if let Some(variable) = placeholder(text) {
        return origins::placeholder(code, variable);
    }
    if let Some(fault) = word(text, code, place) {
        return fault;
    }
    if let Some(fault) = place.regexes.then(|| regex_for_pattern::diagnose(text, code, place)).flatten() {
        return fault;
    }
    let looks_like = looks_like(text);
    let suggestion = if is_variable_name(text) { None } else { offer(text, place) };
    origins::not_an_origin(text, &flaw, suggestion, looks_like)
}

fn looks_like(text: &str) -> LooksLike {
    if any_host(text) {
        LooksLike::AnyHost
    } else if is_variable_name(text) {
        LooksLike::VariableName
    } else {
        LooksLike::Nothing
    }
}

/// The meaning that the text most likely has, if it is allowed here.
pub(crate) fn offer(text: &str, place: &Place<'_>) -> Option<String> {
    // If suggestions are not tried, none is made.
    let better = place.trial.and_then(|_| suggest(text))?;
    if let Some(help) = place.entries(&better) {
        return Some(help);
    }
    // If plain http is refused because of credentials, https may be suggested instead.
    let mut secure: Vec<String> = Vec::new();
    for pattern in better.iter().map(|pattern| pattern.replacen("http://", "https://", 1)) {
        if !secure.contains(&pattern) {
            secure.push(pattern);
        }
    }
    if secure == better {
        return None;
    }
    Some(over_https(&place.entries(&secure)?))
}

/// Words that have a meaning elsewhere, but are not origins here.
fn word(text: &str, code: Code, place: &Place<'_>) -> Option<Fault> {
    let bare = text.trim().trim_matches(['"', '\'', '`']).to_ascii_lowercase();
    let nobody = || place.alone.then(|| place.setting(Value::List(Vec::new()))).flatten();
    Some(match bare.as_str() {
        "null" if place.trial.is_some() && !place.stakes.dangers.null_origin => {
            origins::nearly_null(code, text, &place.lifting(Danger::NullOrigin))
        }
        "" => origins::empty(code),
        "undefined" | "none" | "nil" | "nan" if bare != "none" || text == "None" => origins::unset_variable(code, text),
        "all" | "any" | "true" | "everyone" | "*" | "**" | "*.*" | "*://*" | "anyone" => {
            origins::word_for_any_origin(code, text, place.entries(&["*".to_owned()]))
        }
        "none" | "false" | "nobody" | "off" => origins::word_for_no_origin(code, text, nobody()),
        "self" | "same-origin" | "same" | "sameorigin" => origins::word_for_own_origin(code, text, nobody()),
        _ => return None,
    })
}

fn find(text: &str) -> OriginFlaw {
    if text.eq_ignore_ascii_case("null") {
        return OriginFlaw::NullCase;
    }
    if let Some(before) = text.strip_suffix(',')
        && !before.contains(',')
    {
        return OriginFlaw::CommaAtEnd;
    }
    if text.contains(',') || holds_several(text) {
        return OriginFlaw::SeveralOrigins;
    }
    if text.contains([' ', '\t', '\r', '\n']) {
        return OriginFlaw::WhiteSpace;
    }
    let Some((scheme, rest)) = text.split_once("://") else {
        return missing_scheme(text);
    };
    if let Some(flaw) = find_in_scheme(scheme) {
        return flaw;
    }
    let web = origin::default_port(scheme.as_bytes());
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at_checked(end).unwrap_or((rest, ""));
    if authority.contains('@') {
        return OriginFlaw::UserName;
    }
    if !rest.is_ascii() {
        return OriginFlaw::NonAscii;
    }
    match tail.as_bytes() {
        [] => {}
        b"/" => return OriginFlaw::TrailingSlash,
        [b'?', ..] => return OriginFlaw::Query,
        [b'#', ..] => return OriginFlaw::Fragment,
        _ if authority.ends_with(':') && tail.starts_with("//") => return OriginFlaw::SchemeTwice,
        _ if authority.is_empty() => return OriginFlaw::TooManySlashes,
        _ => return OriginFlaw::Path,
    }
    if web.is_some() && authority.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return OriginFlaw::UpperCase;
    }
    find_in_authority(authority, web)
}

fn find_in_scheme(scheme: &str) -> Option<OriginFlaw> {
    if scheme.contains('*') {
        return Some(OriginFlaw::WildcardInScheme);
    }
    if scheme.is_empty() {
        return Some(OriginFlaw::EmptyScheme);
    }
    let lower = scheme.to_ascii_lowercase();
    if lower.starts_with("http") && lower.contains('?') {
        return Some(OriginFlaw::RegexInScheme);
    }
    if scheme.starts_with('[') {
        return Some(OriginFlaw::ListInString);
    }
    if scheme.starts_with(is_quote) {
        return Some(OriginFlaw::QuotesInString);
    }
    if !origin::is_scheme(lower.as_bytes()) {
        return Some(OriginFlaw::NotAScheme);
    }
    if origin::is_never_origin_scheme(lower.as_bytes()) {
        return Some(OriginFlaw::SchemeOfNoPage(lower));
    }
    (lower != scheme).then_some(OriginFlaw::UpperCase)
}

fn find_in_authority(authority: &str, web: Option<&[u8]>) -> OriginFlaw {
    let (host, port) = split(authority);
    if authority.starts_with('[') && !authority.contains(']') {
        return OriginFlaw::OpenBracket;
    }
    if authority.parse::<Ipv6Addr>().is_ok() {
        return OriginFlaw::Ipv6WithoutBrackets;
    }
    if port.is_some() && split(host).1.is_some() {
        return OriginFlaw::SeveralPorts;
    }
    if let Some(port) = port
        && port != "*"
    {
        if Some(port.as_bytes()) == web {
            return OriginFlaw::DefaultPort;
        }
        if !origin::is_port(port.as_bytes()) {
            return OriginFlaw::Port;
        }
    }
    if authority.contains('*') {
        return if web.is_none() { OriginFlaw::WildcardOutsideWeb } else { OriginFlaw::Wildcard };
    }
    if web.is_none() {
        return OriginFlaw::HostCharacters;
    }
    match origin::check_web_host(host.as_bytes()) {
        Err(HostFault::Ip) => OriginFlaw::IpForm,
        Err(HostFault::Empty) => OriginFlaw::NoHost,
        Err(HostFault::TooLong) => OriginFlaw::LongHost,
        Err(HostFault::EmptyLabel) => OriginFlaw::EmptyLabel,
        Err(HostFault::LongLabel) => OriginFlaw::LongLabel,
        Err(HostFault::Byte(byte)) => OriginFlaw::HostCharacter(byte),
        Ok(()) => OriginFlaw::TooLong,
    }
}

/// The text that was written instead of `://`.
fn missing_scheme(text: &str) -> OriginFlaw {
    let lower = text.to_ascii_lowercase();
    let rest = ["https", "http", "wss", "ws"].iter().find_map(|scheme| lower.strip_prefix(scheme));
    match rest {
        Some(rest) if rest.starts_with([':', '/', '\\', ';']) => OriginFlaw::NoSchemeSeparator,
        _ => OriginFlaw::NoScheme,
    }
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\'' | '`' | '“' | '”' | '„' | '‘' | '’' | '«' | '»')
}

/// `APP_ORIGIN`, `process.env.ORIGIN`
fn is_variable_name(text: &str) -> bool {
    let shouted = text.contains('_') && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    shouted || ["process.env", "os.environ", "ENV[", "import.meta.env"].iter().any(|start| text.starts_with(start))
}

/// `https://*`, with or without a port.
fn any_host(text: &str) -> bool {
    let authority = text.split_once("://").map_or(text, |(_, authority)| authority);
    split(authority.trim_end_matches('/')).0 == "*"
}
