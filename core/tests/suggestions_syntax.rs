//! The suggestions in the help of a text that does not parse are followed literally, and the text then has to parse.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use corsac::{Code, Policy};
use serde::Deserialize;

/// A text with a slip, the help, and the text after the help was followed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    format: String,
    written: String,
    help: String,
    corrected: Option<String>,
}

impl Case {
    /// The help for a text that does not parse.
    fn help(&self, text: &str) -> Option<String> {
        let built = if self.format == "json" { Policy::from_json(text) } else { Policy::from_toml(text) };
        let error = built.err()?;
        let issue = &error.issues()[0];
        (issue.code == Code::Syntax).then(|| issue.help.clone())
    }
}

/// Whether one text is the other with some of it replaced by the code.
fn is_pasted(written: &str, code: &str, corrected: &str) -> bool {
    corrected.match_indices(code).any(|(at, _)| {
        let (before, after) = (&corrected[..at], &corrected[at + code.len()..]);
        before.len() + after.len() <= written.len() && written.starts_with(before) && written.ends_with(after)
    })
}

#[test]
fn every_correction_lets_the_text_parse() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("data/suggestions-syntax.json")).unwrap();
    assert!(cases.len() >= 25);
    for case in &cases {
        assert_eq!(case.help(&case.written).as_ref(), Some(&case.help), "{case:?}");
        let code = case.help.strip_prefix("write `").and_then(|rest| rest.strip_suffix('`'));
        let Some(corrected) = &case.corrected else { continue };
        assert_eq!(case.help(corrected), None, "{case:?}");
        assert!(code.is_none_or(|code| is_pasted(&case.written, code, corrected)), "{case:?}");
    }
}
