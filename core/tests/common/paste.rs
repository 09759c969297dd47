//! A policy as text, and the code of a help pasted into it where the reader would paste it.

use corsac::{ConfigError, Issue, Policy};
use serde_json::Value;
use std::collections::HashMap;
use std::ops::Range;

/// A format of policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Json,
    Toml,
}

pub const FORMATS: [Format; 2] = [Format::Json, Format::Toml];

/// The code that a help tells the reader to write, and where it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Offer<'h> {
    /// It replaces the value. A text without quotation marks goes between the existing ones.
    Value(&'h str),
    /// Several entries replace one.
    Entries(&'h str),
    /// A setting and its value replace the setting.
    Setting(&'h str),
    /// The entries are added to another list, and the value is removed.
    Elsewhere { key: &'h str, entries: &'h str },
}

/// The code with which a help begins, if it offers code and does not only describe it.
pub fn offer(help: &str) -> Option<Offer<'_>> {
    let rest = help.strip_prefix("write ")?;
    let (kind, rest) = rest.split_once('`')?;
    let (code, after) = rest.split_once('`')?;
    let elsewhere = || after.strip_prefix(" in `")?.strip_suffix("` instead");
    Some(match kind {
        "separate entries: " => Offer::Entries(code),
        "" if after.starts_with(" instead") => Offer::Setting(code),
        "" => Offer::Value(code),
        "the origin " | "the origins " | "the origin pattern " | "the origin patterns " | "the regex " => {
            elsewhere().map_or(Offer::Value(code), |key| Offer::Elsewhere { key, entries: code })
        }
        _ => return None,
    })
}

/// The text of a policy, with the place of each key, value and setting.
#[derive(Clone, Debug)]
pub struct Document {
    pub format: Format,
    pub text: String,
    keys: HashMap<String, Range<usize>>,
    values: HashMap<String, Range<usize>>,
}

impl Document {
    /// Writes a policy, unless the format cannot express it.
    pub fn new(format: Format, policy: &Value) -> Option<Self> {
        let mut document = Document { format, text: String::new(), keys: HashMap::new(), values: HashMap::new() };
        if format == Format::Toml && has_null(policy) {
            return None;
        }
        match format {
            Format::Json => document.value(policy, ""),
            Format::Toml => {
                for (key, value) in policy.as_object()? {
                    document.setting(key, value, "");
                    document.text.push('\n');
                }
            }
        }
        Some(document)
    }

    pub fn build(&self) -> Result<Policy, ConfigError> {
        match self.format {
            Format::Json => Policy::from_json(&self.text),
            Format::Toml => Policy::from_toml(&self.text),
        }
    }

    fn setting(&mut self, key: &str, value: &Value, path: &str) {
        let path = format!("{path}{key}");
        let start = self.text.len();
        self.text.push_str(&match self.format {
            Format::Json => format!("{}: ", Value::from(key)),
            Format::Toml => format!("{key} = "),
        });
        self.keys.insert(path.clone(), start..start + self.text[start..].trim_end_matches([' ', '=', ':']).len());
        self.value(value, &path);
    }

    fn value(&mut self, value: &Value, path: &str) {
        let start = self.text.len();
        match value {
            Value::Array(items) => {
                self.text.push('[');
                for (index, item) in items.iter().enumerate() {
                    self.text.push_str(if index > 0 { ", " } else { "" });
                    self.value(item, &format!("{path}[{index}]"));
                }
                self.text.push(']');
            }
            Value::Object(entries) => {
                self.text.push('{');
                for (index, (key, value)) in entries.iter().enumerate() {
                    self.text.push_str(if index > 0 { ", " } else { "" });
                    self.setting(key, value, &if path.is_empty() { String::new() } else { format!("{path}.") });
                }
                self.text.push('}');
            }
            // All other strings are written in the same way in both formats.
            Value::String(text) if self.format == Format::Toml && is_literal(text) => {
                self.text.push_str(&format!("'{text}'"));
            }
            other => self.text.push_str(&other.to_string()),
        }
        self.values.insert(path.to_owned(), start..self.text.len());
    }

    /// The position of a field's value: that of the value itself, or of its part in a string with commas.
    fn place(&self, field: &str) -> Range<usize> {
        if let Some(place) = self.find(&self.values, field) {
            return place;
        }
        let (list, index) = field.rsplit_once('[').unwrap();
        let list = self.find(&self.values, list).unwrap();
        let index: usize = index.trim_end_matches(']').parse().unwrap();
        let mut start = list.start;
        for (at, part) in self.text[list].split(',').enumerate() {
            if at == index {
                let quotes: &[char] = &['"', '\''];
                let inner = part.trim_start_matches(quotes).trim_start();
                let start = start + (part.len() - inner.len());
                return start..start + inner.trim_end_matches(quotes).trim_end().len();
            }
            start += part.len() + 1;
        }
        panic!("{field} is not in {}", self.text)
    }

    /// Fields are in snake_case, whatever alias was written.
    fn find(&self, places: &HashMap<String, Range<usize>>, field: &str) -> Option<Range<usize>> {
        let same = |written: &str| written == field || corsac::binding::camel_case(field) == written;
        places.iter().find(|(written, _)| same(written)).map(|(_, place)| place.clone())
    }

    fn setting_of(&self, field: &str) -> Range<usize> {
        let name = field.split('[').next().unwrap();
        let key = self.find(&self.keys, name).unwrap();
        key.start..self.find(&self.values, name).unwrap().end
    }

    fn is_setting(&self, code: &str) -> bool {
        match self.format {
            Format::Json => serde_json::from_str::<Value>(&format!("{{{code}}}")).is_ok(),
            Format::Toml => toml::from_str::<toml::Table>(code).is_ok_and(|table| table.len() == 1),
        }
    }

    fn is_value(&self, code: &str) -> bool {
        code.starts_with(['"', '\'', '[', '{', '/'])
    }

    /// Pastes what a help offers. Later positions are no longer valid.
    pub fn paste(&mut self, issue: &Issue, offer: &Offer<'_>) {
        let field = issue.field.as_str();
        let (place, code) = match *offer {
            Offer::Setting(code) => (self.setting_of(field), code.to_owned()),
            Offer::Value(code) if self.is_setting(code) => (self.setting_of(field), code.to_owned()),
            Offer::Value(code) if issue.code.as_str() == "unknown-key" => {
                let quote = if self.format == Format::Json { "\"" } else { "" };
                (self.find(&self.keys, field).unwrap(), format!("{quote}{code}{quote}"))
            }
            Offer::Value(code) if self.is_value(code) => (self.place(field), code.to_owned()),
            Offer::Entries(code) => (self.place(field), code.to_owned()),
            Offer::Value(code) => {
                let place = self.place(field);
                let written = &self.text[place.clone()];
                let marks = ["\"\"\"", "'''", "\"", "'"];
                let mark = marks.iter().find(|mark| written.len() > 1 && written.starts_with(**mark));
                let mark = mark.map_or(0, |mark| mark.len());
                assert!(
                    mark > 0 || !self.values.contains_key(field),
                    "`{code}` has no quotation marks around it: {}",
                    self.text
                );
                (place.start + mark..place.end - mark, code.to_owned())
            }
            Offer::Elsewhere { key, entries } => return self.move_to(&self.place(field), key, entries),
        };
        self.text.replace_range(place, &code);
    }

    /// Removes a value from its list, and adds entries to another list.
    fn move_to(&mut self, value: &Range<usize>, key: &str, entries: &str) {
        let list = self.values.get(key).cloned();
        let end = self.text.trim_end_matches(['}', '\n']).len();
        let (at, code) = match (list, self.format) {
            (Some(list), _) => {
                let comma = if self.text[list.clone()].len() > "[]".len() { ", " } else { "" };
                (list.end - 1, format!("{comma}{entries}"))
            }
            (None, Format::Json) => (end, format!(", \"{key}\": [{entries}]")),
            (None, Format::Toml) => (end, format!("\n{key} = [{entries}]")),
        };
        let comma = if self.text[value.end..].starts_with(", ") { 2 } else { 0 };
        let cut = value.start..value.end + comma;
        if at > cut.end {
            self.text.insert_str(at, &code);
            self.text.replace_range(cut, "");
        } else {
            self.text.replace_range(cut, "");
            self.text.insert_str(at, &code);
        }
    }
}

/// Whether a string may be written in single quotation marks in TOML.
fn is_literal(text: &str) -> bool {
    !text.contains(|c: char| c == '\'' || c.is_control())
}

fn has_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.iter().any(has_null),
        Value::Object(entries) => entries.values().any(has_null),
        _ => false,
    }
}
