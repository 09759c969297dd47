//! Help texts for a policy of corsac, in the notation in which it is written, and findings that only a policy can have.

use super::{finding, is_or_are, it_or_them, listed};
use crate::config::notation::Notation;
use crate::config::value::Value;
use crate::explain::explanation::{Finding, PolicyPlace};
use crate::explain::near::Difference;
use crate::issues::code::Reason;
use crate::issues::finding_code::FindingCode;
use crate::printable::printable;

/// The place that a help names: the field, with its line.
fn place(place: &PolicyPlace) -> String {
    match place.line {
        Some(line) => format!("`{}` (line {line})", place.field),
        None => format!("`{}`", place.field),
    }
}

pub(crate) fn origin_not_allowed(origin: &str, route: Option<&str>, near: Option<(Difference, &str)>) -> Finding {
    let origin = printable(origin);
    let of_route = route.map_or_else(String::new, |path| format!(" for the route `{}`", printable(path)));
    let but = near.map_or_else(String::new, |(difference, configured)| {
        format!("; it allows `{}`: {}", printable(configured), difference.sentence())
    });
    finding(
        FindingCode::AllowOriginMismatch,
        format!("the policy does not allow the page's origin `{origin}`{of_route}{but}"),
        String::new(),
    )
}

pub(crate) fn add_origin(origin: &str, at: &PolicyPlace, difference: Option<Difference>) -> String {
    let origin = printable(origin);
    match (origin.as_str(), difference) {
        ("null", _) => {
            "serve the page over http or https, so that it has an origin of its own; do not allow `null`, since any \
             site can have that origin"
                .to_owned()
        }
        (_, Some(Difference::Loopback)) => {
            format!("add `{origin}` to {}, or open the page under the name that is allowed", place(at))
        }
        _ => format!("add `{origin}` to {}", place(at)),
    }
}

pub(crate) fn http_with_credentials(origin: &str, notation: Notation) -> String {
    let lift = notation.list_setting("dangerously_allow", &["insecure-origins"]);
    format!(
        "serve the page `{}` over https: with credentials the policy refuses plain http, unless you write `{lift}`",
        printable(origin)
    )
}

pub(crate) fn method_not_allowed(method: &str, allowed: &[String], at: &PolicyPlace) -> Finding {
    let has = if allowed.is_empty() { String::new() } else { format!(", which has {}", listed(allowed)) };
    finding(
        FindingCode::MethodNotAllowed,
        format!("the method `{}` is not in `{}` of the policy{has}", printable(method), at.field),
        format!("add `{}` to {}", printable(method), place(at)),
    )
}

pub(crate) fn header_not_allowed(names: &[String], at: &PolicyPlace) -> Finding {
    let s = if names.len() == 1 { "" } else { "s" };
    finding(
        FindingCode::HeaderNotAllowed,
        format!("the request header{s} {} {} not in `{}` of the policy", listed(names), is_or_are(names), at.field),
        add_headers(names, at),
    )
}

pub(crate) fn add_headers(names: &[String], at: &PolicyPlace) -> String {
    format!("add {} to {}, or do not send {} in the script", listed(names), place(at), it_or_them(names))
}

pub(crate) fn allow_credentials(at: &PolicyPlace, name: &str, notation: Notation, any_origin: bool) -> String {
    let setting = notation.setting(name, &Value::Bool(true), at.field.contains('.'));
    let any = if any_origin { " and list the origins, since `*` cannot be used with credentials" } else { "" };
    format!(
        "write `{setting}`{} in the policy{any}; or, if the request needs no cookies, remove `credentials: \"include\"` \
         (`withCredentials`)",
        at.line.map_or_else(String::new, |line| format!(" (line {line})"))
    )
}

pub(crate) fn expose(names: &[String], at: &PolicyPlace) -> String {
    format!("if the script needs {}, add {} to {}", it_or_them(names), listed(names), place(at))
}

/// The longest time, in seconds, that has its full effect in two of three engines.
pub(crate) const SUGGESTED_MAX_AGE: &str = "7200";

pub(crate) fn set_max_age(at: &PolicyPlace, name: &str, notation: Notation) -> String {
    let setting = notation.setting(name, &Value::Other(SUGGESTED_MAX_AGE.to_owned()), at.field.contains('.'));
    format!("write `{setting}` in the policy")
}

pub(crate) fn malformed_origin(origin: &str) -> String {
    format!("`{}` is not an origin that a browser sends", printable(origin))
}

pub(crate) fn denied_by_predicate(origin: &str) -> String {
    format!("have the origin predicate allow `{}`, or list it", printable(origin))
}

pub(crate) fn predicate_failed() -> Finding {
    finding(
        FindingCode::OriginPredicateFailed,
        "the origin predicate failed, so the policy did not allow the origin",
        Reason::PredicateFailed.help(),
    )
}

pub(crate) fn predicate_unknown(origin: &str) -> Finding {
    finding(
        FindingCode::PredicateUnknown,
        format!(
            "no pattern of the policy matches `{}`, so the origin predicate decides, but its answer is not known",
            printable(origin)
        ),
        "write the predicate's answer in the exchange: `\"predicate\": true`, `false` or `\"failed\"`",
    )
}

pub(crate) fn route_ambiguous(path: &str) -> Finding {
    finding(
        FindingCode::RouteAmbiguous,
        format!(
            "servers read the path `{}` in different ways, which lead to different routes, so the policy allows no \
             origin",
            printable(path)
        ),
        Reason::PathAmbiguous.help(),
    )
}

/// The meaning of a reason, to follow a colon: without its capital letter and its full stop.
fn clause(reason: Reason) -> String {
    let meaning = reason.meaning().trim_end_matches('.');
    let mut letters = meaning.chars();
    letters.next().into_iter().flat_map(char::to_lowercase).chain(letters).collect()
}

pub(crate) fn protection_refused(reason: Reason) -> Finding {
    finding(
        FindingCode::ProtectionRefused,
        format!("the policy's protection responds with 403: {}", clause(reason)),
        reason.help(),
    )
}

pub(crate) fn protection_reported(reason: Reason) -> Finding {
    finding(
        FindingCode::ProtectionReported,
        format!(
            "the policy's protection reports the request, and would refuse it without `report_only`: {}",
            clause(reason)
        ),
        reason.help(),
    )
}
