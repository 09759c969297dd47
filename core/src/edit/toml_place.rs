//! The place where an entry or a setting is or would be written in a policy in TOML.

use crate::config::notation::quoted;
use crate::config::settings_table::Setting;
use crate::edit::text_edit::TextEdit;
use crate::read::field_path::{Found, steps};
use crate::read::toml_text::Offsets;
use std::ops::Range;

/// A text in TOML, and the offsets of its values.
pub(crate) struct TomlPlaces<'t> {
    text: &'t str,
    offsets: Offsets<'t>,
}

impl<'t> TomlPlaces<'t> {
    /// None if the text is not TOML.
    pub(crate) fn of(text: &'t str) -> Option<Self> {
        Some(TomlPlaces { text, offsets: Offsets::of(text)? })
    }

    /// Adds entries to a list, which is written if it is missing.
    pub(crate) fn add_entries(&self, field: &str, entries: &[String]) -> Option<TextEdit> {
        let entries: Vec<String> = entries.iter().map(|entry| quoted(entry)).collect();
        let Some(list) = self.setting(field) else {
            return self.new_setting(field, &format!("[{}]", entries.join(", ")));
        };
        let value = self.value(&list)?;
        let written = self.text.get(value.clone())?;
        if !(written.starts_with('[') && written.ends_with(']')) {
            return None;
        }
        let Some(last) = self.last_entry(field) else {
            return Some(TextEdit::insert(value.start + 1, entries.join(", ")));
        };
        // An entry on a line of its own is followed by others on lines of their own.
        let line = self.text.get(..last.start)?.rsplit('\n').next().unwrap_or_default();
        let separator = match line.trim().is_empty() && written.contains('\n') {
            true => format!(",\n{line}"),
            false => ", ".to_owned(),
        };
        let text: String = entries.iter().flat_map(|entry| [separator.as_str(), entry]).collect();
        Some(TextEdit::insert(last.end, text))
    }

    /// Gives a setting a value, as TOML writes it.
    pub(crate) fn set(&self, field: &str, value: &str) -> Option<TextEdit> {
        match self.setting(field) {
            Some(found) => Some(TextEdit::replace(self.value(&found)?, value)),
            None => self.new_setting(field, value),
        }
    }

    /// The bytes of the value after a name.
    pub(crate) fn value(&self, found: &Found) -> Option<Range<usize>> {
        let between = self.text.get(found.end_of_name..found.end)?;
        let start = found.end_of_name + between.find('=')? + 1;
        let space = self.text.get(start..found.end)?;
        Some(start + space.len() - space.trim_start().len()..found.end)
    }

    /// The setting, if it is written. If it is missing, the look-up finds its table instead.
    fn setting(&self, field: &str) -> Option<Found> {
        let found = self.offsets.find(&steps(field))?;
        let name = field.rsplit('.').next()?;
        let written = self.text.get(found.start..found.end_of_name)?.trim_matches(['"', '\'']);
        written.replace('_', "").eq_ignore_ascii_case(&name.replace('_', "")).then_some(found)
    }

    fn last_entry(&self, field: &str) -> Option<Found> {
        let entry = |index: usize| {
            let found = self.offsets.find(&steps(&format!("{field}[{index}]")))?;
            // After the last entry, the look-up finds the list itself.
            (found.start == found.end_of_name || found.end == found.end_of_name).then_some(found)
        };
        // The index is doubled until there is no entry at it. The last entry is then before it, at `has` or later.
        entry(0)?;
        let (mut has, mut beyond) = (0, 1);
        while entry(beyond).is_some() {
            (has, beyond) = (beyond, beyond * 2);
        }
        while beyond - has > 1 {
            let middle = has + (beyond - has) / 2;
            if entry(middle).is_some() { has = middle } else { beyond = middle }
        }
        entry(has)
    }

    /// A line for a setting that is not written yet, after another setting of the same table.
    fn new_setting(&self, field: &str, value: &str) -> Option<TextEdit> {
        let (table, name) = field.rsplit_once('.').map_or(("", field), |(table, name)| (table, name));
        let before = if table.is_empty() {
            // The first lines of a TOML text are at the top level.
            let written = Setting::ALL.iter().filter_map(|setting| self.top_level(setting.name()));
            written.map(|found| found.end).max()
        } else {
            Some(self.offsets.find(&steps(&format!("{table}.path")))?.end)
        };
        let line = format!("{name} = {value}\n");
        let Some(before) = before else { return Some(TextEdit::insert(0, line)) };
        let rest = self.text.get(before..)?;
        Some(match rest.find('\n') {
            Some(end) => TextEdit::insert(before + end + 1, line),
            None => TextEdit::insert(self.text.len(), format!("\n{line}")),
        })
    }

    /// A setting of the top level that is not a table with a header of its own.
    fn top_level(&self, name: &str) -> Option<Found> {
        let found = self.setting(name)?;
        let line = self.text.get(..found.start)?.rsplit('\n').next()?;
        line.trim().is_empty().then_some(found)
    }
}
