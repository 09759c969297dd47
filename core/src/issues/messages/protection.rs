//! Protection, and its contradictions with the rest of a policy.

use crate::config::notation::Notation;
use crate::config::value::Value;
use crate::issues::code::Code;
use crate::issues::fault::Fault;
use crate::issues::messages::settings::Wanted;
use crate::printable::printable;

/// A mode that does not exist.
pub(crate) fn unknown_mode(
    key: &str,
    mode: &Value,
    suggestion: Option<String>,
    notation: Notation,
    nested: bool,
) -> Fault {
    Fault::new(
        Code::ProtectionMode,
        format!("there is no mode `{}`; the modes are `reject` and `off`", printable(&mode.to_string())),
        suggestion.unwrap_or_else(|| Wanted::Mode.instruction(key, notation, nested)),
    )
}

/// `*` or `null` among the trusted origins.
pub(crate) fn cannot_be_trusted(text: &str) -> Fault {
    let why = if text == "*" { "it means every site" } else { "any site can send requests with this origin" };
    Fault::new(
        Code::TrustedOrigin,
        format!("`{text}` cannot be trusted: {why}"),
        "list the origins whose pages may write, as in `https://app.example.com` or `https://*.example.com`",
    )
}

/// Origins that may write according to CORS, but are refused by protection.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Untrusted<'s> {
    /// An entry of `allow_origins`.
    Origin(&'s str),
    Regex(&'s str),
    Predicate,
}

/// The change that makes one more origin trusted.
#[derive(Debug)]
pub(crate) enum Remedy {
    /// Set the trusted origins to what was tried.
    Suggestion(String),
    /// Add the origin to the trusted ones.
    Add,
    /// Serve it over https first.
    Secure,
    /// List the origins that may write.
    List,
}

/// The place of a contradiction: the field of the protection, and the field of the route that inherits it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Contradiction<'f> {
    pub(crate) protection: &'f str,
    pub(crate) route: Option<&'f str>,
}

/// The policy, or a route, grants writes that its protection refuses.
pub(crate) fn contradicts_cors(
    untrusted: Untrusted<'_>,
    remedy: &Remedy,
    Contradiction { protection, route }: Contradiction<'_>,
    notation: Notation,
) -> Fault {
    let (methods, trusted) = (notation.key("allow_methods"), notation.key("trusted_origins"));
    let whom = match untrusted {
        Untrusted::Origin("*") => "every origin".to_owned(),
        Untrusted::Origin(text) => format!("`{}`", printable(text)),
        Untrusted::Regex(text) => format!("the origins that `{}` matches", printable(text)),
        Untrusted::Predicate => "the origins that the predicate allows".to_owned(),
    };
    // A route that has no protection of its own has that of the whole policy.
    let place = route.map_or(String::new(), |route| format!("in `{route}`, "));
    let message = format!("{place}`{methods}` grants writes to {whom}, but `{protection}` refuses them");
    let otherwise = format!("remove PUT, PATCH, DELETE and `*` from `{methods}`");
    let remedy = match (untrusted, remedy) {
        (Untrusted::Origin("*"), _) => format!(
            "`*` cannot be trusted: list the origins that may write, in `{}` and in `{trusted}`",
            notation.key("allow_origins")
        ),
        (Untrusted::Origin("null"), _) => {
            "`null` cannot be trusted: serve those pages over https, and trust their origin".to_owned()
        }
        (Untrusted::Origin(_), Remedy::Suggestion(suggestion)) => format!("{suggestion} in `{protection}`"),
        (Untrusted::Origin(text), Remedy::Add) => {
            format!("add `{}` to `{trusted}` in `{protection}`", printable(text))
        }
        (Untrusted::Origin(text), Remedy::Secure) => {
            format!("serve `{}` over https, and list that origin in `{trusted}`", printable(text))
        }
        _ => format!("list the origins that may write, in `{trusted}`"),
    };
    Fault::new(Code::ProtectionContradictsCors, message, format!("{remedy}, or {otherwise}"))
}
