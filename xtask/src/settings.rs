//! Code that the generators of documentation and types share: it groups the settings, and converts the code in
//! their descriptions to another language.

use corsac::binding::{SettingRow, SettingsTable, Takes, Value, camel_case};

/// The settings that are in one table and not in another.
pub(crate) fn only_in(table: SettingsTable, other: SettingsTable) -> Vec<SettingRow> {
    let others = other.rows();
    table.rows().into_iter().filter(|row| !others.contains(row)).collect()
}

/// The settings that are in both tables.
pub(crate) fn in_both(table: SettingsTable, other: SettingsTable) -> Vec<SettingRow> {
    let others = other.rows();
    table.rows().into_iter().filter(|row| others.contains(row)).collect()
}

/// Whether a setting is the address of the schema, which is useful only in files.
pub(crate) fn is_schema_address(row: &SettingRow) -> bool {
    row.takes == Takes::Address
}

/// A text of the table, with each piece of code converted.
pub(crate) fn with_code(text: &str, code: impl Fn(&str) -> String) -> String {
    text.split('`')
        .enumerate()
        .map(|(index, piece)| if index % 2 == 0 { piece.to_owned() } else { code(piece) })
        .collect()
}

/// A piece of code in JavaScript's form: names of settings are in camelCase.
pub(crate) fn camel_name(code: &str) -> String {
    let tables = [SettingsTable::Policy, SettingsTable::Route, SettingsTable::Protection, SettingsTable::Package];
    let is_setting = tables.iter().any(|table| table.rows().iter().any(|row| row.name == code));
    if is_setting { camel_case(code) } else { code.to_owned() }
}

/// A value in the syntax of JSON and TOML.
pub(crate) fn written(value: &Value) -> String {
    match value {
        Value::String(text) => format!("\"{text}\""),
        Value::List(items) => format!("[{}]", items.iter().map(written).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}
