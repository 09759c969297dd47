//! Results for JavaScript, as JSON, because V8 parses JSON faster than native code can make objects property by
//! property. All but `facts` are arrays and not objects, and all are written directly, so that only the text is
//! allocated; `lib/policy/compiled-policy.js` names their members.

use crate::misuse::{Misuse, Result};
use corsac::binding::{
    JsonWriter, PREFLIGHT_METHOD, REFUSAL_STATUS, RequestHeader, SERVER_TIMING, Template, TemplateHeader,
    TemplateValue, limits, server_timing_metric,
};
use corsac::{Action, ConfigError, Decision, Evaluation, Issue, Op, Pending, Policy, Reason, Request};

/// The facts about CORS that JavaScript needs.
#[must_use]
pub fn facts() -> String {
    let mut out = JsonWriter::default();
    out.object(|out| {
        out.key("methodOfPreflights").string(PREFLIGHT_METHOD);
        out.key("serverTiming").string(SERVER_TIMING);
        out.key("findingCodes").strings(finding_codes());
        out.key("requestHeaders").object(request_headers);
        out.key("limits").object(sizes);
        out.key("engineFailure");
        engine_failure(out);
    });
    out.finish()
}

/// The names of the headers that policies read, each with those that are read if it is missing.
fn request_headers(out: &mut JsonWriter) {
    for (key, header) in [
        ("origin", RequestHeader::Origin),
        ("requestMethod", RequestHeader::RequestMethod),
        ("requestHeaders", RequestHeader::RequestHeaders),
        ("privateNetwork", RequestHeader::PrivateNetwork),
        ("host", RequestHeader::Host),
        ("secFetchSite", RequestHeader::SecFetchSite),
        ("upgrade", RequestHeader::Upgrade),
        ("secWebSocketKey", RequestHeader::SecWebSocketKey),
    ] {
        let names = std::iter::successors(Some(header), |header| header.fallback());
        out.key(key).strings(names.map(RequestHeader::as_str));
    }
}

fn sizes(out: &mut JsonWriter) {
    out.key("quotedCharacters").raw(limits::QUOTED_CHARACTERS);
    out.key("policyFileBytes").raw(limits::POLICY_FILE_MIB << 20);
    out.key("watchInterval").raw(limits::WATCH_INTERVAL_MS);
    out.key("origin").raw(limits::ORIGIN_BYTES);
    out.key("method").raw(limits::METHOD_BYTES);
    out.key("path").raw(limits::PATH_BYTES);
    out.key("requestedHeaders").raw(limits::REQUESTED_HEADERS_BYTES);
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

/// The reason for refusing a request because the engine failed, and its help. No decision of a policy has it.
const ENGINE_FAILED: (&str, &str) =
    ("engine-failed", "this is a fault in corsac: please report the warning that came with it");

/// The template of a refusal because the engine failed and there is no decision. It is that of a policy that
/// allows nobody, except that the application does not run.
fn engine_failure(out: &mut JsonWriter) {
    let nobody = Policy::nobody().ok();
    let decision = nobody.as_ref().map(|nobody| nobody.evaluate(&Request::default()));
    let Some(Evaluation::Decided(decision)) = decision else { return out.null() };
    let (reason, help) = ENGINE_FAILED;
    out.list(|out| {
        out.string(Action::Respond.as_str());
        out.raw(true);
        out.raw(REFUSAL_STATUS);
        out.list(|out| {
            out.string(reason);
            out.string(help);
            out.raw(false);
        });
        out.null();
        response(out, decision.template());
        out.string(&server_timing_metric(reason));
    });
}

/// The error of a policy that is refused: `[message, issues]`.
#[must_use]
pub fn config_error(error: &ConfigError) -> String {
    row(|out| {
        out.string(&error.to_string());
        issues(out, error.issues());
    })
}

/// The facts about a policy that JavaScript needs: `[lints, hasPredicate, hasRoutes, hasProtection,
/// guardsWebSockets]`.
#[must_use]
pub fn policy_facts(policy: &Policy) -> String {
    let needs = policy.needs();
    row(|out| {
        issues(out, policy.lints());
        for has in [needs.predicate, needs.path, needs.protection, needs.websockets] {
            out.raw(has);
        }
    })
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
    Ok(row(|out| {
        out.string(template.action().as_str());
        out.raw(template.action() == Action::Respond);
        out.optional_number(template.status());
        reason(out, template.reason());
        match template.reported() {
            Some(reported) => reason(out, reported),
            None => out.null(),
        }
        response(out, template);
        out.string(&template.server_timing());
    }))
}

/// `[action, status, headers, body, reason, reported]`
pub(crate) fn decision(decision: &Decision<'_>) -> String {
    row(|out| {
        out.string(decision.action().as_str());
        out.optional_number(decision.status());
        out.list(|out| {
            for header in decision.headers() {
                // All bytes of a request that a decision repeats have been checked to be ASCII.
                out.strings([header.name.as_str(), &String::from_utf8_lossy(header.value)]);
            }
        });
        out.string(decision.body());
        out.string(decision.reason().as_str());
        out.optional(decision.reported().map(Reason::as_str));
    })
}

/// `[route, origin]`: the route whose function has to be asked, or null for that of the whole policy, and the
/// origin to ask about.
pub(crate) fn question(pending: &Pending<'_>) -> String {
    row(|out| {
        out.optional_number(pending.route());
        // Functions are asked only about well-formed origins, which are ASCII.
        out.string(&String::from_utf8_lossy(pending.origin()));
    })
}

/// A list as JSON.
pub(crate) fn row(elements: impl FnOnce(&mut JsonWriter)) -> String {
    let mut out = JsonWriter::default();
    out.list(elements);
    out.finish()
}

fn issues(out: &mut JsonWriter, issues: &[Issue]) {
    out.list(|out| {
        for Issue { code, severity, field, value, message, help, line, .. } in issues {
            out.list(|out| {
                for text in [code.as_str(), severity.as_str(), field, value, message, help] {
                    out.string(text);
                }
                out.optional_number(*line);
            });
        }
    });
}

/// The reason, its help, and whether the page may read the response.
fn reason(out: &mut JsonWriter, reason: Reason) {
    out.list(|out| {
        out.string(reason.as_str());
        out.string(reason.help());
        out.raw(reason.is_readable());
    });
}

/// The body, the headers, and the names of those that are removed.
fn response(out: &mut JsonWriter, template: &Template) {
    out.string(template.body().to_str().unwrap_or_default());
    out.list(|out| template.headers().iter().for_each(|header| template_header(out, header)));
    out.strings(template.removed().iter().map(|name| name.as_str()));
}

/// The name; the text, or the number of the request's field that takes the place of the text; and how the header is
/// applied.
fn template_header(out: &mut JsonWriter, header: &TemplateHeader) {
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
    out.list(|out| {
        out.string(header.name.as_str());
        out.optional(text);
        out.optional_number(field);
        out.string(op);
    });
}
