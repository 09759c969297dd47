//! What JavaScript is told of a policy once, when it is built: JSON, which V8 reads faster than objects are made
//! property by property. Tuples rather than tables, so that nothing but the text is allocated; `lib/compiled.js`
//! names their members.

use corsac::binding::{Template, TemplateHeader, TemplateValue};
use corsac::{ConfigError, Issue, Op, Policy, Reason, Severity};
use napi::bindgen_prelude::{Error, Result, Status};

type IssueRow<'a> = (&'a str, &'a str, &'a str, &'a str, &'a str, &'a str, Option<u32>);
type ShapeRow<'a> =
    (&'a str, Option<u16>, ReasonRow<'a>, Option<ReasonRow<'a>>, &'a str, Vec<SlotRow<'a>>, Vec<&'a str>);
/// The reason and its help.
type ReasonRow<'a> = (&'a str, &'a str);
/// Name, text, the number of the piece of the request that stands in its place, how it goes on.
type SlotRow<'a> = (&'a str, Option<&'a str>, Option<u8>, &'a str);

/// `[message, issues]`
pub(crate) fn error(error: &ConfigError) -> Result<String> {
    let issues: Vec<_> = error.issues().iter().map(issue).collect();
    serde_json::to_string(&(error.to_string(), issues)).map_err(fault)
}

/// `[lints, predicate, routes, protection, websockets]`: what the policy is, as far as a door has to know.
pub(crate) fn table(policy: &Policy) -> Result<String> {
    let lints: Vec<_> = policy.lints().iter().map(issue).collect();
    serde_json::to_string(&(
        lints,
        policy.needs().predicate,
        policy.needs().path,
        policy.needs().protection,
        policy.needs().websockets,
    ))
    .map_err(fault)
}

/// One shape, by its index. Policies with many routes have more of them than are ever asked for.
pub(crate) fn shape(policy: &Policy, index: u32) -> Result<String> {
    let Some(shape) = policy.templates().get(index as usize) else {
        return Err(Error::new(Status::InvalidArg, "corsac: the policy has no such shape"));
    };
    serde_json::to_string(&shape_row(shape)).map_err(fault)
}

pub(crate) fn fault(error: serde_json::Error) -> Error {
    Error::new(Status::GenericFailure, error.to_string())
}

fn issue(issue: &Issue) -> IssueRow<'_> {
    let severity = match issue.severity {
        Severity::Error => "error",
        Severity::Lint => "lint",
    };
    (issue.code.as_str(), severity, &issue.field, &issue.value, &issue.message, &issue.help, issue.line)
}

fn shape_row(shape: &Template) -> ShapeRow<'_> {
    let row = |reason: Reason| (reason.as_str(), reason.help());
    (
        shape.action().as_str(),
        shape.status(),
        row(shape.reason()),
        shape.reported().map(row),
        shape.body().to_str().unwrap_or_default(),
        shape.headers().iter().map(slot).collect(),
        shape.removed().iter().map(|name| name.as_str()).collect(),
    )
}

fn slot(slot: &TemplateHeader) -> SlotRow<'_> {
    let (text, piece) = match &slot.value {
        TemplateValue::Static(text) => (text.to_str().ok(), None),
        TemplateValue::Text(text) => (text.to_str().ok(), None),
        TemplateValue::Origin => (None, Some(0)),
        TemplateValue::RequestMethod => (None, Some(1)),
        TemplateValue::RequestHeaders => (None, Some(2)),
        _ => (None, None),
    };
    let op = match slot.op {
        Op::Set => "set",
        Op::Add => "add",
        Op::Merge => "merge",
        Op::Default => "default",
        _ => "unknown",
    };
    (slot.name.as_str(), text, piece, op)
}
