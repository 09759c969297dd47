//! Every sentence that an explanation says: one function for each finding, with the facts as its arguments.
//!
//! A message says what is wrong and why that matters, in lower case and without a full stop. It puts what was sent in
//! backticks. A help says what to do, for a server that may run any software; `policy` has the help texts for a policy
//! of corsac.

pub(crate) mod allow_origin;
pub(crate) mod console;
pub(crate) mod cookies;
pub(crate) mod network;
pub(crate) mod other_layers;
pub(crate) mod policy;
pub(crate) mod preflight;
pub(crate) mod preflight_status;
pub(crate) mod redirects;
pub(crate) mod script;
pub(crate) mod worth_knowing;

use crate::explain::explanation::{Finding, NOT_CORS};
use crate::issues::finding_code::FindingCode;
use crate::printable::printable;
use crate::sentence;

/// Which response a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum About {
    Preflight,
    Response,
    /// The preflight's and the request's.
    Both,
}

impl About {
    /// As the subject of a sentence.
    pub(crate) fn name(self) -> &'static str {
        match self {
            About::Preflight => "the response to the preflight",
            About::Response => "the response",
            About::Both => "each response, including that to the preflight,",
        }
    }

    /// After "no header in".
    fn inside(self) -> &'static str {
        match self {
            About::Preflight => "the response to the preflight",
            About::Response => "the response",
            About::Both => "the responses to the preflight and to the request",
        }
    }

    /// The part of a help that names the response in which a header has to be sent.
    fn on(self) -> &'static str {
        match self {
            About::Preflight => "in response to OPTIONS",
            About::Response => "with each response, including errors",
            About::Both => "in response to OPTIONS and with every other response, including errors",
        }
    }
}

pub(crate) fn finding(code: FindingCode, message: impl Into<String>, help: impl Into<String>) -> Finding {
    let message = message.into();
    let message = if code.is_not_cors() { format!("{NOT_CORS}: {message}") } else { message };
    Finding { code, message, help: help.into(), near: None, policy: None, change: None }
}

/// Bytes of a message, for a sentence.
pub(crate) fn shown(bytes: &[u8]) -> String {
    printable(&bytes.iter().copied().map(char::from).collect::<String>())
}

/// Names in backticks, as a sentence lists them; after the first few, the others are only counted.
pub(crate) fn listed<T: AsRef<str>>(names: &[T]) -> String {
    listed_as(names, |name| format!("`{}`", printable(name)))
}

/// The reasons for a preflight, as a sentence lists them; after the first few, the others are only counted.
pub(crate) fn listed_reasons(because: &[String]) -> String {
    listed_as(because, |reason| match reason.strip_prefix("header: ") {
        Some(name) => format!("`{}`", printable(name)),
        None => format!("the {}", printable(reason)),
    })
}

fn listed_as<T: AsRef<str>>(items: &[T], phrase: impl Fn(&str) -> String) -> String {
    const MOST: usize = 6;
    let mut phrases: Vec<String> = items.iter().take(MOST).map(|item| phrase(item.as_ref())).collect();
    if items.len() > MOST {
        phrases.push(format!("{} more", items.len() - MOST));
    }
    sentence::list(&phrases, "and")
}

/// `is` or `are`.
pub(crate) fn is_or_are<T>(names: &[T]) -> &'static str {
    if names.len() == 1 { "is" } else { "are" }
}

/// `it` or `them`.
pub(crate) fn it_or_them<T>(names: &[T]) -> &'static str {
    if names.len() == 1 { "it" } else { "them" }
}
