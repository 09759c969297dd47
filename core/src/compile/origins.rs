//! Lists of origins: patterns and regexes validated, and the checks that protect credentials.

use crate::config::settings::{At, Dangers, Entry, List};
use crate::issues::code::Code;
use crate::issues::issue::{Fault, Issues};
use crate::limits::{LABEL_GLOBS, REGEXES};
use crate::origins::origin::Origin;
use crate::origins::pattern::{OriginPattern, TuplePattern};
use crate::origins::regex::Regex;
use crate::origins::regex_language;
use crate::origins::set::{OriginSet, OriginSetBuilder};
use crate::printable::printable;
use crate::suggest::pattern_fault::offer;
use crate::suggest::regex::{Syntax, Written};
use crate::suggest::regex_fault;
use crate::suggest::trial::Place;
use std::borrow::Cow;

/// Who is let in, and what that opens: what the checks of a list of origins depend on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Stakes {
    pub(crate) credentials: bool,
    pub(crate) dangers: Dangers,
}

impl Stakes {
    /// Whether plain http that is not loopback is refused, whatever matches it.
    pub(crate) fn is_secure_only(self) -> bool {
        self.credentials && !self.dangers.insecure_origins
    }
}

/// Compiles everything that says which origins are allowed.
pub(crate) fn compile_origins(
    list: &List,
    regexes: &List,
    predicate: bool,
    stakes: Stakes,
    issues: &mut Issues,
) -> OriginSet {
    let Stakes { credentials, dangers } = stakes;
    let alone = list.entries.len() == 1 && regexes.entries.is_empty() && !predicate;
    let mut builder = OriginSetBuilder::default();
    builder.predicate = predicate;
    builder.reserve(list.entries.len());
    let mut spot = Place::new(&list.field, stakes, alone, issues);
    for entry in &list.entries {
        let place = || list.place(&entry.at);
        spot.attend(issues);
        spot.whole = matches!(entry.at, At::Whole);
        let error = |fault| issues.error(place(), &entry.text, fault);
        let Some(pattern) = read_entry(&entry.text, &spot, &mut builder, error) else { continue };
        match pattern {
            OriginPattern::Any => check_any(&place(), alone, credentials, issues),
            OriginPattern::Null if !dangers.null_origin => issues.error(place(), "null", null(&spot)),
            OriginPattern::Null | OriginPattern::Tuple(_) => {}
        }
        builder.pattern(pattern);
    }
    check_globs(list, &builder, issues);
    compile_regexes(regexes, list.field.is_empty(), stakes, &mut builder, issues);
    builder.build()
}

/// Compiles the origins that are trusted with writes, whether or not they may read.
pub(crate) fn compile_trusted(list: &List, dangers: Dangers, issues: &mut Issues) -> OriginSet {
    let stakes = Stakes { credentials: true, dangers };
    let mut builder = OriginSetBuilder::default();
    builder.reserve(list.entries.len());
    let mut spot = Place::new(&list.field, stakes, false, issues);
    for entry in &list.entries {
        spot.attend(issues);
        let mut error = |fault| issues.error(list.place(&entry.at), &entry.text, fault);
        match read_entry(&entry.text, &spot, &mut builder, &mut error) {
            Some(OriginPattern::Any | OriginPattern::Null) => {
                let message = format!("`{}` cannot be trusted: any site can send from it", entry.text);
                let help = "list the origins whose pages may write, as in `https://app.example.com` or `https://*.example.com`";
                error(Fault::new(Code::TrustedOrigin, message, help));
            }
            Some(pattern) => builder.pattern(pattern),
            None => {}
        }
    }
    check_globs(list, &builder, issues);
    builder.build()
}

/// Reads one entry: a plain origin, which is most of a long list, goes into the set without further parsing.
fn read_entry<'l>(
    text: &'l str,
    place: &Place<'_>,
    builder: &mut OriginSetBuilder<'l>,
    mut error: impl FnMut(Fault),
) -> Option<OriginPattern> {
    let stakes = place.stakes;
    if let Some(origin) = Origin::parse(text.as_bytes()) {
        if stakes.credentials && !origin.is_secure() && !stakes.dangers.insecure_origins {
            error(insecure(text, place));
        }
        builder.exact(Cow::Borrowed(text));
        return None;
    }
    match OriginPattern::parse(text, place) {
        Ok(pattern) => {
            if let (OriginPattern::Tuple(tuple), true) = (&pattern, stakes.credentials) {
                check_credentials(tuple, text, place, error);
            }
            Some(pattern)
        }
        Err(fault) => {
            error(fault);
            None
        }
    }
}

fn check_globs(list: &List, builder: &OriginSetBuilder<'_>, issues: &mut Issues) {
    if builder.globs() > LABEL_GLOBS {
        let message =
            format!("{} label globs are more than the {LABEL_GLOBS} that are compared one by one", builder.globs());
        let help = "write `*.` patterns or exact origins, of which there may be millions";
        issues.error(&list.field, builder.globs(), Fault::new(Code::TooManyGlobs, message, help));
    }
}

fn check_any(place: &str, alone: bool, credentials: bool, issues: &mut Issues) {
    if !alone {
        let message = "`*` allows every origin: nothing may stand beside it";
        let help = "remove `*`, or everything else that says which origins are allowed";
        issues.error(place, "*", Fault::new(Code::AnyOriginNotAlone, message, help));
    }
    if credentials {
        let message = "`*` with credentials would let every origin read with the user's session; browsers refuse it";
        let help =
            "list the origins, as in `https://app.example.com` or `https://*.example.com`, or allow no credentials";
        issues.error(place, "*", Fault::new(Code::AnyOriginWithCredentials, message, help));
    }
}

fn check_credentials(pattern: &TuplePattern, text: &str, place: &Place<'_>, mut error: impl FnMut(Fault)) {
    let dangers = place.stakes.dangers;
    if pattern.is_insecure() && !dangers.insecure_origins {
        error(insecure(text, place));
    }
    if pattern.reaches_public_suffix() && !dangers.public_suffixes {
        let message = format!("`{}` reaches names that anyone can register, with credentials", printable(text));
        let help = format!(
            "put the domain that you control before the public suffix (as in `https://*.example.com`), or {}",
            place.lifting("public-suffixes")
        );
        error(Fault::new(Code::PublicSuffix, message, help));
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

fn null(place: &Place<'_>) -> Fault {
    let message = "`null` is the origin of every sandboxed frame, so that any site can have it";
    let help = format!("serve the page over https and list its origin, or {}", place.lifting("null-origin"));
    Fault::new(Code::NullOrigin, message, help)
}

/// `alone` says that no list of origins is written beside them.
fn compile_regexes(list: &List, alone: bool, stakes: Stakes, builder: &mut OriginSetBuilder<'_>, issues: &mut Issues) {
    // Only the `cors` dialect has regexes among its origins, as objects.
    let syntax = if list.field == "origin" { Syntax::RegExp } else { Syntax::Text };
    let mut spot = Place::new(&list.field, stakes, alone && list.entries.len() == 1, issues);
    if list.entries.len() > REGEXES {
        let message = format!("{} regexes are more than the {REGEXES} that are tried one by one", list.entries.len());
        let all = Written { text: "", syntax, anywhere: false, place: spot };
        issues.error(&list.field, list.entries.len(), all.too_large(&message));
        return;
    }
    let mut too_large = false;
    for Entry { at, text } in &list.entries {
        let field = list.place(at);
        spot.attend(issues);
        spot.whole = matches!(at, At::Whole);
        let written = Written { text, syntax, anywhere: false, place: spot };
        let regex = match Regex::parse(text) {
            Ok(regex) => regex,
            Err(why) => {
                issues.error(field, text, written.refused(&why));
                continue;
            }
        };
        let counted = regex.finding.as_ref().filter(|finding| regex_fault::counts(finding, stakes));
        // Compiling is costly: after one that is too large the others are only read.
        let compiled = (!too_large).then(|| regex.compile()).transpose();
        match compiled {
            Ok(None) => {}
            Ok(Some(dfa)) if regex_language::is_empty(&dfa) => {
                issues.error(field, text, written.matches_nothing());
                continue;
            }
            Ok(Some(dfa)) => {
                if counted.is_none() && regex_fault::is_insecure(&regex, &dfa, stakes) {
                    issues.error(&field, text, written.insecure());
                }
                builder.regexes.add(dfa);
            }
            Err(why) => {
                too_large = true;
                issues.error(&field, text, written.refused(&why));
            }
        }
        if let Some(finding) = counted {
            let fault = written.finding(finding);
            if stakes.credentials {
                issues.error(&field, text, fault);
            } else {
                issues.lint(&field, text, fault);
            }
        }
    }
}
