//! The terminal: its colours and its width.

use anstyle::{AnsiColor, Style};
use corsac::binding::wrap;
use std::io;

/// When to print in colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Colours {
    // On a terminal, unless the variable `NO_COLOR` is set.
    Auto,
    Always,
    Never,
}

/// The word `error`, and a bad outcome.
pub(crate) const ERROR: Style = AnsiColor::Red.on_default().bold();
/// The word `warning`.
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default().bold();
/// A good outcome.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default().bold();
/// The word `help`, and commands to type.
pub(crate) const HELP: Style = AnsiColor::Cyan.on_default().bold();
/// Text without a style.
pub(crate) const PLAIN: Style = Style::new();
/// Text that readers should see first.
pub(crate) const BOLD: Style = Style::new().bold();

/// The longest line of prose, however wide the terminal is.
const WIDEST: usize = 100;
/// The width if there is no terminal.
const USUAL: usize = 80;
/// A narrower terminal is treated like one of this width.
const NARROWEST: usize = 40;

/// Sets for the whole process when to print in colours.
pub(crate) fn choose_colours(colours: Colours) {
    match colours {
        // anstream looks at the terminal and its variables itself.
        Colours::Auto => {}
        Colours::Always => anstream::ColorChoice::Always.write_global(),
        Colours::Never => anstream::ColorChoice::Never.write_global(),
    }
}

/// The columns that prose may fill.
pub(crate) fn columns() -> usize {
    terminal_size::terminal_size().map_or(USUAL, |(width, _)| usize::from(width.0)).clamp(NARROWEST, WIDEST)
}

/// A label and its text, each in its style, on lines that fit: `help: write …`. The first line begins with
/// `indent` spaces, the others with `hang`.
pub(crate) fn labelled(
    (label_style, label): (Style, &str),
    (style, text): (Style, &str),
    (indent, hang): (usize, usize),
    columns: usize,
) -> String {
    let lines = wrap(&format!("{:indent$}{label}{text}", ""), &" ".repeat(hang), columns);
    let rest = lines.get(indent + label.len()..).unwrap_or_default();
    format!("{:indent$}{label_style}{label}{label_style:#}{style}{rest}{style:#}\n", "")
}

/// The system's error as part of a sentence: lower case, and without its number.
pub(crate) fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}
