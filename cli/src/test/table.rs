//! A table of expectations, as it is written.

use crate::failure::Failure;
use crate::policy_argument::{STANDARD_INPUT, read, shown, unreadable};
use corsac::binding::printable;
use corsac::browser::Verdict;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// A table of expectations.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Table {
    /// The path of the policy, relative to the table.
    pub(crate) policy: Option<PathBuf>,
    /// The URL of the server to test instead, http or https. Its path is put before every path of the table.
    pub(crate) url: Option<String>,
    #[serde(default)]
    pub(crate) requests: Vec<Expectation>,
}

/// Some requests, and what a browser should do with them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expectation {
    pub(crate) name: Option<String>,
    /// The origins of the pages.
    pub(crate) from: OneOrMany,
    /// A URL, or a path on the server of the policy.
    pub(crate) url: String,
    #[serde(default = "get")]
    pub(crate) method: OneOrMany,
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) credentials: bool,
    pub(crate) mode: Option<String>,
    /// The status that the application responds with.
    #[serde(default = "ok")]
    pub(crate) status: u16,
    /// The headers that the application sets.
    #[serde(default)]
    pub(crate) response_headers: BTreeMap<String, String>,
    pub(crate) expect: Expected,
    /// Headers that the script can read.
    #[serde(default)]
    pub(crate) readable_headers: Vec<String>,
}

/// One text, or a list of them.
#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "expected a string or a list of strings")]
pub(crate) enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    pub(crate) fn as_slice(&self) -> &[String] {
        match self {
            OneOrMany::One(text) => std::slice::from_ref(text),
            OneOrMany::Many(texts) => texts,
        }
    }
}

/// The expected result of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) enum Expected {
    /// The page gets what it asks for.
    Allowed,
    /// The page does not get what it asks for.
    Refused,
    /// Exactly this verdict.
    Verdict(Verdict),
}

impl TryFrom<String> for Expected {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.as_str() {
            "allowed" => Ok(Expected::Allowed),
            "refused" => Ok(Expected::Refused),
            word => Verdict::of(word).map(Expected::Verdict).ok_or_else(|| {
                // A test always has the response, so its result is never unknown.
                let words = Verdict::ALL.iter().filter(|verdict| **verdict != Verdict::Unknown);
                let words = words.map(|verdict| format!("`{}`", verdict.as_str())).collect::<Vec<_>>().join(", ");
                format!("`{}` is not a result: write `allowed`, `refused` or one of {words}", printable(word))
            }),
        }
    }
}

impl Expected {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Expected::Allowed => "allowed",
            Expected::Refused => "refused",
            Expected::Verdict(verdict) => verdict.as_str(),
        }
    }

    pub(crate) fn is_met_by(self, verdict: Verdict) -> bool {
        match self {
            Expected::Allowed => verdict.is_success(),
            Expected::Refused => !verdict.is_success(),
            Expected::Verdict(expected) => expected == verdict,
        }
    }
}

impl Expected {
    /// Whether a preflight that passed is enough to meet it, if the request itself was not sent.
    pub(crate) fn is_met_by_passed_preflight(self) -> bool {
        match self {
            Expected::Allowed => true,
            Expected::Refused => false,
            Expected::Verdict(expected) => expected.is_success(),
        }
    }
}

fn get() -> OneOrMany {
    OneOrMany::One("GET".to_owned())
}

fn ok() -> u16 {
    200
}

impl Table {
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        if let Err(error) = path.metadata()
            && error.kind() == io::ErrorKind::NotFound
            && path != Path::new(STANDARD_INPUT)
        {
            return Err(unreadable(path, &error).help("write a table with `corsac test --init cors.toml`"));
        }
        let written = read(path)?;
        let name = shown(path);
        let text = written.text();
        toml::from_str(text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            let message = printable(error.message());
            Failure::input(format!("`{name}` is not a table of expectations: line {line}: {message}"))
                .help("see `corsac test --help`, or write a table with `corsac test --init cors.toml`")
        })
    }
}
