//! How a help offers code that has been tried.

use crate::config::notation::quoted;
use crate::printable::write_out;

/// A value or a setting instead of the one that was written.
pub(crate) fn write(code: &str) -> String {
    format!("write `{code}`")
}

/// A text between the quotation marks that are there already.
pub(crate) fn write_text(text: &str) -> String {
    write(&write_out(text))
}

/// A string instead of a value that is not a string.
pub(crate) fn write_string(text: &str) -> String {
    write(&quoted(text))
}

/// Several entries of a list instead of one.
pub(crate) fn write_entries(texts: &[String]) -> String {
    let entries: Vec<_> = texts.iter().map(|text| quoted(text)).collect();
    format!("write separate entries: `{}`", entries.join(", "))
}

/// Another setting instead of the one that was written.
pub(crate) fn write_setting_instead(setting: &str) -> String {
    format!("write `{setting}` instead")
}

/// What a suggestion consists of: origins or patterns, one or several.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Origins {
    pub(crate) is_pattern: bool,
    pub(crate) is_plural: bool,
}

/// Origins instead of a regex. `list` is the setting that takes them, if it is another setting.
pub(crate) fn write_origins(entries: &str, Origins { is_pattern, is_plural }: Origins, list: Option<&str>) -> String {
    let what = match (is_pattern, is_plural) {
        (false, false) => "origin",
        (false, true) => "origins",
        (true, false) => "origin pattern",
        (true, true) => "origin patterns",
    };
    match list {
        Some(list) => format!("write the {what} `{entries}` in `{list}` instead"),
        None => format!("write the {what} `{entries}`"),
    }
}

/// A regex in another setting.
pub(crate) fn write_regex_in(literal: &str, setting: &str) -> String {
    format!("write the regex `{literal}` in `{setting}` instead")
}

/// A regular expression object instead of a string.
pub(crate) fn write_without_quotes(literal: &str) -> String {
    format!("write `{literal}`, without quotation marks around it")
}

/// A suggestion that has https where the original has plain http.
pub(crate) fn over_https(suggestion: &str) -> String {
    format!("{suggestion}: plain http cannot be used with credentials")
}

/// How a check is lifted by a setting.
pub(crate) fn lift_check(setting: &str) -> String {
    format!("lift this check with `{setting}`")
}
