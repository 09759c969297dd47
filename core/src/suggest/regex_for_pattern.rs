//! A regex that stands where an origin belongs.

use crate::config::notation::Notation;
use crate::issues::code::Code;
use crate::issues::issue::Fault;
use crate::origins::regex::Regex;
use crate::printable::printable;
use crate::suggest::regex::{Suggested, Suggestion, Syntax, Written, suggest};
use crate::suggest::regex_repair::{Repairs, repaired};
use crate::suggest::trial::Place;

/// What only regexes have, and no text that is nearly an origin.
const MARKS: [&str; 13] = ["\\.", "\\/", "\\d", "\\w", "\\-", "/.*", "/.+", "]+", "]*", "]{", "(?", ")?", ")$"];

/// Whether a text is a regex rather than an origin or a pattern.
fn is_regex(text: &str) -> bool {
    let marked = text.starts_with('^') || text.starts_with("~^") || text.ends_with('$');
    let marked = marked || MARKS.into_iter().any(|mark| text.contains(mark));
    marked && (Regex::parse(text).is_ok() || text.starts_with('/'))
}

/// Says of a text that is a regex where to write it, or the pattern that says the same.
pub(crate) fn diagnose(text: &str, code: Code, place: &Place<'_>) -> Option<Fault> {
    if !is_regex(text) {
        return None;
    }
    let message = format!("`{}` is a regex, where an origin or an origin pattern belongs", printable(text));
    let help = instead(text, place).unwrap_or_else(|| in_general(place));
    Some(Fault::new(code, message, help))
}

fn instead(text: &str, place: &Place<'_>) -> Option<String> {
    let marks = Repairs { marks: true, ..Repairs::default() };
    let plain = repaired(text, false, marks)?.text;
    let syntax = if place.key == "origin" { Syntax::RegExp } else { Syntax::Text };
    let written = Written { text: &plain, syntax, anywhere: false, place: *place };
    let Suggested { instead, .. } = suggest(&written)?;
    match (instead, place.key) {
        (Suggestion::Patterns(patterns), _) => place.entries(&patterns),
        (Suggestion::Regex(literal), "origin") => Some(format!("write `{literal}`, without quotation marks around it")),
        (Suggestion::Regex(literal), "allow_origins") => {
            let key = place.notation.key("allow_origin_regex");
            Some(format!("write the regex `{literal}` in `{key}` instead"))
        }
        _ => None,
    }
}

fn in_general(place: &Place<'_>) -> String {
    let patterns = "describe the origins with patterns such as `https://*.example.com`";
    match place.key {
        "allow_origins" => {
            format!("{patterns}; regexes belong in `{}`", place.notation.key("allow_origin_regex"))
        }
        "origin" => {
            let example = place.notation.regexp(r"^https://[a-z]+\.example\.com$", "");
            let example =
                if place.notation == Notation::JavaScript { r"/^https:\/\/[a-z]+\.example\.com$/" } else { &example };
            format!("{patterns}; a regex is written as in `{example}`")
        }
        _ => patterns.to_owned(),
    }
}
