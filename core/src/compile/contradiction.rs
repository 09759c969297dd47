//! Settings that contradict each other (specification 2.3).

use crate::config::settings::{ProtectionSettings, Settings};
use crate::config::stakes::Stakes;
use crate::config::value::Value;
use crate::decide::protection::Protection;
use crate::issues::fault::Fault;
use crate::issues::issue::Issues;
use crate::issues::messages::protection::{self, Contradiction, Remedy, Untrusted};
use crate::origins::origin::Origin;
use crate::origins::pattern::OriginPattern;
use crate::suggest::trial::Place;

/// The first origin that the policy allows to read, but protection does not allow to write.
pub(crate) fn untrusted_origin<'s>(settings: &'s Settings, protection: &Protection) -> Option<Untrusted<'s>> {
    let trusted = |text: &str| {
        if Origin::parse(text.as_bytes()).is_some() {
            return protection.trusts(text.as_bytes());
        }
        match OriginPattern::parse(text) {
            Some(OriginPattern::Tuple(pattern)) => {
                pattern.unlike_examples().all(|origin| protection.trusts(origin.as_bytes()))
            }
            Some(OriginPattern::Extension(scheme)) => {
                scheme.unlike_examples().all(|origin| protection.trusts(origin.as_bytes()))
            }
            // The entries `*` and `null` can never be trusted.
            Some(_) => false,
            // A text that is not a pattern is reported separately.
            None => true,
        }
    };
    let untrusted = settings.allow_origins.entries.iter().map(|entry| entry.text.as_str()).find(|text| !trusted(text));
    let by_regex = || settings.allow_origin_regex.entries.first().map(|entry| Untrusted::Regex(&entry.text));
    let by_predicate = || settings.predicate.map(|_| Untrusted::Predicate);
    let cannot_be_told = || if protection.trusted.is_nobody() { by_regex().or_else(by_predicate) } else { None };
    untrusted.map(Untrusted::Origin).or_else(cannot_be_told)
}

/// Reports that a policy, or a route, grants writes that its protection refuses.
pub(crate) fn contradiction(
    settings: &Settings,
    untrusted: Untrusted<'_>,
    route: Option<&str>,
    written: &ProtectionSettings,
    issues: &Issues,
) -> Fault {
    let remedy = match untrusted {
        Untrusted::Origin(text) if !matches!(text, "*" | "null") => trust(text, settings, written, issues),
        _ => Remedy::List,
    };
    let place = Contradiction { protection: &written.field, route };
    protection::contradicts_cors(untrusted, &remedy, place, issues.notation())
}

/// How to trust one more origin.
fn trust(text: &str, settings: &Settings, written: &ProtectionSettings, issues: &Issues) -> Remedy {
    const MOST_LISTED: usize = 4;
    let trusted: Vec<_> =
        written.trusted_origins.entries.iter().map(|entry| entry.text.as_str()).chain([text]).collect();
    let lifted = &settings.dangerously_allow;
    let stakes = Stakes { credentials: settings.allow_credentials, dangers: lifted.everywhere };
    let field = format!("{}.trusted_origins", written.field);
    let place = Place::new(&field, stakes, lifted, false, issues);
    let offer = |texts: &[&str]| place.setting(texts.iter().copied().collect::<Value>());
    let whole = if trusted.len() > MOST_LISTED { None } else { offer(&trusted) };
    if let Some(suggestion) = whole {
        return Remedy::Suggestion(suggestion);
    }
    if place.takes([text].into_iter().collect()) {
        return Remedy::Add;
    }
    if text.starts_with("http:") { Remedy::Secure } else { Remedy::List }
}
