//! Why a text is no origin pattern, and what its writer most likely meant.

use crate::catalog::Code;
use crate::error::{Fault, printable, write_this};
use crate::origin::{self, HostFault};
use crate::pattern::OriginPattern;
use crate::pattern_suggest::suggest;
use crate::regex_written;

const GRAMMAR: &str = "an origin is `scheme://host` or `scheme://host:port`, as in `https://app.example.com`";

/// Says what is wrong with a text that is no pattern. `regexes` says whether to look for a regex, which is costly.
pub(crate) fn diagnose(text: &str, regexes: bool) -> Fault {
    let (code, message) = find(text);
    if let Some(fault) = regexes.then(|| regex_written::diagnose(text, code)).flatten() {
        return fault;
    }
    let help = match suggest(text) {
        Some(better) if better.starts_with('[') => {
            format!("write a list: `{better}`")
        }
        Some(better) => write_this(&better),
        None => general_help(code).to_owned(),
    };
    Fault::new(code, message, help)
}

fn general_help(code: Code) -> &'static str {
    match code {
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
    if text.contains(',') {
        return say(Code::OriginList, "holds several origins in one string");
    }
    if text.contains([' ', '\t', '\r', '\n']) {
        return say(Code::OriginWhitespace, "has white space in it");
    }
    let Some((scheme, rest)) = text.split_once("://") else {
        return say(Code::OriginMissingScheme, "has no scheme");
    };
    if scheme.contains('*') {
        return say(Code::OriginWildcard, "has a wildcard in its scheme");
    }
    let lower = scheme.to_ascii_lowercase();
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

/// Host and port, leniently.
pub(crate) fn split(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    }
}

/// Whether a text is a pattern, for suggestions.
pub(crate) fn is_pattern(text: &str) -> bool {
    OriginPattern::parse_strict(text).is_some()
}
