//! What JavaScript is told, as JSON, which V8 reads faster than objects are made property by property. Tuples rather than
//! tables, so that nothing but the text is allocated; `lib/policy/compiled-policy.js` names their members.

use corsac::binding::{
    PREFLIGHT_METHOD, RequestHeader, SERVER_TIMING, Template, TemplateHeader, TemplateValue, limits,
};
use corsac::{Action, ConfigError, Decision, Issue, Op, Pending, Policy, Reason};
use napi::bindgen_prelude::{Error, Result, Status};
use serde_json::json;

type IssueRow<'a> = (&'a str, &'a str, &'a str, &'a str, &'a str, &'a str, Option<u32>);
type TemplateRow<'a> =
    (&'a str, bool, Option<u16>, ReasonRow, Option<ReasonRow>, &'a str, Vec<HeaderRow<'a>>, Vec<&'a str>, String);
/// The reason, its help, and whether the page may read the response.
type ReasonRow = (&'static str, &'static str, bool);
/// Name, text, the number of the request's field that stands in its place, how it goes on.
type HeaderRow<'a> = (&'a str, Option<&'a str>, Option<u8>, &'a str);

/// What JavaScript has to know of CORS.
pub(crate) fn facts() -> Result<String> {
    let names = |header: RequestHeader| -> Vec<_> {
        std::iter::successors(Some(header), |header| header.fallback()).map(RequestHeader::as_str).collect()
    };
    let facts = json!({
        "methodOfPreflights": PREFLIGHT_METHOD,
        "serverTiming": SERVER_TIMING,
        "findingCodes": corsac::explain::FindingCode::ALL.iter().map(|code| code.as_str()).collect::<Vec<_>>(),
        "requestHeaders": {
            "origin": names(RequestHeader::Origin),
            "requestMethod": names(RequestHeader::RequestMethod),
            "requestHeaders": names(RequestHeader::RequestHeaders),
            "privateNetwork": names(RequestHeader::PrivateNetwork),
            "host": names(RequestHeader::Host),
            "secFetchSite": names(RequestHeader::SecFetchSite),
            "upgrade": names(RequestHeader::Upgrade),
            "secWebSocketKey": names(RequestHeader::SecWebSocketKey),
        },
        "limits": {
            "quotedCharacters": limits::QUOTED_CHARACTERS,
            "watchInterval": limits::WATCH_INTERVAL_MS,
        },
    });
    Ok(facts.to_string())
}

/// `[message, issues]`
pub(crate) fn error(error: &ConfigError) -> Result<String> {
    let issues: Vec<_> = error.issues().iter().map(issue).collect();
    text(&(error.to_string(), issues))
}

/// `[lints, hasPredicate, hasRoutes, hasProtection, guardsWebSockets]`
pub(crate) fn policy_facts(policy: &Policy) -> Result<String> {
    let lints: Vec<_> = policy.lints().iter().map(issue).collect();
    let needs = policy.needs();
    text(&(lints, needs.predicate, needs.path, needs.protection, needs.websockets))
}

/// One template, by its index. Policies with many routes have more of them than are ever needed.
pub(crate) fn template(policy: &Policy, index: u32) -> Result<String> {
    let Some(template) = policy.templates().get(index as usize) else {
        return Err(Error::new(Status::InvalidArg, "corsac: the policy has no such template"));
    };
    text(&template_row(template))
}

/// `[action, status, headers, body, reason, reported]`
pub(crate) fn decision(decision: &Decision<'_>) -> Result<String> {
    // Bytes of a request that a decision repeats have all been checked to be ASCII.
    let headers = decision.headers().map(|header| (header.name.as_str(), String::from_utf8_lossy(header.value)));
    let headers: Vec<_> = headers.collect();
    text(&(
        decision.action().as_str(),
        decision.status(),
        headers,
        decision.body(),
        decision.reason().as_str(),
        decision.reported().map(Reason::as_str),
    ))
}

/// `[route, origin]`: which function has to be asked, null for the whole policy's, and about what.
pub(crate) fn question(pending: &Pending<'_>) -> Result<String> {
    // An origin that a function is asked about is well-formed, and so ASCII.
    text(&(pending.route(), String::from_utf8_lossy(pending.origin())))
}

fn text(value: &impl serde::Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::new(Status::GenericFailure, error.to_string()))
}

fn issue(issue: &Issue) -> IssueRow<'_> {
    let Issue { code, severity, field, value, message, help, line, .. } = issue;
    (code.as_str(), severity.as_str(), field, value, message, help, *line)
}

fn template_row(template: &Template) -> TemplateRow<'_> {
    let row = |reason: Reason| (reason.as_str(), reason.help(), reason.is_readable());
    (
        template.action().as_str(),
        template.action() == Action::Respond,
        template.status(),
        row(template.reason()),
        template.reported().map(row),
        template.body().to_str().unwrap_or_default(),
        template.headers().iter().map(header_row).collect(),
        template.removed().iter().map(|name| name.as_str()).collect(),
        template.server_timing(),
    )
}

fn header_row(header: &TemplateHeader) -> HeaderRow<'_> {
    let (text, field) = match &header.value {
        TemplateValue::Static(text) => (text.to_str().ok(), None),
        TemplateValue::Text(text) => (text.to_str().ok(), None),
        TemplateValue::Origin => (None, Some(0)),
        TemplateValue::RequestMethod => (None, Some(1)),
        TemplateValue::RequestHeaders => (None, Some(2)),
        _ => (None, None),
    };
    let op = match header.op {
        Op::Set => "set",
        Op::Add => "add",
        Op::Merge => "merge",
        Op::Default => "default",
        _ => "unknown",
    };
    (header.name.as_str(), text, field, op)
}
