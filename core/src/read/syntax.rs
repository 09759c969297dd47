//! Texts that do not parse: what they are instead, or what is wrong where the parser stopped.

use crate::compile::origins::Stakes;
use crate::config::value::Value;
use crate::issues::code::Code;
use crate::issues::issue::{Fault, Issues, printable};
use crate::suggest::guess::guess;
use crate::suggest::trial::Place;
use serde::de::IgnoredAny;
use std::str::Utf8Error;

/// What is wrong with a text that is not JSON.
pub(crate) fn json_fault(text: &[u8], error: &serde_json::Error) -> Fault {
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
    let offset = offset(text, error.line(), error.column());
    if let Some((message, help)) = slip(text, offset, Format::Json) {
        return fault(format!("the text is not JSON{}: {message}", place(text, offset)), &help);
    }
    // The parser says the place behind its message.
    let (line, column) = (error.line(), error.column());
    let said = error.to_string();
    let said = said.strip_suffix(&format!(" at line {line} column {column}")).unwrap_or(&said);
    fault(format!("the text is not JSON at line {line} column {column}: {}", printable(said)), &fix(EXAMPLE_JSON))
}

/// What is wrong with a text that is not TOML.
pub(crate) fn toml_fault(text: &str, error: &toml::de::Error) -> Fault {
    if is_json(text) {
        let help = "write TOML, as in `allow_origins = [\"https://app.example.com\"]`, or read it as JSON: a file \
                    whose name ends in `.json`";
        return fault("the text is JSON, and is read as TOML".to_owned(), help);
    }
    if is_yaml(text) {
        return yaml_fault();
    }
    let offset = error.span().map(|span| span.start);
    let place = offset.map_or(String::new(), |offset| place(text, offset));
    if error.message().contains("duplicate key") {
        let key = offset.and_then(|offset| text.get(offset..)).map_or("", first_word);
        let message = format!("the text is not TOML{place}: `{}` is given a second time", printable(key));
        return fault(message, "keep one of them");
    }
    if let Some((message, help)) = offset.and_then(|offset| slip(text, offset, Format::Toml)) {
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

#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Json,
    Toml,
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

fn is_bare(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

/// A slip that is known by what stands around the place where the parser stopped: what it is, and what to write.
fn slip(text: &str, offset: usize, format: Format) -> Option<(String, String)> {
    let (before, after) = text.split_at_checked(offset)?;
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    let line = text.get(line_start..)?.lines().next().unwrap_or_default();
    if line.contains(['“', '”', '„', '‘', '’', '«', '»']) {
        return Some((
            "a typographic quotation mark cannot enclose a string".to_owned(),
            "write the straight quotation mark `\"` on both sides".to_owned(),
        ));
    }
    if let Some(found) = missing_comma(before, after) {
        return Some(found);
    }
    let tail = after.trim_start();
    if before.trim_end().ends_with(',') && tail.starts_with([']', '}']) {
        return Some(("a comma stands before the closing bracket".to_owned(), "remove the comma".to_owned()));
    }
    if format == Format::Json && tail.starts_with('\'') {
        return Some(("a string stands in single quotation marks".to_owned(), "write `\"` on both sides".to_owned()));
    }
    if format == Format::Json && (tail.starts_with("//") || tail.starts_with("/*") || tail.starts_with('#')) {
        return Some(("a comment stands there, and JSON has none".to_owned(), "remove the comment".to_owned()));
    }
    let bare = first_word(tail);
    if format == Format::Json
        && !bare.is_empty()
        && tail.get(bare.len()..).is_some_and(|rest| rest.trim_start().starts_with(':'))
    {
        let bare = printable(bare);
        return Some((format!("`{bare}` stands without quotation marks"), format!("write `\"{bare}\"`")));
    }
    word_of_another_language(before, after, format)
        .or_else(|| if format == Format::Toml { slip_of_toml(line, text) } else { None })
}

/// Two strings, one behind the other.
fn missing_comma(before: &str, after: &str) -> Option<(String, String)> {
    let (first, second) = (before.trim_end(), after.trim_start());
    let quote = |c: char| matches!(c, '"' | '\'');
    // A parser of JSON stops behind the mark that opens the second string.
    let (first, second) = match first.strip_suffix(quote) {
        Some(rest) if !second.starts_with(quote) && rest.trim_end().ends_with(quote) => {
            (rest.trim_end(), before.get(rest.len()..)?.to_owned() + after)
        }
        _ => (first, second.to_owned()),
    };
    let first = last_string(first)?;
    let second = first_string(&second)?;
    let (first, second) = (printable(first), printable(second));
    let message = format!("a comma is missing between `\"{first}\"` and `\"{second}\"`");
    Some((message, format!("write `\"{first}\", \"{second}\"`")))
}

fn last_string(text: &str) -> Option<&str> {
    let quote = text.chars().next_back().filter(|c| matches!(c, '"' | '\''))?;
    let inside = text.strip_suffix(quote)?;
    let start = inside.rfind(quote)? + 1;
    inside.get(start..).filter(|inside| !inside.contains('\n'))
}

fn first_string(text: &str) -> Option<&str> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let inside = text.strip_prefix(quote)?;
    inside.get(..inside.find(quote)?).filter(|inside| !inside.contains('\n'))
}

/// `True`, `None` and their like.
fn word_of_another_language(before: &str, after: &str, format: Format) -> Option<(String, String)> {
    // The parser may stop within the word.
    let start = before.rfind(|c: char| !c.is_ascii_alphabetic()).map_or(0, |at| at + 1);
    let text = before.get(start..)?.to_owned() + after;
    let word = first_word(&text);
    let better = match word.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" => "true",
        "false" | "no" | "off" => "false",
        "none" | "null" | "nil" | "undefined" if format == Format::Json => "null",
        "none" | "null" | "nil" | "undefined" => {
            return Some((
                format!("`{word}` is not a value of TOML"),
                "remove the line: what is left out has its default".to_owned(),
            ));
        }
        _ => return None,
    };
    (word != better)
        .then(|| (format!("`{word}` is not a value; it is written `{better}`"), format!("write `{better}`")))
}

fn slip_of_toml(line: &str, text: &str) -> Option<(String, String)> {
    let line = line.trim();
    if let Some((key, value)) = line.split_once('=')
        && let (key, value) = (key.trim(), value.trim())
        && is_bare(key)
        && value.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '*')
    {
        let message = format!("`{}` is not a value of TOML, where strings stand in quotation marks", printable(value));
        // Whether credentials are allowed cannot be read: it is taken for granted where they are named.
        let stakes = Stakes { credentials: text.contains("allow_credentials"), ..Stakes::default() };
        let issues = Issues::default();
        let meant =
            guess(key, &Value::from(value)).and_then(|value| Place::new(key, stakes, true, &issues).setting(value));
        let otherwise = || "write strings in quotation marks, as in `\"https://app.example.com\"`".to_owned();
        return Some((message, meant.unwrap_or_else(otherwise)));
    }
    let (key, _) = line.split_once(':')?;
    is_bare(key.trim_matches('"')).then(|| {
        let key = printable(key.trim_matches('"'));
        (
            format!("`{key}` is followed by a colon"),
            format!("write `{key} = ` and its value: TOML has `=` between them"),
        )
    })
}

fn first_word(text: &str) -> &str {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))).unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

/// Where a parser of JSON stopped. Its columns are bytes, from 1.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let offset = (start + column.saturating_sub(1)).min(text.len());
    (0..=offset).rev().find(|offset| text.is_char_boundary(*offset)).unwrap_or(0)
}

fn place(text: &str, offset: usize) -> String {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    format!(" at line {line} column {column}")
}
