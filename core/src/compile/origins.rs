//! Lists of origins: what was found in them, and what to write instead.

use crate::compile::checked::Check;
use crate::config::dangers::Danger;
use crate::config::settings::{At, Entry, List};
use crate::issues::fault::Fault;
use crate::issues::issue::Issues;
use crate::issues::messages::{origin_risks, protection};
use crate::origins::list::{Found, OriginConcern, RegexConcern};
use crate::suggest::pattern_fault::{diagnose, offer};
use crate::suggest::regex::{Syntax, Written};
use crate::suggest::trial::Place;

/// Reports what was found in the origins that may read.
pub(crate) fn report_origins(
    found: &Found<OriginConcern>,
    list: &List,
    alone: bool,
    check: Check<'_>,
    issues: &mut Issues,
) {
    let mut place = Place::new(&list.field, check.stakes, alone, issues);
    for (index, concern) in found {
        if check.news(|stakes| concern.severity(stakes)).is_none() {
            continue;
        }
        place.attend(issues);
        place.whole = list.entries.get(*index).is_some_and(|entry| matches!(entry.at, At::Whole));
        report(*concern, *index, list, &place, issues);
    }
}

/// Reports what was found in the origins that are trusted with writes.
pub(crate) fn report_trusted(found: &Found<OriginConcern>, list: &List, check: Check<'_>, issues: &mut Issues) {
    let mut place = Place::new(&list.field, check.stakes, false, issues);
    for (index, concern) in found {
        if check.news(|stakes| concern.severity(stakes)).is_some() {
            place.attend(issues);
            report(*concern, *index, list, &place, issues);
        }
    }
}

/// Every concern about an origin that weighs anything is an error.
fn report(concern: OriginConcern, index: usize, list: &List, place: &Place<'_>, issues: &mut Issues) {
    if let OriginConcern::TooManyGlobs(globs) = concern {
        issues.error(&list.field, globs, origin_risks::too_many_globs(globs));
    } else if let Some(entry) = list.entries.get(index) {
        issues.error(list.place(&entry.at), &entry.text, fault(concern, &entry.text, place));
    }
}

fn fault(concern: OriginConcern, text: &str, place: &Place<'_>) -> Fault {
    match concern {
        OriginConcern::NotAPattern | OriginConcern::TooManyGlobs(_) => diagnose(text, place),
        OriginConcern::AnyNotAlone => origin_risks::any_origin_not_alone(),
        OriginConcern::Any => origin_risks::any_origin_with_credentials(),
        OriginConcern::Null => origin_risks::null_origin(&place.lifting(Danger::NullOrigin)),
        OriginConcern::Untrustable => protection::cannot_be_trusted(text),
        OriginConcern::Insecure => {
            let secure = offer(&text.replacen("http://", "https://", 1), place);
            origin_risks::insecure_origin(text, secure, &place.lifting(Danger::InsecureOrigins))
        }
        OriginConcern::PublicSuffix => origin_risks::public_suffix(text, &place.lifting(Danger::PublicSuffixes)),
    }
}

/// Reports what was found in the regexes. `alone` says that no list of origins is written beside them.
pub(crate) fn report_regexes(
    found: &Found<RegexConcern>,
    list: &List,
    alone: bool,
    check: Check<'_>,
    issues: &mut Issues,
) {
    // Only the `cors` dialect has regexes among its origins, as objects.
    let syntax = if list.field == "origin" { Syntax::RegExp } else { Syntax::Text };
    let mut place = Place::new(&list.field, check.stakes, alone && list.entries.len() == 1, issues);
    for (index, concern) in found {
        let (Some(severity), Some(Entry { at, text })) =
            (check.news(|stakes| concern.severity(stakes)), list.entries.get(*index))
        else {
            continue;
        };
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
            RegexConcern::Insecure { .. } => written.insecure(),
            RegexConcern::Finding(finding) => written.finding(finding),
        };
        issues.report(severity, list.place(at), text, fault);
    }
}
