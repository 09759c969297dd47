//! Texts that do not parse: the language in which they are written, or the mistake where the parser stopped.

use crate::issues::fault::Fault;
use crate::issues::issue::Trial;
use crate::issues::messages::syntax::{self, Format, Position};
#[cfg(feature = "toml")]
use crate::read::slips::first_word;
use crate::read::slips::{is_bare, json_offset, slip};
use crate::read::toml_text;

/// The problem of a text that is not JSON. Corrections are tried.
pub(crate) fn json_fault(text: &[u8], error: &serde_json::Error, trial: Trial) -> Fault {
    let text = match std::str::from_utf8(text) {
        Ok(text) => text,
        Err(error) => return syntax::not_utf8(Format::Json, error),
    };
    if text.trim().is_empty() {
        return syntax::empty_json();
    }
    if is_toml(text) {
        return syntax::toml_read_as_json();
    }
    if is_yaml(text) {
        return syntax::yaml();
    }
    let offset = json_offset(text, error);
    if let Some((found, suggestion)) = slip(text, offset, Format::Json, trial) {
        return syntax::slip(Format::Json, Some(position(text, offset)), &found, suggestion).at(Some(offset));
    }
    // The parser writes the position after its message.
    let (line, column) = (error.line(), error.column());
    let said = error.to_string();
    let said = said.strip_suffix(&format!(" at line {line} column {column}")).unwrap_or(&said);
    syntax::unparsable(Format::Json, Some(Position { line, column }), said).at(Some(offset))
}

/// The problem of a text that is not TOML. Corrections are tried.
#[cfg(feature = "toml")]
pub(crate) fn toml_fault(text: &str, stop: &toml_text::Stop, trial: Trial) -> Fault {
    if is_json(text) {
        return syntax::json_read_as_toml();
    }
    if is_yaml(text) {
        return syntax::yaml();
    }
    let offset = stop.offset;
    let position = offset.map(|offset| position(text, offset));
    if stop.message.contains("duplicate key") {
        let key = offset.and_then(|offset| text.get(offset..)).map_or("", first_word);
        return syntax::key_twice(position, key).at(offset);
    }
    if let Some((found, suggestion)) = offset.and_then(|offset| slip(text, offset, Format::Toml, trial)) {
        return syntax::slip(Format::Toml, position, &found, suggestion).at(offset);
    }
    syntax::unparsable(Format::Toml, position, &stop.message).at(offset)
}

/// Neither TOML nor a template begins like this.
#[cfg(feature = "toml")]
fn is_json(text: &str) -> bool {
    let text = text.trim_start();
    let within = text.strip_prefix('{').or_else(|| text.strip_prefix('[')).unwrap_or_default().trim_start();
    within.starts_with('"') || (text.starts_with('{') && within.starts_with('}'))
}

fn is_toml(text: &str) -> bool {
    toml_text::is_toml(text)
        || text
            .lines()
            .map(str::trim)
            .find(|line| !line.is_empty() && !line.starts_with('#'))
            .is_some_and(|line| line.split_once('=').is_some_and(|(key, _)| is_bare(key.trim())))
}

/// Whether the first line begins as in YAML, for example with a key and a colon, and no line begins with a key and an
/// equals sign.
fn is_yaml(text: &str) -> bool {
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let first = lines().next().unwrap_or_default();
    let keyed = |line: &str| line.split_once(':').is_some_and(|(key, rest)| is_bare(key) && !rest.starts_with("//"));
    (first.starts_with("---") || first.starts_with("%YAML") || keyed(first))
        && !lines().any(|line| line.split_once('=').is_some_and(|(key, _)| is_bare(key.trim())))
}

fn position(text: &str, offset: usize) -> Position {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    Position { line, column }
}
