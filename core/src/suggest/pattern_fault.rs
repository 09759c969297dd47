//! Why a text is no origin pattern, and what its writer most likely meant.

use crate::config::value::Value;
use crate::issues::code::Code;
use crate::issues::issue::Fault;
use crate::origins::origin::{self, HostFault};
use crate::printable::printable;
use crate::suggest::patterns::{holds_several, split, suggest};
use crate::suggest::placeholder::placeholder;
use crate::suggest::regex_for_pattern;
use crate::suggest::trial::Place;
use std::net::Ipv6Addr;

const GRAMMAR: &str = "an origin is `scheme://host` or `scheme://host:port`, as in `https://app.example.com`";

/// Says what is wrong with a text that is no pattern, and what to write in its place.
pub(crate) fn diagnose(text: &str, place: &Place<'_>) -> Fault {
    let (code, message) = find(text);
    if let Some(variable) = placeholder(text) {
        return unfilled(code, variable);
    }
    if let Some((message, help)) = word(text, place) {
        return Fault::new(code, message, help);
    }
    if let Some(fault) = place.regexes.then(|| regex_for_pattern::diagnose(text, code, place)).flatten() {
        return fault;
    }
    let help = if is_variable_name(text) { None } else { offer(text, place) };
    let help = help.unwrap_or_else(|| general_help(code, text).to_owned());
    Fault::new(code, message, help)
}

fn unfilled(code: Code, variable: &str) -> Fault {
    let message = format!(
        "`{}` is a placeholder that nothing has filled in; corsac does not expand variables",
        printable(variable)
    );
    let help =
        "fill in the origin before corsac reads the policy, so that it says something like `https://app.example.com`";
    Fault::new(code, message, help)
}

/// What the text most likely means, as far as it may stand here.
pub(crate) fn offer(text: &str, place: &Place<'_>) -> Option<String> {
    // Where nothing is tried, nothing is worked out.
    let better = place.trial.and_then(|_| suggest(text))?;
    if let Some(help) = place.entries(&better) {
        return Some(help);
    }
    // Of plain http that is refused with credentials, https may stand.
    let mut secure: Vec<String> = Vec::new();
    for pattern in better.iter().map(|pattern| pattern.replacen("http://", "https://", 1)) {
        if !secure.contains(&pattern) {
            secure.push(pattern);
        }
    }
    if secure == better {
        return None;
    }
    let help = place.entries(&secure)?;
    Some(format!("{help}: plain http cannot be used with credentials"))
}

/// Words that stand for something in other places, and are no origins here.
fn word(text: &str, place: &Place<'_>) -> Option<(String, String)> {
    let shown = printable(text);
    let bare = text.trim().trim_matches(['"', '\'', '`']).to_ascii_lowercase();
    let nobody = || place.alone.then(|| place.setting(Value::List(Vec::new()))).flatten();
    Some(match bare.as_str() {
        "null" if place.trial.is_some() && !place.stakes.dangers.null_origin => (
            format!("`{shown}` is not in the form in which browsers send `null`"),
            format!(
                "remove the entry: `null` is the origin of every sandboxed frame; or write `null` and {}",
                place.lifting("null-origin")
            ),
        ),
        "" => (
            "the entry is empty: a variable may not have been set".into(),
            "remove the entry, or write an origin such as `https://app.example.com`".into(),
        ),
        "undefined" | "none" | "nil" | "nan" if bare != "none" || text == "None" => (
            format!("the text `{shown}` is what a variable that is not set leaves behind"),
            "set the variable, or remove the entry".into(),
        ),
        "all" | "any" | "true" | "everyone" | "*" | "**" | "*.*" | "*://*" | "anyone" => (
            format!("`{shown}` is not an origin; any origin is `*`"),
            place.entries(&["*".to_owned()]).unwrap_or_else(|| ANY_ORIGIN.to_owned()),
        ),
        "none" | "false" | "nobody" | "off" => (
            format!("`{shown}` is not an origin; an empty list allows nobody"),
            nobody().unwrap_or_else(|| "remove the entry: who is not listed is not allowed".to_owned()),
        ),
        "self" | "same-origin" | "same" | "sameorigin" => (
            format!("`{shown}` is not an origin; pages of the service's own origin need no CORS"),
            match nobody() {
                Some(help) => format!("{help}, which allows no other origin"),
                None => "remove the entry".to_owned(),
            },
        ),
        _ => return None,
    })
}

const ANY_ORIGIN: &str = "list the origins, such as `https://app.example.com`: `*` cannot be used with credentials, and \
                          has to be the only entry";

fn general_help(code: Code, text: &str) -> &'static str {
    match code {
        Code::OriginWildcard | Code::OriginMissingScheme if any_host(text) => {
            "list the hosts, as in `https://*.example.com`; a `*` that is the whole entry allows any origin, without \
             credentials"
        }
        Code::OriginMissingScheme if is_variable_name(text) => {
            "if this is the name of a variable, write its value: corsac does not read the environment"
        }
        Code::OriginMissingScheme => {
            "if this is a host, write it with its scheme: an origin is `scheme://host` or `scheme://host:port`, as in \
             `https://app.example.com`"
        }
        Code::OriginWildcard => {
            "a `*` may be the first label (`https://*.example.com`), part of one label left of the public suffix \
             (`https://pr-*.example.com`), or the port (`http://localhost:*`); one per host"
        }
        Code::OriginScheme => "pages have http or https origins; pages from files have the origin `null`",
        Code::OriginPort => "write a port from 1 to 65535 without leading zero, or `:*` for any port",
        Code::OriginIp => "write IPv4 as four decimal numbers, IPv6 in brackets, compressed and in lower case",
        _ => GRAMMAR,
    }
}

fn find(text: &str) -> (Code, String) {
    let shown = printable(text);
    let say = |code, what: &str| (code, format!("`{shown}` {what}"));
    if text.eq_ignore_ascii_case("null") {
        return say(Code::OriginUppercase, "is not in lower case");
    }
    if let Some(before) = text.strip_suffix(',')
        && !before.contains(',')
    {
        return say(Code::OriginList, "ends in a comma");
    }
    if text.contains(',') || holds_several(text) {
        return say(Code::OriginList, "holds several origins in one string");
    }
    if text.contains([' ', '\t', '\r', '\n']) {
        return say(Code::OriginWhitespace, "has white space in it");
    }
    let Some((scheme, rest)) = text.split_once("://") else {
        return say(Code::OriginMissingScheme, missing_scheme(text));
    };
    if scheme.contains('*') {
        return say(Code::OriginWildcard, "has a wildcard in its scheme");
    }
    let lower = scheme.to_ascii_lowercase();
    if scheme.is_empty() {
        return say(Code::OriginScheme, "has no scheme before `://`");
    }
    if lower.starts_with("http") && lower.contains('?') {
        return say(Code::OriginScheme, "has a scheme written as a regex; here `?` stands for itself");
    }
    if scheme.starts_with('[') {
        return say(Code::OriginScheme, "is a list inside of a string");
    }
    if scheme.starts_with(is_quote) {
        return say(Code::OriginScheme, "has quotation marks of its own inside the string");
    }
    if !origin::is_scheme(lower.as_bytes()) {
        return say(Code::OriginScheme, "does not begin with a scheme");
    }
    if origin::is_never_origin_scheme(lower.as_bytes()) {
        return say(Code::OriginScheme, &format!("has the scheme `{lower}`, which no page's origin has"));
    }
    if lower != scheme {
        return say(Code::OriginUppercase, "is not in lower case; browsers send origins in lower case");
    }
    let web = origin::default_port(scheme.as_bytes());
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at_checked(end).unwrap_or((rest, ""));
    if authority.contains('@') {
        return say(Code::OriginUserinfo, "has a user name in it; origins have none");
    }
    if !rest.is_ascii() {
        return say(Code::OriginUnicode, "has non-ASCII characters; browsers send such names as punycode");
    }
    match tail.as_bytes() {
        [] => {}
        b"/" => return say(Code::OriginTrailingSlash, "ends in a slash; origins have no path"),
        [b'?', ..] => return say(Code::OriginQuery, "has a query; origins have none"),
        [b'#', ..] => return say(Code::OriginFragment, "has a fragment; origins have none"),
        _ if authority.ends_with(':') && tail.starts_with("//") => {
            return say(Code::OriginPath, "has its scheme twice");
        }
        _ if authority.is_empty() => return say(Code::OriginPath, "has more than two slashes after its scheme"),
        _ => return say(Code::OriginPath, "has a path; origins have none, and a policy holds for the whole origin"),
    }
    if web.is_some() && authority.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return say(Code::OriginUppercase, "is not in lower case; browsers send origins in lower case");
    }
    find_in_authority(&shown, authority, web)
}

fn find_in_authority(shown: &str, authority: &str, web: Option<&[u8]>) -> (Code, String) {
    let say = |code, what: &str| (code, format!("`{shown}` {what}"));
    let (host, port) = split(authority);
    if authority.starts_with('[') && !authority.contains(']') {
        return say(Code::OriginPort, "has a bracket that is not closed");
    }
    if authority.parse::<Ipv6Addr>().is_ok() {
        return say(Code::OriginPort, "has an IPv6 address without brackets");
    }
    if port.is_some() && split(host).1.is_some() {
        return say(Code::OriginPort, "has more than one port");
    }
    if let Some(port) = port
        && port != "*"
    {
        if Some(port.as_bytes()) == web {
            return say(Code::OriginDefaultPort, "names the scheme's default port, which browsers leave out");
        }
        if !origin::is_port(port.as_bytes()) {
            return say(Code::OriginPort, "has no valid port");
        }
    }
    if authority.contains('*') {
        let what = if web.is_none() {
            "has a wildcard, which only http and https origins may have"
        } else {
            "has a wildcard where none may stand"
        };
        return say(Code::OriginWildcard, what);
    }
    if web.is_none() {
        return say(Code::OriginHost, "has a host with other characters than letters, digits, `.`, `_` and `-`");
    }
    match origin::check_web_host(host.as_bytes()) {
        Err(HostFault::Ip) => say(Code::OriginIp, "has an IP address in another form than browsers send"),
        Err(HostFault::Empty) => say(Code::OriginHost, "has no host"),
        Err(HostFault::TooLong) => say(Code::OriginHost, "has a host of more than 253 bytes"),
        Err(HostFault::EmptyLabel) => say(Code::OriginHost, "has an empty label in its host"),
        Err(HostFault::LongLabel) => say(Code::OriginHost, "has a label of more than 63 bytes in its host"),
        Err(HostFault::Byte(byte)) => {
            let byte = char::from(byte).escape_default();
            say(Code::OriginHost, &format!("has the character `{byte}` in its host"))
        }
        Ok(()) => say(Code::OriginHost, "is longer than any origin that is read (512 bytes)"),
    }
}

/// What a text without `://` has in place of it.
fn missing_scheme(text: &str) -> &'static str {
    let lower = text.to_ascii_lowercase();
    let rest = ["https", "http", "wss", "ws"].iter().find_map(|scheme| lower.strip_prefix(scheme));
    match rest {
        Some(rest) if rest.starts_with([':', '/', '\\', ';']) => "has no `://` between its scheme and its host",
        _ => "has no scheme",
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
