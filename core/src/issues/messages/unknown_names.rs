//! Names that are not settings, or not in this table.

use crate::config::names_elsewhere::Needless;
use crate::config::notation::Notation;
use crate::issues::code::Code;
use crate::issues::fault::Fault;
use crate::printable::printable;

/// The help about a name that is not a setting.
#[derive(Debug)]
pub(crate) enum Instead {
    /// Write what was tried.
    Suggestion(String),
    /// Use this setting, with another value.
    Setting(&'static str),
    /// It is a setting of another library that has no counterpart.
    Needless(Needless),
    /// It is a switch of another library that allows any origin; this setting does that.
    AnyOrigin { setting: &'static str, is_given: bool },
    /// This setting does the same, and is already given.
    Given(&'static str),
    /// The setting `path` takes one path, and there are several.
    PathOfEachRoute,
    /// No name is similar; these are all the settings.
    OneOf(Vec<&'static str>),
}

/// A name that no setting has. `table` is the table that it is in; empty for the policy itself.
pub(crate) fn unknown_setting(name: &str, table: &str, instead: Instead, notation: Notation) -> Fault {
    let name = printable(name);
    let message = match table {
        "" => format!("there is no setting `{name}`"),
        table => format!("there is no setting `{name}` in `{table}`"),
    };
    let key = |setting| notation.key(setting);
    let help = match instead {
        Instead::Suggestion(suggestion) => suggestion,
        Instead::Setting(setting) => {
            format!("the setting is called `{}`, and its value has to be changed as well", key(setting))
        }
        Instead::Needless(needless) => without_counterpart(needless).into(),
        Instead::AnyOrigin { setting, is_given: true } => {
            format!("remove it: `{}` says which origins are allowed", key(setting))
        }
        Instead::AnyOrigin { setting, is_given: false } => format!("list the origins in `{}`", key(setting)),
        Instead::Given(setting) => format!("remove it: `{}` is already given", key(setting)),
        Instead::PathOfEachRoute => {
            "the setting is called `path`, and takes one path: write one route for each path".into()
        }
        Instead::OneOf(settings) => {
            let settings: Vec<_> = settings.into_iter().map(key).collect();
            format!("remove it; the settings are {}", settings.join(", "))
        }
    };
    Fault::new(Code::UnknownKey, message, help)
}

fn without_counterpart(needless: Needless) -> &'static str {
    match needless {
        Needless::Vary => "remove it: `Vary` is always sent when the response depends on the request",
        Needless::SendWildcard => "remove it: `*` is sent when every origin is allowed",
        Needless::AlwaysSend => "remove it: CORS headers are sent whenever a page needs them",
        Needless::AutomaticOptions => "remove it: preflights are always answered",
        Needless::StrictPreflight => "remove it: preflights are always read strictly",
        Needless::InterceptExceptions => {
            "remove it: wrap the middleware around the whole application, and error responses get the headers too"
        }
        Needless::Debug => "remove it: each decision says its reason anyway",
        Needless::Paths => "use `routes` instead, each with its `path` and the settings that differ there",
    }
}

/// The header of a table of TOML, after which settings were written that belong elsewhere.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TableHeader<'h> {
    pub(crate) table: &'h str,
    pub(crate) header: &'static str,
    /// The setting belongs to the route that contains the table.
    pub(crate) belongs_to_route: bool,
}

/// A setting that follows a header of TOML, and so became part of that table.
pub(crate) fn setting_after_header(setting: &str, place: TableHeader<'_>) -> Fault {
    let TableHeader { table, header, belongs_to_route } = place;
    let help = if belongs_to_route {
        format!("move it above `{header}`, to the other settings of the route")
    } else {
        "move it above the first `[table]` of the file, to the settings of the whole policy".into()
    };
    let message = format!(
        "`{setting}` is in the table `{table}`, because everything after the header `{header}` belongs to that table"
    );
    Fault::new(Code::UnknownKey, message, help)
}

/// A setting of the policy itself that is in one of its tables.
pub(crate) fn setting_in_wrong_table(setting: &str, table: &str, notation: Notation) -> Fault {
    let setting = notation.key(setting);
    Fault::new(
        Code::UnknownKey,
        format!("`{setting}` is not a setting of `{table}`"),
        format!("move `{setting}` out of `{table}`"),
    )
}

/// A table around settings that belong to the policy itself, such as `[cors]`.
pub(crate) fn wrapped_settings(table: &str, first: &str, notation: Notation) -> Fault {
    let (table, first) = (printable(table), notation.key(first));
    let help = if notation == Notation::Toml {
        format!("remove the header `[{table}]`: settings are at the top of the file, outside any table")
    } else {
        format!("move the settings out of `{table}`, into the policy itself")
    };
    Fault::new(Code::UnknownKey, format!("`{first}` is in the table `{table}`, which corsac does not have"), help)
}

/// An issue that is only counted, and not listed, needs no message.
pub(crate) fn unlisted() -> Fault {
    Fault::new(Code::UnknownKey, "", "")
}
