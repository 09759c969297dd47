//! A policy as a whole.

use crate::config::notation::Notation;
use crate::config::settings_table::Setting;
use crate::config::value::Value;
use crate::issues::code::Code;
use crate::issues::fault::Fault;
use crate::limits::{CHROMIUM_MAX_AGE, WEBKIT_MAX_AGE};
use crate::printable::printable;

pub(crate) fn too_many_issues(omitted: usize) -> Fault {
    let message = match omitted {
        1 => "1 more problem was found and is not listed".to_owned(),
        many => format!("{many} more problems were found and are not listed"),
    };
    Fault::new(Code::TooManyIssues, message, "fix the listed problems first")
}

pub(crate) fn not_a_table(value: &Value, notation: Notation) -> Fault {
    let example = notation.list_setting(Setting::AllowOrigins.name(), &["https://app.example.com"]);
    Fault::new(
        Code::WrongType,
        format!("a policy is {} of settings, not {}", notation.table(), notation.type_name(value)),
        format!("write the settings with their names, as in `{example}`"),
    )
}

pub(crate) fn unknown_dialect(name: &str) -> Fault {
    Fault::new(
        Code::UnknownDialect,
        format!("there is no dialect `{}`", printable(name)),
        "write `corsac`, or `cors` for the options of the `cors` package",
    )
}

pub(crate) fn missing_origins(notation: Notation) -> Fault {
    let example = notation.list_setting(Setting::AllowOrigins.name(), &["https://app.example.com"]);
    Fault::new(
        Code::MissingOrigins,
        "no setting says which origins may read responses",
        format!("list them, as in `{example}`; `[\"*\"]` allows any origin, and `[]` allows none"),
    )
}

pub(crate) fn private_network_with_any_origin(notation: Notation) -> Fault {
    Fault::new(
        Code::PrivateNetworkAnyOrigin,
        "any origin is allowed, so every web page could reach into the private network",
        format!(
            "list the origins in `{}`, or remove `{}`",
            notation.key(Setting::AllowOrigins.name()),
            notation.key(Setting::AllowPrivateNetwork.name())
        ),
    )
}

/// A max-age that Chromium and WebKit shorten.
pub(crate) fn max_age_capped(key: &str, seconds: u32, notation: Notation, nested: bool) -> Fault {
    let better = notation.setting(key, &Value::Integer(CHROMIUM_MAX_AGE.into()), nested);
    Fault::new(
        Code::MaxAgeCapped,
        format!(
            "Chromium keeps the response to a preflight for at most {CHROMIUM_MAX_AGE} seconds and WebKit for at most \
             {WEBKIT_MAX_AGE}, so only Firefox keeps it for {seconds}"
        ),
        format!("write `{better}`: changes to the policy then reach Firefox as soon as they reach Chromium"),
    )
}

pub(crate) fn private_network_obsolete(key: &str, notation: Notation) -> Fault {
    Fault::new(
        Code::PrivateNetworkObsolete,
        "no current browser reads the header that this setting sends: Chromium asks the user for permission instead",
        format!("remove `{}`", notation.key(key)),
    )
}

/// Headers that a route exposes, and a top level without such a list.
pub(crate) fn expose_only_in_routes(notation: Notation) -> Fault {
    let key = Setting::ExposeHeaders.name();
    Fault::new(
        Code::ExposeOnlyInRoutes,
        "only this route exposes headers, so scripts cannot read them from any other response",
        format!(
            "list them at the top level (routes inherit that list), or write `{}` there if other responses do \
             not have them",
            notation.list_setting(key, &[])
        ),
    )
}

/// `origin: true` of the `cors` package, with credentials.
pub(crate) fn reflected_origin_with_credentials(notation: Notation) -> Fault {
    let written = |key| notation.setting(key, &Value::Bool(true), false);
    Fault::new(
        Code::ReflectedOriginWithCredentials,
        format!(
            "`{}` with `{}` would let every site read responses with the user's session",
            written("origin"),
            written("credentials")
        ),
        format!("list the origins, as in `{}`", notation.list_setting("origin", &["https://app.example.com"])),
    )
}
