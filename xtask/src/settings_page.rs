//! The tables of settings and dangers in docs/settings.md.

use crate::blocks::replaced;
use crate::settings::{is_schema_address, written};
use corsac::binding::{Danger, SettingRow, SettingsTable, Takes};
use std::error::Error;
use std::path::Path;

/// The file's text.
pub(crate) fn render(root: &Path) -> Result<String, Box<dyn Error>> {
    let text = std::fs::read_to_string(root.join("docs/settings.md"))?;
    let rows = SettingsTable::Policy.rows();
    let settings = rows.iter().filter(|row| !is_schema_address(row)).map(setting).collect::<String>();
    let dangers = Danger::ALL.iter().map(|danger| format!("| `{}` | {} |\n", danger.as_str(), danger.meaning()));
    replaced(
        &text,
        &[
            ("settings", format!("| key | default | meaning |\n|---|---|---|\n{settings}")),
            ("dangers", format!("| danger | what it allows |\n|---|---|\n{}", dangers.collect::<String>())),
        ],
    )
}

fn setting(row: &SettingRow) -> String {
    let default = match (row.takes, SettingsTable::Policy.default_of(row.name)) {
        (_, Some(value)) => format!("`{}`", written(&value)),
        (Takes::Protection, None) => "off".into(),
        (_, None) => "required".into(),
    };
    let more = match row.takes {
        Takes::Protection => {
            let settings: Vec<_> =
                SettingsTable::Protection.rows().iter().map(|row| format!("`{}`", row.name)).collect();
            format!(" [Its settings](service.md#protection) are {}.", settings.join(", "))
        }
        Takes::Routes => " Each has [its `path`](service.md#routes).".into(),
        _ => String::new(),
    };
    format!("| `{}` | {default} | {}{more} |\n", row.name, row.meaning())
}
