//! The edit of a policy that fixes an issue.

use crate::builder::PolicyBuilder;
use crate::config::notation::quoted;
use crate::edit::text_edit::TextEdit;
use crate::issues::issue::Issue;
use std::ops::Range;

/// How the help of an issue begins if it has code to write.
const WRITE: [&str; 2] = ["write `", "write separate entries: `"];

/// How the help of an issue begins if it says to remove something.
const REMOVE: [&str; 5] = ["remove it", "remove the entry", "remove the line", "remove `", "remove the comma"];

/// The edit of a policy's text, in TOML, after which the policy no longer has the issue, and has no new one. None if
/// the help does not say what to write, or if no edit was found that does this.
///
/// ```
/// use corsac::{Policy, edit::fix_issue};
///
/// let text = "allow_origins = ['https://app.example.com/']\n";
/// let error = Policy::from_toml(text).unwrap_err();
/// let edit = fix_issue(text, &error.issues()[0]).unwrap();
/// assert_eq!(edit.apply(text).unwrap(), "allow_origins = ['https://app.example.com']\n");
/// ```
#[must_use]
pub fn fix_issue(text: &str, issue: &Issue) -> Option<TextEdit> {
    let span = issue.span.clone()?;
    let before = issues(text);
    let edits = match written(&issue.help) {
        Some(code) => replacements(text, span, code),
        None if REMOVE.iter().any(|beginning| issue.help.starts_with(beginning)) => removals(text, span),
        None => Vec::new(),
    };
    edits.into_iter().find(|edit| edit.apply(text).is_some_and(|edited| is_fixed(&before, &issues(&edited), issue)))
}

/// The code that the help says to write.
fn written(help: &str) -> Option<&str> {
    let rest = WRITE.iter().find_map(|beginning| help.strip_prefix(beginning))?;
    // In help such as "write `{name}` for one segment", the code is not meant to replace the value.
    let (code, rest) = rest.split_once('`')?;
    (!code.is_empty() && !rest.starts_with(" for ") && !rest.starts_with(" at the end")).then_some(code)
}

/// The errors and the lints of a text.
fn issues(text: &str) -> Vec<Issue> {
    match PolicyBuilder::new().toml(text.as_bytes()) {
        Ok(policy) => policy.lints().to_vec(),
        Err(error) => error.issues().iter().chain(error.lints()).cloned().collect(),
    }
}

/// Whether there is one fewer issue of this kind, and no additional error.
fn is_fixed(before: &[Issue], after: &[Issue], issue: &Issue) -> bool {
    let same = |issues: &[Issue]| issues.iter().filter(|other| other.code == issue.code).count();
    let errors = |issues: &[Issue]| issues.iter().filter(|other| other.severity.as_str() == "error").count();
    same(after) < same(before)
        && (errors(after) < errors(before) || (errors(after) == errors(before) && errors(before) == 0))
}

/// Edits that put the code in the places that the help can mean, the likeliest first.
fn replacements(text: &str, span: Range<usize>, code: &str) -> Vec<TextEdit> {
    let Some(old) = text.get(span.clone()) else { return Vec::new() };
    let mut edits = Vec::new();
    let quote = old.chars().next().filter(|first| matches!(first, '"' | '\''));
    if let Some(quote) = quote.filter(|quote| !code.starts_with(['"', '\'']) && !code.contains([*quote, '\\'])) {
        edits.push(TextEdit::replace(span.clone(), format!("{quote}{code}{quote}")));
    }
    edits.push(TextEdit::replace(span.clone(), code));
    edits.push(TextEdit::replace(span.clone(), quoted(code)));
    if let Some(equals) = old.find('=') {
        let start = span.start + equals + 1;
        edits.push(TextEdit::replace(start..span.end, format!(" {code}")));
        edits.push(TextEdit::replace(start..span.end, format!(" {}", quoted(code))));
    }
    edits
}

/// Edits that remove the text at the span, the likeliest first: with its line if nothing else is on it, with one of the
/// commas next to it, with its line whatever else is on it, and alone.
fn removals(text: &str, span: Range<usize>) -> Vec<TextEdit> {
    let (Some(before), Some(after)) = (text.get(..span.start), text.get(span.end..)) else { return Vec::new() };
    let mut edits = Vec::new();
    let start = before.rfind('\n').map_or(0, |end| end + 1);
    let end = after.find('\n').map_or(text.len(), |end| span.end + end + 1);
    let is_blank = |range: Range<usize>| text.get(range).is_some_and(|text| text.trim().trim_matches(',').is_empty());
    if is_blank(start..span.start) && is_blank(span.end..end) {
        edits.push(TextEdit::replace(start..end, ""));
    }
    if let Some(rest) = after.trim_start().strip_prefix(',') {
        // The next entry takes the place of this one.
        edits.push(TextEdit::replace(span.start..text.len() - rest.trim_start().len(), ""));
    }
    if let Some(before) = before.trim_end().strip_suffix(',') {
        edits.push(TextEdit::replace(before.len()..span.end, ""));
    }
    edits.push(TextEdit::replace(start..end, ""));
    edits.push(TextEdit::replace(span, ""));
    edits
}
