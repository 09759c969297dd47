//! Lists of origins and regexes after they were read: the resulting set, and the findings.
//!
//! The issues do not depend on the other settings, but their severities do (specification 2.1).

use crate::config::settings::List;
use crate::config::stakes::Stakes;
use crate::issues::code::Severity;
use crate::limits::{LABEL_GLOBS, REDUNDANCY_COMPARISONS, REGEXES};
use crate::origins::automaton::Dfa;
use crate::origins::never_sent;
use crate::origins::origin::{self, Origin};
use crate::origins::pattern::{HostPattern, OriginPattern};
use crate::origins::regex::{Finding, Regex, Regexes, Unusable};
use crate::origins::regex_host_end::{self, End};
use crate::origins::regex_language;
use crate::origins::set::{OriginSet, OriginSetBuilder};
use std::borrow::Cow;

/// Findings in a list, each with the index of its entry.
pub(crate) type Found<C> = Vec<(usize, C)>;

/// All lists that say which origins are allowed.
#[derive(Debug)]
pub(crate) struct OriginList {
    pub(crate) set: OriginSet,
    pub(crate) found: Found<OriginConcern>,
    pub(crate) found_in_regexes: Found<RegexConcern>,
}

/// The origins that are trusted with writes, whether or not they may read.
#[derive(Debug)]
pub(crate) struct TrustedList {
    pub(crate) set: OriginSet,
    pub(crate) found: Found<OriginConcern>,
}

/// The possible problems of an entry in a list of origins.
#[derive(Clone, Copy, Debug)]
pub(crate) enum OriginConcern {
    NotAPattern,
    /// `*` together with something else.
    AnyNotAlone,
    /// `*`
    Any,
    /// `null`
    Null,
    /// `*` or `null` among the origins that are trusted.
    Untrustable,
    /// Plain http to another machine.
    Insecure,
    /// It matches names that anyone can register.
    PublicSuffix,
    /// Any extension of a browser.
    AnyExtension,
    /// `*.` before a name of another machine.
    Subdomains,
    /// An origin of this machine, in a list with an origin of another machine.
    Localhost,
    /// The entry with this index is a pattern that covers it.
    Covered(usize),
    /// No page has its scheme, or its punycode is not valid.
    NeverSent,
    /// The list has this many label globs.
    TooManyGlobs(usize),
}

/// The possible problems of a regex.
#[derive(Debug)]
pub(crate) enum RegexConcern {
    Unusable(Unusable),
    MatchesNothing,
    /// It matches only plain http to other machines.
    Insecure {
        reaches_public_suffix: bool,
    },
    /// It matches plain http to another machine, and something else.
    AlsoInsecure,
    Finding(Finding),
    TooMany,
}

impl OriginConcern {
    /// The severity under these settings.
    pub(crate) fn severity(&self, stakes: Stakes) -> Option<Severity> {
        let Stakes { credentials, dangers } = stakes;
        let is_error = match self {
            OriginConcern::NotAPattern | OriginConcern::AnyNotAlone | OriginConcern::TooManyGlobs(_) => true,
            OriginConcern::Untrustable => true,
            OriginConcern::Null if dangers.null_origin => return credentials.then_some(Severity::Lint),
            OriginConcern::Null => true,
            OriginConcern::Insecure if !credentials => return Some(Severity::Lint),
            OriginConcern::Subdomains | OriginConcern::Localhost => return credentials.then_some(Severity::Lint),
            OriginConcern::Covered(_) | OriginConcern::NeverSent => return Some(Severity::Lint),
            // The table of specification 2.1, row by row.
            OriginConcern::Any => credentials,
            OriginConcern::Insecure => stakes.is_secure_only(),
            OriginConcern::PublicSuffix => credentials && !dangers.public_suffixes,
            OriginConcern::AnyExtension => credentials && !dangers.any_extension,
        };
        is_error.then_some(Severity::Error)
    }
}

impl RegexConcern {
    /// The severity under these settings.
    pub(crate) fn severity(&self, stakes: Stakes) -> Option<Severity> {
        let is_error = match self {
            RegexConcern::Unusable(_) | RegexConcern::MatchesNothing | RegexConcern::TooMany => true,
            // With credentials, the http origins that it matches are refused one by one.
            RegexConcern::AlsoInsecure => return (!stakes.credentials).then_some(Severity::Lint),
            RegexConcern::Insecure { .. } if !stakes.credentials => return Some(Severity::Lint),
            // Only one finding is reported, and the public suffix comes first.
            RegexConcern::Insecure { reaches_public_suffix } => {
                stakes.is_secure_only() && (!reaches_public_suffix || stakes.dangers.public_suffixes)
            }
            RegexConcern::Finding(finding) => return finding.severity(stakes),
        };
        is_error.then_some(Severity::Error)
    }

    /// Whether the regex is refused, or some of the origins that it matches are.
    pub(crate) fn refuses(&self, stakes: Stakes) -> bool {
        matches!(self, RegexConcern::AlsoInsecure) && stakes.is_secure_only()
            || self.severity(stakes) == Some(Severity::Error)
    }
}

impl Finding {
    /// The severity under these settings.
    pub(crate) fn severity(&self, stakes: Stakes) -> Option<Severity> {
        match self {
            Finding::PublicSuffix(_) => {
                (stakes.credentials && !stakes.dangers.public_suffixes).then_some(Severity::Error)
            }
            Finding::BareDot | Finding::OpenHost if stakes.credentials => Some(Severity::Error),
            Finding::BareDot | Finding::OpenHost => Some(Severity::Lint),
        }
    }
}

impl OriginList {
    pub(crate) fn read(list: &List, regexes: &List, predicate: bool) -> Self {
        let is_alone = list.entries.len() == 1 && regexes.entries.is_empty() && !predicate;
        let mut builder = OriginSetBuilder::default();
        let found = read_patterns(list, &mut builder, |pattern, builder| {
            let concerns: &[OriginConcern] = match pattern {
                OriginPattern::Null => &[OriginConcern::Null],
                _ if is_alone => &[OriginConcern::Any],
                _ => &[OriginConcern::AnyNotAlone, OriginConcern::Any],
            };
            builder.pattern(pattern);
            concerns
        });
        builder.predicate = predicate;
        let found_in_regexes = read_regexes(regexes, &mut builder.regexes);
        OriginList { set: builder.build(), found, found_in_regexes }
    }

    /// Whether nothing in the list is an error under these settings, and no regex matches more than it seems to.
    pub(crate) fn is_clean(&self, stakes: Stakes) -> bool {
        let is_wrong = |concern: &RegexConcern| match (concern, concern.severity(stakes)) {
            (RegexConcern::Insecure { .. } | RegexConcern::AlsoInsecure, severity) => severity == Some(Severity::Error),
            (_, severity) => severity.is_some(),
        };
        self.found.iter().all(|(_, concern)| concern.severity(stakes) != Some(Severity::Error))
            && self.found_in_regexes.iter().all(|(_, concern)| !is_wrong(concern))
    }
}

impl TrustedList {
    pub(crate) fn read(list: &List) -> Self {
        let mut builder = OriginSetBuilder::default();
        let found = read_patterns(list, &mut builder, |_, _| &[OriginConcern::Untrustable]);
        TrustedList { set: builder.build(), found }
    }
}

/// Reads the entries into a set. `any_or_null` decides how `*` and `null` are treated.
fn read_patterns<'l>(
    list: &'l List,
    builder: &mut OriginSetBuilder<'l>,
    any_or_null: impl Fn(OriginPattern, &mut OriginSetBuilder<'l>) -> &'static [OriginConcern],
) -> Found<OriginConcern> {
    let mut found = Vec::new();
    let mut patterns = Vec::new();
    let mut local = Vec::new();
    let mut has_public = false;
    builder.reserve(list.entries.len());
    for (index, entry) in list.entries.iter().enumerate() {
        // Most entries of a long list are plain origins, which go into the set without further parsing.
        if let Some(origin) = Origin::parse(entry.text.as_bytes()) {
            if !origin.is_secure() {
                found.push((index, OriginConcern::Insecure));
            }
            if never_sent::is_never_sent(&origin) {
                found.push((index, OriginConcern::NeverSent));
            }
            if origin::default_port(origin.scheme).is_some() {
                if origin::is_loopback(origin.host) {
                    local.push(index);
                } else {
                    has_public = true;
                }
            }
            builder.exact(Cow::Borrowed(&entry.text));
            continue;
        }
        match OriginPattern::parse(&entry.text) {
            None => found.push((index, OriginConcern::NotAPattern)),
            Some(OriginPattern::Tuple(tuple)) => {
                if tuple.is_insecure() {
                    found.push((index, OriginConcern::Insecure));
                }
                if tuple.reaches_public_suffix() {
                    found.push((index, OriginConcern::PublicSuffix));
                } else if matches!(tuple.host, HostPattern::Below(_)) && !tuple.is_loopback() {
                    found.push((index, OriginConcern::Subdomains));
                }
                if tuple.is_loopback() {
                    local.push(index);
                } else {
                    has_public = true;
                }
                let pattern = OriginPattern::Tuple(tuple);
                patterns.push((index, pattern.clone()));
                builder.pattern(pattern);
            }
            Some(pattern @ OriginPattern::Extension(_)) => {
                found.push((index, OriginConcern::AnyExtension));
                patterns.push((index, pattern.clone()));
                builder.pattern(pattern);
            }
            Some(pattern) => found.extend(any_or_null(pattern, builder).iter().map(|concern| (index, *concern))),
        }
    }
    if has_public {
        found.extend(local.into_iter().map(|index| (index, OriginConcern::Localhost)));
    }
    if list.entries.len().saturating_mul(patterns.len()) <= REDUNDANCY_COMPARISONS {
        found.extend(covered(list, &patterns));
    }
    if builder.globs() > LABEL_GLOBS {
        found.push((0, OriginConcern::TooManyGlobs(builder.globs())));
    }
    found
}

/// The entries that one of the patterns covers, each with the index of that pattern.
fn covered<'l>(
    list: &'l List,
    patterns: &'l [(usize, OriginPattern)],
) -> impl Iterator<Item = (usize, OriginConcern)> + 'l {
    let entries = if patterns.is_empty() { &[][..] } else { &list.entries[..] };
    entries.iter().enumerate().filter_map(move |(index, entry)| {
        let covered = OriginPattern::parse(&entry.text)?;
        let (by, _) = patterns.iter().find(|(_, pattern)| pattern.covers(&covered))?;
        Some((index, OriginConcern::Covered(*by)))
    })
}

fn read_regexes(list: &List, regexes: &mut Regexes) -> Found<RegexConcern> {
    if list.entries.len() > REGEXES {
        return vec![(0, RegexConcern::TooMany)];
    }
    let mut found = Vec::new();
    let mut too_large = false;
    for (index, entry) in list.entries.iter().enumerate() {
        let regex = match Regex::parse(&entry.text) {
            Ok(regex) => regex,
            Err(why) => {
                found.push((index, RegexConcern::Unusable(why)));
                continue;
            }
        };
        // Compiling is costly. After a regex that is too large, the others are only parsed.
        let compiled = if too_large { None } else { Some(regex.compile()) };
        match compiled {
            None => {}
            Some(Ok(dfa)) if regex_language::is_empty(&dfa) => {
                found.push((index, RegexConcern::MatchesNothing));
                continue;
            }
            Some(Ok(dfa)) => {
                if let Some(concern) = insecure(&regex, &dfa) {
                    found.push((index, concern));
                }
                regexes.add(dfa);
            }
            Some(Err(why)) => {
                too_large = true;
                found.push((index, RegexConcern::Unusable(why)));
            }
        }
        found.extend(regex.finding.map(|finding| (index, RegexConcern::Finding(finding))));
    }
    found
}

/// Whether a regex with fixed ends matches plain http to other machines, and whether it matches other origins as
/// well.
fn insecure(regex: &Regex, dfa: &Dfa) -> Option<RegexConcern> {
    let reaches_public_suffix = match regex.finding {
        Some(Finding::BareDot | Finding::OpenHost) => return None,
        Some(Finding::PublicSuffix(_)) => true,
        None => false,
    };
    if !regex_language::has_insecure(dfa) {
        return None;
    }
    let is_local = |end: &End| origin::is_loopback(end.host.as_bytes());
    let is_all =
        !regex_host_end::literal_ends(&regex.hir).iter().flatten().any(is_local) && regex_language::is_insecure(dfa);
    Some(if is_all { RegexConcern::Insecure { reaches_public_suffix } } else { RegexConcern::AlsoInsecure })
}
