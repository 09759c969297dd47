//! Values that a setting does not take.

use crate::config::dangers::Danger;
use crate::config::lifted::{LiftedCheck, LiftedSetting};
use crate::config::notation::Notation;
use crate::config::setting_names;
use crate::config::settings_table::Setting;
use crate::config::value::Value;
use crate::issues::code::Code;
use crate::issues::fault::Fault;
use crate::printable::printable;
use crate::sentence;

/// The kinds of values that a setting takes, as messages name them and helps describe them.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wanted {
    /// A list of strings such as this one.
    Strings(&'static str),
    /// A list of regexes such as this one.
    Regexes(&'static str),
    Switch,
    Seconds,
    Status,
    Dialect,
    SchemaAddress,
    Protection,
    Mode,
    /// The name of a check.
    Danger,
    Routes,
    /// One of the routes.
    Route,
    RoutePath,
    /// The values that `origin` of the `cors` package can have.
    PackageOrigin,
}

impl Wanted {
    /// The required kind of value.
    fn name(self, notation: Notation) -> String {
        match self {
            Wanted::Strings(_) => notation.strings().into(),
            Wanted::Regexes(_) => format!("{} of regexes", notation.list()),
            Wanted::Switch => format!("`{}` or `{}`", notation.boolean(true), notation.boolean(false)),
            Wanted::Seconds => "a whole number of seconds".into(),
            Wanted::Status => "a status code".into(),
            Wanted::Dialect | Wanted::SchemaAddress | Wanted::Mode | Wanted::Danger | Wanted::RoutePath => {
                notation.string().into()
            }
            Wanted::Protection | Wanted::Route => notation.table().into(),
            Wanted::Routes => notation.tables().into(),
            Wanted::PackageOrigin if notation == Notation::JavaScript => {
                "a string, a RegExp, an array of them, a boolean or a function".into()
            }
            Wanted::PackageOrigin => "a string, a regex, a list of them, or a boolean".into(),
        }
    }

    /// How to write it, if it is not clear what was meant. `nested` says that the setting is in a table.
    pub(super) fn instruction(self, key: &str, notation: Notation, nested: bool) -> String {
        match self {
            Wanted::Strings(example) | Wanted::Regexes(example) => {
                format!("write {}, as in `{}`", notation.list(), notation.list_setting(key, &[example]))
            }
            Wanted::Switch => {
                format!("set it to `{}` or `{}`, without quotes", notation.boolean(true), notation.boolean(false))
            }
            Wanted::Seconds => format!(
                "set it to a whole number of seconds from 0 to 86400, or to `{}` to send no header",
                notation.boolean(false)
            ),
            Wanted::Status => "set it to 204, or to 200 for clients that accept nothing else".into(),
            Wanted::Dialect => "set it to `corsac` or `cors`".into(),
            Wanted::SchemaAddress => "write the address of the schema".into(),
            Wanted::Protection => {
                let example = Value::Map(vec![("writes".to_owned(), Value::from("reject"))]);
                format!("write what to refuse, as in `{}`", notation.setting(key, &example, nested))
            }
            Wanted::Mode => "set it to `reject`, which refuses requests from untrusted origins, or to `off`".into(),
            Wanted::Danger => format!("write one of {}", names_of_all_dangers("or")),
            Wanted::Routes | Wanted::Route => route_instruction(notation),
            Wanted::RoutePath => format!("write a path, as in `{}`", path_example(notation)),
            Wanted::PackageOrigin => {
                format!("list the origins, as in `{}`", notation.list_setting("origin", &["https://app.example.com"]))
            }
        }
    }
}

/// The path of a route, as it is written.
pub(super) fn path_example(notation: Notation) -> String {
    notation.setting("path", &Value::from("/public/{*rest}"), true)
}

fn route_instruction(notation: Notation) -> String {
    if notation == Notation::Toml {
        return format!(
            "write `[[routes]]`, and below it the path, as in `{}`, and the settings that differ there",
            path_example(notation)
        );
    }
    let route = Value::Map(vec![("path".to_owned(), Value::from("/public/{*rest}"))]);
    let example = notation.setting("routes", &Value::List(vec![route]), false);
    format!("write each route with its path, as in `{example}`")
}

/// A value of a type that the setting does not take.
pub(crate) fn wrong_type(
    key: &str,
    value: &Value,
    wanted: Wanted,
    suggestion: Option<String>,
    notation: Notation,
    nested: bool,
) -> Fault {
    let name = notation.key(key);
    let instruction = wanted.instruction(key, notation, nested);
    let has_default =
        !setting_names::ORIGIN_LISTS.contains(&key) && key != "path" && !setting_names::LIFTED.contains(&key);
    let help = match value {
        Value::Undefined if key == "path" => format!("the variable is not set: give it a value, or {instruction}"),
        Value::Undefined => format!("the variable is not set: give it a value, remove `{name}`, or {instruction}"),
        Value::Null if has_default => format!("remove `{name}` to use its default, or {instruction}"),
        Value::Null => instruction,
        _ => suggestion.unwrap_or(instruction),
    };
    let message = format!("`{name}` must be {}, not {}", wanted.name(notation), notation.type_name(value));
    Fault::new(Code::WrongType, message, help)
}

/// An entry of a list of strings that is not a string.
pub(crate) fn wrong_type_of_entry(
    key: &str,
    entry: &Value,
    example: &str,
    suggestion: Option<String>,
    notation: Notation,
) -> Fault {
    let instruction = format!("write {}, such as `{example}`", notation.string());
    let help = match entry {
        Value::Null | Value::Undefined => format!("remove the entry, or {instruction}"),
        _ => suggestion.unwrap_or(instruction),
    };
    let message = format!(
        "`{}` must be {}, and this entry is {}",
        notation.key(key),
        notation.strings(),
        notation.type_name(entry)
    );
    Fault::new(Code::WrongType, message, help)
}

/// A setting that is given twice: first as `earlier`, and then as `name`.
pub(crate) fn duplicate_setting(setting: &str, name: &str, earlier: &str, notation: Notation) -> Fault {
    let help = if earlier == name {
        "keep only one of them".to_owned()
    } else {
        let camel = setting_names::camel_case(setting);
        format!("keep only one of them: `{setting}` and `{camel}` are the same setting")
    };
    let message = format!("`{}` is given more than once", notation.key(setting));
    Fault::new(Code::DuplicateKey, message, help)
}

pub(crate) fn max_age_out_of_range(
    key: &str,
    value: &Value,
    suggestion: Option<String>,
    notation: Notation,
    nested: bool,
) -> Fault {
    Fault::new(
        Code::MaxAgeRange,
        format!("`{}` must be from 0 to 86400 seconds (one day), not {value}", notation.key(key)),
        suggestion.unwrap_or_else(|| Wanted::Seconds.instruction(key, notation, nested)),
    )
}

pub(crate) fn preflight_status(
    key: &str,
    value: &Value,
    suggestion: Option<String>,
    notation: Notation,
    nested: bool,
) -> Fault {
    Fault::new(
        Code::PreflightStatus,
        format!("`{}` must be 204 or 200, not {value}: the response to a preflight has no body", notation.key(key)),
        suggestion.unwrap_or_else(|| Wanted::Status.instruction(key, notation, nested)),
    )
}

/// A pattern for which a check is lifted, as an example.
pub(crate) const LIFTED_ORIGIN: &str = "https://preview-*.example.app";

fn lifted_example(notation: Notation) -> String {
    let entry = LiftedCheck::for_origins(Danger::PublicSuffixes.as_str(), [LIFTED_ORIGIN]).into();
    notation.setting(Setting::DangerouslyAllow.name(), &Value::List(vec![entry]), true)
}

/// A table that lifts a check for some entries, but does not name the check or the entries.
pub(crate) fn lifted_without(missing: LiftedSetting, notation: Notation) -> Fault {
    let message = match missing {
        LiftedSetting::Check => "this entry does not say which check is lifted for its origins",
        LiftedSetting::Origins => "this entry does not say for which origins its check is lifted",
    };
    let help = format!("give the check and its origins, as in `{}`", lifted_example(notation));
    Fault::new(Code::DangerIncomplete, message, help)
}

/// A table of a lifted check with an empty list of origins.
pub(crate) fn nothing_lifted(notation: Notation) -> Fault {
    Fault::new(
        Code::DangerIncomplete,
        "this list is empty, so the check is not lifted for any origin",
        format!("list the origins, as in `{}`, or remove the entry", lifted_example(notation)),
    )
}

/// A check that is lifted for an entry which no list of origins has.
pub(crate) fn danger_not_listed(entry: &str) -> Fault {
    Fault::new(
        Code::DangerOriginNotListed,
        format!("`{}` is not in any list of origins of the policy, so nothing is lifted for it", printable(entry)),
        "write it exactly as it is in its list, or remove it",
    )
}

/// A check that is lifted for an entry which passes it anyway.
pub(crate) fn danger_not_needed(entry: &str, danger: Danger) -> Fault {
    Fault::new(
        Code::DangerNotNeeded,
        format!(
            "`{}` passes the check `{}` anyway, so the check does not have to be lifted for it",
            printable(entry),
            danger.as_str()
        ),
        "remove it, so that only risky entries are named",
    )
}

pub(crate) fn unknown_danger(name: &str, suggestion: Option<String>) -> Fault {
    Fault::new(
        Code::UnknownDanger,
        format!("there is no check `{}` that can be lifted", printable(name)),
        suggestion.unwrap_or_else(|| {
            format!("remove the entry; the checks that can be lifted are {}", names_of_all_dangers("and"))
        }),
    )
}

fn names_of_all_dangers(conjunction: &str) -> String {
    let names: Vec<_> = Danger::ALL.iter().map(|danger| format!("`{}`", danger.as_str())).collect();
    sentence::list(&names, conjunction)
}
