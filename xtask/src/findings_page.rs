//! The part of `docs/errors.md` about findings: an exchange of the shared vectors for each, and the same exchange fixed.

use corsac::PolicyBuilder;
use corsac::browser::Exchange;
use corsac::explain::{Explanation, FindingCode, diagnose};
use serde::Deserialize;
use serde_json::{Map, Value as Json};
use std::error::Error;
use std::path::Path;

/// The longest line of an example.
const LINE: usize = 96;

#[derive(Deserialize)]
struct File {
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    why: String,
    code: String,
    config: Option<Json>,
    exchange: Json,
    fixed: Fixed,
}

/// The parts that change. The rest stays the same.
#[derive(Deserialize)]
struct Fixed {
    config: Option<Json>,
    exchange: Option<Json>,
}

/// The text of the part of `docs/errors.md` about findings.
pub(crate) fn render(root: &Path) -> Result<String, Box<dyn Error>> {
    let text = std::fs::read_to_string(root.join("tests/vectors/findings/findings.json"))?;
    let File { vectors } = serde_json::from_str(&text)?;
    FindingCode::ALL.iter().map(|code| section(*code, &vectors)).collect()
}

fn section(code: FindingCode, vectors: &[Vector]) -> Result<String, Box<dyn Error>> {
    let name = code.as_str();
    let vector = vectors.iter().find(|vector| vector.code == name).ok_or_else(|| format!("{name} has no vector"))?;
    let explanation = explain(code, vector.config.as_ref(), &vector.exchange)?;
    let found = explanation.findings.iter().find(|finding| finding.code == code);
    let found = found.ok_or_else(|| format!("the vector of {name} does not have it"))?;
    let fixed_config = vector.fixed.config.as_ref().or(vector.config.as_ref());
    let fixed = explain(code, fixed_config, vector.fixed.exchange.as_ref().unwrap_or(&vector.exchange))?;
    if fixed.findings.iter().any(|finding| finding.code == code) {
        return Err(format!("the fixed vector of {name} still has it").into());
    }
    let given = [("A policy:", &vector.config), ("", &Some(vector.exchange.clone()))];
    let changed = [("", &vector.fixed.config), ("", &vector.fixed.exchange)];
    Ok(format!(
        "\n### {name}\n\n{} {} This is {}.\n\n{}\n```text\n{}: {}\n  help: {}\n```\n\nThe fix:\n\n{}",
        code.meaning(),
        vector.why,
        match code.severity().as_str() {
            "error" => "an error",
            "warning" => "a warning",
            _ => "a note",
        },
        blocks(given),
        name,
        found.message,
        found.help,
        blocks(changed)
    ))
}

fn explain(code: FindingCode, config: Option<&Json>, exchange: &Json) -> Result<Explanation, Box<dyn Error>> {
    let read = Exchange::from_json(exchange.to_string().as_bytes())?;
    let Some(config) = config else { return Ok(diagnose(&read)) };
    let has_predicate = code == FindingCode::PredicateUnknown || exchange.get("predicate").is_some();
    let policy = PolicyBuilder::new().predicate(has_predicate).json(config.to_string().as_bytes())?;
    Ok(policy.explain(&read))
}

fn blocks<const N: usize>(values: [(&str, &Option<Json>); N]) -> String {
    let block = |(title, value): (&str, &Option<Json>)| {
        let json = pretty(value.as_ref()?, 0);
        Some(if title.is_empty() {
            format!("```json\n{json}\n```\n")
        } else {
            format!("{title}\n\n```json\n{json}\n```\n")
        })
    };
    values.into_iter().filter_map(block).collect::<Vec<_>>().join("\n")
}

/// The order of members: those that people read first come first. The version is left out, because
/// it is always 1.
const ORDER: [&str; 7] = ["page", "page_url", "request", "url", "method", "preflight", "status"];

fn members(object: &Map<String, Json>) -> Vec<(&String, &Json)> {
    let mut members: Vec<_> = object.iter().filter(|(key, _)| *key != "version").collect();
    members.sort_by_key(|(key, _)| ORDER.iter().position(|name| name == key).unwrap_or(ORDER.len()));
    members
}

/// JSON in which values that fit are on one line.
fn pretty(value: &Json, indent: usize) -> String {
    let flat = flat(value);
    let (open, close, inner) = match value {
        _ if flat.len() + indent <= LINE && indent > 0 => return flat,
        Json::Array(elements) => {
            let inner: Vec<_> = elements.iter().map(|element| pretty(element, indent + 2)).collect();
            ("[", "]", inner)
        }
        Json::Object(entries) => {
            let entry = |(key, value): (&String, &Json)| format!("\"{key}\": {}", pretty(value, indent + 2));
            ("{", "}", members(entries).into_iter().map(entry).collect())
        }
        _ => return flat,
    };
    let margin = " ".repeat(indent);
    let inner: Vec<_> = inner.iter().map(|line| format!("{margin}  {line}")).collect();
    format!("{open}\n{}\n{margin}{close}", inner.join(",\n"))
}

fn flat(value: &Json) -> String {
    match value {
        Json::Array(elements) => format!("[{}]", elements.iter().map(flat).collect::<Vec<_>>().join(", ")),
        Json::Object(entries) => {
            let entries: Vec<_> =
                members(entries).into_iter().map(|(key, value)| format!("\"{key}\": {}", flat(value))).collect();
            format!("{{{}}}", entries.join(", "))
        }
        other => other.to_string(),
    }
}
