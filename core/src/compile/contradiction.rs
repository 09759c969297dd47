//! Settings that are at odds with each other (specification 2.3).

use crate::config::settings::{ProtectionSettings, Settings};
use crate::config::stakes::Stakes;
use crate::config::value::Value;
use crate::decide::protection::Protection;
use crate::issues::code::Code;
use crate::issues::issue::{Fault, Issues};
use crate::origins::origin::Origin;
use crate::origins::pattern::OriginPattern;
use crate::printable::printable;
use crate::suggest::trial::Place;

/// Every web page could reach into the private network.
pub(crate) fn private_network(issues: &Issues) -> Fault {
    let message = "with any origin allowed, every web page could reach into the private network";
    let notation = issues.notation();
    let help = format!(
        "list the origins in `{}`, or leave `{}` out",
        notation.key("allow_origins"),
        notation.key("allow_private_network")
    );
    Fault::new(Code::PrivateNetworkAnyOrigin, message, help)
}

/// What the policy lets read, and protection does not let write.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Untrusted<'s> {
    /// An entry of `allow_origins`.
    Origin(&'s str),
    Regex(&'s str),
    Predicate,
}

/// The first that the policy lets read, and protection does not let write.
pub(crate) fn untrusted_origin<'s>(settings: &'s Settings, protection: &Protection) -> Option<Untrusted<'s>> {
    let trusted = |text: &str| {
        if Origin::parse(text.as_bytes()).is_some() {
            return protection.trusts(text.as_bytes());
        }
        match OriginPattern::parse(text) {
            Some(OriginPattern::Tuple(pattern)) => {
                pattern.unlike_examples().all(|origin| protection.trusts(origin.as_bytes()))
            }
            // Any origin, and null, can never be trusted.
            Some(_) => false,
            // Reported as what it is.
            None => true,
        }
    };
    let untrusted = settings.allow_origins.entries.iter().map(|entry| entry.text.as_str()).find(|text| !trusted(text));
    let by_regex = || settings.allow_origin_regex.entries.first().map(|entry| Untrusted::Regex(&entry.text));
    let by_predicate = || settings.predicate.map(|_| Untrusted::Predicate);
    let cannot_be_told = || if protection.trusted.is_nobody() { by_regex().or_else(by_predicate) } else { None };
    untrusted.map(Untrusted::Origin).or_else(cannot_be_told)
}

/// Says that a policy, or a route, grants writes that its protection refuses.
pub(crate) fn contradiction(
    settings: &Settings,
    untrusted: Untrusted<'_>,
    route: Option<&str>,
    written: &ProtectionSettings,
    issues: &Issues,
) -> Fault {
    let notation = issues.notation();
    let (methods, trusted) = (notation.key("allow_methods"), notation.key("trusted_origins"));
    let whom = match untrusted {
        Untrusted::Origin("*") => "every origin".to_owned(),
        Untrusted::Origin(text) => format!("`{}`", printable(text)),
        Untrusted::Regex(text) => format!("the origins that `{}` matches", printable(text)),
        Untrusted::Predicate => "the origins that the predicate allows".to_owned(),
    };
    // A route that has no protection of its own has that of the whole policy.
    let place = route.map_or(String::new(), |route| format!("in `{route}`, "));
    let message = format!("{place}`{methods}` grants writes to {whom}, and `{}` refuses them", written.field);
    let otherwise = format!("leave PUT, PATCH, DELETE and `*` out of `{methods}`");
    let remedy = match untrusted {
        Untrusted::Origin("*") => format!(
            "`*` cannot be trusted: list the origins that may write in `{}` and in `{trusted}`",
            notation.key("allow_origins")
        ),
        Untrusted::Origin("null") => {
            "`null` cannot be trusted: serve those pages over https, and trust their origin".to_owned()
        }
        Untrusted::Origin(text) => trust(text, settings, written, issues),
        Untrusted::Regex(_) | Untrusted::Predicate => format!("list the origins that may write in `{trusted}`"),
    };
    Fault::new(Code::ProtectionContradictsCors, message, format!("{remedy}, or {otherwise}"))
}

/// How one more origin is trusted.
fn trust(text: &str, settings: &Settings, written: &ProtectionSettings, issues: &Issues) -> String {
    const MOST_LISTED: usize = 4;
    let trusted: Vec<_> =
        written.trusted_origins.entries.iter().map(|entry| entry.text.as_str()).chain([text]).collect();
    let stakes = Stakes { credentials: settings.allow_credentials, dangers: settings.dangerously_allow };
    let field = format!("{}.trusted_origins", written.field);
    let place = Place::new(&field, stakes, false, issues);
    let offer = |texts: &[&str]| place.setting(texts.iter().copied().collect::<Value>());
    let whole = if trusted.len() > MOST_LISTED { None } else { offer(&trusted) };
    if let Some(help) = whole {
        return format!("{help} in `{}`", written.field);
    }
    let name = issues.notation().key("trusted_origins");
    if place.takes([text].into_iter().collect()) {
        return format!("add `{}` to `{name}` of `{}`", printable(text), written.field);
    }
    if text.starts_with("http:") {
        return format!("serve `{}` over https, and list that origin in `{name}`", printable(text));
    }
    format!("list the origins that may write in `{name}`")
}
