//! SARIF 2.1.0, which code scanning services read.
//!
//! Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0".

use crate::output::snippet::Place;
use serde_json::{Value, json};

/// One result.
pub(crate) struct SarifResult<'r> {
    pub(crate) code: &'r str,
    /// The meaning of the code, independent of the value.
    pub(crate) meaning: &'r str,
    /// `error` or `warning`.
    pub(crate) level: &'static str,
    pub(crate) message: String,
    pub(crate) path: &'r str,
    pub(crate) place: Option<Place>,
}

/// A file that could not be examined.
pub(crate) struct SarifNotification<'n> {
    pub(crate) path: &'n str,
    pub(crate) message: String,
}

/// Writes a log with one run.
pub(crate) fn log(results: &[SarifResult<'_>], notifications: &[SarifNotification<'_>]) -> String {
    let mut rules: Vec<(&str, &str)> = results.iter().map(|result| (result.code, result.meaning)).collect();
    rules.sort_unstable();
    rules.dedup();
    let index = |code: &str| rules.iter().position(|(known, _)| *known == code);
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "corsac",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules.iter().map(|(code, meaning)| rule(code, meaning)).collect::<Vec<_>>(),
            } },
            "invocations": [{
                "executionSuccessful": notifications.is_empty(),
                "toolExecutionNotifications": notifications.iter().map(notification).collect::<Vec<_>>(),
            }],
            "columnKind": "unicodeCodePoints",
            "results": results.iter().map(|result| json!({
                "ruleId": result.code,
                "ruleIndex": index(result.code),
                "level": result.level,
                "message": { "text": result.message },
                "locations": [location(result.path, result.place.as_ref())],
            })).collect::<Vec<_>>(),
        }],
    });
    format!("{log:#}\n")
}

fn rule(code: &str, meaning: &str) -> Value {
    let mut rule = json!({ "id": code, "shortDescription": { "text": meaning } });
    // A name that differs from the id only in case would add nothing.
    if let (true, Some(rule)) = (code.contains('-'), rule.as_object_mut()) {
        rule.insert("name".to_owned(), code.split('-').map(capitalised).collect::<String>().into());
    }
    rule
}

fn capitalised(word: &str) -> String {
    let mut characters = word.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

fn notification(notification: &SarifNotification<'_>) -> Value {
    json!({
        "level": "error",
        "message": { "text": notification.message },
        "locations": [location(notification.path, None)],
    })
}

fn location(path: &str, place: Option<&Place>) -> Value {
    let mut physical = json!({ "artifactLocation": { "uri": uri(path) } });
    if let (Some(place), Some(physical)) = (place, physical.as_object_mut()) {
        let region = json!({ "startLine": place.line, "startColumn": place.column, "endColumn": place.end_column });
        physical.insert("region".to_owned(), region);
    }
    json!({ "physicalLocation": physical })
}

/// A path as a reference (RFC 3986): a relative one stays relative to the folder in which the command runs.
fn uri(path: &str) -> String {
    let mut uri = if path.starts_with('/') { "file://".to_owned() } else { String::new() };
    for byte in path.trim_start_matches("./").bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(byte)),
            b'\\' if cfg!(windows) => uri.push('/'),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::uri;

    #[test]
    fn paths_become_references() {
        assert_eq!(uri("./conf d/cors.toml"), "conf%20d/cors.toml");
        assert_eq!(uri("/etc/ü.toml"), "file:///etc/%C3%BC.toml");
        assert_eq!(uri("c:x"), "c%3Ax");
    }
}
