//! Settings → rules: every value is validated, every issue recorded, every header rendered.

use crate::acrh::{AllowedHeaders, LONGEST_NAME};
use crate::catalog::Code;
use crate::compile_origins::compile_origins;
use crate::error::{Fault, Issues, printable, write_this};
use crate::methods::{AllowedMethods, LONGEST_METHOD};
use crate::policy::Rules;
use crate::settings::{At, List, Settings};
use crate::shape::{Shapes, Texts};
use crate::strings::StringSet;
use crate::tokens::{self, AUTHORIZATION, KNOWN_METHODS, SAFELISTED_HEADERS, SAFELISTED_METHODS, USUAL_METHODS};
use http::{HeaderName, Method};
use std::collections::HashSet;

/// Compiles settings. Where `issues` has errors the rules are not to be used.
pub(crate) fn compile(mut settings: Settings, issues: &mut Issues) -> Rules {
    let credentials = settings.allow_credentials;
    let any = settings.allow_origins.has_wildcard();
    let origins = compile_origins(&mut settings, issues);
    let (methods, method_list, all_methods) = compile_methods(&settings.allow_methods, credentials, issues);
    let (headers, header_list, all_headers) = compile_headers(&settings.allow_headers, credentials, issues);
    let expose = compile_expose(&settings.expose_headers, credentials, issues);
    if settings.allow_private_network && any {
        let message = "with any origin allowed, every web page could reach into the private network";
        let help = "list the origins in `allow_origins`, or leave `allow_private_network` out";
        issues.error("allow_private_network", true, Fault::new(Code::PrivateNetworkAnyOrigin, message, help));
    }
    let echo_headers = all_headers && credentials;
    let shapes = Shapes::new(&Texts {
        any,
        nobody: origins.is_nobody(),
        credentials,
        expose,
        methods: method_list,
        echo_method: all_methods && credentials,
        headers: if echo_headers { None } else { Some(header_list) },
        max_age: settings.max_age,
        status: settings.preflight_status,
        preflight_continue: settings.preflight_continue,
        private_network: settings.allow_private_network,
        keep_app_headers: settings.keep_app_headers,
    });
    Rules { origins, methods, headers, echo_headers, private_network: settings.allow_private_network, shapes }
}

/// The methods, their list as it is sent, and whether they are `*`.
fn compile_methods(list: &List, credentials: bool, issues: &mut Issues) -> (AllowedMethods, String, bool) {
    let all = list.has_wildcard();
    let mut effective: Vec<&str> = SAFELISTED_METHODS.to_vec();
    let mut seen: HashSet<&str> = effective.iter().copied().collect();
    for entry in list.entries.iter().filter(|entry| entry.text != "*") {
        let place = || list.place(&entry.at);
        match check_method(&entry.text) {
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
        return (AllowedMethods::Listed(StringSet::of_names(effective)), text, false);
    }
    let text = if credentials { USUAL_METHODS.join(", ") } else { "*".to_owned() };
    (AllowedMethods::All { echo: credentials }, text, true)
}

fn check_method(method: &str) -> Result<(), Fault> {
    if method.len() > LONGEST_METHOD || Method::from_bytes(method.as_bytes()).is_err() {
        let message =
            format!("`{}` is no method: a method is one token of at most {LONGEST_METHOD} bytes", printable(method));
        let help = match method.split([',', ' ']).filter(|part| tokens::is_token(part.as_bytes())).collect::<Vec<_>>() {
            parts if parts.is_empty() => "write methods such as `PUT`".to_owned(),
            parts => format!("write `[\"{}\"]`", printable(&parts.join("\", \""))),
        };
        return Err(Fault::new(Code::MethodNotToken, message, help));
    }
    match KNOWN_METHODS.iter().find(|known| known.eq_ignore_ascii_case(method)) {
        Some(known) if *known != method => {
            let message = format!("`{method}` is not `{known}`: methods are case-sensitive");
            Err(Fault::new(Code::MethodCase, message, write_this(known)))
        }
        _ => Ok(()),
    }
}

/// The request headers, their list as it is sent, and whether they are `*`.
fn compile_headers(list: &List, credentials: bool, issues: &mut Issues) -> (AllowedHeaders, String, bool) {
    let all = list.has_wildcard();
    let mut effective: Vec<String> = SAFELISTED_HEADERS.iter().map(|name| (*name).to_owned()).collect();
    let mut seen: HashSet<String> = effective.iter().cloned().collect();
    let mut authorization = false;
    for entry in list.entries.iter().filter(|entry| entry.text != "*") {
        let place = || list.place(&entry.at);
        let name = match check_header(&entry.text) {
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
            let help = format!("remove it; if scripts are to read it, put it into {}", expose_name(list));
            issues.lint(place(), &entry.text, Fault::new(Code::RequestHeaderResponseOnly, message, help));
        } else if all && name != AUTHORIZATION {
            redundant(list, &entry.at, &entry.text, issues);
        } else if seen.insert(name.clone()) {
            effective.push(name);
        }
    }
    if !all {
        let text = effective.join(", ");
        return (AllowedHeaders::listed(effective.iter().map(String::as_str)), text, false);
    }
    if credentials {
        return (AllowedHeaders::All, String::new(), true);
    }
    if authorization {
        return (AllowedHeaders::All, format!("*, {AUTHORIZATION}"), true);
    }
    let message = "`*` does not cover `Authorization`";
    let help = "write `[\"*\", \"Authorization\"]` if scripts send it; else name the headers that they send";
    issues.lint(&list.field, "*", Fault::new(Code::AuthorizationNotCovered, message, help));
    (AllowedHeaders::AllButAuthorization, "*".to_owned(), true)
}

/// What the dialect at hand calls the list of exposed headers.
fn expose_name(list: &List) -> &'static str {
    if list.field == "allowed_headers" { "`exposedHeaders`" } else { "`expose_headers`" }
}

fn check_header(name: &str) -> Result<String, Fault> {
    match HeaderName::from_bytes(name.as_bytes()) {
        Ok(lower) if name.len() <= LONGEST_NAME => Ok(lower.as_str().to_owned()),
        _ => {
            let message =
                format!("`{}` is no header name: a name is one token of at most {LONGEST_NAME} bytes", printable(name));
            let parts: Vec<&str> =
                name.split([',', ' ', ':']).filter(|part| tokens::is_token(part.as_bytes())).collect();
            let help = if parts.is_empty() {
                "write names such as `X-Request-Id`".to_owned()
            } else {
                format!("write `[\"{}\"]`", printable(&parts.join("\", \"")))
            };
            Err(Fault::new(Code::HeaderNotToken, message, help))
        }
    }
}

/// The exposed headers as they are sent.
fn compile_expose(list: &List, credentials: bool, issues: &mut Issues) -> Option<String> {
    let all = list.has_wildcard();
    let mut names: Vec<String> = Vec::new();
    let mut seen: HashSet<String> = HashSet::new();
    for entry in &list.entries {
        let place = || list.place(&entry.at);
        if entry.text == "*" {
            if credentials {
                let message = "`*` stands for a header of that name where credentials are allowed";
                let fault = Fault::new(Code::ExposeAnyWithCredentials, message, "name the headers: `[\"ETag\"]`");
                issues.error(place(), "*", fault);
            }
            continue;
        }
        match check_header(&entry.text) {
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
