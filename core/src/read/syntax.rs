//! Texts that do not parse: what they are instead, or what is wrong where the parser stopped.

use crate::issues::code::Code;
use crate::issues::issue::{Fault, Trial};
use crate::printable::printable;
use crate::read::slips::{Format, first_word, is_bare, json_offset, slip, toml_offset};
use serde::de::IgnoredAny;
use std::str::Utf8Error;

/// What is wrong with a text that is not JSON. Corrections are tried.
pub(crate) fn json_fault(text: &[u8], error: &serde_json::Error, trial: Trial) -> Fault {
    let text = match std::str::from_utf8(text) {
        Ok(text) => text,
        Err(error) => return not_utf8("JSON", error),
    };
    if text.trim().is_empty() {
        return fault("the text is empty, which is not JSON".to_owned(), EXAMPLE_JSON);
    }
    if is_toml(text) {
        let help = "write JSON, as in `{\"allow_origins\": [\"https://app.example.com\"]}`, or read it as TOML: a file \
                    whose name ends in `.toml`";
        return fault("the text is TOML, and is read as JSON".to_owned(), help);
    }
    if is_yaml(text) {
        return yaml_fault();
    }
    let offset = json_offset(text, error);
    if let Some((message, help)) = slip(text, offset, Format::Json, trial) {
        return fault(format!("the text is not JSON{}: {message}", place(text, offset)), &help);
    }
    // The parser says the place behind its message.
    let (line, column) = (error.line(), error.column());
    let said = error.to_string();
    let said = said.strip_suffix(&format!(" at line {line} column {column}")).unwrap_or(&said);
    fault(format!("the text is not JSON at line {line} column {column}: {}", printable(said)), &fix(EXAMPLE_JSON))
}

/// What is wrong with a text that is not TOML. Corrections are tried.
pub(crate) fn toml_fault(text: &str, error: &toml::de::Error, trial: Trial) -> Fault {
    if is_json(text) {
        let help = "write TOML, as in `allow_origins = [\"https://app.example.com\"]`, or read it as JSON: a file \
                    whose name ends in `.json`";
        return fault("the text is JSON, and is read as TOML".to_owned(), help);
    }
    if is_yaml(text) {
        return yaml_fault();
    }
    let offset = toml_offset(error);
    let place = offset.map_or(String::new(), |offset| place(text, offset));
    if error.message().contains("duplicate key") {
        let key = offset.and_then(|offset| text.get(offset..)).map_or("", first_word);
        let message = format!("the text is not TOML{place}: `{}` is given a second time", printable(key));
        return fault(message, "keep one of them");
    }
    if let Some((message, help)) = offset.and_then(|offset| slip(text, offset, Format::Toml, trial)) {
        return fault(format!("the text is not TOML{place}: {message}"), &help);
    }
    fault(format!("the text is not TOML{place}: {}", printable(error.message())), &fix(EXAMPLE_TOML))
}

/// What is wrong with YAML.
pub(crate) fn yaml_fault() -> Fault {
    let help =
        "write TOML, as in `allow_origins = [\"https://app.example.com\"]`, in a file whose name ends in `.toml`";
    fault("the text is YAML, which corsac does not read".to_owned(), help)
}

/// A text in another encoding.
pub(crate) fn not_utf8(format: &str, error: Utf8Error) -> Fault {
    fault(format!("the text is not {format}: {error}"), "save the file as UTF-8")
}

const EXAMPLE_JSON: &str = "write JSON, as in `{\"allow_origins\": [\"https://app.example.com\"]}`";
const EXAMPLE_TOML: &str = "write TOML, as in `allow_origins = [\"https://app.example.com\"]`";

fn fix(example: &str) -> String {
    format!("correct the text there; {example}")
}

fn fault(message: String, help: &str) -> Fault {
    Fault::new(Code::Syntax, message, help)
}

/// No TOML begins so, and no template.
fn is_json(text: &str) -> bool {
    let text = text.trim_start();
    let within = text.strip_prefix('{').or_else(|| text.strip_prefix('[')).unwrap_or_default().trim_start();
    within.starts_with('"') || (text.starts_with('{') && within.starts_with('}'))
}

fn is_toml(text: &str) -> bool {
    toml::from_str::<IgnoredAny>(text).is_ok()
        || text
            .lines()
            .map(str::trim)
            .find(|line| !line.is_empty() && !line.starts_with('#'))
            .is_some_and(|line| line.split_once('=').is_some_and(|(key, _)| is_bare(key.trim())))
}

/// Whether a line is a key and a colon, and none is a key and an equals sign.
fn is_yaml(text: &str) -> bool {
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let first = lines().next().unwrap_or_default();
    let keyed = |line: &str| line.split_once(':').is_some_and(|(key, rest)| is_bare(key) && !rest.starts_with("//"));
    (first.starts_with("---") || first.starts_with("%YAML") || keyed(first))
        && !lines().any(|line| line.split_once('=').is_some_and(|(key, _)| is_bare(key.trim())))
}

fn place(text: &str, offset: usize) -> String {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    format!(" at line {line} column {column}")
}
