//! The differences between two policies, in each format.

use crate::output::terminal::{BOLD, ERROR, GOOD, WARNING};
use anstyle::Style;
use corsac::binding::printable;
use corsac::binding::wrap;
use corsac::compare::{Change, Comparison, Effect, PathChanges, Paths, Subject};
use serde_json::json;

/// The most changes of one kind that are listed; the others are counted.
const MOST_LISTED: usize = 20;

/// Nothing differs.
const SAME: &str = "both policies allow the same";

/// For people.
pub(crate) fn text(comparison: &Comparison, columns: usize) -> String {
    if comparison.is_empty() {
        return format!("{SAME}\n");
    }
    let mut out = String::new();
    for found in &comparison.paths {
        let paths = found.paths.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        out.push_str(&format!("{BOLD}{}{BOLD:#}\n", wrap(&format!("on {paths}:"), "  ", columns)));
        for (listed, omitted) in groups(found) {
            for change in &listed {
                let (sign, style) = sign(change.effect);
                let words = wrap(&words(change), "    ", columns.saturating_sub(4));
                out.push_str(&format!("  {style}{sign}{style:#} {words}\n"));
            }
            if let (Some(change), true) = (listed.first(), omitted > 0) {
                let (sign, style) = sign(change.effect);
                out.push_str(&format!("  {style}{sign}{style:#} {omitted} more of this kind\n"));
            }
        }
        out.push('\n');
    }
    out.push_str(&format!("{}\n", summary(comparison)));
    out
}

/// For a comment on a pull request.
pub(crate) fn markdown(comparison: &Comparison) -> String {
    if comparison.is_empty() {
        return format!("**CORS policy**: {SAME}.\n");
    }
    let mut out = format!("**CORS policy**: {}\n", summary(comparison));
    for found in &comparison.paths {
        let paths = found.paths.iter().map(|paths| match paths {
            Paths::Route(path) => code(path),
            others => others.to_string(),
        });
        let paths = paths.collect::<Vec<_>>().join(", ");
        out.push_str(&format!("\nOn {paths}:\n\n| | what | which |\n|---|---|---|\n"));
        for (listed, omitted) in groups(found) {
            for change in &listed {
                let which = match change.subject {
                    Subject::Origin | Subject::TrustedOrigin | Subject::Method => code(&change.what),
                    Subject::RequestHeader | Subject::ExposedHeader => code(&change.what),
                    _ => change.what.clone(),
                };
                let note = note(change).map_or_else(String::new, |note| format!(" {note}"));
                out.push_str(&format!("| {} | {} | {which}{note} |\n", effect(change.effect), change.subject.title()));
            }
            if let (Some(change), true) = (listed.first(), omitted > 0) {
                out.push_str(&format!("| {} | {} | {omitted} more |\n", effect(change.effect), change.subject.title()));
            }
        }
    }
    out
}

/// For programs.
pub(crate) fn json(comparison: &Comparison) -> String {
    let change = |change: &Change| {
        json!({
            "effect": change.effect.as_str(),
            "subject": change.subject.as_str(),
            "what": change.what,
            "example": change.example,
            "certain": change.certain,
        })
    };
    let paths = comparison.paths.iter().map(|found| {
        json!({
            "paths": found.paths.iter().map(path).collect::<Vec<_>>(),
            "changes": found.changes.iter().map(change).collect::<Vec<_>>(),
        })
    });
    let paths: Vec<_> = paths.collect();
    format!("{:#}\n", json!({ "version": 1, "wider": comparison.is_wider(), "changes": paths }))
}

/// `None` means all paths without a route.
fn path(paths: &Paths) -> Option<&str> {
    match paths {
        Paths::Route(path) => Some(path),
        Paths::All | Paths::WithoutRoute => None,
    }
}

/// The changes, grouped by their kind: those that are listed, and the number of the others.
fn groups(found: &PathChanges) -> Vec<(Vec<&Change>, usize)> {
    let mut groups: Vec<(Vec<&Change>, usize)> = Vec::new();
    for change in &found.changes {
        let kind = |other: &&Change| (other.effect, other.subject) == (change.effect, change.subject);
        match groups.iter_mut().find(|(listed, _)| listed.first().is_some_and(kind)) {
            Some((listed, omitted)) if listed.len() >= MOST_LISTED => *omitted += 1,
            Some((listed, _)) => listed.push(change),
            None => groups.push((vec![change], 0)),
        }
    }
    groups
}

fn sign(effect: Effect) -> (&'static str, Style) {
    match effect {
        Effect::Gain => ("+", GOOD),
        Effect::Loss => ("-", ERROR),
        Effect::Neutral => ("~", WARNING),
    }
}

/// The words for a change, which are printed after its sign.
fn words(change: &Change) -> String {
    let what = printable(&change.what);
    let note = note(change).map_or_else(String::new, |note| format!(" {note}"));
    format!("{}: {what}{note}", change.subject.title())
}

fn note(change: &Change) -> Option<String> {
    match (&change.example, change.certain) {
        (Some(example), true) => Some(format!("(such as {})", printable(example))),
        (_, false) => Some("(not certain)".to_owned()),
        (None, true) => None,
    }
}

/// The effect of a change on pages.
fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::Gain => "➕ gained",
        Effect::Loss => "➖ lost",
        Effect::Neutral => "changed",
    }
}

/// The number of differences of each kind.
fn summary(comparison: &Comparison) -> String {
    let count = |effect: Effect| comparison.changes().filter(|change| change.effect == effect).count();
    let words = |count: usize, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
    let parts = [
        words(count(Effect::Gain), "gain", "gains"),
        words(count(Effect::Loss), "loss", "losses"),
        words(count(Effect::Neutral), "other change", "other changes"),
    ];
    parts.into_iter().filter(|part| !part.starts_with("0 ")).collect::<Vec<_>>().join(", ")
}

/// Code in a table of Markdown.
fn code(text: &str) -> String {
    let text = printable(text).replace('|', "\\|");
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}
