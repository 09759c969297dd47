//! An issue as people read it: the message, the line of the file with what is wrong underlined, and the help.

use annotate_snippets::{AnnotationKind, Level, Origin, Renderer, Snippet};
use corsac::binding::wrap;
use std::ops::Range;

/// The longest line that is shown whole. A longer one is cut around the underlined text.
const LONGEST_LINE: usize = 400;
/// The number of characters that a cut line keeps before the underlined text.
const BEFORE: usize = 30;

/// A place in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The line, from 1.
    pub(crate) line: usize,
    /// The column, from 1, in characters.
    pub(crate) column: usize,
    /// The column after the last character, on the same line.
    pub(crate) end_column: usize,
}

/// The message, the severity and the help.
pub(crate) struct Remark<'r> {
    pub(crate) level: Level<'static>,
    pub(crate) code: &'r str,
    pub(crate) message: &'r str,
    pub(crate) help: &'r str,
}

/// A text whose lines are found quickly.
pub(crate) struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        Lines { text, starts: std::iter::once(0).chain(ends).collect() }
    }

    /// The first line of a span, and the bytes of it that the span covers.
    fn line(&self, span: &Range<usize>) -> (usize, &'t str, Range<usize>) {
        let number = self.starts.partition_point(|start| *start <= span.start).max(1);
        let start = self.starts.get(number - 1).copied().unwrap_or_default();
        let line = self.text.get(start..).unwrap_or_default().split('\n').next().unwrap_or_default();
        let line = line.strip_suffix('\r').unwrap_or(line);
        let within =
            |at: usize| (0..=at.saturating_sub(start).min(line.len())).rev().find(|at| line.is_char_boundary(*at));
        let (from, to) = (within(span.start).unwrap_or_default(), within(span.end).unwrap_or_default());
        (number, line, from..to.max(from))
    }

    /// The start and the end of a span.
    pub(crate) fn place(&self, span: &Range<usize>) -> Place {
        let (number, line, within) = self.line(span);
        let count = |to: usize| line.get(..to).unwrap_or_default().chars().count() + 1;
        let (column, end_column) = (count(within.start), count(within.end));
        Place { line: number, column, end_column: end_column.max(column + 1) }
    }
}

/// Writes a remark about a file, with the line that it is about, if that is known.
pub(crate) fn render(
    remark: &Remark<'_>,
    path: &str,
    about: Option<(&Lines<'_>, &Range<usize>)>,
    columns: usize,
) -> String {
    let head = remark.code.len() + "warning[]: ".len();
    let message = wrap(remark.message, "", columns.saturating_sub(head).max(30));
    let help = wrap(remark.help, "", columns.saturating_sub("   = help: ".len()));
    let title = remark.level.clone().primary_title(message).id(remark.code);
    let report = match about {
        None => title.element(Origin::path(path)).element(Level::HELP.message(help)),
        Some((lines, span)) => {
            let place = lines.place(span);
            let (number, line, within) = lines.line(span);
            let (line, within, is_cut) = cut(line, within);
            let snippet =
                Snippet::source(line).line_start(number).fold(false).annotation(AnnotationKind::Primary.span(within));
            // The snippet shows the column, unless the line was cut.
            let group = match is_cut {
                true => title.element(Origin::path(path).line(place.line).char_column(place.column)).element(snippet),
                false => title.element(snippet.path(path)),
            };
            group.element(Level::HELP.message(help))
        }
    };
    let mut text = Renderer::styled().term_width(columns).render(&[report]);
    text.push('\n');
    text
}

/// A line, cut if it is too long to be shown, and whether it was cut.
fn cut(line: &str, span: Range<usize>) -> (String, Range<usize>, bool) {
    if line.len() <= LONGEST_LINE {
        return (line.to_owned(), span, false);
    }
    let before = line.get(..span.start).unwrap_or_default();
    let kept = before.char_indices().rev().nth(BEFORE - 1).map_or(0, |(at, _)| at);
    let before = before.get(kept..).unwrap_or_default();
    let within: String = line.get(span.start..).unwrap_or_default().chars().take(LONGEST_LINE).collect();
    let start = before.len();
    let length = (span.end - span.start).min(within.len());
    (format!("{before}{within}"), start..start + length, true)
}

#[cfg(test)]
mod tests {
    use super::{Lines, Place};

    #[test]
    fn places_are_counted_in_characters_on_the_first_line() {
        let lines = Lines::new("a = 1\r\nä = [\n  2,\n]\n");
        assert_eq!(lines.place(&(0..5)), Place { line: 1, column: 1, end_column: 6 });
        // `ä` has two bytes.
        assert_eq!(lines.place(&(12..18)), Place { line: 2, column: 5, end_column: 6 });
        assert_eq!(lines.place(&(7..18)), Place { line: 2, column: 1, end_column: 6 });
        // The place where a parser stopped, at the end of the text.
        assert_eq!(lines.place(&(21..21)), Place { line: 5, column: 1, end_column: 2 });
        assert_eq!(lines.place(&(900..901)), Place { line: 5, column: 1, end_column: 2 });
    }
}
