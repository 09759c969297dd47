//! Slips in a text that does not parse. They are recognised by the characters around the place where the parser
//! stopped. A correction is tried, and is offered as code if the corrected text can be parsed at least to the end of
//! the correction.

use crate::config::lifted::NOTHING;
use crate::config::notation::{Notation, quoted};
use crate::config::setting_names;
use crate::config::stakes::Stakes;
use crate::config::value::Value;
use crate::issues::issue::{Issues, Trial};
use crate::issues::messages::suggestions::write;
use crate::issues::messages::syntax::{Format, Slip};
use crate::printable::printable;
use crate::read::toml_text;
use crate::suggest::guess::guess;
use crate::suggest::trial::Place;
use std::ops::Range;

/// A slip, and a correction that was tried.
type Found = (Slip, Option<String>);

/// A text, and where the parser stopped.
struct Stop<'t> {
    text: &'t str,
    offset: usize,
    format: Format,
    trial: Trial,
}

/// Finds the slip, if it is a known one.
pub(crate) fn slip(text: &str, offset: usize, format: Format, trial: Trial) -> Option<Found> {
    let stop = Stop { text, offset, format, trial };
    let line = stop.line()?;
    if text.get(line)?.contains(['“', '”', '„', '‘', '’', '«', '»']) {
        return Some((Slip::TypographicQuotes, None));
    }
    let of_format = || match format {
        Format::Json => stop.of_json(),
        Format::Toml => stop.of_toml(),
    };
    let common = [Stop::lone_backslash, Stop::missing_comma, Stop::needless_comma, Stop::foreign_word];
    common.into_iter().find_map(|find| find(&stop)).or_else(of_format)
}

impl Stop<'_> {
    fn around(&self) -> Option<(&str, &str)> {
        self.text.split_at_checked(self.offset)
    }

    /// The line at which the parser stopped, without its end.
    fn line(&self) -> Option<Range<usize>> {
        let (before, after) = self.around()?;
        let start = before.rfind('\n').map_or(0, |end| end + 1);
        let end = self.offset + after.find('\n').unwrap_or(after.len());
        Some(start..end)
    }

    /// Offers a correction as code if the corrected text can be parsed at least to the end of the correction.
    fn offer(&self, range: Range<usize>, with: &str) -> Option<String> {
        let is_whole = printable(with) == *with && !with.contains('`');
        (is_whole && self.parses_with(range, with)).then(|| write(with))
    }

    fn parses_with(&self, range: Range<usize>, with: &str) -> bool {
        let (Some(before), Some(after)) = (self.text.get(..range.start), self.text.get(range.end..)) else {
            return false;
        };
        let text = format!("{before}{with}{after}");
        let stopped = match self.format {
            Format::Json => {
                serde_json::from_slice::<Value>(text.as_bytes()).err().map(|error| json_offset(&text, &error))
            }
            Format::Toml => toml_text::parse(&text).err().map(|stop| stop.offset.unwrap_or(0)),
        };
        stopped.is_none_or(|offset| offset >= range.start + with.len())
    }

    /// A string in which a backslash does not begin a valid escape. It is usually a regex.
    fn lone_backslash(&self) -> Option<Found> {
        let line = self.line()?;
        let mut quotes = self.text.get(line.start..self.offset)?.match_indices('"').map(|(at, _)| line.start + at);
        let start = quotes.next_back()?;
        let end = self.offset + self.text.get(self.offset..line.end)?.find('"')? + 1;
        let inside = self.text.get(start + 1..end - 1)?;
        let notation = if self.format == Format::Json { Notation::Json } else { Notation::Toml };
        let better = notation.regex(inside);
        if !inside.contains('\\') || printable(inside) != inside || !self.parses_with(start..end, &better) {
            return None;
        }
        Some((Slip::LoneBackslash, self.offer(start..end, &better)))
    }

    /// Two strings or two entries without a comma between them.
    fn missing_comma(&self) -> Option<Found> {
        self.comma_between_strings().or_else(|| {
            let (before, after) = self.around()?;
            let name = string_at_start(after.trim_start()).filter(|_| self.format == Format::Json)?;
            let end = before.trim_end().len();
            self.parses_with(end..end, ",").then(|| (Slip::CommaBefore(name.to_owned()), None))
        })
    }

    fn comma_between_strings(&self) -> Option<Found> {
        let is_quote = |c: char| matches!(c, '"' | '\'');
        let (before, after) = self.around()?;
        // The second string begins here, or the JSON parser stopped after its opening quotation mark.
        let second = match before.chars().next_back() {
            Some(quote)
                if is_quote(quote)
                    && before.trim_end_matches(is_quote).len() + 1 == before.len()
                    && before.get(..self.offset - 1)?.trim_end().ends_with(is_quote) =>
            {
                self.offset - 1
            }
            _ => self.offset + (after.len() - after.trim_start().len()),
        };
        let second = second..second + string_at_start(self.text.get(second..)?)?.len();
        let first_end = self.text.get(..second.start)?.trim_end().len();
        let first = string_at_end(self.text.get(..first_end)?)?;
        let first = first_end - first.len()..first_end;
        let (one, other) = (self.text.get(first.clone())?, self.text.get(second.clone())?);
        let with = format!("{one}, {other}");
        if !self.parses_with(first.start..second.end, &with) {
            return None;
        }
        let slip = Slip::CommaBetween(one.to_owned(), other.to_owned());
        Some((slip, self.offer(first.start..second.end, &with)))
    }

    fn needless_comma(&self) -> Option<Found> {
        let (before, after) = self.around()?;
        let comma = before.trim_end().strip_suffix(',')?.len();
        if !after.trim_start().starts_with([']', '}']) || !self.parses_with(comma..comma + 1, "") {
            return None;
        }
        Some((Slip::CommaBeforeBracket, None))
    }

    /// `True`, `None` and similar words.
    fn foreign_word(&self) -> Option<Found> {
        let (before, _) = self.around()?;
        // The parser may stop within the word.
        let start = before.rfind(|c: char| !c.is_ascii_alphabetic()).map_or(0, |at| at + 1);
        let word = first_word(self.text.get(start..)?);
        let range = start..start + word.len();
        let key = key_before(self.text.get(..start)?);
        let (value, better) = match word.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" => (Value::Bool(true), "true"),
            "false" | "no" | "off" => (Value::Bool(false), "false"),
            "none" | "null" | "nil" | "undefined" if self.format == Format::Json => (Value::Null, "null"),
            "none" | "null" | "nil" | "undefined" => return Some(self.nothing_in_toml(word, key)),
            _ => return None,
        };
        let is_taken = key.and_then(setting).is_none_or(|key| self.takes(key, value));
        if word == better || !is_taken || !self.parses_with(range, better) {
            return None;
        }
        Some((Slip::ForeignWord(word.to_owned(), better), None))
    }

    fn nothing_in_toml(&self, word: &str, key: Option<&str>) -> Found {
        let has_default =
            key.and_then(setting).is_some_and(|key| !setting_names::ORIGIN_LISTS.contains(&key) && key != "path");
        (Slip::NoValue { word: word.to_owned(), has_default }, None)
    }

    /// Whether a setting accepts a value, if that is clear without the rest of the text.
    fn takes(&self, key: &str, value: Value) -> bool {
        Place::new(key, self.stakes(), &NOTHING, true, &Issues::new(Notation::default(), self.trial)).takes(value)
    }

    /// It is not known whether credentials are allowed. If the text names them, they are assumed to be allowed.
    fn stakes(&self) -> Stakes {
        let credentials = ["credentials", "Credentials"].iter().any(|word| self.text.contains(word));
        Stakes { credentials, ..Stakes::default() }
    }

    fn of_json(&self) -> Option<Found> {
        let (before, after) = self.around()?;
        let start = before.len() + (after.len() - after.trim_start().len());
        let tail = self.text.get(start..)?;
        if let Some(inside) = tail.strip_prefix('\'') {
            let inside = inside.find('\'').and_then(|end| inside.get(..end));
            let suggestion = inside.and_then(|inside| self.offer(start..start + inside.len() + 2, &quoted(inside)));
            return Some((Slip::SingleQuotes, suggestion));
        }
        if tail.starts_with("//") || tail.starts_with("/*") || tail.starts_with('#') {
            return Some((Slip::CommentInJson, None));
        }
        let bare = first_word(tail);
        let behind = tail.get(bare.len()..)?.trim_start();
        if !bare.is_empty() && behind.starts_with(':') && !behind.starts_with("://") {
            let suggestion = self.offer(start..start + bare.len(), &quoted(bare));
            return Some((Slip::BareName(bare.to_owned()), suggestion));
        }
        // The parser may stop within a word.
        let begun = before.rfind(|c: char| !c.is_ascii_alphabetic()).map_or(0, |at| at + 1);
        self.bare_value_of_json(if begun < before.len() { begun } else { start })
    }

    fn bare_value_of_json(&self, start: usize) -> Option<Found> {
        let key = setting(key_before(self.text.get(..start)?)?)?;
        let tail = self.text.get(start..)?;
        let end = tail.find(|c: char| c.is_whitespace() || matches!(c, ',' | '}' | ']' | '"')).unwrap_or(tail.len());
        let value = tail.get(..end).filter(|value| value.starts_with(|c: char| c.is_ascii_alphabetic() || c == '*'))?;
        let meant = self.unquoted(key, value).map(|value| Notation::Json.value(&value));
        let suggestion = meant.and_then(|meant| self.offer(start..start + end, &meant));
        Some((Slip::BareValue(self.format, value.to_owned()), suggestion))
    }

    fn of_toml(&self) -> Option<Found> {
        let range = self.line()?;
        let line = self.text.get(range.clone())?;
        let line = line.split_once(" #").map_or(line, |(line, _)| line).trim();
        let start = range.start + self.text.get(range.clone())?.find(line)?;
        let range = start..start + line.len();
        if let Some(comma) = line.strip_suffix([',', ';'])
            && self.offset >= start + comma.len()
            && self.parses_with(start + comma.len()..range.end, "")
        {
            return Some((Slip::EndOfLine(line.get(comma.len()..)?.to_owned()), None));
        }
        if let Some(found) = self.open_list(range.start) {
            return Some(found);
        }
        if let Some((key, value)) = line.split_once('=').map(|(key, value)| (key.trim(), value.trim()))
            && is_bare(key)
            && toml_text::parse(line).is_err()
            && value.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '*' | '^' | '[' | '"' | '\''))
        {
            let quoted = value.contains(['"', '\'']);
            let meant = self.unquoted(key, value).map(|value| Notation::Toml.setting(key, &value, false));
            if quoted && meant.is_none() {
                return None;
            }
            let slip = if quoted {
                Slip::SeveralValues(value.to_owned())
            } else {
                Slip::BareValue(self.format, value.to_owned())
            };
            return Some((slip, meant.and_then(|meant| self.offer(range, &meant))));
        }
        let (key, value) = line.split_once(':')?;
        let key = key.trim().trim_matches('"');
        if !is_bare(key) || value.starts_with("//") {
            return None;
        }
        let value = value.trim().trim_start_matches('=').trim_start();
        let meant = format!("{key} = {}", value.strip_suffix(',').unwrap_or(value));
        Some((Slip::Colon(key.to_owned()), self.offer(range, &meant)))
    }

    /// A list that should have been closed before this line, because this line is a setting of its own.
    fn open_list(&self, line: usize) -> Option<Found> {
        let before = self.text.get(..line)?.trim_end();
        let opened = before.rsplit('\n').next()?.trim_end();
        if !opened.contains('[') || !self.parses_with(before.len()..before.len(), "]") {
            return None;
        }
        let number = before.matches('\n').count() + 1;
        Some((Slip::OpenList(number), None))
    }

    /// The value that a setting was meant to have, if its strings have no quotation marks.
    fn unquoted(&self, key: &str, value: &str) -> Option<Value> {
        let name = setting(key)?;
        let inside = value.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        let written = match inside {
            Some(inside) => inside.split(',').map(str::trim).filter(|part| !part.is_empty()).collect(),
            None => Value::from(value),
        };
        let meant = match (name, written) {
            ("allow_origin_regex", Value::String(text)) => [text.as_str()].into_iter().collect(),
            (_, written) => guess(name, &written)?,
        };
        self.takes(name, meant.clone()).then_some(meant)
    }
}

fn setting(name: &str) -> Option<&'static str> {
    let all = [setting_names::CORSAC, setting_names::PROTECTION, setting_names::ROUTE];
    all.into_iter().find_map(|keys| setting_names::resolve(name, keys))
}

/// The name whose value begins where this text ends.
fn key_before(before: &str) -> Option<&str> {
    let before = before.trim_end();
    let key = before.strip_suffix(':').or_else(|| before.strip_suffix('='))?.trim_end().trim_end_matches('"');
    let start = key.rfind(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))).map_or(0, |at| at + 1);
    key.get(start..).filter(|key| !key.is_empty())
}

/// A string with its quotation marks, on one line.
fn string_at_start(text: &str) -> Option<&str> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let end = text.get(1..)?.find(quote)? + 2;
    text.get(..end).filter(|string| !string.contains('\n'))
}

fn string_at_end(text: &str) -> Option<&str> {
    let quote = text.chars().next_back().filter(|c| matches!(c, '"' | '\''))?;
    let start = text.get(..text.len() - 1)?.rfind(quote)?;
    text.get(start..).filter(|string| !string.contains('\n'))
}

/// The word at the beginning of a text: ASCII letters, digits, `_` and `-`.
pub(crate) fn first_word(text: &str) -> &str {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))).unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

/// Whether a key may be written without quotation marks.
pub(crate) fn is_bare(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

/// The place where a JSON parser stopped. Its columns are bytes, from 1.
pub(crate) fn json_offset(text: &str, error: &serde_json::Error) -> usize {
    let start: usize = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    let offset = (start + error.column().saturating_sub(1)).min(text.len());
    (0..=offset).rev().find(|offset| text.is_char_boundary(*offset)).unwrap_or(0)
}
