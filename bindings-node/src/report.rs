//! What JavaScript is told of a policy once, when it is built: JSON, which V8 reads faster than objects are made
//! property by property.

use corsac::{ConfigError, Issue, Op, Policy, Severity, Shape, Slot, SlotValue};
use serde_json::{Value, json};

/// `{message, issues}`
pub(crate) fn error(error: &ConfigError) -> String {
    json!({ "message": error.to_string(), "issues": issues(error.issues()) }).to_string()
}

/// `{shapes, lints, predicate}`; a shape stands at its own index.
pub(crate) fn table(policy: &Policy) -> String {
    let shapes: Vec<Value> = policy.shapes().iter().map(shape).collect();
    json!({ "shapes": shapes, "lints": issues(policy.lints()), "predicate": policy.has_predicate() }).to_string()
}

fn issues(issues: &[Issue]) -> Vec<Value> {
    let issue = |issue: &Issue| {
        json!({
            "code": issue.code.as_str(),
            "severity": match issue.severity { Severity::Error => "error", Severity::Lint => "lint" },
            "field": issue.field,
            "value": issue.value,
            "message": issue.message,
            "help": issue.help,
        })
    };
    issues.iter().map(issue).collect()
}

fn shape(shape: &Shape) -> Value {
    json!({
        "action": shape.action().as_str(),
        "status": shape.status(),
        "reason": shape.reason().as_str(),
        "body": shape.body().to_string_lossy(),
        "slots": shape.slots().iter().map(slot).collect::<Vec<_>>(),
        "removed": shape.removed().iter().map(|name| name.as_str()).collect::<Vec<_>>(),
    })
}

/// `[name, value, op]`; the value is a text, or the number of the piece of the request that stands there.
fn slot(slot: &Slot) -> Value {
    let value = match &slot.value {
        SlotValue::Static(text) => text.to_string_lossy().into(),
        SlotValue::Text(text) => text.to_string_lossy().into(),
        SlotValue::Origin => json!(0),
        SlotValue::RequestMethod => json!(1),
        SlotValue::RequestHeaders => json!(2),
        _ => json!(null),
    };
    let op = match slot.op {
        Op::Set => "set",
        Op::Add => "add",
        Op::Merge => "merge",
        Op::Remove => "remove",
        Op::Default => "default",
        _ => "unknown",
    };
    json!([slot.name.as_str(), value, op])
}
