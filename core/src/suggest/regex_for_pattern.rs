//! A regex that is written where an origin belongs.

use crate::config::notation::Notation;
use crate::issues::code::Code;
use crate::issues::fault::Fault;
use crate::issues::messages::origins::regex_among_origins;
use crate::issues::messages::suggestions::{write_regex_in, write_without_quotes};
use crate::origins::regex::Regex;
use crate::suggest::regex::{Suggested, Suggestion, Syntax, Written, suggest};
use crate::suggest::regex_repair::{Repairs, repaired};
use crate::suggest::trial::Place;

/// Characters that occur in regexes, and not in texts that are nearly origins.
const MARKS: [&str; 13] = ["\\.", "\\/", "\\d", "\\w", "\\-", "/.*", "/.+", "]+", "]*", "]{", "(?", ")?", ")$"];

/// Whether a text is a regex rather than an origin or a pattern.
fn is_regex(text: &str) -> bool {
    let marked = text.starts_with('^') || text.starts_with("~^") || text.ends_with('$');
    let marked = marked || MARKS.into_iter().any(|mark| text.contains(mark));
    marked && (Regex::parse(text).is_ok() || text.starts_with('/'))
}

/// The fault of a regex among origins. It says where to write the regex, or which pattern matches
/// the same.
pub(crate) fn diagnose(text: &str, code: Code, place: &Place<'_>) -> Option<Fault> {
    if !is_regex(text) {
        return None;
    }
    let regexes = (place.key == "allow_origins").then(|| place.notation.key("allow_origin_regex"));
    let example = (place.key == "origin").then(|| example(place.notation));
    Some(regex_among_origins(code, text, instead(text, place), regexes.as_deref(), example.as_deref()))
}

fn instead(text: &str, place: &Place<'_>) -> Option<String> {
    let marks = Repairs { marks: true, ..Repairs::default() };
    let plain = repaired(text, false, marks)?.text;
    let syntax = if place.key == "origin" { Syntax::RegExp } else { Syntax::Text };
    let written = Written { text: &plain, syntax, anywhere: false, place: *place };
    let Suggested { instead, .. } = suggest(&written)?;
    match (instead, place.key) {
        (Suggestion::Patterns(patterns), _) => place.entries(&patterns),
        (Suggestion::Regex(literal), "origin") => Some(write_without_quotes(&literal)),
        (Suggestion::Regex(literal), "allow_origins") => {
            let key = place.notation.key("allow_origin_regex");
            Some(write_regex_in(&literal, &key))
        }
        _ => None,
    }
}

/// A regular expression object, as it is written.
fn example(notation: Notation) -> String {
    if notation == Notation::JavaScript {
        return r"/^https:\/\/[a-z]+\.example\.com$/".to_owned();
    }
    notation.regexp(r"^https://[a-z]+\.example\.com$", "")
}
