//! Lists of methods and header names: read, checked, and written as they are sent.

use crate::compile::checked::Check;
use crate::config::lifted::NOTHING;
use crate::config::settings::List;
use crate::config::stakes::Stakes;
use crate::decide::headers::AllowedHeaders;
use crate::decide::methods::AllowedMethods;
use crate::issues::code::Severity;
use crate::issues::fault::Fault;
use crate::issues::issue::Issues;
use crate::issues::messages::names;
use crate::limits::{HEADER_NAME_BYTES, METHOD_BYTES};
use crate::string_set::{StringSet, Table};
use crate::suggest::lists::{suggest_headers, suggest_methods};
use crate::suggest::trial::Place;
use crate::tokens::{self, AUTHORIZATION, KNOWN_METHODS, SAFELISTED_HEADERS, SAFELISTED_METHODS, USUAL_METHODS};
use std::sync::Arc;

/// Methods that write and are never sent without a preflight.
const WRITES: [&str; 3] = ["PUT", "PATCH", "DELETE"];

/// A list of names that was read: the names that count, and the findings.
#[derive(Debug)]
pub(crate) struct NameList {
    /// Whether it has `*`.
    all: bool,
    /// Whether it names `Authorization`.
    authorization: bool,
    names: Arc<StringSet>,
    /// The names as they are sent.
    joined: Arc<str>,
    found: Vec<(usize, NameConcern)>,
}

/// The possible problems with a method or a header name.
#[derive(Clone, Copy, Debug)]
enum NameConcern {
    NotAMethod,
    ForbiddenMethod,
    /// `OPTIONS`, which is allowed like any other method, and which preflights do not need.
    Options,
    NotAHeader,
    ForbiddenRequestHeader,
    ResponseHeader,
    /// `*` is listed, but not `Authorization`, which `*` does not cover.
    AuthorizationNotCovered,
    /// `*` among the exposed headers.
    AnyExposed,
    ForbiddenResponseHeader,
    RequestHeader,
    /// `*` covers it.
    Redundant,
}

impl NameConcern {
    /// The severity. No check of these lists can be lifted, so only credentials matter (specification 2.2).
    fn severity(self, Stakes { credentials, .. }: Stakes) -> Option<Severity> {
        match self {
            NameConcern::NotAMethod
            | NameConcern::NotAHeader
            | NameConcern::ForbiddenResponseHeader
            | NameConcern::RequestHeader => Some(Severity::Error),
            NameConcern::ForbiddenMethod
            | NameConcern::Options
            | NameConcern::ForbiddenRequestHeader
            | NameConcern::ResponseHeader
            | NameConcern::Redundant => Some(Severity::Lint),
            NameConcern::AnyExposed => credentials.then_some(Severity::Error),
            NameConcern::AuthorizationNotCovered => (!credentials).then_some(Severity::Lint),
        }
    }
}

/// The names of a list, each once.
struct Names {
    names: Vec<String>,
    seen: Table,
}

impl Names {
    fn new(first: &[&str]) -> Self {
        let mut names = Names { names: Vec::new(), seen: Table::new() };
        first.iter().for_each(|name| names.add(name));
        names
    }

    fn add(&mut self, name: &str) {
        if self.seen.insert(name.as_bytes()) {
            self.names.push(name.to_owned());
        }
    }

    fn checked(self, all: bool, authorization: bool, found: Vec<(usize, NameConcern)>) -> NameList {
        let joined = self.names.join(", ").into();
        NameList { all, authorization, names: StringSet::of_names(self.names).into(), joined, found }
    }
}

impl NameList {
    pub(crate) fn of_methods(list: &List) -> Self {
        let all = list.has_wildcard();
        let mut names = Names::new(&SAFELISTED_METHODS);
        let mut found = Vec::new();
        for (index, text) in numbered(list).filter(|(_, text)| *text != "*") {
            if check_method(text).is_err() {
                found.push((index, NameConcern::NotAMethod));
            } else if tokens::is_forbidden_method(text.as_bytes()) {
                found.push((index, NameConcern::ForbiddenMethod));
            } else if all {
                found.push((index, NameConcern::Redundant));
            } else {
                if text == "OPTIONS" {
                    found.push((index, NameConcern::Options));
                }
                names.add(text);
            }
        }
        names.checked(all, false, found)
    }

    pub(crate) fn of_request_headers(list: &List) -> Self {
        let all = list.has_wildcard();
        let mut names = Names::new(&SAFELISTED_HEADERS);
        let mut authorization = false;
        let mut found = Vec::new();
        for (index, text) in numbered(list).filter(|(_, text)| *text != "*") {
            let Some(name) = header_name(text) else {
                found.push((index, NameConcern::NotAHeader));
                continue;
            };
            authorization |= name == AUTHORIZATION;
            if tokens::is_forbidden_request_header(&name) {
                found.push((index, NameConcern::ForbiddenRequestHeader));
            } else if tokens::is_response_only(&name) {
                found.push((index, NameConcern::ResponseHeader));
            } else if all && name != AUTHORIZATION {
                found.push((index, NameConcern::Redundant));
            } else {
                names.add(&name);
            }
        }
        if all && !authorization {
            found.push((0, NameConcern::AuthorizationNotCovered));
        }
        names.checked(all, authorization, found)
    }

    pub(crate) fn of_exposed_headers(list: &List) -> Self {
        let all = list.has_wildcard();
        let mut names = Names::new(&[]);
        let mut found = Vec::new();
        for (index, text) in numbered(list) {
            match header_name(text) {
                _ if text == "*" => found.push((index, NameConcern::AnyExposed)),
                None => found.push((index, NameConcern::NotAHeader)),
                Some(name) if tokens::is_forbidden_response_header(&name) => {
                    found.push((index, NameConcern::ForbiddenResponseHeader));
                }
                Some(name) if tokens::is_request_only(&name) => found.push((index, NameConcern::RequestHeader)),
                Some(_) if all => found.push((index, NameConcern::Redundant)),
                Some(name) => names.add(&name),
            }
        }
        let list = names.checked(all, false, found);
        if all { NameList { joined: "*".into(), ..list } } else { list }
    }

    /// Whether one of the methods writes.
    pub(crate) fn has_writes(&self) -> bool {
        self.all || WRITES.iter().any(|method| self.names.contains(method.as_bytes()))
    }

    /// The methods that are allowed, and their list as it is sent.
    pub(crate) fn allowed_methods(&self, credentials: bool) -> (AllowedMethods, Arc<str>) {
        match (self.all, credentials) {
            (false, _) => (AllowedMethods::Listed(Arc::clone(&self.names)), Arc::clone(&self.joined)),
            (true, false) => (AllowedMethods::All { echo: false }, "*".into()),
            (true, true) => (AllowedMethods::All { echo: true }, USUAL_METHODS.join(", ").into()),
        }
    }

    /// The request headers that are allowed, and their list as it is sent; none if the requested headers are sent back.
    pub(crate) fn allowed_headers(&self, credentials: bool) -> (AllowedHeaders, Option<Arc<str>>) {
        match (self.all, credentials, self.authorization) {
            (false, ..) => (AllowedHeaders::Listed(Arc::clone(&self.names)), Some(Arc::clone(&self.joined))),
            (true, true, _) => (AllowedHeaders::All, None),
            (true, false, true) => (AllowedHeaders::All, Some(format!("*, {AUTHORIZATION}").into())),
            (true, false, false) => (AllowedHeaders::AllButAuthorization, Some("*".into())),
        }
    }

    /// The list as it is sent, if it is not empty.
    pub(crate) fn exposed(&self) -> Option<Arc<str>> {
        (!self.joined.is_empty()).then(|| Arc::clone(&self.joined))
    }

    /// Reports the findings in the list.
    pub(crate) fn report(&self, list: &List, check: Check<'_>, issues: &mut Issues) {
        let mut place = Place::new(&list.field, check.stakes.of_unnamed(), &NOTHING, false, issues);
        for (index, concern) in &self.found {
            let Some(severity) = check.news("", |stakes| concern.severity(stakes)) else { continue };
            place.attend(issues);
            if let NameConcern::AuthorizationNotCovered = concern {
                issues.report(severity, &list.field, "*", names::authorization_not_covered(place.key, place.notation));
            } else if let Some(entry) = list.entries.get(*index) {
                issues.report(severity, list.place(&entry.at), &entry.text, fault(*concern, &entry.text, &place));
            }
        }
    }
}

fn numbered(list: &List) -> impl Iterator<Item = (usize, &str)> {
    list.entries.iter().map(|entry| entry.text.as_str()).enumerate()
}

/// Why a text is not a method.
enum MethodFault {
    Empty,
    NotAToken,
    /// The method is known, but has another case.
    Case(&'static str),
}

fn check_method(method: &str) -> Result<(), MethodFault> {
    if method.trim().is_empty() {
        return Err(MethodFault::Empty);
    }
    if method.len() > METHOD_BYTES || !tokens::is_token(method.as_bytes()) {
        return Err(MethodFault::NotAToken);
    }
    match KNOWN_METHODS.iter().find(|known| known.eq_ignore_ascii_case(method)) {
        Some(known) if *known != method => Err(MethodFault::Case(known)),
        _ => Ok(()),
    }
}

/// The name in lower case, if it is one.
fn header_name(name: &str) -> Option<String> {
    (name.len() <= HEADER_NAME_BYTES && tokens::is_token(name.as_bytes())).then(|| name.to_ascii_lowercase())
}

fn fault(concern: NameConcern, text: &str, place: &Place<'_>) -> Fault {
    match concern {
        NameConcern::NotAMethod => not_a_method(text, place),
        NameConcern::ForbiddenMethod => names::forbidden_method(text),
        NameConcern::Options => names::options_listed(),
        NameConcern::NotAHeader | NameConcern::AuthorizationNotCovered => not_a_header(text, place),
        NameConcern::ForbiddenRequestHeader => names::forbidden_request_header(text),
        NameConcern::ResponseHeader => names::response_header(text, place.key, place.notation),
        NameConcern::AnyExposed => names::any_header_exposed_with_credentials(),
        NameConcern::ForbiddenResponseHeader => names::forbidden_response_header(text),
        NameConcern::RequestHeader => names::request_header(text, place.key, place.notation),
        NameConcern::Redundant => names::covered_by_wildcard(text),
    }
}

fn not_a_method(method: &str, place: &Place<'_>) -> Fault {
    let suggestion = || place.entries(&suggest_methods(method));
    match check_method(method) {
        Err(MethodFault::Empty) => names::empty_method(),
        Err(MethodFault::Case(known)) => names::method_case(method, known, suggestion()),
        Err(MethodFault::NotAToken) | Ok(()) => names::method_not_token(method, suggestion()),
    }
}

fn not_a_header(name: &str, place: &Place<'_>) -> Fault {
    if name.trim().is_empty() {
        return names::empty_header();
    }
    names::header_not_token(name, place.entries(&suggest_headers(name)))
}
