//! The origins of a policy: patterns and regexes validated, and the checks that protect credentials.

use crate::catalog::Code;
use crate::error::{Fault, Issues, printable, write_this};
use crate::origin::Origin;
use crate::origins::{OriginSet, OriginSetBuilder};
use crate::pattern::{OriginPattern, TuplePattern};
use crate::pattern_suggest::suggest;
use crate::regexes::{MAX_REGEXES, Regex, too_large_fault};
use crate::settings::{Dangers, List, Settings};

/// Label globs are compared one by one, so that their number is bounded.
const MAX_GLOBS: usize = 1000;

/// Compiles everything that says which origins are allowed, and takes those lists out of the settings.
pub(crate) fn compile_origins(settings: &mut Settings, issues: &mut Issues) -> OriginSet {
    let Settings { allow_credentials: credentials, dangers, predicate, .. } = *settings;
    let list = std::mem::take(&mut settings.allow_origins);
    let regexes = std::mem::take(&mut settings.allow_origin_regex);
    let alone = list.entries.len() == 1 && regexes.entries.is_empty() && !predicate;
    let mut builder = OriginSetBuilder::default();
    builder.predicate = predicate;
    builder.secure_only = credentials && !dangers.insecure_origins;
    builder.reserve(list.entries.len());
    let field = List::new(list.field.clone());
    for entry in list.entries {
        let place = || field.place(&entry.at);
        let pattern = match read_origin(&entry.text) {
            Err(fault) => {
                issues.error(place(), &entry.text, fault);
                continue;
            }
            Ok(Read::Exact { secure }) => {
                if credentials && !secure && !dangers.insecure_origins {
                    issues.error(place(), &entry.text, insecure(&entry.text));
                }
                builder.exact(entry.text);
                continue;
            }
            Ok(Read::Pattern(pattern)) => pattern,
        };
        match &pattern {
            OriginPattern::Any => check_any(&place(), alone, credentials, issues),
            OriginPattern::Null if !dangers.null_origin => issues.error(place(), "null", null()),
            OriginPattern::Null => {}
            OriginPattern::Tuple(tuple) if credentials => {
                check_credentials(tuple, &entry.text, dangers, |fault| issues.error(place(), &entry.text, fault));
            }
            OriginPattern::Tuple(_) => {}
        }
        builder.pattern(pattern);
    }
    if builder.globs() > MAX_GLOBS {
        let message =
            format!("{} label globs are more than the {MAX_GLOBS} that are compared one by one", builder.globs());
        let help = "write `*.` patterns or exact origins, of which there may be millions";
        issues.error(&field.field, builder.globs(), Fault::new(Code::TooManyGlobs, message, help));
    }
    compile_regexes(&regexes, credentials, &mut builder, issues);
    builder.build()
}

/// An element of `allow_origins`.
enum Read {
    /// A plain origin, which is most of a long list: it needs no parsing beyond the check.
    Exact {
        secure: bool,
    },
    Pattern(OriginPattern),
}

fn read_origin(text: &str) -> Result<Read, Fault> {
    match Origin::parse(text.as_bytes()) {
        Some(origin) => Ok(Read::Exact { secure: origin.is_secure() }),
        None => OriginPattern::parse(text).map(Read::Pattern),
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
        let help = "list the origins (`https://app.example.com`, `https://*.example.com`), or allow no credentials";
        issues.error(place, "*", Fault::new(Code::AnyOriginWithCredentials, message, help));
    }
}

fn check_credentials(pattern: &TuplePattern, text: &str, dangers: Dangers, mut error: impl FnMut(Fault)) {
    if pattern.is_insecure() && !dangers.insecure_origins {
        error(insecure(text));
    }
    if pattern.reaches_public_suffix() && !dangers.public_suffixes {
        let message = format!("`{}` reaches names that anyone can register, with credentials", printable(text));
        let help = "put the domain that you control before the public suffix (`https://*.example.com`), or lift this \
                    check with `dangerously_allow = [\"public-suffixes\"]`";
        error(Fault::new(Code::PublicSuffix, message, help));
    }
}

fn insecure(text: &str) -> Fault {
    let message =
        format!("`{}` is plain http: anyone on the network path could act as it, with credentials", printable(text));
    let https = text.replacen("http://", "https://", 1);
    let better = suggest(&https).unwrap_or(https);
    let help = format!("{}, or lift this check with `dangerously_allow = [\"insecure-origins\"]`", write_this(&better));
    Fault::new(Code::InsecureOrigin, message, help)
}

fn null() -> Fault {
    let message = "`null` is the origin of every sandboxed frame, so that any site can have it";
    let help = "serve the page over https and list its origin, or lift this check with `dangerously_allow = [\"null-origin\"]`";
    Fault::new(Code::NullOrigin, message, help)
}

fn compile_regexes(list: &List, credentials: bool, builder: &mut OriginSetBuilder, issues: &mut Issues) {
    if list.entries.len() > MAX_REGEXES {
        let message =
            format!("{} regexes are more than the {MAX_REGEXES} that are tried one by one", list.entries.len());
        issues.error(&list.field, list.entries.len(), too_large_fault(&message));
        return;
    }
    let mut too_large = false;
    for entry in &list.entries {
        let place = list.place(&entry.at);
        let regex = match Regex::parse(&entry.text) {
            Ok(regex) => regex,
            Err(fault) => {
                issues.error(place, &entry.text, fault);
                continue;
            }
        };
        // Compiling is costly: after one that is too large the others are only read.
        if !too_large && let Err(fault) = builder.regexes.add(&regex) {
            too_large = true;
            issues.error(&place, &entry.text, fault);
        }
        if let Some(finding) = regex.finding {
            if credentials {
                issues.error(&place, &entry.text, finding);
            } else {
                issues.lint(&place, &entry.text, finding);
            }
        }
    }
}
