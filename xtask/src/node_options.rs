//! The settings in the types of the Node package: `bindings-node/types/options.d.ts`.

use crate::blocks::replaced;
use crate::settings::{camel_name, in_both, is_schema_address, only_in, with_code, written};
use corsac::binding::{Danger, SettingRow, SettingsTable, Takes, camel_case};
use std::error::Error;
use std::path::Path;

/// The file's text.
pub(crate) fn render(root: &Path) -> Result<String, Box<dyn Error>> {
    let text = std::fs::read_to_string(root.join("bindings-node/types/options.d.ts"))?;
    let common = in_both(SettingsTable::Route, SettingsTable::Package);
    let of_routes: Vec<_> =
        in_both(SettingsTable::Policy, SettingsTable::Route).into_iter().filter(|row| !common.contains(row)).collect();
    replaced(
        &text,
        &[
            (
                "settings of a policy",
                properties(&only_in(SettingsTable::Policy, SettingsTable::Route), SettingsTable::Policy),
            ),
            (
                "settings of a route",
                properties(&only_in(SettingsTable::Route, SettingsTable::Policy), SettingsTable::Route),
            ),
            ("settings of both", properties(&of_routes, SettingsTable::Policy)),
            ("settings of both dialects", properties(&common, SettingsTable::Policy)),
            (
                "options of the package",
                properties(&only_in(SettingsTable::Package, SettingsTable::Policy), SettingsTable::Package),
            ),
            ("dangers", dangers()),
            ("settings of protection", properties(&SettingsTable::Protection.rows(), SettingsTable::Protection)),
        ],
    )
}

/// The names of dangers, as a type.
fn dangers() -> String {
    let names: Vec<_> = Danger::ALL.iter().map(|danger| format!("'{}'", danger.as_str())).collect();
    format!("export type Danger = {}\n", names.join(" | "))
}

fn properties(rows: &[SettingRow], table: SettingsTable) -> String {
    // Types that also allow functions are written by hand.
    let rows = rows.iter().filter(|row| !is_schema_address(row) && row.takes != Takes::PackageOrigin);
    rows.map(|row| property(row, table)).collect()
}

fn property(row: &SettingRow, table: SettingsTable) -> String {
    let meaning = with_code(row.meaning(), |code| format!("`{}`", camel_name(code)));
    let default = match table.default_of(row.name) {
        None => String::new(),
        // This is the one setting of both dialects that has a different default in each.
        Some(value) if row.takes == Takes::MaxAge => {
            format!(" Default `{}`, and no header with the options of the `cors` package.", written(&value))
        }
        Some(value) => format!(" Default `{}`.", single(&written(&value))),
    };
    let optional = if row.takes == Takes::Path { "" } else { "?" };
    format!(
        "  /** {}{default} */\n  {}{optional}: {}\n",
        single(&meaning),
        camel_case(row.name),
        kind(row.takes, table)
    )
}

/// The text with single instead of double quotation marks.
fn single(text: &str) -> String {
    text.replace('"', "'")
}

fn kind(takes: Takes, table: SettingsTable) -> String {
    match takes {
        Takes::Origins => "ListOf<string | Url>".into(),
        Takes::Regexes => "string | RegExp | ListOf<string | RegExp>".into(),
        Takes::Methods | Takes::Headers => "ListOf<string>".into(),
        Takes::PackageMethods | Takes::PackageHeaders => "string | ListOf<string>".into(),
        Takes::Switch => "boolean".into(),
        Takes::MaxAge => "number | false | null".into(),
        // This is the form in the package's own types.
        Takes::Status if table == SettingsTable::Package => "number".into(),
        Takes::Status => "200 | 204".into(),
        Takes::Dangers => "ListOf<Danger | LiftedCheck>".into(),
        Takes::Danger => "Danger".into(),
        Takes::Protection => "Protection".into(),
        Takes::Routes => "ListOf<Route<T>>".into(),
        Takes::Dialect => "'corsac'".into(),
        Takes::Mode => "'off' | 'reject'".into(),
        Takes::Path | Takes::Address => "string".into(),
        Takes::PackageOrigin => "boolean | CorsOrigin".into(),
    }
}
