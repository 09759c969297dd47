//! Lists of origins: what was found in them, and what to write instead.

use crate::compile::checked::Check;
use crate::config::settings::{At, Entry, List};
use crate::issues::code::Code;
use crate::issues::issue::{Fault, Issues};
use crate::limits::{LABEL_GLOBS, REGEXES};
use crate::origins::list::{Found, OriginConcern, RegexConcern};
use crate::printable::printable;
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
        let message = format!("{globs} label globs are more than the {LABEL_GLOBS} that are compared one by one");
        let help = "write `*.` patterns or exact origins, of which there may be millions";
        issues.error(&list.field, globs, Fault::new(Code::TooManyGlobs, message, help));
    } else if let Some(entry) = list.entries.get(index) {
        issues.error(list.place(&entry.at), &entry.text, fault(concern, &entry.text, place));
    }
}

fn fault(concern: OriginConcern, text: &str, place: &Place<'_>) -> Fault {
    match concern {
        OriginConcern::NotAPattern | OriginConcern::TooManyGlobs(_) => diagnose(text, place),
        OriginConcern::AnyNotAlone => Fault::new(
            Code::AnyOriginNotAlone,
            "`*` allows every origin: nothing may stand beside it",
            "remove `*`, or everything else that says which origins are allowed",
        ),
        OriginConcern::Any => Fault::new(
            Code::AnyOriginWithCredentials,
            "`*` with credentials would let every origin read with the user's session; browsers refuse it",
            "list the origins, as in `https://app.example.com` or `https://*.example.com`, or allow no credentials",
        ),
        OriginConcern::Null => Fault::new(
            Code::NullOrigin,
            "`null` is the origin of every sandboxed frame, so that any site can have it",
            format!("serve the page over https and list its origin, or {}", place.lifting("null-origin")),
        ),
        OriginConcern::Untrustable => Fault::new(
            Code::TrustedOrigin,
            format!("`{text}` cannot be trusted: any site can send from it"),
            "list the origins whose pages may write, as in `https://app.example.com` or `https://*.example.com`",
        ),
        OriginConcern::Insecure => insecure(text, place),
        OriginConcern::PublicSuffix => Fault::new(
            Code::PublicSuffix,
            format!("`{}` reaches names that anyone can register, with credentials", printable(text)),
            format!(
                "put the domain that you control before the public suffix (as in `https://*.example.com`), or {}",
                place.lifting("public-suffixes")
            ),
        ),
    }
}

fn insecure(text: &str, place: &Place<'_>) -> Fault {
    let message =
        format!("`{}` is plain http: anyone on the network path could act as it, with credentials", printable(text));
    let secure = offer(&text.replacen("http://", "https://", 1), place);
    let secure = secure.unwrap_or_else(|| "serve it over https and list that origin".to_owned());
    let help = format!("{secure}, or {}", place.lifting("insecure-origins"));
    Fault::new(Code::InsecureOrigin, message, help)
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
                let message = format!("{count} regexes are more than the {REGEXES} that are tried one by one");
                issues.error(&list.field, count, written.too_large(&message));
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
