//! Results for JavaScript, as JSON, because V8 parses JSON faster than native code can make objects property by
//! property. They are tuples and not tables, so that only the text is allocated; `lib/policy/compiled-policy.js`
//! names their members.

use crate::misuse::{Misuse, Result};
use corsac::binding::{
    PREFLIGHT_METHOD, REFUSAL_STATUS, RequestHeader, SERVER_TIMING, Template, TemplateHeader, TemplateValue, limits,
    server_timing_metric,
};
use corsac::{Action, ConfigError, Decision, Evaluation, Issue, Op, Pending, Policy, Reason, Request};
use serde_json::json;

type IssueRow<'a> = (&'a str, &'a str, &'a str, &'a str, &'a str, &'a str, Option<u32>);
type TemplateRow<'a> =
    (&'a str, bool, Option<u16>, ReasonRow, Option<ReasonRow>, &'a str, Vec<HeaderRow<'a>>, Vec<&'a str>, String);
/// The reason, its help, and whether the page may read the response.
type ReasonRow = (&'static str, &'static str, bool);
/// The name, the text or the number of the request's field that replaces it, and how the header is applied.
type HeaderRow<'a> = (&'a str, Option<&'a str>, Option<u8>, &'a str);

/// The facts about CORS that JavaScript needs.
#[must_use]
pub fn facts() -> String {
    let names = |header: RequestHeader| -> Vec<_> {
        std::iter::successors(Some(header), |header| header.fallback()).map(RequestHeader::as_str).collect()
    };
    let facts = json!({
        "methodOfPreflights": PREFLIGHT_METHOD,
        "serverTiming": SERVER_TIMING,
        "findingCodes": finding_codes(),
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
            "policyFileBytes": limits::POLICY_FILE_MIB << 20,
            "watchInterval": limits::WATCH_INTERVAL_MS,
            "origin": limits::ORIGIN_BYTES,
            "method": limits::METHOD_BYTES,
            "path": limits::PATH_BYTES,
            "requestedHeaders": limits::REQUESTED_HEADERS_BYTES,
        },
        "engineFailure": engine_failure(),
    });
    facts.to_string()
}

/// The codes that a finding of an explanation can have.
#[cfg(feature = "explain")]
fn finding_codes() -> Vec<&'static str> {
    corsac::explain::FindingCode::ALL.iter().map(|code| code.as_str()).collect()
}

/// An engine without explanations has no codes.
#[cfg(not(feature = "explain"))]
fn finding_codes() -> [&'static str; 0] {
    []
}

/// The reason for refusing a request because the engine failed. No decision of a policy has it.
const ENGINE_FAILED: ReasonRow =
    ("engine-failed", "this is a fault in corsac: please report the warning that came with it", false);

/// The template of a refusal because the engine failed and there is no decision. It is that of a policy that
/// allows nobody, except that the application does not run.
fn engine_failure() -> Option<serde_json::Value> {
    let nobody = Policy::nobody().ok()?;
    let Evaluation::Decided(decision) = nobody.evaluate(&Request::default()) else { return None };
    let (_, _, _, _, _, body, headers, removed, _) = template_row(decision.template());
    let (action, status) = (Action::Respond.as_str(), Some(REFUSAL_STATUS));
    let timing = server_timing_metric(ENGINE_FAILED.0);
    let row: TemplateRow<'_> = (action, true, status, ENGINE_FAILED, None, body, headers, removed, timing);
    serde_json::to_value(row).ok()
}

/// The error of a policy that is refused: `[message, issues]`.
///
/// # Errors
///
/// It cannot be written as JSON, which does not happen.
pub fn config_error(error: &ConfigError) -> Result<String> {
    let issues: Vec<_> = error.issues().iter().map(issue).collect();
    text(&(error.to_string(), issues))
}

/// The facts about a policy that JavaScript needs: `[lints, hasPredicate, hasRoutes, hasProtection,
/// guardsWebSockets]`.
///
/// # Errors
///
/// It cannot be written as JSON, which does not happen.
pub fn policy_facts(policy: &Policy) -> Result<String> {
    let lints: Vec<_> = policy.lints().iter().map(issue).collect();
    let needs = policy.needs();
    text(&(lints, needs.predicate, needs.path, needs.protection, needs.websockets))
}

/// One template, by its index. They are passed one by one, because policies with many routes have more templates
/// than are ever needed.
///
/// # Errors
///
/// The policy has no such template.
pub fn template(policy: &Policy, index: u32) -> Result<String> {
    let Some(template) = policy.templates().get(index as usize) else {
        return Err(Misuse::new("the policy has no such template"));
    };
    text(&template_row(template))
}

/// `[action, status, headers, body, reason, reported]`
pub(crate) fn decision(decision: &Decision<'_>) -> Result<String> {
    // All bytes of a request that a decision repeats have been checked to be ASCII.
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

/// `[route, origin]`: the route whose function has to be asked, or null for that of the whole policy, and the
/// origin to ask about.
pub(crate) fn question(pending: &Pending<'_>) -> Result<String> {
    // Functions are asked only about well-formed origins, which are ASCII.
    text(&(pending.route(), String::from_utf8_lossy(pending.origin())))
}

fn text(value: &impl serde::Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(Misuse::new)
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
