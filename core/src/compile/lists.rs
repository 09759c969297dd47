//! Lists of methods and header names: validated, and rendered as they are sent.

use crate::compile::compiler::Compiled;
use crate::compile::origins::Stakes;
use crate::config::settings::{At, List};
use crate::decide::headers::AllowedHeaders;
use crate::decide::methods::AllowedMethods;
use crate::issues::code::Code;
use crate::issues::issue::{Fault, Issues};
use crate::limits::{HEADER_NAME_BYTES, METHOD_BYTES};
use crate::printable::printable;
use crate::string_set::StringSet;
use crate::suggest::lists::{suggest_headers, suggest_methods};
use crate::suggest::trial::Place;
use crate::tokens::{self, AUTHORIZATION, KNOWN_METHODS, SAFELISTED_HEADERS, SAFELISTED_METHODS, USUAL_METHODS};
use http::{HeaderName, Method};
use std::collections::HashSet;

/// The methods, their list as it is sent, and whether they are `*`.
pub(crate) fn compile_methods(list: &List, credentials: bool, issues: &mut Issues) -> Compiled<AllowedMethods> {
    let all = list.has_wildcard();
    let mut effective: Vec<&str> = SAFELISTED_METHODS.to_vec();
    let mut seen: HashSet<&str> = effective.iter().copied().collect();
    let mut spot = place_of(list, credentials, issues);
    for entry in list.entries.iter().filter(|entry| entry.text != "*") {
        let place = || list.place(&entry.at);
        spot.wanted &= !issues.is_full();
        match check_method(&entry.text, &spot) {
            Err(fault) => issues.error(place(), &entry.text, fault),
            Ok(()) if tokens::is_forbidden_method(entry.text.as_bytes()) => {
                let message = format!("`{}` is dropped: browsers never send it", entry.text);
                issues.lint(place(), &entry.text, Fault::new(Code::MethodForbidden, message, "remove it"));
            }
            Ok(()) if all => redundant(list, &entry.at, &entry.text, issues),
            Ok(()) if seen.insert(&entry.text) => effective.push(&entry.text),
            Ok(()) => {}
        }
    }
    if !all {
        let text = effective.join(", ");
        return (AllowedMethods::Listed(StringSet::of_names(effective)).into(), text, false);
    }
    let text = if credentials { USUAL_METHODS.join(", ") } else { "*".to_owned() };
    (AllowedMethods::All { echo: credentials }.into(), text, true)
}

/// Of these lists no check can be lifted, so that credentials alone matter.
fn place_of<'l>(list: &'l List, credentials: bool, issues: &Issues) -> Place<'l> {
    Place::new(&list.field, Stakes { credentials, ..Stakes::default() }, false, issues)
}

fn check_method(method: &str, place: &Place<'_>) -> Result<(), Fault> {
    if method.trim().is_empty() {
        return Err(Fault::new(Code::MethodNotToken, EMPTY, "remove the entry, or write a method such as `PUT`"));
    }
    let help = |otherwise: &str| place.entries(&suggest_methods(method)).unwrap_or_else(|| otherwise.to_owned());
    if method.len() > METHOD_BYTES || Method::from_bytes(method.as_bytes()).is_err() {
        let message = format!(
            "`{}` is not a valid method: a method is one token of at most {METHOD_BYTES} bytes",
            printable(method)
        );
        return Err(Fault::new(Code::MethodNotToken, message, help("write each method by itself, such as `PUT`")));
    }
    match KNOWN_METHODS.iter().find(|known| known.eq_ignore_ascii_case(method)) {
        Some(known) if *known != method => {
            let message = format!("`{method}` is not `{known}`: methods are case-sensitive");
            Err(Fault::new(Code::MethodCase, message, help("write it in upper case")))
        }
        _ => Ok(()),
    }
}

/// The request headers, their list as it is sent, and whether they are `*`.
pub(crate) fn compile_headers(list: &List, credentials: bool, issues: &mut Issues) -> Compiled<AllowedHeaders> {
    let all = list.has_wildcard();
    let mut effective: Vec<String> = SAFELISTED_HEADERS.iter().map(|name| (*name).to_owned()).collect();
    let mut seen: HashSet<String> = effective.iter().cloned().collect();
    let mut authorization = false;
    let mut spot = place_of(list, credentials, issues);
    for entry in list.entries.iter().filter(|entry| entry.text != "*") {
        let place = || list.place(&entry.at);
        spot.wanted &= !issues.is_full();
        let name = match check_header(&entry.text, &spot) {
            Ok(name) => name,
            Err(fault) => {
                issues.error(place(), &entry.text, fault);
                continue;
            }
        };
        authorization |= name == AUTHORIZATION;
        if tokens::is_forbidden_request_header(&name) {
            let message = format!("`{name}` is dropped: scripts cannot set it, so it is never asked for");
            issues.lint(place(), &entry.text, Fault::new(Code::RequestHeaderForbidden, message, "remove it"));
        } else if tokens::is_response_only(&name) {
            let message =
                format!("`{name}` is dropped: it is a response header, and this is the list of request headers");
            let help = format!("remove it; if scripts are to read it, put it into `{}`", expose_name(list, issues));
            issues.lint(place(), &entry.text, Fault::new(Code::RequestHeaderResponseOnly, message, help));
        } else if all && name != AUTHORIZATION {
            redundant(list, &entry.at, &entry.text, issues);
        } else if seen.insert(name.clone()) {
            effective.push(name);
        }
    }
    if !all {
        let text = effective.join(", ");
        return (AllowedHeaders::listed(effective.iter().map(String::as_str)).into(), text, false);
    }
    if credentials {
        return (AllowedHeaders::All.into(), String::new(), true);
    }
    if authorization {
        return (AllowedHeaders::All.into(), format!("*, {AUTHORIZATION}"), true);
    }
    let message = "`*` does not cover `Authorization`";
    let key = list.field.rsplit('.').next().unwrap_or_default();
    let better = issues.notation().list_setting(key, &["*", "Authorization"]);
    let help = format!("write `{better}` if scripts send it; else name the headers that they send");
    issues.lint(&list.field, "*", Fault::new(Code::AuthorizationNotCovered, message, help));
    (AllowedHeaders::AllButAuthorization.into(), "*".to_owned(), true)
}

/// What the dialect at hand calls the list of exposed headers.
fn expose_name(list: &List, issues: &Issues) -> String {
    if list.field == "allowed_headers" { "exposedHeaders".into() } else { issues.notation().key("expose_headers") }
}

const EMPTY: &str = "the entry is empty: a variable may not have been set";

fn check_header(name: &str, place: &Place<'_>) -> Result<String, Fault> {
    if name.trim().is_empty() {
        let help = "remove the entry, or write a name such as `X-Request-Id`";
        return Err(Fault::new(Code::HeaderNotToken, EMPTY, help));
    }
    match HeaderName::from_bytes(name.as_bytes()) {
        Ok(lower) if name.len() <= HEADER_NAME_BYTES => Ok(lower.as_str().to_owned()),
        _ => {
            let message = format!(
                "`{}` is not a valid header name: a name is one token of at most {HEADER_NAME_BYTES} bytes",
                printable(name)
            );
            let help = place.entries(&suggest_headers(name));
            let help =
                help.unwrap_or_else(|| "write each name by itself, such as `X-Request-Id`, without a value".to_owned());
            Err(Fault::new(Code::HeaderNotToken, message, help))
        }
    }
}

/// The exposed headers as they are sent.
pub(crate) fn compile_expose(list: &List, credentials: bool, issues: &mut Issues) -> Option<String> {
    let all = list.has_wildcard();
    let mut names: Vec<String> = Vec::new();
    let mut seen: HashSet<String> = HashSet::new();
    let mut spot = place_of(list, credentials, issues);
    for entry in &list.entries {
        let place = || list.place(&entry.at);
        if entry.text == "*" {
            if credentials {
                let message = "with credentials, `*` is not a wildcard but a header of that name";
                let fault = Fault::new(
                    Code::ExposeAnyWithCredentials,
                    message,
                    "name the headers that scripts may read, such as `ETag`",
                );
                issues.error(place(), "*", fault);
            }
            continue;
        }
        spot.wanted &= !issues.is_full();
        match check_header(&entry.text, &spot) {
            Err(fault) => issues.error(place(), &entry.text, fault),
            Ok(name) if tokens::is_forbidden_response_header(&name) => {
                let message = format!("`{name}` can never be read by scripts, whatever is exposed");
                issues.error(place(), &entry.text, Fault::new(Code::ExposeForbidden, message, "remove it"));
            }
            Ok(name) if tokens::is_request_only(&name) => {
                let message =
                    format!("`{name}` is a request header; this is the list of response headers that scripts may read");
                let help = "remove it; if scripts are to send it, put it into the list of allowed request headers";
                issues.error(place(), &entry.text, Fault::new(Code::ExposeRequestOnly, message, help));
            }
            Ok(_) if all => redundant(list, &entry.at, &entry.text, issues),
            Ok(name) if seen.insert(name.clone()) => names.push(name),
            Ok(_) => {}
        }
    }
    if all {
        return Some("*".to_owned());
    }
    if names.is_empty() { None } else { Some(names.join(", ")) }
}

fn redundant(list: &List, at: &At, text: &str, issues: &mut Issues) {
    let message = format!("`{}` is dropped: `*` covers it", printable(text));
    issues.lint(list.place(at), text, Fault::new(Code::RedundantBesideWildcard, message, "remove it, or the `*`"));
}
