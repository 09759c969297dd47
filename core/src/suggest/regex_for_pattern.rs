//! A regex that stands where an origin belongs.

use crate::compile::origins::Stakes;
use crate::config::settings::Dangers;
use crate::issues::code::Code;
use crate::issues::issue::{Fault, printable};
use crate::origins::regex::Regex;
use crate::suggest::regex::{Suggestion, Syntax, Written, suggest};
use crate::suggest::regex_fault::help_of_patterns;
use crate::suggest::regex_repair::{Repairs, repaired};
use crate::suggest::trial::entries_apart;

/// What only regexes have, and no text that is nearly an origin.
const MARKS: [&str; 13] = ["\\.", "\\/", "\\d", "\\w", "\\-", "/.*", "/.+", "]+", "]*", "]{", "(?", ")?", ")$"];

/// Whether a text is a regex rather than an origin or a pattern.
fn is_regex(text: &str) -> bool {
    let marked = text.starts_with('^') || text.starts_with("~^") || text.ends_with('$');
    let marked = marked || MARKS.into_iter().any(|mark| text.contains(mark));
    marked && (Regex::parse(text).is_ok() || text.starts_with('/'))
}

/// Says of a text that is a regex where to write it, or the pattern that says the same.
pub(crate) fn diagnose(text: &str, code: Code) -> Option<Fault> {
    if !is_regex(text) {
        return None;
    }
    // The list may be that of trusted origins, or of a policy with credentials: what is suggested is fit for all.
    let stakes = Stakes { credentials: true, dangers: Dangers::default() };
    let marks = Repairs { marks: true, ..Repairs::default() };
    let plain = repaired(text, false, marks).map(|body| body.text);
    let written = |text| Written { text, syntax: Syntax::Text, anywhere: false, stakes };
    let patterns = plain.as_deref().and_then(|plain| match suggest(&written(plain)) {
        Some(Suggestion::Patterns(patterns)) => Some(patterns),
        _ => None,
    });
    let message = format!("`{}` is a regex, and this list takes origins and origin patterns", printable(text));
    let help = patterns.map_or_else(
        || {
            "describe the origins with patterns such as `https://*.example.com`; regexes belong in \
             `allow_origin_regex`, and in the options of the `cors` package they stand without quotes"
                .into()
        },
        |patterns| match patterns.as_slice() {
            [_] => help_of_patterns(&patterns, ""),
            several => entries_apart(several),
        },
    );
    Some(Fault::new(code, message, help))
}
