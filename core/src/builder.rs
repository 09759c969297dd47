//! Building a policy from a value, a text or a file.

use crate::compile::checker::check;
use crate::compile::compiler::compile;
use crate::config::notation::Notation;
#[cfg(feature = "explain")]
use crate::config::retained::Retained;
use crate::config::settings::PredicateOf;
use crate::config::settings_table::{Config, Setting};
use crate::config::value::Value;
use crate::decide::policy::Policy;
use crate::issues::fault::Fault;
use crate::issues::issue::{ConfigError, Issue, Issues};
use crate::read::document;
use crate::read::line_numbers::locate_json;
use crate::read::request_options::take_own_origin;
use crate::read::syntax::json_fault;
#[cfg(feature = "toml")]
use crate::{
    issues::code::Code,
    issues::messages::syntax::{Format, not_utf8, yaml},
    read::{line_numbers::locate_toml, syntax::toml_fault, toml_text},
};
#[cfg(feature = "watch")]
use crate::{issues::issue::LoadError, read::policy_text};
#[cfg(feature = "toml")]
use std::path::Path;

/// Builds a policy from a value, a text or a file, together with facts that only the host knows.
#[derive(Clone, Copy, Debug, Default)]
pub struct PolicyBuilder {
    predicate: bool,
    cors_options: bool,
    for_one_request: bool,
    notation: Notation,
}

impl PolicyBuilder {
    /// Makes a builder for a host without a predicate.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Says whether the host has an origin predicate, which is asked if no pattern matches.
    #[must_use]
    pub fn predicate(self, predicate: bool) -> Self {
        PolicyBuilder { predicate, ..self }
    }

    /// Says whether options that name no dialect are those of the `cors` package.
    ///
    /// If one of the options is a setting that only corsac has, the options are still read as corsac's. This is for
    /// middleware that replaces that package.
    #[must_use]
    pub fn cors_options(self, cors_options: bool) -> Self {
        PolicyBuilder { cors_options, ..self }
    }

    /// Says whether the options were chosen for one request, by a function that has seen it.
    ///
    /// The `cors` package's `origin: true` then allows the origin of that request, as a predicate would, and not any origin.
    #[must_use]
    pub fn for_one_request(self, for_one_request: bool) -> Self {
        PolicyBuilder { for_one_request, ..self }
    }

    /// Says in which language a [`value`](Self::value) was written, so that messages use its notation. Texts are in
    /// JSON or TOML.
    #[must_use]
    pub fn notation(self, notation: Notation) -> Self {
        PolicyBuilder { notation, ..self }
    }

    /// Builds a policy from a value of a host language.
    ///
    /// # Errors
    ///
    /// A [`ConfigError`] with all issues at once, each with its fix.
    pub fn value(self, mut value: Value) -> Result<Policy, ConfigError> {
        let mut issues = Issues::new(self.notation, takes);
        let is_own_origin = self.for_one_request && take_own_origin(&mut value);
        let mut document = document::read(value, self.predicate, self.cors_options, &mut issues);
        if is_own_origin {
            document.settings.predicate = document.settings.predicate.map(|_| PredicateOf::AllOrigins);
        }
        let policy = compile(&document, issues);
        #[cfg(feature = "explain")]
        let policy = policy.map(|policy| Policy { retained: Retained::new(document, self.notation), ..policy });
        policy
    }

    /// Builds a policy from JSON text in UTF-8 (RFC 8259).
    ///
    /// # Errors
    ///
    /// As for [`value`](Self::value), and the code `syntax` if the text is not JSON.
    pub fn json(self, text: &[u8]) -> Result<Policy, ConfigError> {
        let text = without_bom(text);
        match serde_json::from_slice(text) {
            Ok(value) => {
                let policy = with_text(self.notation(Notation::Json).value(value), text);
                located(policy, |issues| locate_json(issues, text))
            }
            Err(error) => Err(syntax(json_fault(text, &error, takes))),
        }
    }

    /// Builds a policy from TOML text in UTF-8.
    ///
    /// # Errors
    ///
    /// As for [`value`](Self::value), and the code `syntax` if the text is not TOML.
    #[cfg(feature = "toml")]
    pub fn toml(self, text: &[u8]) -> Result<Policy, ConfigError> {
        let text = match std::str::from_utf8(without_bom(text)) {
            Ok(text) => text,
            Err(error) => return Err(syntax(not_utf8(Format::Toml, error))),
        };
        match toml_text::parse(text) {
            Ok(value) => {
                let policy = with_text(self.notation(Notation::Toml).value(value), text.as_bytes());
                located(policy, |issues| locate_toml(issues, text))
            }
            Err(stop) => Err(syntax(toml_fault(text, &stop, takes))),
        }
    }

    /// Builds a policy from a text in UTF-8 whose format is not known: it is read as JSON if it begins with `{`,
    /// otherwise as TOML.
    ///
    /// # Errors
    ///
    /// Those of [`json`](Self::json) and [`toml`](Self::toml).
    #[cfg(feature = "toml")]
    pub fn text(self, text: &[u8]) -> Result<Policy, ConfigError> {
        // No text in TOML begins like this.
        if without_bom(text).trim_ascii_start().starts_with(b"{") { self.json(text) } else { self.toml(text) }
    }

    /// Builds a policy from a regular file of at most 64 MiB: JSON if its name ends in `.json`, otherwise TOML.
    ///
    /// # Errors
    ///
    /// [`LoadError::Io`] if the file cannot be read, the code `file-not-regular` or `file-too-large` if it must not be
    /// read, and otherwise the errors of [`file_text`](Self::file_text). The error names the file.
    #[cfg(feature = "watch")]
    pub fn file(self, path: &Path) -> Result<Policy, LoadError> {
        let text = policy_text::read(path)?;
        Ok(self.file_text(path, &text)?)
    }

    /// Builds a policy from the text of a file that the host has read: JSON if the file's name ends in `.json`, else TOML.
    ///
    /// # Errors
    ///
    /// Those of [`value`](Self::value), and the code `syntax` if the text is not in that format. The error names the
    /// file.
    #[cfg(feature = "toml")]
    pub fn file_text(self, path: &Path, text: &[u8]) -> Result<Policy, ConfigError> {
        let is = |name: &str| path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(name));
        let policy = if is("json") { self.json(text) } else { self.toml(text) };
        let is_syntax = |error: &ConfigError| error.issues().iter().any(|issue| issue.code == Code::Syntax);
        let policy = match policy {
            Err(error) if is_syntax(&error) && (is("yaml") || is("yml")) => Err(syntax(yaml())),
            policy => policy,
        };
        policy.map_err(|error| error.in_file(path))
    }
}

impl Policy {
    /// Validates and compiles a configuration.
    ///
    /// # Errors
    ///
    /// A [`ConfigError`] with all issues at once, each with its fix.
    pub fn new(config: Config) -> Result<Self, ConfigError> {
        PolicyBuilder::new().value(config.into())
    }

    /// A policy that allows no origin, for hosts that cannot know which policy is in force. The application's CORS
    /// headers are removed. The response varies on `Origin`, because the policy that is in force could have answered
    /// another origin differently.
    ///
    /// # Errors
    ///
    /// No error is known to occur. The type is that of [`Policy::new`].
    pub fn nobody() -> Result<Self, ConfigError> {
        // With an empty list, responses would not vary on `Origin`. No browser has pages of this scheme.
        let origins = Value::from_iter(["nobody://nobody"]);
        PolicyBuilder::new().value(Value::Map(vec![(Setting::AllowOrigins.name().to_owned(), origins)]))
    }

    /// Builds a policy from JSON text in UTF-8 (RFC 8259).
    ///
    /// # Errors
    ///
    /// Those of [`Policy::new`], and the code `syntax` if the text is not JSON. Issues have the lines to which they
    /// belong.
    pub fn from_json(text: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        PolicyBuilder::new().json(text.as_ref())
    }

    /// Builds a policy from TOML text in UTF-8.
    ///
    /// ```
    /// use corsac::Policy;
    ///
    /// let error = Policy::from_toml("allow_origins = ['https://app.example.com/']").unwrap_err();
    /// println!("{error}");
    /// assert_eq!(error.issues()[0].code.as_str(), "origin-trailing-slash");
    /// assert_eq!(error.issues()[0].help, "write `https://app.example.com`");
    /// ```
    ///
    /// It prints what is wrong, where, and what to write instead:
    ///
    /// ```text
    /// 1 problem in the CORS policy
    /// allow_origins[0], line 1: `https://app.example.com/` ends in a slash, …
    ///   help: write `https://app.example.com`
    /// read more: docs/errors.md#origin-trailing-slash
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`Policy::new`], and the code `syntax` if the text is not TOML. Issues have the lines to which they
    /// belong.
    #[cfg(feature = "toml")]
    pub fn from_toml(text: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        PolicyBuilder::new().toml(text.as_ref())
    }

    /// Builds a policy from a file of at most 64 MiB: JSON if its name ends in `.json`, otherwise TOML.
    ///
    /// # Errors
    ///
    /// [`LoadError::Io`] if the file cannot be read, and [`LoadError::Config`] if it is refused. In addition to the
    /// codes of a text there are `file-not-regular` and `file-too-large`.
    #[cfg(feature = "watch")]
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, LoadError> {
        PolicyBuilder::new().file(path.as_ref())
    }
}

impl TryFrom<Value> for Policy {
    type Error = ConfigError;

    fn try_from(value: Value) -> Result<Self, ConfigError> {
        PolicyBuilder::new().value(value)
    }
}

/// Whether core accepts a policy as it is and drops nothing of it. Suggestions are tried in this way.
fn takes(policy: Value) -> bool {
    let mut issues = Issues::default();
    let document = document::read(policy, false, false, &mut issues);
    check(&document, &mut issues);
    issues.is_clean()
}

/// Adds to each issue and lint the line in which it is.
fn located(policy: Result<Policy, ConfigError>, locate: impl Fn(&mut [Issue])) -> Result<Policy, ConfigError> {
    match policy {
        Ok(mut policy) => {
            if !policy.lints.is_empty() {
                locate(&mut policy.lints);
            }
            Ok(policy)
        }
        Err(mut error) => {
            error.lists_mut().into_iter().filter(|issues| !issues.is_empty()).for_each(locate);
            Err(error)
        }
    }
}

/// Keeps the text of a policy, so that explanations can name lines of it.
#[cfg(feature = "explain")]
fn with_text(mut policy: Result<Policy, ConfigError>, text: &[u8]) -> Result<Policy, ConfigError> {
    if let Ok(Policy { retained: Some(retained), .. }) = &mut policy {
        retained.keep_text(text);
    }
    policy
}

#[cfg(not(feature = "explain"))]
fn with_text(policy: Result<Policy, ConfigError>, _text: &[u8]) -> Result<Policy, ConfigError> {
    policy
}

/// Editors on Windows put a byte order mark before UTF-8.
pub(crate) fn without_bom(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text)
}

fn syntax(fault: Fault) -> ConfigError {
    let mut issues = Issues::default();
    issues.error("", "", fault);
    issues.into_error()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::evaluate::Evaluation;
    use crate::decide::request::Request;
    use crate::response::header_name::OWNED_HEADERS;

    #[cfg(feature = "toml")]
    #[test]
    fn a_text_is_json_if_it_begins_with_a_brace() {
        let allowed = |text: &str| PolicyBuilder::new().text(text.as_bytes()).map(|policy| policy.lints().len());
        for text in
            ["{\"allow_origins\": [\"*\"]}", " \n{\"allow_origins\": [\"*\"]}", "\u{feff}{\"allow_origins\": [\"*\"]}"]
        {
            assert_eq!(allowed(text), Ok(0));
        }
        for text in ["allow_origins = ['*']", "\u{feff}# {\nallow_origins = ['*']"] {
            assert_eq!(allowed(text), Ok(0));
        }
        let message = |text| allowed(text).unwrap_err().to_string();
        assert!(message("{").contains("JSON"));
        assert!(message("[[").contains("TOML"));
    }

    #[test]
    fn a_policy_that_allows_nobody_varies_on_origin() {
        let policy = Policy::nobody().unwrap();
        for request in [Request::new(b"GET"), Request::new(b"GET").origin(b"https://app.example.com")] {
            let Evaluation::Decided(decision) = policy.evaluate(&request) else { panic!("there is no predicate") };
            let headers: Vec<_> = decision.headers().map(|header| (header.name.as_str(), header.value)).collect();
            assert_eq!(headers, [("vary", &b"Origin"[..])]);
            assert!(OWNED_HEADERS.iter().all(|name| decision.removed().contains(name)));
        }
    }
}
