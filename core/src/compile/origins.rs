//! The findings in lists of origins, and what to write instead.

use crate::compile::checked::Check;
use crate::config::dangers::Danger;
use crate::config::settings::{At, Entry, List};
use crate::issues::code::Severity;
use crate::issues::fault::Fault;
use crate::issues::issue::Issues;
use crate::issues::messages::{origin_risks, protection};
use crate::origins::list::{Found, OriginConcern, RegexConcern};
use crate::suggest::pattern_fault::{diagnose, offer};
use crate::suggest::regex::{Syntax, Written};
use crate::suggest::trial::Place;

/// Reports the findings in the origins that may read.
pub(crate) fn report_origins(
    found: &Found<OriginConcern>,
    list: &List,
    alone: bool,
    check: Check<'_>,
    issues: &mut Issues,
) {
    let mut place = Place::new(&list.field, check.stakes.of_unnamed(), &check.stakes.lifted, alone, issues);
    for (index, concern) in found {
        let text = text_of(list, *index);
        let Some(severity) = check.news(text, |stakes| concern.severity(stakes)) else { continue };
        place.stakes = check.stakes.of(text);
        place.attend(issues);
        place.whole = list.entries.get(*index).is_some_and(|entry| matches!(entry.at, At::Whole));
        report(*concern, severity, *index, list, &place, issues);
    }
}

/// Reports the findings in the origins that are trusted with writes.
pub(crate) fn report_trusted(found: &Found<OriginConcern>, list: &List, check: Check<'_>, issues: &mut Issues) {
    let mut place = Place::new(&list.field, check.stakes.of_unnamed(), &check.stakes.lifted, false, issues);
    for (index, concern) in found {
        let text = text_of(list, *index);
        // Lints are reported only for the origins that may read (specification 2.1).
        if let Some(Severity::Error) = check.news(text, |stakes| concern.severity(stakes)) {
            place.stakes = check.stakes.of(text);
            place.attend(issues);
            report(*concern, Severity::Error, *index, list, &place, issues);
        }
    }
}

fn text_of(list: &List, index: usize) -> &str {
    list.entries.get(index).map_or("", |entry| &entry.text)
}

fn report(
    concern: OriginConcern,
    severity: Severity,
    index: usize,
    list: &List,
    place: &Place<'_>,
    issues: &mut Issues,
) {
    if let OriginConcern::TooManyGlobs(globs) = concern {
        issues.error(&list.field, globs, origin_risks::too_many_globs(globs));
    } else if let Some(entry) = list.entries.get(index) {
        let fault = match severity {
            Severity::Error => fault(concern, &entry.text, place),
            Severity::Lint => advice(concern, &entry.text, list, place),
        };
        issues.report(severity, list.place(&entry.at), &entry.text, fault);
    }
}

fn fault(concern: OriginConcern, text: &str, place: &Place<'_>) -> Fault {
    match concern {
        OriginConcern::Subdomains => origin_risks::subdomains_with_credentials(text),
        OriginConcern::Localhost => origin_risks::localhost_with_public_origins(text),
        OriginConcern::NeverSent => origin_risks::origin_never_sent(text),
        OriginConcern::NotAPattern | OriginConcern::TooManyGlobs(_) | OriginConcern::Covered(_) => {
            diagnose(text, place)
        }
        OriginConcern::AnyNotAlone => origin_risks::any_origin_not_alone(),
        OriginConcern::Any => origin_risks::any_origin_with_credentials(),
        OriginConcern::Null => origin_risks::null_origin(&place.lifting(Danger::NullOrigin)),
        OriginConcern::Untrustable => protection::cannot_be_trusted(text),
        OriginConcern::Insecure => {
            let secure = offer(&text.replacen("http://", "https://", 1), place);
            origin_risks::insecure_origin(text, secure, &place.lifting_for(Danger::InsecureOrigins, text))
        }
        OriginConcern::AnyExtension => {
            origin_risks::any_extension(text, &place.lifting_for(Danger::AnyExtension, text))
        }
        OriginConcern::PublicSuffix => {
            origin_risks::public_suffix(text, &place.lifting_for(Danger::PublicSuffixes, text))
        }
    }
}

/// The lint about an origin that is allowed.
fn advice(concern: OriginConcern, text: &str, list: &List, place: &Place<'_>) -> Fault {
    match concern {
        OriginConcern::Null => origin_risks::null_with_credentials(),
        OriginConcern::Insecure => {
            origin_risks::plain_http_origin(text, offer(&text.replacen("http://", "https://", 1), place))
        }
        OriginConcern::Covered(by) => {
            origin_risks::redundant_pattern(text, list.entries.get(by).map_or("", |entry| &entry.text))
        }
        other => fault(other, text, place),
    }
}

/// Reports the findings in the regexes. `alone` is true if the policy has no list of origins.
pub(crate) fn report_regexes(
    found: &Found<RegexConcern>,
    list: &List,
    alone: bool,
    check: Check<'_>,
    issues: &mut Issues,
) {
    // Only the `cors` dialect has regexes among its origins, as objects.
    let syntax = if list.field == "origin" { Syntax::RegExp } else { Syntax::Text };
    let (is_alone, lifted) = (alone && list.entries.len() == 1, &check.stakes.lifted);
    let mut place = Place::new(&list.field, check.stakes.of_unnamed(), lifted, is_alone, issues);
    for (index, concern) in found {
        let Some(Entry { at, text }) = list.entries.get(*index) else { continue };
        let Some(severity) = check.news(text, |stakes| concern.severity(stakes)) else { continue };
        place.stakes = check.stakes.of(text);
        place.attend(issues);
        place.whole = matches!(at, At::Whole);
        let written = Written { text, syntax, anywhere: false, place };
        let fault = match concern {
            RegexConcern::TooMany => {
                let count = list.entries.len();
                issues.error(&list.field, count, written.too_many(count));
                continue;
            }
            RegexConcern::Unusable(why) => written.refused(why),
            RegexConcern::MatchesNothing => written.matches_nothing(),
            RegexConcern::Insecure { .. } if severity == Severity::Error => written.insecure(),
            RegexConcern::Insecure { .. } => written.plain_http(true),
            RegexConcern::AlsoInsecure => written.plain_http(false),
            RegexConcern::Finding(finding) => written.finding(finding),
        };
        issues.report(severity, list.place(at), text, fault);
    }
}
