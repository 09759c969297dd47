//! The settings in the types of the Python package, `_types.py`, and in the documentation of its class `Policy`.

use crate::blocks::replaced;
use crate::settings::{in_both, is_schema_address, only_in, with_code, written};
use corsac::binding::{Danger, SettingRow, SettingsTable, Takes};
use std::error::Error;
use std::path::Path;

/// The widest line of the documentation.
const WIDTH: usize = 120;

/// The text of `_types.py`.
pub(crate) fn types(root: &Path) -> Result<String, Box<dyn Error>> {
    let text = std::fs::read_to_string(root.join("bindings-python/python/corsac/_types.py"))?;
    let items = |rows: &[SettingRow]| -> String {
        rows.iter()
            .filter(|row| !is_schema_address(row))
            .map(|row| format!("    {}: {}\n", row.name, kind(row.takes)))
            .collect()
    };
    replaced(
        &text,
        &[
            ("settings of protection", items(&SettingsTable::Protection.rows())),
            ("settings of both", items(&in_both(SettingsTable::Policy, SettingsTable::Route))),
            ("settings of a route", items(&only_in(SettingsTable::Route, SettingsTable::Policy))),
            ("settings of a policy", items(&only_in(SettingsTable::Policy, SettingsTable::Route))),
        ],
    )
}

/// The text of `policy_class.rs`, which has the documentation of the class.
pub(crate) fn documentation(root: &Path) -> Result<String, Box<dyn Error>> {
    let text = std::fs::read_to_string(root.join("bindings-python/src/policy/policy_class.rs"))?;
    let rows = SettingsTable::Policy.rows();
    // The dialect is only for policies as text, because nobody writes the options of another language in Python.
    let rows = rows.iter().filter(|row| !is_schema_address(row) && row.takes != Takes::Dialect);
    replaced(&text, &[("settings", rows.map(argument).collect())])
}

fn argument(row: &SettingRow) -> String {
    let mut text = format!("{} ({}): ", row.name, described(row.takes));
    text.push_str(with_code(row.meaning(), |code| format!("``{}``", python(code))).trim_end_matches('.'));
    if row.takes == Takes::Dangers {
        let names: Vec<_> = Danger::ALL.iter().map(|danger| format!("``{}``", danger.as_str())).collect();
        text.push_str(&format!(": {}", names.join(", ")));
    }
    if let Some(default) = SettingsTable::Policy.default_of(row.name) {
        text.push_str(&format!("; default ``{}``", python(&written(&default))));
    }
    text.push('.');
    wrapped(&text, "///     ", "///         ")
}

/// The words of a text in lines. Lines after the first are indented more.
fn wrapped(text: &str, first: &str, others: &str) -> String {
    let mut out = String::new();
    let mut line = first.to_owned();
    for (index, word) in text.split(' ').enumerate() {
        if index > 0 && line.chars().count() + 1 + word.chars().count() > WIDTH {
            out.push_str(line.trim_end());
            out.push('\n');
            line = others.to_owned();
        } else if index > 0 {
            line.push(' ');
        }
        line.push_str(word);
    }
    out + &line + "\n"
}

/// A value in Python's syntax.
fn python(code: &str) -> String {
    match code {
        "true" => "True".into(),
        "false" => "False".into(),
        "null" => "None".into(),
        other => other.into(),
    }
}

/// The type of an argument in the documentation.
fn described(takes: Takes) -> String {
    match takes {
        Takes::Protection => "dict".into(),
        Takes::Routes => "list[dict]".into(),
        Takes::Dangers => "list[str | dict]".into(),
        Takes::MaxAge => "int | Literal[False] | None".into(),
        Takes::Status => "int".into(),
        other => kind(other).replace("Iterable[str | UrlLike]", "list[str]").replace("Iterable[", "list["),
    }
}

fn kind(takes: Takes) -> &'static str {
    match takes {
        Takes::Origins => "Iterable[str | UrlLike]",
        Takes::Regexes => "str | re.Pattern[str] | Iterable[str | re.Pattern[str]]",
        Takes::Methods | Takes::Headers => "Iterable[str]",
        Takes::Dangers => "Iterable[str | LiftedCheck]",
        Takes::Danger => "str",
        Takes::Switch => "bool",
        Takes::MaxAge => "int | Literal[False] | None",
        Takes::Status => "Literal[200, 204]",
        Takes::Protection => "ProtectionOptions",
        Takes::Routes => "Iterable[RouteOptions]",
        Takes::Dialect => "Literal[\"corsac\"]",
        Takes::Mode => "Literal[\"reject\", \"off\"]",
        Takes::Path => "Required[str]",
        Takes::Address => "str",
        // Options of a package of Node.
        Takes::PackageOrigin | Takes::PackageMethods | Takes::PackageHeaders => "Any",
    }
}

#[cfg(test)]
mod tests {
    use super::wrapped;

    #[test]
    fn long_lines_are_wrapped() {
        let word = "x".repeat(60);
        assert_eq!(wrapped(&format!("{word} {word} y"), "- ", "  "), format!("- {word}\n  {word} y\n"));
    }
}
