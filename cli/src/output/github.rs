//! GitHub Actions annotations: commands in the log that show up next to the line in a pull request.
//!
//! Source: GitHub's documentation, "Workflow commands for GitHub Actions".

use crate::output::snippet::Place;

/// Writes one annotation. The level is `error`, `warning` or `notice`.
pub(crate) fn annotation(level: &str, path: &str, place: Option<&Place>, title: &str, message: &str) -> String {
    let place = place.map_or_else(String::new, |place| {
        format!(",line={0},endLine={0},col={1},endColumn={2}", place.line, place.column, place.end_column)
    });
    let (path, title) = (property(path), property(title));
    format!("::{level} file={path}{place},title={title}::{}\n", data(message))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::annotation;

    #[test]
    fn characters_that_would_end_a_command_are_escaped() {
        let text = annotation("error", "a,b:c%", None, "x", "100%\nhelp: y");
        assert_eq!(text, "::error file=a%2Cb%3Ac%25,title=x::100%25%0Ahelp: y\n");
    }
}
