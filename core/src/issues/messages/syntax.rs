//! Texts that are not JSON or TOML.

use crate::issues::code::Code;
use crate::issues::fault::Fault;
use crate::printable::printable;
use std::fmt;

/// The language of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Json,
    Toml,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Format::Json => "JSON",
            Format::Toml => "TOML",
        })
    }
}

impl Format {
    fn example(self) -> &'static str {
        match self {
            Format::Json => "write JSON, as in `{\"allow_origins\": [\"https://app.example.com\"]}`",
            Format::Toml => "write TOML, as in `allow_origins = [\"https://app.example.com\"]`",
        }
    }
}

/// The place where a parser stopped. Lines and columns are counted from 1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Position {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

fn not_the_format(format: Format, position: Option<Position>, why: &str, help: impl Into<String>) -> Fault {
    let position =
        position.map_or(String::new(), |Position { line, column }| format!(" at line {line} column {column}"));
    Fault::new(Code::Syntax, format!("the text is not valid {format}{position}: {why}"), help)
}

pub(crate) fn empty_json() -> Fault {
    Fault::new(Code::Syntax, "the text is empty, which is not valid JSON", Format::Json.example())
}

pub(crate) fn toml_read_as_json() -> Fault {
    let help = format!("{}, or give the file a name that ends in `.toml`", Format::Json.example());
    Fault::new(Code::Syntax, "the text is TOML, but it is read as JSON", help)
}

#[cfg(feature = "toml")]
pub(crate) fn json_read_as_toml() -> Fault {
    let help = format!("{}, or give the file a name that ends in `.json`", Format::Toml.example());
    Fault::new(Code::Syntax, "the text is JSON, but it is read as TOML", help)
}

pub(crate) fn yaml() -> Fault {
    let help = format!("{}, in a file whose name ends in `.toml`", Format::Toml.example());
    Fault::new(Code::Syntax, "the text is YAML, which corsac does not read", help)
}

pub(crate) fn not_utf8(format: Format, error: std::str::Utf8Error) -> Fault {
    not_the_format(format, None, &error.to_string(), "save the file as UTF-8")
}

/// The parser's own message, if there is no better one.
pub(crate) fn unparsable(format: Format, position: Option<Position>, parser: &str) -> Fault {
    not_the_format(format, position, &printable(parser), format!("fix the text there: {}", format.example()))
}

#[cfg(feature = "toml")]
pub(crate) fn key_twice(position: Option<Position>, key: &str) -> Fault {
    let why = format!("`{}` is given a second time", printable(key));
    not_the_format(Format::Toml, position, &why, "keep only one of them")
}

/// A known slip. Texts are as they were written.
#[derive(Clone, Debug)]
pub(crate) enum Slip {
    TypographicQuotes,
    LoneBackslash,
    /// The strings, with their quotation marks.
    CommaBetween(String, String),
    CommaBefore(String),
    CommaBeforeBracket,
    /// A word of another language, and how it is written here.
    ForeignWord(String, &'static str),
    /// A word for no value, and whether the setting has a default.
    NoValue {
        word: String,
        has_default: bool,
    },
    SingleQuotes,
    CommentInJson,
    BareName(String),
    BareValue(Format, String),
    EndOfLine(String),
    SeveralValues(String),
    Colon(String),
    /// The line on which it was opened.
    OpenList(usize),
}

/// A text that does not parse because of a known slip.
pub(crate) fn slip(format: Format, position: Option<Position>, slip: &Slip, suggestion: Option<String>) -> Fault {
    let (why, help) = explain(slip);
    not_the_format(format, position, &why, suggestion.unwrap_or(help))
}

const QUOTE_STRINGS: &str = "write strings in quotation marks, as in `\"https://app.example.com\"`";

fn explain(slip: &Slip) -> (String, String) {
    let (why, help) = match slip {
        Slip::OpenList(line) => {
            return (format!("the list on line {line} is not closed"), format!("write `]` at the end of line {line}"));
        }
        Slip::EndOfLine(mark) => {
            return (format!("the line ends in `{mark}`, which TOML does not allow"), format!("remove the `{mark}`"));
        }
        Slip::ForeignWord(word, better) => {
            return (format!("`{word}` is not a value: it is written `{better}`"), format!("write `{better}`"));
        }
        Slip::TypographicQuotes => (
            "a string cannot be enclosed in typographic quotation marks".to_owned(),
            "write the straight quotation mark `\"` on both sides",
        ),
        Slip::LoneBackslash => (
            "a backslash in a string has to begin a valid escape, and this one does not".to_owned(),
            "write each backslash twice",
        ),
        Slip::CommaBetween(one, other) => (
            format!("a comma is missing between `{}` and `{}`", printable(one), printable(other)),
            "put a comma between them",
        ),
        Slip::CommaBefore(name) => (format!("a comma is missing before `{}`", printable(name)), "put a comma there"),
        Slip::CommaBeforeBracket => ("there is a comma before the closing bracket".to_owned(), "remove the comma"),
        Slip::NoValue { word, has_default } => (
            format!("`{word}` is not a TOML value"),
            if *has_default {
                "remove the line, so that the setting keeps its default"
            } else {
                "write a value, or remove it"
            },
        ),
        Slip::SingleQuotes => {
            ("a string is in single quotation marks".to_owned(), "write strings in double quotation marks (`\"`)")
        }
        Slip::CommentInJson => ("there is a comment, but JSON has no comments".to_owned(), "remove the comment"),
        Slip::BareName(name) => {
            (format!("`{}` is not in quotation marks", printable(name)), "write names in double quotation marks (`\"`)")
        }
        Slip::BareValue(format, value) => {
            (format!("`{}` is not a {format} value: strings need quotation marks", printable(value)), QUOTE_STRINGS)
        }
        Slip::SeveralValues(values) => (
            format!("`{}` is more than one value, and only a list in brackets can have several", printable(values)),
            QUOTE_STRINGS,
        ),
        Slip::Colon(key) => (
            format!("`{key}` is followed by a colon, but TOML has `=` there"),
            "write `=` between the name and the value",
        ),
    };
    (why, help.to_owned())
}
